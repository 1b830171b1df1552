//! Buttons of a batch that is done, which hand its results on.

use super::button::{Button, ButtonStyle};
use crate::app::command::{BatchCommand, ReportScope, UiCommand};
use crate::app::list::List;
use crate::app::wording::group as words;
use crate::model::batch::BatchId;
use crate::ui::theme::size;

/// Returns the commands of the buttons, each with its label, left to right; none for a batch that is
/// not done.
pub fn buttons(list: &List, batch: Option<BatchId>) -> Vec<(UiCommand, String)> {
    if !list.batch_totals(batch).is_done() {
        return Vec::new();
    }
    let copy = UiCommand::Batch(BatchCommand::CopyIds, batch);
    let others = [
        Some(UiCommand::SaveReport(ReportScope::Batch(batch))),
        batch.map(|_| UiCommand::Batch(BatchCommand::ShowInLibrary, batch)),
    ];
    let others = others.into_iter().flatten();
    let others = others.map(|command| {
        let label = command.entry().label.to_owned();
        (command, label)
    });
    let copy = (copy, words::copy_ids(list.batch_ids(batch)));
    std::iter::once(copy).chain(others).collect()
}

/// Returns the button of a command; in less than `width` points only the first has a label.
pub fn button<'a>(command: &UiCommand, label: &'a str, width: f32) -> Button<'a> {
    let button = Button::of(command, ButtonStyle::Outlined).labelled(label);
    let is_first = matches!(command, UiCommand::Batch(BatchCommand::CopyIds, _));
    match is_first || width >= size::CHIPS {
        true => button,
        false => button.icon_only(),
    }
}
