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
use crate::app::thumbnails::{PictureMaker, PictureRequest, Pixels, Thumbnails};
use crate::model::media::Kind;

/// Side of a texture in UV coordinates.
const WHOLE: f32 = 1.0;

/// Thumbnail cache, kept in the egui context.
type Shared = Arc<Mutex<Thumbnails<TextureHandle>>>;

/// Sets the maker of a window's thumbnails.
pub fn install(ctx: &Context, maker: Arc<PictureMaker>) {
    let wake = ctx.clone();
    let wake = Arc::new(move || wake.request_repaint());
    let thumbnails: Shared = Arc::new(Mutex::new(Thumbnails::new(maker, wake)));
    ctx.data_mut(|data| data.insert_temp(Id::unique("thumbnails"), thumbnails));
}

/// Draws a file's thumbnail, or the icon of its kind, into a square.
pub fn show(
    ui: &Ui,
    square: Rect,
    kind: Option<Kind>,
    request: Option<&PictureRequest>,
    now: Instant,
) {
    let p = Palette::of(ui);
    let corner = CornerRadius::same(radius::CONTROL);
    ui.painter().rect_filled(square, corner, p.raised);
    let icon = || {
        let (icon, points) = (icons::kind(kind), size::ICON_KIND);
        paint_icon(ui.painter(), square.center(), icon, points, p.secondary);
    };
    let shared: Option<Shared> = ui.data(|data| data.get_temp(Id::unique("thumbnails")));
    let (Some(shared), Some(request)) = (shared, request) else {
        return icon();
    };
    let mut thumbnails = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let keep = |path: &std::path::Path, pixels: &Pixels| {
        let side = pixels.side as usize;
        let image = ColorImage::from_rgba_unmultiplied([side, side], &pixels.rgba);
        let name = path.to_string_lossy();
        ui.ctx().load_texture(name, image, TextureOptions::LINEAR)
    };
    match thumbnails.of(request, now, keep) {
        Some(picture) => {
            let whole = Rect::from_min_size(Pos2::ZERO, Vec2::splat(WHOLE));
            let shape = RectShape::filled(square, corner, Color32::WHITE);
            ui.painter().add(shape.with_texture(picture.id(), whole));
        }
        None => icon(),
    }
    if let Some(wait) = thumbnails.next_wakeup(now) {
        ui.ctx().request_repaint_after(wait);
    }
}
