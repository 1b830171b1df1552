//! Shortcut list, generated from the command table.

use egui::style::ScrollAnimation;
use egui::{Key, ScrollArea, Ui, vec2};

use super::dialogs::parts::title;
use super::theme::{self, Palette, size, space, type_size};
use super::widgets::{card, text};
use crate::app::command::{Group, UiCommand};
use crate::app::command_label::CommandLabel;
use crate::app::wording::command as words;
use crate::text::messages::selection::shortcuts;

/// More pages than a list can have.
const FAR: u16 = 10_000;

/// Draws the list, scrolling in a low window.
pub fn show(ui: &mut Ui) {
    let p = Palette::of(ui);
    title(ui, UiCommand::ShowShortcuts.entry().label);
    // Height around it: margins, title, note, button and gaps.
    let margins = 2.0 * (space::XL + space::L + space::XL) + space::M;
    let around = margins + type_size::TITLE + size::BUTTON + size::LINE;
    let room = ui.ctx().content_rect().height() - around;
    ScrollArea::vertical()
        .max_height(room.max(size::ROW))
        .show(ui, |ui| {
            let page = ui.clip_rect().height() - size::LINE;
            ui.scroll_with_delta_animation(vec2(0.0, by_keys(ui, page)), ScrollAnimation::none());
            let groups = UiCommand::with_shortcuts();
            if ui.available_width() < 2.0 * size::COLUMN {
                groups.iter().for_each(|group| lines(ui, group));
                return;
            }
            // The list group is as long as all others together.
            let (list, others): (Vec<_>, Vec<_>) = groups
                .into_iter()
                .partition(|(group, _)| *group == Group::List);
            ui.spacing_mut().item_spacing.x = space::XL;
            ui.columns(2, |columns| {
                for (column, groups) in columns.iter_mut().zip([others, list]) {
                    groups.iter().for_each(|group| lines(column, group));
                }
            });
        });
    text::label(ui, shortcuts(), type_size::SMALL, p.secondary);
}

fn lines(ui: &mut Ui, (group, commands): &(Group, Vec<UiCommand>)) {
    ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
    ui.add_space(space::S);
    text::label(
        ui,
        words::group(*group),
        type_size::SMALL,
        Palette::of(ui).secondary,
    );
    for command in commands {
        line(ui, &command.entry());
    }
}

/// Returns the scroll distance by keyboard; positive is up.
pub fn by_keys(ui: &Ui, page: f32) -> f32 {
    let far = f32::from(FAR) * page;
    let keys = [
        (Key::ArrowUp, size::LINE),
        (Key::ArrowDown, -size::LINE),
        (Key::PageUp, page),
        (Key::PageDown, -page),
        (Key::Home, far),
        (Key::End, -far),
    ];
    ui.input(|input| {
        let pressed = keys.into_iter().filter(|(key, _)| input.key_pressed(*key));
        pressed.map(|(_, by)| by).next().unwrap_or_default()
    })
}

fn line(ui: &mut Ui, entry: &CommandLabel) {
    let p = Palette::of(ui);
    let Some(shortcut) = entry.shortcut else {
        return;
    };
    let left = |ui: &mut Ui| text::line(ui, entry.label, type_size::BODY, p.text);
    let right = |ui: &mut Ui| {
        let font = theme::mono(type_size::SMALL);
        let keys = egui::RichText::new(shortcut.text()).font(font);
        ui.label(keys.color(p.secondary));
    };
    card::left_right(ui, size::LINE, left, right);
}
