//! Dialog with the skipped files of a batch.

use egui::style::ScrollAnimation;
use egui::{ScrollArea, Ui, vec2};

use super::parts::{body, buttons, plain, title};
use crate::app::command::UiCommand;
use crate::app::skipped::{SkippedLine, SkippedReport};
use crate::text::messages::skipped as words;
use crate::ui::shortcuts;
use crate::ui::theme::{Palette, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::text;

/// Height of a line: a name with its folder, or a kind with its advice.
const LINE: f32 = 2.0 * size::LINE + space::S;

/// Lines of the texts above and below the list.
const TEXT_LINES: u8 = 5;

/// Draws the dialog.
pub fn show(ui: &mut Ui, report: &SkippedReport, out: &mut Vec<UiCommand>) {
    title(ui, &words::title(&report.label));
    body(ui, &words::summary(&report.summary));
    // Height around it: margins, title, buttons, and the lines of two texts with their gaps.
    let margins = 2.0 * (space::XL + space::L);
    let texts = f32::from(TEXT_LINES) * (size::LINE + space::M);
    let around = margins + type_size::TITLE + size::BUTTON + texts;
    let room = ui.ctx().content_rect().height() - around;
    let lines = &report.lines;
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .auto_shrink([false, true])
        .max_height(room.max(2.0 * LINE))
        .show_rows(ui, LINE, lines.len(), |ui, in_sight| {
            let by = shortcuts::by_keys(ui, ui.clip_rect().height() - LINE);
            ui.scroll_with_delta_animation(vec2(0.0, by), ScrollAnimation::none());
            for shown in &lines[in_sight] {
                line(ui, shown);
            }
        });
    ui.spacing_mut().item_spacing.y = space::M;
    ui.add_space(space::S);
    if report.other_files > 0 {
        body(ui, &words::other_files(report.other_files));
    }
    let copy = UiCommand::CopySkipped;
    let copy = (Button::of(&copy, ButtonStyle::Outlined), copy);
    buttons(ui, vec![copy, plain(UiCommand::CloseDialog)], out);
}

fn line(ui: &mut Ui, line: &SkippedLine) {
    let p = Palette::of(ui);
    let (first, second, colour) = match line {
        SkippedLine::Kind { title, advice } => (title, *advice, p.notice),
        SkippedLine::Unnamed(text) => (text, "", p.secondary),
        SkippedLine::File { name, folder } => (name, folder.as_str(), p.text),
    };
    ui.add_space(space::XS);
    ui.allocate_ui(vec2(ui.available_width(), 2.0 * size::LINE), |ui| {
        ui.set_min_height(2.0 * size::LINE);
        text::line(ui, first, type_size::BODY, colour);
        text::line(ui, second, type_size::SMALL, p.secondary);
    });
    ui.add_space(space::XS);
}
