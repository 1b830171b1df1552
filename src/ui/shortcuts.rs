//! The list of what the keyboard does, made from the table of commands.

use egui::{ScrollArea, Ui};

use super::theme::{self, of, size, space, type_size};
use super::widgets::{card, text};
use crate::app::command::{Entry, UiCommand};
use crate::app::wording::command::{self as words, Group};
use crate::app::wording::selection::SHORTCUTS;

/// Draws the list, and scrolls where the window is low.
pub fn show(ui: &mut Ui) {
    let p = of(ui);
    let title = UiCommand::ShowShortcuts.entry().label;
    text::label(ui, title, type_size::TITLE, p.text);
    let room = ui.ctx().content_rect().height() - size::LOW / 2.0;
    ScrollArea::vertical()
        .max_height(room.max(size::ROW))
        .show(ui, |ui| {
            let groups = UiCommand::with_shortcuts();
            if ui.available_width() < 2.0 * size::COLUMN {
                groups.iter().for_each(|group| lines(ui, group));
                return;
            }
            // The list's own are as many as all others.
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
    text::label(ui, SHORTCUTS, type_size::SMALL, p.secondary);
}

fn lines(ui: &mut Ui, (group, commands): &(Group, Vec<UiCommand>)) {
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.add_space(space::S);
    text::label(ui, words::group(*group), type_size::SMALL, of(ui).secondary);
    for command in commands {
        line(ui, &command.entry());
    }
}

fn line(ui: &mut Ui, entry: &Entry) {
    let p = of(ui);
    let Some(shortcut) = entry.shortcut else {
        return;
    };
    let left = |ui: &mut Ui| text::line(ui, entry.label, type_size::BODY, p.text);
    let right = |ui: &mut Ui| {
        let font = theme::mono(type_size::SMALL);
        let keys = egui::RichText::new(shortcut.text()).font(font);
        ui.label(keys.color(p.secondary));
        ui.add_space(space::M);
    };
    card::sides(ui, size::LINE, left, right);
}
