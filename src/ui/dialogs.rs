//! Modal dialogs: key entry, questions, details.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{AreaState, Context, Id, Key, Modal, Rect, TextEdit, Ui};
use lucide_icons::Icon;

use super::screens::settings;
use super::shortcuts;
use super::theme::{self, TOLERANCE, of, size, space, type_size};
use super::widgets::button::{Button, ButtonStyle};
use super::widgets::{card, text};
use crate::app::command::{RowCommand, UiCommand};
use crate::app::dialog::{Cancel, Dialog, Pause};
use crate::app::rows;
use crate::app::state::App;
use crate::app::wording::screens as words;
use crate::app::wording::{self, Message, NextStep, Quit};
use crate::model::key::ApiKey;
use crate::model::snapshot::{ItemId, KeyState};

/// Character limit of the key field: far above a key's length, so that a truncated text is not
/// taken for a key.
const FIELD: usize = 2 * ApiKey::LONGEST;

/// Draws the open dialog, if any.
pub fn show(ctx: &Context, app: &mut App, out: &mut Vec<UiCommand>) {
    let id = dialog_id();
    let Some(dialog) = app.dialog().cloned() else {
        // The field's memory may contain parts of a key.
        ctx.data_mut(|data| {
            data.remove::<TextEditState>(key_field());
            data.remove::<(Dialog, Rect)>(id);
            data.remove::<Dialog>(asked());
        });
        return;
    };
    let palette = theme::palette(ctx.theme());
    // A new dialog, or one in a resized window, is measured with all the room before it is visible.
    let room = ctx.content_rect();
    let measured = ctx.data(|data| data.get_temp(id));
    let now = (dialog.clone(), room);
    let fresh = measured.as_ref() != Some(&now);
    ctx.data_mut(|data| data.insert_temp(id, now));
    let placed = AreaState::load(ctx, id).and_then(|area| area.size);
    let area = Modal::default_area(id).default_size(room.size());
    let modal = Modal::new(id)
        .area(area.sizing_pass(fresh))
        .backdrop_color(palette.scrim);
    let width = size::MEASURE.min(room.width() - 2.0 * space::XXL);
    let style = ctx.style_of(ctx.theme());
    let frame = egui::Frame::window(&style).inner_margin(egui::Margin::same(space::XL as i8));
    let shown = modal.frame(frame).show(ctx, |ui| {
        ui.set_width(width - 2.0 * space::XL);
        ui.spacing_mut().item_spacing.y = space::M;
        // Text here reaches up to the scroll bar.
        ui.spacing_mut().scroll.floating_allocated_width = space::M;
        match dialog {
            Dialog::Key => key(ui, app, out),
            Dialog::Cancel(uploads) => cancel(ui, &uploads, out),
            Dialog::Pause(uploads) => pause(ui, &uploads, out),
            Dialog::Discard => discard(ui, app, out),
            Dialog::Details(id) => details(ui, app, id, out),
            Dialog::Quit => {
                leave(ui, dialog, &app.closing_question(), UiCommand::Quit, out);
            }
            Dialog::LeaveSandbox => {
                let command = UiCommand::ConfirmLeaveSandbox;
                leave(ui, dialog, &app.leaving_question(), command, out);
            }
            Dialog::Settings => preferences(ui, app, out),
            Dialog::RemoveKey => remove_key(ui, out),
            Dialog::Shortcuts => {
                shortcuts::show(ui);
                buttons(ui, vec![plain(UiCommand::CloseDialog)], out);
            }
            Dialog::Formats => formats(ui, app, out),
        }
    });
    // It was positioned for its previous size.
    let size = shown.response.rect.size();
    if fresh || placed.is_none_or(|placed| (placed - size).abs().max_elem() > TOLERANCE) {
        theme::lay_out_anew(ctx, "a dialog stands in the middle");
    }
    // A stray click must not discard typed text.
    let missed = shown.backdrop_response.clicked() && !app.key().entry().draft().is_empty();
    if shown.should_close() && !missed {
        out.push(UiCommand::CloseDialog);
    }
}

fn dialog_id() -> Id {
    Id::unique("dialog")
}

/// Id of the question that last set the focus.
fn asked() -> Id {
    Id::unique("question")
}

