//! Dialog for label and note of a batch.

use egui::{Id, Key, Margin, TextEdit, Ui};

use super::parts::{buttons, field, title};
use crate::app::command::UiCommand;
use crate::app::state::App;
use crate::model::batch::BatchId;
use crate::text::messages::{group as words, key as key_words};
use crate::ui::theme::{Palette, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::text;

/// Most characters of a label.
const LABEL: usize = 200;
/// Most characters of a note.
const NOTE: usize = 2000;
/// Lines of the note in view.
const NOTE_LINES: usize = 3;

/// Label and note as typed.
#[derive(Clone, Debug)]
pub struct Draft {
    label: String,
    note: String,
}

/// Returns where the draft is kept while the dialog is open.
pub fn draft() -> Id {
    Id::unique("batch_draft")
}

/// Draws the dialog.
pub fn show(ui: &mut Ui, app: &App, id: BatchId, out: &mut Vec<UiCommand>) {
    let Some(batch) = app.list().batch(Some(id)) else {
        out.push(UiCommand::CloseDialog);
        return;
    };
    let p = Palette::of(ui);
    let kept = ui.data(|data| data.get_temp::<Draft>(draft()));
    let mut typed = kept.unwrap_or_else(|| Draft {
        label: batch.label.clone(),
        note: batch.note.clone().unwrap_or_default(),
    });
    title(ui, words::rename());
    let name = text::labelling(ui, words::name(), type_size::SMALL, p.secondary);
    let label = ui.add(field(&mut typed.label, LABEL)).labelled_by(name.id);
    let name = text::labelling(ui, words::note(), type_size::SMALL, p.secondary);
    let note = TextEdit::multiline(&mut typed.note)
        .char_limit(NOTE)
        .hint_text(words::note_hint())
        .margin(Margin::symmetric(space::M as i8, space::S as i8))
        .desired_rows(NOTE_LINES)
        .desired_width(f32::INFINITY);
    ui.add(note).labelled_by(name.id);
    let missing = typed.label.trim().is_empty();
    let save = UiCommand::EditBatch {
        batch: id,
        label: typed.label.clone(),
        note: typed.note.clone(),
    };
    let why_not = missing.then_some(words::name_needed());
    let button = Button::of(&save, ButtonStyle::Primary).blocked(why_not);
    let close = Button::of(&UiCommand::CloseDialog, ButtonStyle::Outlined);
    let close = close.labelled(key_words::cancel());
    let entered = label.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if entered && !missing {
        out.push(save.clone());
    }
    let foot = vec![(close, UiCommand::CloseDialog), (button, save)];
    buttons(ui, foot, out);
    ui.data_mut(|data| data.insert_temp(draft(), typed));
}
