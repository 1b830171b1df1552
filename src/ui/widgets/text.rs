//! Text that fits: elided or wrapped galleys, and labels.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Response, Ui};
use lucide_icons::Icon;

use crate::ui::theme;

const ELLIPSIS: char = '…';
/// Characters kept at a name's end: number and extension.
const TAIL: usize = 12;

/// Lays out one line, elided in the middle if too wide.
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
    // `fits` letters fit, `too_many` do not.
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

/// Lays out a folder's path in one line. If too wide, its last names are kept, if they fit whole.
pub fn elided_folder(
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
    let cut = |start: usize| lay([ELLIPSIS.to_string().as_str(), &text[start..]].concat());
    let fitting = |starts: Vec<usize>| {
        let first = starts.partition_point(|start| cut(*start).size().x > width);
        starts.get(first).copied()
    };
    let names = text.match_indices(std::path::is_separator);
    let names = names.map(|(at, _)| at).filter(|at| *at > 0).collect();
    let letters = || text.char_indices().map(|(at, _)| at).skip(1).collect();
    let start = fitting(names).or_else(|| fitting(letters()));
    cut(start.unwrap_or(text.len()))
}

/// Lays out one line, elided at its end if too wide.
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

/// Lays out wrapped text, elided at the end of its last allowed line.
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

/// Paints a galley with its left edge vertically centred at `left`.
pub fn paint_left(painter: &Painter, left: Pos2, galley: Arc<Galley>) -> Rect {
    let rect = Align2::LEFT_CENTER.anchor_size(left, galley.size());
    painter.galley(rect.min, galley, Color32::PLACEHOLDER);
    rect
}

/// Paints an icon centred at a point.
pub fn paint_icon(painter: &Painter, centre: Pos2, icon: Icon, points: f32, colour: Color32) {
    painter.text(
        centre,
        Align2::CENTER_CENTER,
        icon.unicode(),
        theme::icon_font(points),
        colour,
    );
}

/// Draws a wrapping label in a theme size and colour.
pub fn label(ui: &mut Ui, text: &str, points: f32, colour: Color32) {
    labelling(ui, text, points, colour);
}

/// Draws a wrapping label that names another widget.
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

/// Draws a one-line label, elided at its end; the tooltip has the full text.
pub fn line(ui: &mut Ui, text: &str, points: f32, colour: Color32) {
    let font = theme::font(points);
    let galley = elided_end(ui.painter(), text, &font, colour, ui.available_width());
    let cut = galley.elided;
    let response = ui.label(galley);
    if cut {
        response.on_hover_text(text);
    }
}
