//! Dialog for the API key.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Id, Key, Ui};

use super::parts::{self, body, buttons, title, unopened};
use crate::app::command::UiCommand;
use crate::app::state::App;
use crate::app::wording::key_in_use;
use crate::model::key::ApiKey;
use crate::model::snapshot::KeyState;
use crate::text::messages::key as words;
use crate::ui::theme::{Palette, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::text;

/// Character limit of the key field: far above a key's length, so that a truncated text is not
/// taken for a key.
const FIELD: usize = 2 * ApiKey::LONGEST;
/// Id of the text field.
pub fn field() -> Id {
    Id::unique("key field")
}

/// Draws the dialog.
pub fn show(ui: &mut Ui, app: &mut App, out: &mut Vec<UiCommand>) {
    let p = Palette::of(ui);
    if app.key().is_adding() {
        let (question, means) = words::add();
        title(ui, question);
        body(ui, means);
    } else {
        title(ui, words::title());
        let now = key_in_use(&app.snapshot().key, app.key().is_for_session(app.now()));
        body(ui, &now);
    }
    let starts = app.key().starts(app.plan().files);
    if starts > 0 {
        text::label(ui, &words::save_starts(starts), type_size::BODY, p.text);
    }
    let busy = app.key().entry().busy();
    let again = app.key_entry_mut().take_again();
    let problem = app.key().entry().problem().map(str::to_owned);
    let id = field();
    // A newly opened dialog takes the focus.
    let fresh = TextEditState::load(ui.ctx(), id).is_none();
    let field = parts::field(app.key_entry_mut().draft_mut(), FIELD)
        .id(id)
        .password(true)
        .hint_text(words::paste())
        .interactive(busy.is_none());
    let response = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(words::title()));
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if fresh || again {
        response.request_focus();
    }
    if again && let Some(mut state) = TextEditState::load(ui.ctx(), id) {
        let end = CCursor::new(app.key().entry().draft().chars().count());
        let all = CCursorRange::two(CCursor::default(), end);
        state.cursor.set_char_range(Some(all));
        state.store(ui.ctx(), id);
    }
    if app.key().entry().draft().is_empty()
        && let Some(mut state) = TextEditState::load(ui.ctx(), id)
    {
        // The undo history must not outlive the key.
        state.clear_undoer();
        state.store(ui.ctx(), id);
    }
    if let Some(busy) = busy {
        text::label(ui, busy, type_size::SMALL, p.working);
    } else if let Some(problem) = problem {
        text::label(ui, &problem, type_size::SMALL, p.bad);
    }
    unopened(ui, app, out);
    let why_not = match busy {
        Some(busy) => Some(busy),
        None if app.key().entry().draft().is_empty() => Some(words::paste_first()),
        None => None,
    };
    let save = if app.key().entry().is_saving() && app.keychain_is_silent() {
        let command = UiCommand::UseKeyForSession;
        (Button::of(&command, ButtonStyle::Primary), command)
    } else {
        let command = UiCommand::SaveKey;
        (
            Button::of(&command, ButtonStyle::Primary).blocked(why_not),
            command,
        )
    };
    let get = Button::of(&UiCommand::GetKey, ButtonStyle::Plain);
    let close = Button::of(&UiCommand::CloseDialog, ButtonStyle::Outlined);
    let close = if app.key().entry().is_saving() {
        close
    } else {
        close.labelled(words::cancel())
    };
    let mut foot = Vec::new();
    if app.snapshot().key == KeyState::Missing && app.can_try_sandbox() {
        let try_it =
            Button::of(&UiCommand::TrySandbox, ButtonStyle::Plain).labelled(words::try_without());
        foot.push((try_it.without_icon(), UiCommand::TrySandbox));
    }
    foot.extend([
        (get, UiCommand::GetKey),
        (close, UiCommand::CloseDialog),
        save,
    ]);
    buttons(ui, foot, out);
    if entered && why_not.is_none() {
        out.push(UiCommand::SaveKey);
    }
}
