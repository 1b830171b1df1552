//! What stands before everything else: entering a key, questions, details.

use egui::text_edit::TextEditState;
use egui::{Context, Id, Key, Modal, TextEdit, Ui};

use super::screens::settings;
use super::shortcuts;
use super::theme::{self, of, size, space, type_size};
use super::widgets::button::{Button, Look};
use super::widgets::{card, text};
use crate::app::command::UiCommand;
use crate::app::rows;
use crate::app::state::{App, Cancel, Dialog};
use crate::app::wording::screens as words;
use crate::app::wording::{self, Message, Step};
use crate::model::snapshot::{ItemId, KeyState};

/// Draws the dialog that is open, if one is.
pub fn show(ctx: &Context, app: &mut App, out: &mut Vec<UiCommand>) {
    let Some(dialog) = app.dialog().cloned() else {
        // Pieces of a key may be in what the field remembers.
        ctx.data_mut(|data| data.remove::<TextEditState>(key_field()));
        return;
    };
    let palette = theme::palette(ctx.theme());
    let modal = Modal::new(Id::unique("dialog")).backdrop_color(palette.scrim);
    let width = size::MEASURE.min(ctx.content_rect().width() - 2.0 * space::XXL);
    let style = ctx.style_of(ctx.theme());
    let frame = egui::Frame::window(&style).inner_margin(egui::Margin::same(space::XL as i8));
    let shown = modal.frame(frame).show(ctx, |ui| {
        ui.set_width(width - 2.0 * space::XL);
        ui.spacing_mut().item_spacing.y = space::M;
        match dialog {
            Dialog::Key => key(ui, app, out),
            Dialog::Cancel(uploads) => cancel(ui, &uploads, out),
            Dialog::Details(id) => details(ui, app, id, out),
            Dialog::Quit => quit(ui, app, out),
            Dialog::Settings => preferences(ui, app, out),
            Dialog::RemoveKey => remove_key(ui, out),
            Dialog::Shortcuts => {
                shortcuts::show(ui);
                buttons(ui, vec![plain(UiCommand::CloseDialog)], out);
            }
            Dialog::Formats => formats(ui, app, out),
        }
    });
    if shown.should_close() {
        out.push(UiCommand::CloseDialog);
    }
}

fn title(ui: &mut Ui, words: &str) {
    text::label(ui, words, type_size::TITLE, of(ui).text);
}

fn body(ui: &mut Ui, words: &str) {
    text::label(ui, words, type_size::BODY, of(ui).secondary);
}

/// Buttons at the dialog's foot, the one that leads last, at the right.
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
    (Button::of(&command, Look::Outlined).without_icon(), command)
}

fn key_field() -> Id {
    Id::unique("key field")
}

