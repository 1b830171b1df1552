//! Modal dialogs: key entry, questions, details.

mod account;
mod asset;
mod backups;
mod batch;
mod deletion;
mod key;
pub(super) mod parts;
mod skipped;

use egui::text_edit::TextEditState;
use egui::{AreaState, Context, Modal, Rect, Ui};

use self::parts::{asked, body, buttons, choice, dialog_id, facts, plain, title, unopened};
use super::screens::settings;
use super::shortcuts;
use super::theme::{self, Palette, TOLERANCE, size, space, type_size};
use super::widgets::button::{Button, ButtonStyle};
use super::widgets::text;
use crate::app::command::{RowCommand, UiCommand};
use crate::app::dialog::{Dialog, StopRequest};
use crate::app::rows;
use crate::app::state::App;
use crate::app::wording::{self, Quit};
use crate::model::media::SIZE_DOUBT;
use crate::model::snapshot::ItemId;
use crate::text::messages::{settings as settings_words, window as words};
use crate::text::{Message, NextStep};

/// Draws the open dialog, if any.
pub fn show(ctx: &Context, app: &mut App, out: &mut Vec<UiCommand>) {
    let id = dialog_id();
    let Some(dialog) = app.dialog().cloned() else {
        // The field's memory may contain parts of a key.
        ctx.data_mut(|data| {
            data.remove::<TextEditState>(key::field());
            data.remove::<TextEditState>(account::field());
            data.remove::<(Dialog, Rect)>(id);
            data.remove::<Dialog>(asked());
            data.remove::<batch::Draft>(batch::draft());
            data.remove::<String>(deletion::draft());
        });
        return;
    };
    let palette = Palette::of_theme(ctx.theme());
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
            Dialog::Key => key::show(ui, app, out),
            Dialog::Cancel(uploads) => cancel(ui, &uploads, out),
            Dialog::Pause(uploads) => pause(ui, &uploads, out),
            Dialog::EditBatch(id) => batch::show(ui, app, id, out),
            Dialog::Skipped(report) => skipped::show(ui, &report, out),
            Dialog::Discard => discard(ui, app, out),
            Dialog::Details(id) => details(ui, app, id, out),
            Dialog::Quit => {
                leave(ui, dialog, &app.closing_question(), UiCommand::Quit, out);
            }
            Dialog::LeaveSandbox => {
                let command = UiCommand::ConfirmLeaveSandbox;
                leave(
                    ui,
                    dialog,
                    &wording::leave_sandbox(app.snapshot().totals.active),
                    command,
                    out,
                );
            }
            Dialog::Settings => preferences(ui, app, out),
            Dialog::RemoveKey(account) => account::remove(ui, app, account, out),
            Dialog::NameAccount(_) => account::name(ui, app, out),
            Dialog::JoinAccount(account) => account::join(ui, app, &account, out),
            Dialog::Shortcuts => {
                shortcuts::show(ui);
                buttons(ui, vec![plain(UiCommand::CloseDialog)], out);
            }
            Dialog::Formats => formats(ui, app, out),
            Dialog::Asset(row) => asset::details(ui, app, row, out),
            Dialog::Backups => backups::show(ui, app, out),
            Dialog::DeleteAssets(request) => deletion::show(ui, &request, out),
            Dialog::BringIn => asset::bring_in(ui, app, out),
            Dialog::RemoveAssets(rows) => asset::remove(ui, app, &rows, out),
        }
    });
    // It was positioned for its previous size.
    let size = shown.response.rect.size();
    if fresh || placed.is_none_or(|placed| (placed - size).abs().max_elem() > TOLERANCE) {
        theme::request_layout_pass(ctx, "a dialog stands in the middle");
    }
    // A stray click must not discard typed text.
    let is_typed =
        !app.key().entry().draft().is_empty() || matches!(app.dialog(), Some(Dialog::EditBatch(_)));
    let missed = shown.backdrop_response.clicked() && is_typed;
    if shown.should_close() && !missed {
        out.push(UiCommand::CloseDialog);
    }
}
fn cancel(ui: &mut Ui, uploads: &StopRequest, out: &mut Vec<UiCommand>) {
    let files = uploads.ids.as_ref().map_or(0, |ids| ids.len());
    let (question, means) = wording::selection::cancel(
        uploads.name.as_deref(),
        files,
        uploads.losing,
        uploads.sent,
        uploads.total,
    );
    title(ui, &question);
    body(ui, &means);
    let stop = UiCommand::ConfirmCancel;
    let label = wording::selection::confirm_cancel(files);
    let stake = Button::of(&stop, ButtonStyle::Outlined).labelled(&label);
    let stake = (stake, stop);
    let dialog = Dialog::Cancel(uploads.clone());
    choice(ui, dialog, stake, words::keep_uploading(), out);
}

fn pause(ui: &mut Ui, uploads: &StopRequest, out: &mut Vec<UiCommand>) {
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
    choice(ui, dialog, stake, words::keep_uploading(), out);
}

fn discard(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let (question, means) = wording::selection::discard(app.snapshot().interrupted);
    title(ui, &question);
    body(ui, means);
    let discard = UiCommand::ConfirmDiscard;
    let stake = (Button::of(&discard, ButtonStyle::Outlined), discard);
    choice(ui, Dialog::Discard, stake, words::keep_interrupted(), out);
}

fn preferences(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    title(ui, UiCommand::OpenSettings.entry().label);
    let around = 2.0 * (space::XXL + 2.0 * space::XL) + type_size::TITLE + size::BUTTON;
    let height = ui.ctx().content_rect().height() - around - size::LINE;
    settings::show(ui, app, height, out);
    match app.settings().problem() {
        Some(problem) => text::label(ui, problem, type_size::SMALL, Palette::of(ui).bad),
        None => text::label(
            ui,
            settings_words::saved_at_once(),
            type_size::SMALL,
            Palette::of(ui).secondary,
        ),
    }
    unopened(ui, app, out);
    buttons(ui, vec![plain(UiCommand::CloseDialog)], out);
}

fn formats(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    title(ui, words::formats_title());
    for (kind, extensions) in wording::formats() {
        text::label(ui, kind, type_size::BODY, Palette::of(ui).text);
        ui.add_space(space::XS - space::M);
        body(ui, &extensions);
    }
    body(
        ui,
        &words::size_limit(app.backend(), &crate::text::size(SIZE_DOUBT)),
    );
    buttons(ui, vec![plain(UiCommand::CloseDialog)], out);
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
    let Some((message, technical)) = rows::trouble(row, app.backend()) else {
        out.push(UiCommand::CloseDialog);
        return;
    };
    title(ui, &message.title);
    let p = Palette::of(ui);
    let file = row.path.display().to_string();
    text::label(ui, &file, type_size::BODY, p.text);
    body(ui, &message.cause);
    text::label(ui, &message.next, type_size::BODY, p.text);
    let program = (wording::row::program(), app.build().to_owned());
    facts(ui, technical.into_iter().chain([program]));
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
    use RowCommand as C;
    let command = match message.step? {
        NextStep::Retry => C::Retry,
        NextStep::Remove => C::Remove,
        NextStep::UploadAnyway => C::UploadAnyway,
        NextStep::UploadAgain => C::UploadAgain,
        NextStep::CheckAgain => C::CheckAgain,
        NextStep::Locate => C::Locate,
        NextStep::UpdateKey => return Some(UiCommand::EnterKey),
        NextStep::OpenConsole => return Some(UiCommand::OpenConsole),
        NextStep::CopyDetails => return Some(UiCommand::CopyDetails(id)),
    };
    Some(UiCommand::Row(command, id))
}
