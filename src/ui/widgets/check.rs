//! Checkbox.

use egui::{CornerRadius, Id, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};
use egui::{Role, accesskit};
use lucide_icons::Icon;

use super::text::paint_icon;
use crate::ui::focus;
use crate::ui::theme::{Palette, radius, size, space, type_size};

/// State of a checkbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// None selected.
    Off,
    /// Some selected.
    Some,
    /// All selected.
    On,
}

/// Draws a checkbox centred in `place`, all of which is clickable. `is_focusable` makes it focusable.
pub fn show_at(
    ui: &Ui,
    place: Rect,
    id: Id,
    tick: Tick,
    name: &str,
    is_focusable: bool,
) -> Response {
    let sense = if is_focusable {
        Sense::click()
    } else {
        Sense::CLICK
    };
    let response = ui.interact(place, id, sense);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, tick == Tick::On, name));
    if tick == Tick::Some {
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_toggled(accesskit::Toggled::Mixed);
        });
    }
    if !ui.is_rect_visible(place) {
        return response;
    }
    let p = Palette::of(ui);
    let corner = CornerRadius::same(radius::CONTROL / 2);
    let square = Rect::from_center_size(place.center(), Vec2::splat(size::ICON));
    focus::ring(ui, &response, square, radius::CONTROL / 2);
    let (fill, line, icon) = match tick {
        Tick::Off if response.hovered() => (p.surface, p.accent, None),
        Tick::Off => (p.surface, p.secondary, None),
        Tick::Some => (p.accent, p.accent, Some(Icon::Minus)),
        Tick::On => (p.accent, p.accent, Some(Icon::Check)),
    };
    let stroke = Stroke::new(size::HAIRLINE, line);
    ui.painter()
        .rect(square, corner, fill, stroke, StrokeKind::Inside);
    if let Some(icon) = icon {
        let points = type_size::SMALL;
        paint_icon(ui.painter(), square.center(), icon, points, p.on_accent);
    }
    response
}

/// Draws a checkbox at the layout's position.
pub fn show(ui: &mut Ui, tick: Tick, name: &str) -> bool {
    let room = egui::vec2(size::ICON + space::XS, size::SMALL_BUTTON);
    let (id, place) = ui.allocate_space(room);
    show_at(ui, place, id, tick, name, true).clicked()
}
