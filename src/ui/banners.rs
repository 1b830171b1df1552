//! Draws the banners above the list.

use egui::{Frame, Margin, Ui, Vec2};
use lucide_icons::Icon;

use super::theme::{self, Palette, size, space, type_size};
use super::widgets::button::{Button, ButtonStyle};
use super::widgets::{card, text};
use crate::app::banners::Banner;
use crate::app::command::UiCommand;

/// Maximum lines of a banner in a narrow window.
const LINES: usize = 3;

pub fn show(ui: &mut Ui, banners: &[Banner], out: &mut Vec<UiCommand>) {
    for banner in banners {
        strip(ui, banner, out);
    }
}

fn strip(ui: &mut Ui, banner: &Banner, out: &mut Vec<UiCommand>) {
    let looks = theme::banner(banner.tone, Palette::of(ui));
    let frame = Frame::new()
        .fill(looks.ground)
        .inner_margin(Margin::symmetric(space::L as i8, space::S as i8));
    let drawn = frame.show(ui, |ui| {
        let buttons = buttons(banner);
        let widths = buttons
            .iter()
            .map(|(button, _)| button.size(ui).x + space::S);
        let beside = size::ICON + 2.0 * space::S + widths.sum::<f32>();
        let font = theme::font(type_size::BODY);
        let room = (ui.available_width() - beside).max(size::NAME_MIN);
        let said = text::wrapped(ui.painter(), &banner.text, &font, looks.text, room, LINES);
        let height = said.size().y.max(size::SMALL_BUTTON);
        let left = |ui: &mut Ui| {
            let (_, place) = ui.allocate_space(Vec2::splat(size::ICON));
            let centre = place.center();
            text::paint_icon(ui.painter(), centre, looks.icon, size::ICON, looks.colour);
            let cut = said.elided;
            let response = ui.label(said);
            if cut {
                response.on_hover_text(&banner.text);
            }
        };
        let right = |ui: &mut Ui| {
            for (button, command) in buttons {
                if button.show(ui) {
                    out.push(command);
                }
            }
        };
        card::left_right(ui, height, left, right);
    });
    let rect = drawn.response.rect;
    let (thick, colour) = looks.line;
    let line = rect.with_min_y(rect.bottom() - thick);
    ui.painter().rect_filled(line, 0, colour);
}

fn buttons(banner: &Banner) -> Vec<(Button<'_>, UiCommand)> {
    let fix = |(label, command): &(&'static str, UiCommand)| {
        let button = Button::of(command, ButtonStyle::Outlined)
            .labelled(label)
            .without_icon()
            .small();
        (button, command.clone())
    };
    let mut buttons: Vec<_> = banner.actions.iter().map(fix).collect();
    buttons.extend(banner.dismiss.map(|dismiss| {
        let command = UiCommand::Dismiss(dismiss);
        let button = Button {
            icon: Some(Icon::X),
            ..Button::of(&command, ButtonStyle::Plain).small().icon_only()
        };
        (button, command)
    }));
    buttons
}
