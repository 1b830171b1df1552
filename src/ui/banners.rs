//! The strips above the list.

use egui::{Frame, Margin, Ui, Vec2};
use lucide_icons::Icon;

use super::theme::{self, of, size, space, type_size};
use super::widgets::button::{Button, Look};
use super::widgets::{card, text};
use crate::app::banners::Banner;
use crate::app::command::UiCommand;

/// Draws these banners.
pub fn show(ui: &mut Ui, banners: &[Banner], out: &mut Vec<UiCommand>) {
    for banner in banners {
        strip(ui, banner, out);
    }
}

fn strip(ui: &mut Ui, banner: &Banner, out: &mut Vec<UiCommand>) {
    let (ground, colour, icon) = theme::banner(banner.tone, of(ui));
    let frame = Frame::new()
        .fill(ground)
        .inner_margin(Margin::symmetric(space::L as i8, space::S as i8));
    let drawn = frame.show(ui, |ui| {
        let left = |ui: &mut Ui| {
            let (_, place) = ui.allocate_space(Vec2::splat(size::ICON));
            text::paint_icon(ui.painter(), place.center(), icon, size::ICON, colour);
            text::line(ui, &banner.text, type_size::BODY, of(ui).text);
        };
        let right = |ui: &mut Ui| buttons(ui, banner, out);
        card::sides(ui, size::SMALL_BUTTON, left, right);
    });
    let rect = drawn.response.rect;
    let line = of(ui).line;
    theme::line_under(ui.painter(), rect, rect.left(), line);
}

fn buttons(ui: &mut Ui, banner: &Banner, out: &mut Vec<UiCommand>) {
    for (label, command) in &banner.actions {
        let button = Button::of(command, Look::Outlined)
            .labelled(label)
            .without_icon()
            .small();
        if button.show(ui) {
            out.push(command.clone());
        }
    }
    if let Some(dismiss) = banner.dismiss {
        let command = UiCommand::Dismiss(dismiss);
        let button = Button {
            icon: Some(Icon::X),
            ..Button::of(&command, Look::Plain).small().icon_only()
        };
        if button.show(ui) {
            out.push(command);
        }
    }
}
