//! Backgrounds and line layout.

use egui::{Align, CornerRadius, Frame, Layout, Margin, Stroke, Ui, UiBuilder, vec2};

use super::text;
use crate::ui::theme::{self, Palette, TOLERANCE, radius, size, space, type_size};

/// Returns the frame of a card.
pub fn card(ui: &Ui) -> Frame {
    let p = Palette::of(ui);
    Frame::new()
        .fill(p.surface)
        .stroke(Stroke::new(size::HAIRLINE, p.line))
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::same(space::XL as i8))
}

/// Draws one line, or two if `second` is not empty, vertically centred in `height`.
pub fn two_lines(ui: &mut Ui, height: f32, first: &str, second: &str) {
    let p = Palette::of(ui);
    let both = if second.is_empty() {
        size::LINE
    } else {
        2.0 * size::LINE
    };
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add_space(((height - both) / 2.0).max(0.0));
        text::line(ui, first, type_size::BODY, p.text);
        if !second.is_empty() {
            text::line(ui, second, type_size::SMALL, p.secondary);
        }
    });
}

/// Draws a line: `right` at its right edge in the width it needs, `left` in the rest. Both are
/// drawn in reading order for keyboard and screen readers; the width of `right` is taken from the
/// previous pass, and a pass that finds another is discarded.
pub fn left_right(
    ui: &mut Ui,
    height: f32,
    left: impl FnOnce(&mut Ui),
    right: impl FnOnce(&mut Ui),
) {
    let (id, line) = ui.allocate_space(vec2(ui.available_width(), height));
    let width = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0);
    let from = (line.right() - width).max(line.left());
    let across = Layout::left_to_right(Align::Center);
    let rest = line.with_max_x((from - space::S).max(line.left()));
    ui.scope_builder(UiBuilder::new().max_rect(rest).layout(across), left);
    let at_right = UiBuilder::new()
        .max_rect(line.with_min_x(from))
        .layout(across);
    // In a discarded pass it may overflow, which must not widen its parent, or the next pass would
    // be as wide.
    let mut at_right = ui.new_child(at_right);
    right(&mut at_right);
    let drawn = at_right.min_rect().right() - from;
    if (drawn - width).abs() > TOLERANCE {
        ui.data_mut(|data| data.insert_temp(id, drawn));
        theme::request_layout_pass(ui.ctx(), "a side is as wide as what is in it");
    }
    // Regardless of the content's height.
    ui.advance_cursor_after_rect(line);
}
