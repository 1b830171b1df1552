//! Frames of the window without a display.

use std::hint::black_box;

use egui::{Context, Event, Pos2, RawInput, Rect, Vec2};
use mavi_uploader::ui::MaviApp;

/// Runs the window for one frame, as eframe does, and tessellates it.
pub fn draw(ctx: &Context, window: &mut MaviApp, events: Vec<Event>) {
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::new(1000.0, 680.0))),
        events,
        ..RawInput::default()
    };
    let mut output = ctx.run_ui(input, |ui| {
        window.update(ui.ctx());
        window.render(ui);
    });
    // There is nothing that they could be loaded into.
    output.textures_delta.clear();
    black_box(ctx.tessellate(output.shapes, output.pixels_per_point));
}
