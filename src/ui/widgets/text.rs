//! Text that fits: elided in the middle or at its end, laid out for painting.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Response, Ui};
use lucide_icons::Icon;

use crate::ui::theme;

const ELLIPSIS: char = '…';
/// How much of a name's end is kept, in characters: its number and extension.
const TAIL: usize = 12;

/// One line that is cut in its midst where it is too wide, with its end kept.
pub fn elided_middle(
    painter: &Painter,
    text: &str,
    font: &FontId,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    let lay = |text: String| painter.layout_no_wrap(text, font.clone(), colour);
    let whole = lay(text.to_owned());
    if whole.size().x <= width {
        return whole;
    }
    let letters: Vec<char> = text.chars().collect();
    let cut = |kept: usize| {
        let tail = TAIL.min(kept / 2);
        let mut short: String = letters[..kept - tail].iter().collect();
        short.push(ELLIPSIS);
        short.extend(&letters[letters.len() - tail..]);
        lay(short)
    };
    // The most letters that fit: `fits` does, `too_many` does not.
    let (mut fits, mut too_many) = (0, letters.len());
    while too_many - fits > 1 {
        let middle = usize::midpoint(fits, too_many);
        if cut(middle).size().x <= width {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    cut(fits)
}

/// One line that is cut at its end where it is too wide.
pub fn elided_end(
    painter: &Painter,
    text: &str,
    font: &FontId,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font.clone(), colour);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    painter.layout_job(job)
}

/// Text that goes on in further lines where it is too wide, and is cut at the end of the last
/// that it may have.
pub fn wrapped(
    painter: &Painter,
    text: &str,
    font: &FontId,
    colour: Color32,
    width: f32,
    lines: usize,
) -> Arc<Galley> {
    let mut job = LayoutJob::simple(text.to_owned(), font.clone(), colour, width);
    job.wrap.max_rows = lines;
    painter.layout_job(job)
}

/// Paints a galley so that its left edge and its middle line are at `left`.
pub fn paint_left(painter: &Painter, left: Pos2, galley: Arc<Galley>) -> Rect {
    let rect = Align2::LEFT_CENTER.anchor_size(left, galley.size());
    painter.galley(rect.min, galley, Color32::PLACEHOLDER);
    rect
}

/// Paints an icon around a point.
pub fn paint_icon(painter: &Painter, centre: Pos2, icon: Icon, points: f32, colour: Color32) {
    painter.text(
        centre,
        Align2::CENTER_CENTER,
        icon.unicode(),
        theme::icon_font(points),
        colour,
    );
}

/// A label in a size and colour of the theme; wraps.
pub fn label(ui: &mut Ui, text: &str, points: f32, colour: Color32) {
    labelling(ui, text, points, colour);
}

/// The same, where it is the name of something.
pub fn labelling(ui: &mut Ui, text: &str, points: f32, colour: Color32) -> Response {
    ui.add(
        egui::Label::new(
            egui::RichText::new(text)
                .font(theme::font(points))
                .color(colour),
        )
        .wrap(),
    )
}

/// A label of one line, cut at its end where the room is too small; whole when the pointer
/// rests on it.
pub fn line(ui: &mut Ui, text: &str, points: f32, colour: Color32) {
    let font = theme::font(points);
    let galley = elided_end(ui.painter(), text, &font, colour, ui.available_width());
    let cut = galley.elided;
    let response = ui.label(galley);
    if cut {
        response.on_hover_text(text);
    }
}
