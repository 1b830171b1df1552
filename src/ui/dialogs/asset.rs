//! Details of an asset, and the question before it is removed.

use egui::{ScrollArea, TextEdit, Ui, Vec2};

use super::parts::{body, buttons, choice, facts, plain, title, unopened};
use crate::app::command::UiCommand;
use crate::app::dialog::Dialog;
use crate::app::library::LibraryRows;
use crate::app::library::command::{AssetCommand, DetailsFormat, LibraryCommand};
use crate::app::library::details::LONGEST_NOTE;
use crate::app::state::App;
use crate::app::thumbnails::PictureRequest;
use crate::app::wording::{library as words, row as row_words};
use crate::text::messages::{import, list};
use crate::ui::theme::{Palette, mono, size, space, type_size};
use crate::ui::thumbnails;
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::{card, text};

/// Side of the picture, in points.
const PICTURE: f32 = 2.0 * size::THUMBNAIL;
/// Lines of the note's field.
const NOTE_LINES: usize = 2;

/// Draws the details.
pub fn details(ui: &mut Ui, app: &App, row: i64, out: &mut Vec<UiCommand>) {
    let Some(details) = app.library().details() else {
        out.push(UiCommand::CloseDialog);
        return;
    };
    let p = Palette::of(ui);
    let asset = details.asset();
    let of_row = |command| UiCommand::Library(LibraryCommand::Row(command, row));
    let copy_id = of_row(AssetCommand::Copy);
    let mut copied = None;
    let left = |ui: &mut Ui| {
        let id = egui::RichText::new(asset.asset_id.as_str());
        let id = id.font(mono(type_size::BODY)).color(p.text);
        ui.add(egui::Label::new(id).selectable(true).truncate());
    };
    let right = |ui: &mut Ui| {
        let mut button = Button {
            reserve_width_for: row_words::copied(),
            ..Button::of(&copy_id, ButtonStyle::Outlined).small()
        };
        if app.feedback().was_copied(row) {
            button.label = row_words::copied();
            button.colour = Some(p.good);
        }
        if button.show(ui) {
            copied = Some(copy_id.clone());
        }
    };
    ui.horizontal_top(|ui| {
        let (_, picture) = ui.allocate_space(Vec2::splat(PICTURE));
        let request = PictureRequest::of_asset(asset, !app.sandbox());
        thumbnails::show(ui, picture, asset.kind, request.as_ref(), app.now());
        ui.vertical(|ui| {
            title(ui, &asset.name);
            card::left_right(ui, size::SMALL_BUTTON, left, right);
        });
    });
    out.extend(copied);
    // Height around it: margins, picture, a failure's line, buttons, and the gaps between them.
    let margins = 2.0 * (space::XL + space::L);
    let around = margins + PICTURE + size::LINE + size::BUTTON + 2.0 * space::XL;
    let height = ui.ctx().content_rect().height() - around;
    ScrollArea::vertical()
        .max_height(height.max(size::ROW))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            note(ui, details.note(), out);
            facts(ui, details.lines());
            let events = details.events();
            if !events.is_empty() {
                text::label(ui, words::history(), type_size::BODY, p.text);
                let events: Vec<_> = events
                    .iter()
                    .map(|(at, word)| (*word, at.clone()))
                    .collect();
                facts(ui, events);
            }
        });
    unopened(ui, app, out);
    let commands = [
        UiCommand::Library(LibraryCommand::CopyDetails(DetailsFormat::Text)),
        UiCommand::Library(LibraryCommand::CopyDetails(DetailsFormat::Json)),
        of_row(AssetCommand::ShowFile),
        of_row(AssetCommand::CheckAgain),
        of_row(AssetCommand::UploadAgain),
        of_row(AssetCommand::Remove),
        of_row(AssetCommand::Delete),
    ];
    let is_narrow = ui.available_width() < size::MEASURE;
    let foot = commands.map(|command| {
        let button = Button::of(&command, ButtonStyle::Plain).small();
        let button = match (is_narrow, &command) {
            (true, UiCommand::Library(LibraryCommand::Row(..))) => button.icon_only(),
            _ => button,
        };
        (button, command)
    });
    let foot = foot.into_iter().chain([plain(UiCommand::CloseDialog)]);
    buttons(ui, foot.collect(), out);
}

fn note(ui: &mut Ui, note: &str, out: &mut Vec<UiCommand>) {
    let (label, hint) = words::note();
    let mut typed = note.to_owned();
    let field = TextEdit::multiline(&mut typed)
        .char_limit(LONGEST_NOTE)
        .hint_text(hint)
        .desired_rows(NOTE_LINES)
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(label));
    if response.changed() {
        out.push(UiCommand::Library(LibraryCommand::EditNote(typed)));
    }
}

/// Draws the question before assets are removed from the Library.
pub fn remove(ui: &mut Ui, app: &App, rows: &LibraryRows, out: &mut Vec<UiCommand>) {
    title(ui, &words::ask_remove(rows.len()));
    // The first one that was in view.
    let known = |row: &i64| app.library().record(*row);
    if let Some(asset) = rows.as_slice().iter().find_map(known) {
        body(ui, &words::ask_remove_names(&asset.name, rows.len() - 1));
    }
    body(ui, words::ask_remove_means());
    let remove = UiCommand::Library(LibraryCommand::ConfirmRemove);
    let stake = (Button::of(&remove, ButtonStyle::Outlined), remove);
    let dialog = Dialog::RemoveAssets(rows.clone());
    choice(ui, dialog, stake, words::keep(), out);
}

/// Draws the preview of a file of assets.
pub fn bring_in(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let Some(import) = app.library().import() else {
        return;
    };
    let (file, plan) = (&import.file, &import.plan);
    title(ui, &import::title(&import.name));
    let sums = [
        import::new(plan.new),
        import::known(plan.known),
        import::malformed(file.malformed()),
    ];
    text::label(
        ui,
        &sums.join(list::items()),
        type_size::BODY,
        Palette::of(ui).text,
    );
    if file.malformed() > 0 {
        body(ui, &import::malformed_lines(&file.named_lines()));
    }
    body(
        ui,
        match plan.new {
            0 => import::nothing_new(),
            _ => import::means(),
        },
    );
    let confirm = UiCommand::Library(LibraryCommand::ConfirmBringIn);
    let cancel = Button::of(&UiCommand::CloseDialog, ButtonStyle::Outlined)
        .without_icon()
        .labelled(import::cancel());
    let confirm = (Button::of(&confirm, ButtonStyle::Primary), confirm);
    buttons(ui, vec![(cancel, UiCommand::CloseDialog), confirm], out);
}
