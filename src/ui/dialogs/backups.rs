//! Dialog with the copies of the Library, and what the chosen one adds.

use egui::{ScrollArea, Ui};

use super::parts::{body, buttons, plain, title};
use crate::app::backups::ChosenCopy;
use crate::app::command::UiCommand;
use crate::app::library::command::{BackupCommand, LibraryCommand};
use crate::app::state::App;
use crate::app::wording::{backups as words, row::named};
use crate::store::history::BackupCopy;
use crate::ui::theme::{Palette, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::{card, text};

/// Lines of the texts above the list.
const TEXT_LINES: u8 = 4;

/// Draws the dialog.
pub fn show(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    title(ui, words::title());
    match app.backups().chosen() {
        Some(chosen) => preview(ui, chosen, out),
        None => list(ui, app, out),
    }
}

fn command(command: BackupCommand) -> UiCommand {
    UiCommand::Library(LibraryCommand::Backup(command))
}

fn list(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    body(ui, words::means());
    match app.backups().listed() {
        None => body(ui, words::listing()),
        Some([]) => body(ui, words::none()),
        Some(copies) => {
            let around = 2.0 * (space::XL + space::XXL) + type_size::TITLE + size::BUTTON;
            let texts = f32::from(TEXT_LINES) * size::LINE + space::M + space::XL;
            let room = ui.ctx().content_rect().height() - around - texts;
            ScrollArea::vertical()
                .auto_shrink([false, true])
                .max_height(room.max(2.0 * size::SETTING))
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for copy in copies {
                        line(ui, copy, out);
                    }
                });
        }
    }
    let choose = command(BackupCommand::Choose);
    let choose = (Button::of(&choose, ButtonStyle::Outlined), choose);
    buttons(ui, vec![choose, plain(UiCommand::CloseDialog)], out);
}

fn line(ui: &mut Ui, copy: &BackupCopy, out: &mut Vec<UiCommand>) {
    let day = words::day(copy.day);
    let left = |ui: &mut Ui| card::two_lines(ui, size::SETTING, &day, &words::facts(copy));
    let right = |ui: &mut Ui| {
        let preview = command(BackupCommand::Preview(copy.path.clone()));
        let said = named(&day, preview.entry().label);
        let button = Button {
            name: &said,
            ..Button::of(&preview, ButtonStyle::Outlined).small()
        };
        if copy.assets.is_some() && button.show(ui) {
            out.push(preview);
        }
    };
    card::left_right(ui, size::SETTING, left, right);
}

fn preview(ui: &mut Ui, chosen: &ChosenCopy, out: &mut Vec<UiCommand>) {
    let p = Palette::of(ui);
    body(ui, &chosen.path.display().to_string());
    let mut can_add = false;
    match &chosen.adds {
        None => body(ui, words::reading()),
        Some(Err(why)) => text::label(ui, why, type_size::BODY, p.bad),
        Some(Ok(adds)) => {
            can_add = !adds.is_empty();
            text::label(ui, &words::adds(adds), type_size::BODY, p.text);
            if adds.is_damaged {
                text::label(ui, words::damaged(), type_size::SMALL, p.notice);
            }
        }
    }
    let back = command(BackupCommand::Back);
    let mut foot = vec![plain(back), plain(UiCommand::CloseDialog)];
    if can_add {
        let restore = command(BackupCommand::Restore);
        foot.push((Button::of(&restore, ButtonStyle::Primary), restore));
    }
    buttons(ui, foot, out);
}