/// Draws a question's buttons: the risky ones first, the safe default last and focused.
fn choice(
    ui: &mut Ui,
    dialog: Dialog,
    stake: (Button<'_>, UiCommand),
    safe: &str,
    out: &mut Vec<UiCommand>,
) {
    let fresh = ui.data(|data| data.get_temp::<Dialog>(asked()).as_ref() != Some(&dialog));
    // An invisible measuring pass can't take the focus.
    let fresh = fresh && !ui.is_sizing_pass();
    if fresh {
        ui.data_mut(|data| data.insert_temp(asked(), dialog));
    }
    let safe = Button::of(&UiCommand::CloseDialog, ButtonStyle::Primary)
        .labelled(safe)
        .focused(fresh);
    let both = vec![stake, (safe, UiCommand::CloseDialog)];
    buttons(ui, both, out);
}

/// Draws the title, which also names the dialog.
pub(super) fn title(ui: &mut Ui, words: &str) {
    let name = text::labelling(ui, words, type_size::TITLE, of(ui).text);
    ui.ctx().accesskit_node_builder(dialog_id(), |node| {
        node.push_labelled_by(name.id.accesskit_id());
        node.set_modal();
    });
}

fn body(ui: &mut Ui, words: &str) {
    text::label(ui, words, type_size::BODY, of(ui).secondary);
}

/// Draws the buttons at the foot, the primary one last at the right.
fn buttons(ui: &mut Ui, buttons: Vec<(Button<'_>, UiCommand)>, out: &mut Vec<UiCommand>) {
    ui.add_space(space::XS);
    let right = |ui: &mut Ui| {
        for (button, command) in buttons {
            if button.show(ui) {
                out.push(command);
            }
        }
    };
    card::sides(ui, size::BUTTON, |_| (), right);
}

fn plain(command: UiCommand) -> (Button<'static>, UiCommand) {
    (
        Button::of(&command, ButtonStyle::Outlined).without_icon(),
        command,
    )
}

fn key_field() -> Id {
    Id::unique("key field")
}

fn key(ui: &mut Ui, app: &mut App, out: &mut Vec<UiCommand>) {
    let p = of(ui);
    title(ui, words::KEY);
    let now = wording::key_in_use(&app.snapshot().key, app.key().is_for_session(app.now()));
    body(ui, &now);
    let starts = app.starts_with_key();
    if starts > 0 {
        text::label(ui, &words::save_starts(starts), type_size::BODY, p.text);
    }
    let busy = app.key().entry().busy();
    let again = app.key_mut().entry_mut().take_again();
    let problem = app.key().entry().problem().map(str::to_owned);
    let id = key_field();
    // A newly opened dialog takes the focus.
    let fresh = TextEditState::load(ui.ctx(), id).is_none();
    let field = TextEdit::singleline(app.key_mut().entry_mut().draft_mut())
        .id(id)
        .char_limit(FIELD)
        .password(true)
        .hint_text(words::PASTE_KEY)
        .margin(egui::Margin::symmetric(space::M as i8, space::S as i8))
        .min_size(egui::vec2(0.0, size::BUTTON))
        .desired_width(f32::INFINITY)
        .interactive(busy.is_none())
        .show(ui);
    let response = field.response.response;
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(words::KEY));
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
        None if app.key().entry().draft().is_empty() => Some(words::PASTE_FIRST),
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
        close.labelled(words::CANCEL)
    };
    let mut foot = Vec::new();
    if app.snapshot().key == KeyState::Missing && app.can_try_sandbox() {
        let try_it =
            Button::of(&UiCommand::TrySandbox, ButtonStyle::Plain).labelled(words::WITHOUT);
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

/// Shows an address or path that did not open, with a copy button.
fn unopened(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let Some(unopened) = app.opener().failed() else {
        return;
    };
    let p = of(ui);
    text::label(ui, unopened.said, type_size::SMALL, p.notice);
    let copy = unopened.copy.clone();
    let mut button = Button {
        room_for: copy.entry().label,
        ..Button::of(&copy, ButtonStyle::Outlined).small()
    };
    if unopened.copied {
        button.label = wording::row::COPIED;
        button.icon = Some(Icon::Check);
        button.colour = Some(p.good);
    }
    let left = |ui: &mut Ui| {
        let address = egui::RichText::new(&unopened.text);
        let address = address.font(theme::mono(type_size::SMALL)).color(p.text);
        ui.add(egui::Label::new(address).selectable(true).truncate());
    };
    let right = |ui: &mut Ui| {
        if button.show(ui) {
            out.push(copy);
        }
    };
    card::sides(ui, size::SMALL_BUTTON, left, right);
}

fn cancel(ui: &mut Ui, uploads: &Cancel, out: &mut Vec<UiCommand>) {
    let (question, means) = wording::selection::cancel(
        uploads.name.as_deref(),
        uploads.ids.len(),
        uploads.losing,
        uploads.sent,
        uploads.total,
    );
    title(ui, &question);
    body(ui, &means);
    let stop = UiCommand::ConfirmCancel;
    let label = wording::selection::confirm_cancel(uploads.ids.len());
    let stake = Button::of(&stop, ButtonStyle::Outlined).labelled(&label);
    let stake = (stake, stop);
    let dialog = Dialog::Cancel(uploads.clone());
    choice(ui, dialog, stake, words::KEEP_UPLOADING, out);
}

fn pause(ui: &mut Ui, uploads: &Pause, out: &mut Vec<UiCommand>) {
    let (question, means) = wording::selection::pause(
        uploads.name.as_deref(),
        uploads.ids.as_ref().map(|ids| ids.len()),
        uploads.losing,
        uploads.sent,
        uploads.total,
    );
    title(ui, &question);
    body(ui, &means);
    let stop = UiCommand::ConfirmPause;
    let stake = (Button::of(&stop, ButtonStyle::Outlined), stop);
    let dialog = Dialog::Pause(uploads.clone());
    choice(ui, dialog, stake, words::KEEP_UPLOADING, out);
}

fn discard(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let (question, means) = wording::selection::discard(app.snapshot().interrupted);
    title(ui, &question);
    body(ui, means);
    let discard = UiCommand::ConfirmDiscard;
    let stake = (Button::of(&discard, ButtonStyle::Outlined), discard);
    choice(ui, Dialog::Discard, stake, words::KEEP_INTERRUPTED, out);
}

fn preferences(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    title(ui, UiCommand::OpenSettings.entry().label);
    let around = 2.0 * (space::XXL + 2.0 * space::XL) + type_size::TITLE + size::BUTTON;
    let height = ui.ctx().content_rect().height() - around - size::LINE;
    settings::show(ui, app, height, out);
    match app.settings().problem() {
        Some(problem) => text::label(ui, problem, type_size::SMALL, of(ui).bad),
        None => text::label(
            ui,
            wording::SAVED_AT_ONCE,
            type_size::SMALL,
            of(ui).secondary,
        ),
    }
    unopened(ui, app, out);
    buttons(ui, vec![plain(UiCommand::CloseDialog)], out);
}

fn formats(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    title(ui, words::FORMATS_TITLE);
    for (kind, extensions) in words::formats() {
        text::label(ui, kind, type_size::BODY, of(ui).text);
        ui.add_space(space::XS - space::M);
        body(ui, &extensions);
    }
    body(ui, &words::size_limit(app.place()));
    buttons(ui, vec![plain(UiCommand::CloseDialog)], out);
}

fn remove_key(ui: &mut Ui, out: &mut Vec<UiCommand>) {
    title(ui, wording::REMOVE_KEY);
    body(ui, wording::REMOVE_KEY_MEANS);
    let remove = UiCommand::ConfirmRemoveKey;
    let stake = (Button::of(&remove, ButtonStyle::Outlined), remove);
    choice(ui, Dialog::RemoveKey, stake, words::KEEP_KEY, out);
}

/// Draws the question before leaving.
fn leave(
    ui: &mut Ui,
    dialog: Dialog,
    question: &Quit,
    command: UiCommand,
    out: &mut Vec<UiCommand>,
) {
    title(ui, question.title);
    body(ui, &question.cause);
    let stake = Button {
        hint: question.hint.to_owned(),
        ..Button::of(&command, ButtonStyle::Outlined).labelled(question.leave)
    };
    choice(ui, dialog, (stake, command), question.stay, out);
}

fn details(ui: &mut Ui, app: &App, id: ItemId, out: &mut Vec<UiCommand>) {
    let Some(row) = app.row(id) else {
        out.push(UiCommand::CloseDialog);
        return;
    };
    let Some((message, technical)) = rows::trouble(row, app.place()) else {
        out.push(UiCommand::CloseDialog);
        return;
    };
    title(ui, &message.title);
    let p = of(ui);
    let file = row.path.display().to_string();
    text::label(ui, &file, type_size::BODY, p.text);
    body(ui, &message.cause);
    text::label(ui, &message.next, type_size::BODY, p.text);
    let program = (wording::row::PROGRAM, app.build().to_owned());
    card::card(ui)
        .fill(p.raised)
        .inner_margin(space::M)
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            for (name, value) in technical.into_iter().chain([program]) {
                let line = wording::row::named(name, &value);
                text::label(ui, &line, type_size::SMALL, p.secondary);
            }
        });
    unopened(ui, app, out);
    let mut foot = Vec::new();
    let (lead, copy) = (next(&message, id), UiCommand::CopyDetails(id));
    let leads = lead.as_ref() == Some(&copy);
    if !leads {
        foot.push((Button::of(&copy, ButtonStyle::Plain), copy));
    }
    let show = UiCommand::Row(RowCommand::ShowFile, id);
    foot.push((Button::of(&show, ButtonStyle::Plain), show));
    foot.push(plain(UiCommand::CloseDialog));
    if let Some(command) = lead {
        foot.push((Button::of(&command, ButtonStyle::Primary), command));
    }
    let before = out.len();
    buttons(ui, foot, out);
    if out[before..]
        .iter()
        .any(|command| matches!(command, UiCommand::Row(it, _) if *it != RowCommand::ShowFile))
    {
        out.push(UiCommand::CloseDialog);
    }
}

fn next(message: &Message, id: ItemId) -> Option<UiCommand> {
    match message.step? {
        NextStep::Row(command) => Some(UiCommand::Row(command, id)),
        NextStep::UpdateKey => Some(UiCommand::EnterKey),
        NextStep::OpenConsole => Some(UiCommand::OpenConsole),
        NextStep::CopyDetails => Some(UiCommand::CopyDetails(id)),
    }
}
