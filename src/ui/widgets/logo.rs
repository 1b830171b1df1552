//! The program's logo, as in `assets/icon/mavi-uploader.svg`.

use egui::epaint::PathShape;
use egui::{CornerRadius, Pos2, Rect, Stroke, Ui, pos2};

use crate::ui::theme::Palette;

/// Side of the drawing's coordinate system.
const SIDE: f32 = 512.0;
/// Background: start, end and corner radius.
const GROUND: [f32; 3] = [24.0, 488.0, 108.0];
/// Outline of the arrow: head, then shaft.
const ARROW: [[f32; 2]; 7] = [
    [256.0, 96.0],
    [366.0, 248.0],
    [284.0, 248.0],
    [284.0, 332.0],
    [228.0, 332.0],
    [228.0, 248.0],
    [146.0, 248.0],
];
/// The tray's corners.
const TRAY: [[f32; 2]; 6] = [
    [128.0, 326.0],
    [128.0, 372.0],
    [154.0, 398.0],
    [358.0, 398.0],
    [384.0, 372.0],
    [384.0, 326.0],
];
/// Line width of the tray.
const LINE: f32 = 40.0;

/// Draws the logo into a square.
pub fn show(ui: &Ui, place: Rect) {
    let p = Palette::of(ui);
    let scale = place.width() / SIDE;
    let at = |[x, y]: [f32; 2]| pos2(place.left() + x * scale, place.top() + y * scale);
    let [near, far, round] = GROUND;
    let ground = Rect::from_min_max(at([near, near]), at([far, far]));
    let corner = CornerRadius::same((round * scale) as u8);
    let painter = ui.painter();
    painter.rect_filled(ground, corner, p.accent);
    let head: Vec<Pos2> = [ARROW[0], ARROW[1], ARROW[6]].map(at).into();
    let shaft: Vec<Pos2> = ARROW[2..6].iter().copied().map(at).collect();
    for part in [head, shaft] {
        painter.add(PathShape::convex_polygon(part, p.on_accent, Stroke::NONE));
    }
    let tray: Vec<Pos2> = TRAY.map(at).into();
    painter.add(PathShape::line(
        tray,
        Stroke::new(LINE * scale, p.on_accent),
    ));
}
