//! Draws thumbnails, or the icon of the file kind.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use egui::epaint::RectShape;
use egui::{
    Color32, ColorImage, Context, CornerRadius, Id, Pos2, Rect, TextureHandle, TextureOptions, Ui,
    Vec2,
};

use super::icons;
use super::theme::{Palette, radius, size};
use super::widgets::text::paint_icon;
use crate::app::thumbnails::{Pixels, Thumb, Thumbnails};
use crate::model::snapshot::Row;

/// Side of a texture in UV coordinates.
const WHOLE: f32 = 1.0;

/// Thumbnail cache, kept in the egui context.
type Shared = Arc<Mutex<Thumbnails<TextureHandle>>>;

fn shared(ctx: &Context) -> Shared {
    let wake = ctx.clone();
    ctx.data_mut(|data| {
        let id = Id::unique("thumbnails");
        data.get_temp_mut_or_insert_with(id, || {
            let thumbnails = Thumbnails::new(Arc::new(move || wake.request_repaint()));
            Arc::new(Mutex::new(thumbnails))
        })
        .clone()
    })
}

/// Draws a row's thumbnail or file kind icon into a square.
pub fn show(ui: &Ui, square: Rect, row: &Row, now: Instant) {
    let p = Palette::of(ui);
    let corner = CornerRadius::same(radius::CONTROL);
    ui.painter().rect_filled(square, corner, p.raised);
    let shared = shared(ui.ctx());
    let mut thumbnails = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let keep = |path: &std::path::Path, pixels: &Pixels| {
        let side = pixels.side as usize;
        let image = ColorImage::from_rgba_unmultiplied([side, side], &pixels.rgba);
        let name = path.to_string_lossy();
        ui.ctx().load_texture(name, image, TextureOptions::LINEAR)
    };
    match thumbnails.of(row, now, keep) {
        Thumb::Picture(picture) => {
            let whole = Rect::from_min_size(Pos2::ZERO, Vec2::splat(WHOLE));
            let shape = RectShape::filled(square, corner, Color32::WHITE);
            ui.painter().add(shape.with_texture(picture.id(), whole));
        }
        Thumb::Kind => {
            let points = size::ICON_KIND;
            let icon = icons::kind(row.kind);
            paint_icon(ui.painter(), square.center(), icon, points, p.secondary);
        }
    }
    if let Some(wait) = thumbnails.next_wakeup(now) {
        ui.ctx().request_repaint_after(wait);
    }
}