fn key(ui: &mut Ui, app: &mut App, out: &mut Vec<UiCommand>) {
    let p = of(ui);
    title(ui, words::KEY);
    let now = wording::key_in_use(&app.snapshot().key, app.key_is_for_session());
    body(ui, &now);
    let busy = app.key_entry().busy();
    let problem = app.key_entry().problem().map(str::to_owned);
    let id = key_field();
    // A dialog that has just opened takes the focus.
    let fresh = TextEditState::load(ui.ctx(), id).is_none();
    let field = TextEdit::singleline(app.key_draft_mut())
        .id(id)
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
    if fresh {
        response.request_focus();
    }
    if app.key_entry().draft.is_empty()
        && let Some(mut state) = TextEditState::load(ui.ctx(), id)
    {
        // What the field remembers for undoing must not outlive what was in it.
        state.clear_undoer();
        state.store(ui.ctx(), id);
    }
    if let Some(busy) = busy {
        text::label(ui, busy, type_size::SMALL, p.working);
    } else if let Some(problem) = problem {
        text::label(ui, &problem, type_size::SMALL, p.bad);
    }
    let why_not = match busy {
        Some(busy) => Some(busy),
        None if app.key_entry().draft.is_empty() => Some(words::PASTE_FIRST),
        None => None,
    };
    let save = Button::of(&UiCommand::SaveKey, Look::Primary).blocked(why_not);
    let get = Button::of(&UiCommand::GetKey, Look::Plain);
    let close = Button::of(&UiCommand::CloseDialog, Look::Outlined);
    let close = if app.key_entry().is_saving() {
        close
    } else {
        close.labelled(words::CANCEL)
    };
    let mut foot = Vec::new();
    if app.snapshot().key == KeyState::Missing && app.can_try_sandbox() {
        let try_it = Button::of(&UiCommand::TrySandbox, Look::Plain).labelled(words::WITHOUT);
        foot.push((try_it.without_icon(), UiCommand::TrySandbox));
    }
    foot.extend([
        (get, UiCommand::GetKey),
        (close, UiCommand::CloseDialog),
        (save, UiCommand::SaveKey),
    ]);
    buttons(ui, foot, out);
    if entered && why_not.is_none() {
        out.push(UiCommand::SaveKey);
    }
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
    let keep = Button::of(&UiCommand::CloseDialog, Look::Outlined).labelled(words::KEEP_UPLOADING);
    buttons(
        ui,
        vec![
            (keep, UiCommand::CloseDialog),
            (Button::of(&stop, Look::Primary), stop.clone()),
        ],
        out,
    );
}

fn preferences(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    title(ui, UiCommand::OpenSettings.entry().label);
    let around = 2.0 * (space::XXL + 2.0 * space::XL) + type_size::TITLE + size::BUTTON;
    let height = ui.ctx().content_rect().height() - around - size::LINE;
    settings::show(ui, app, height, out);
    match app.settings_problem() {
        Some(problem) => text::label(ui, problem, type_size::SMALL, of(ui).bad),
        None => text::label(
            ui,
            wording::SAVED_AT_ONCE,
            type_size::SMALL,
            of(ui).secondary,
        ),
    }
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
    let keep = Button::of(&UiCommand::CloseDialog, Look::Outlined).labelled(words::KEEP_KEY);
    buttons(
        ui,
        vec![
            (keep, UiCommand::CloseDialog),
            (Button::of(&remove, Look::Primary), remove.clone()),
        ],
        out,
    );
}

fn quit(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let tally = app.list().tally();
    let question = wording::quit(app.sending(), tally.ends_with_us, tally.unsaved);
    title(ui, question.title);
    body(ui, &question.cause);
    let keep = Button::of(&UiCommand::CloseDialog, Look::Primary).labelled(question.stay);
    let quit = Button::of(&UiCommand::Quit, Look::Outlined).labelled(question.leave);
    buttons(
        ui,
        vec![(quit, UiCommand::Quit), (keep, UiCommand::CloseDialog)],
        out,
    );
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
    text::label(ui, &row.name, type_size::BODY, p.text);
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
    let mut foot = Vec::new();
    let (lead, copy) = (next(&message, id), UiCommand::CopyDetails(id));
    let leads = lead.as_ref() == Some(&copy);
    if !leads {
        foot.push((Button::of(&copy, Look::Plain), copy));
    }
    foot.push(plain(UiCommand::CloseDialog));
    if let Some(command) = lead {
        foot.push((Button::of(&command, Look::Primary), command));
    }
    let before = out.len();
    buttons(ui, foot, out);
    if out[before..]
        .iter()
        .any(|command| matches!(command, UiCommand::Row(..)))
    {
        out.push(UiCommand::CloseDialog);
    }
}

fn next(message: &Message, id: ItemId) -> Option<UiCommand> {
    match message.step? {
        Step::Row(command) => Some(UiCommand::Row(command, id)),
        Step::UpdateKey => Some(UiCommand::EnterKey),
        Step::OpenConsole => Some(UiCommand::OpenConsole),
        Step::CopyDetails => Some(UiCommand::CopyDetails(id)),
    }
}
