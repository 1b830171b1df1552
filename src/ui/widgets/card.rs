//! The grounds that things stand on.

use egui::{Align, CornerRadius, Frame, Layout, Margin, Rect, Stroke, Ui, UiBuilder, vec2};

use crate::ui::theme::{of, radius, space};

/// A strip across the window, as its head and foot are.
pub fn strip(ui: &Ui) -> Frame {
    Frame::new()
        .fill(of(ui).surface)
        .inner_margin(Margin::symmetric(space::L as i8, 0))
}

/// A card of its own.
pub fn card(ui: &Ui) -> Frame {
    let p = of(ui);
    Frame::new()
        .fill(p.surface)
        .stroke(Stroke::new(1.0, p.line))
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::same(space::XL as i8))
}

/// A line of this height across the room there is: `right` takes what it needs from the
/// right, its first thing outermost, and `left` has the rest.
pub fn sides(ui: &mut Ui, height: f32, right: impl FnOnce(&mut Ui), left: impl FnOnce(&mut Ui)) {
    let (_, line) = ui.allocate_space(vec2(ui.available_width(), height));
    let at_right = UiBuilder::new()
        .max_rect(line)
        .layout(Layout::right_to_left(Align::Center));
    let taken = ui.scope_builder(at_right, |ui| {
        right(ui);
        ui.min_rect().left()
    });
    let rest = Rect::from_min_max(line.min, egui::pos2(taken.inner - space::S, line.bottom()));
    let at_left = UiBuilder::new()
        .max_rect(rest)
        .layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(at_left, left);
    // However high what is in it is.
    ui.advance_cursor_after_rect(line);
}
