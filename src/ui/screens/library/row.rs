//! A row of the Library.

use std::path::Path;

use egui::{
    Align2, Color32, Pos2, Rangef, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;

use super::columns::{Columns, copy_button};
use crate::app::command::{Pick, UiCommand};
use crate::app::library::LibraryColumn;
use crate::app::library::command::{AssetCommand, LibraryCommand};
use crate::app::library::details::kind_word;
use crate::app::state::App;
use crate::app::thumbnails::PictureRequest;
use crate::app::wording::{account_name, library as library_words, row as words};
use crate::model::asset::AssetState;
use crate::store::AssetRecord;
use crate::text;
use crate::text::messages::{list, row as row_messages, window};
use crate::ui::theme::{self, Palette, radius, size, space, type_size};
use crate::ui::thumbnails;
use crate::ui::widgets::button::Button;
use crate::ui::widgets::check::{self, Tick};
use crate::ui::widgets::list_item::{Focus, Keyboard, accessible, keep_focus, keep_in_sight};
use crate::ui::widgets::menu::{self, MenuItem};
use crate::ui::widgets::row::{BEFORE_THUMBNAIL, ground, pick};
use crate::ui::widgets::text::{elided_end, elided_folder, elided_middle, paint_icon, paint_left};

/// Draws a row and pushes the user's commands; returns its focused part, if any. A row whose
/// record is not read yet is empty.
pub fn show(
    ui: &mut Ui,
    app: &App,
    (row, place): (i64, usize),
    rect: Rect,
    columns: &Columns,
    keyboard: Keyboard,
    out: &mut Vec<UiCommand>,
) -> Option<Focus> {
    let p = Palette::of(ui);
    let id = ui.make_persistent_id(("asset", row));
    let response = ui.interact(rect, id, keyboard.sense());
    let is_selected = app.library().selection().contains(row);
    ground(ui, rect, is_selected, p);
    let asset = app.library().record(row)?;
    let stage = asset.state();
    let ui = &mut accessible(ui, &response, place, stage, || spoken(app, asset));
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_selected(is_selected));
    // Its menu may take the focus below.
    let in_row = keep_focus(ui, &response, keyboard, false);
    let tick_room = Rect::from_center_size(
        pos2(rect.left() + space::L + size::ICON / 2.0, rect.center().y),
        vec2(size::SMALL_BUTTON, rect.height()),
    );
    let tick = if is_selected { Tick::On } else { Tick::Off };
    let name = words::select(&asset.name);
    if check::show_at(ui, tick_room, id.with("tick"), tick, &name, false).clicked() {
        let click = LibraryCommand::Click(row, pick(ui, Pick::Toggle));
        out.push(UiCommand::Library(click));
    }
    thumbnail(ui, app, rect, asset);
    lines(ui, app, rect, asset, columns, &response);
    cells(ui, rect, asset, columns);
    asset_id(ui, rect, asset, columns, id);
    theme::focus_ring(ui, &response, rect.shrink(space::XS), radius::CONTROL);
    keep_in_sight(ui, rect, &response);
    let in_button = buttons(ui, app, (row, asset), rect, columns, (id, keyboard), out);
    menu::context(&response, || items(row), out);
    if response.double_clicked() {
        out.push(command(AssetCommand::Details, row));
    } else if response.clicked() {
        let click = LibraryCommand::Click(row, pick(ui, Pick::Only));
        out.push(UiCommand::Library(click));
    } else if response.secondary_clicked() && !is_selected {
        out.push(UiCommand::Library(LibraryCommand::Click(row, Pick::Only)));
    }
    Focus::of(in_row, in_button)
}

fn command(command: AssetCommand, row: i64) -> UiCommand {
    UiCommand::Library(LibraryCommand::Row(command, row))
}

fn items(row: i64) -> Vec<MenuItem> {
    let items = AssetCommand::MENU.map(|it| MenuItem::of(command(it, row)));
    items.into()
}

/// Returns the row as a sentence for screen readers.
fn spoken(app: &App, asset: &AssetRecord) -> String {
    let parts = [
        asset.name.clone(),
        text::asset_word(asset.state()).to_owned(),
        asset
            .kind
            .map_or(String::new(), |kind| kind_word(kind).to_owned()),
        facts(asset).join(list::items()),
        asides(app, asset).join(list::items()),
        asset.asset_id.to_string(),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(list::items())
}

/// Returns what a narrow row says after its status.
fn facts(asset: &AssetRecord) -> Vec<String> {
    let facts = [
        asset.uploaded_at_ms.and_then(text::day),
        asset.metadata.duration_ms.map(text::playing_time),
        Some(text::size(asset.size)),
        asset.label.clone(),
    ];
    facts.into_iter().flatten().collect()
}

/// Returns the playing time, picture size and time of capture, as far as the file states them.
fn stated(asset: &AssetRecord) -> Option<String> {
    let metadata = &asset.metadata;
    let picture = metadata.width.zip(metadata.height);
    let stated = [
        metadata.duration_ms.map(text::playing_time),
        picture.map(|(width, height)| text::picture_size(width, height)),
        metadata.captured_at.map(text::capture_time),
    ];
    let stated: Vec<String> = stated.into_iter().flatten().collect();
    (!stated.is_empty()).then(|| stated.join(list::parts()))
}

/// Returns what sets an asset apart: another account than the one in use, and the user's note.
fn asides(app: &App, asset: &AssetRecord) -> Vec<String> {
    let accounts = &app.snapshot().accounts;
    let other = accounts
        .is_other(&asset.account)
        .then(|| row_messages::in_account(&account_name(accounts, &asset.account)));
    let note = asset.note.as_deref().and_then(|note| note.lines().next());
    other.into_iter().chain(note.map(str::to_owned)).collect()
}

/// Draws the picture of the file, or the icon of its kind.
fn thumbnail(ui: &Ui, app: &App, rect: Rect, asset: &AssetRecord) {
    let centre = pos2(
        rect.left() + BEFORE_THUMBNAIL + size::THUMBNAIL / 2.0,
        rect.center().y,
    );
    let square = Rect::from_center_size(centre, Vec2::splat(size::THUMBNAIL));
    let request = PictureRequest::of_asset(asset, !app.sandbox());
    thumbnails::show(ui, square, asset.kind, request.as_ref(), app.now());
}

/// Draws the name, and the folder or, without columns, all facts under it.
fn lines(
    ui: &Ui,
    app: &App,
    rect: Rect,
    asset: &AssetRecord,
    columns: &Columns,
    response: &Response,
) {
    let p = Palette::of(ui);
    let painter = ui.painter();
    let half = size::LINES_APART / 2.0;
    let first = pos2(columns.name.min, rect.center().y - half);
    let second = pos2(columns.name.min, rect.center().y + half);
    let width = columns.name.span();
    let small = theme::font(type_size::SMALL);
    let body = theme::font(type_size::BODY);
    let name = elided_middle(painter, &asset.name, &body, p.text, width);
    paint_left(painter, first, name);
    if columns.cells.is_empty() {
        let status = badge(ui, asset.state(), second, width);
        let asides = asides(app, asset);
        let facts = facts(asset);
        let rest: Vec<_> = facts.into_iter().chain(asides).collect();
        let rest = [list::parts(), &rest.join(list::parts())].concat();
        let room = columns.name.max - status.right();
        let rest = elided_end(painter, &rest, &small, p.secondary, room);
        paint_left(painter, status.right_center(), rest);
    } else {
        let has_column = |(column, _): &(LibraryColumn, _)| *column == LibraryColumn::Batch;
        let label = match columns.cells.iter().any(has_column) {
            true => None,
            false => asset.label.as_deref(),
        };
        let folder = asset.path.parent().unwrap_or(&asset.path);
        second_line(ui, folder, label, &asides(app, asset), second, width);
    }
    let text = Rect::from_x_y_ranges(columns.name, rect.y_range());
    if ui.rect_contains_pointer(text) && ui.memory(|memory| memory.top_modal_layer().is_none()) {
        let whole = [Some(asset.path.display().to_string()), stated(asset)];
        let whole: Vec<String> = whole
            .into_iter()
            .chain([asset.note.clone(), asset.batch_note.clone()])
            .flatten()
            .collect();
        response.clone().on_hover_text(whole.join("\n"));
    }
}

/// Draws label, folder and what sets the asset apart; of a long folder, its end.
fn second_line(
    ui: &Ui,
    folder: &Path,
    label: Option<&str>,
    asides: &[String],
    left: Pos2,
    width: f32,
) {
    let p = Palette::of(ui);
    let (painter, small) = (ui.painter(), theme::font(type_size::SMALL));
    let last = folder.file_name().unwrap_or(folder.as_os_str());
    let label = label.filter(|label| last.to_string_lossy() != **label);
    let mut left = left;
    let mut room = width;
    if let Some(label) = label {
        // Half of the room, or what the folder leaves of it.
        let whole = folder.display().to_string();
        let whole = painter.layout_no_wrap(whole, small.clone(), p.secondary);
        let share = (room - whole.size().x - space::XL).max(room / 2.0);
        for (part, share) in [(label, share), (list::parts(), room)] {
            let part = elided_end(painter, part, &small, p.secondary, share);
            room -= part.size().x;
            left = paint_left(painter, left, part).right_center();
        }
    }
    let asides = asides.iter().map(|aside| [list::parts(), aside].concat());
    let asides: String = asides.collect();
    let asides = elided_end(painter, &asides, &small, p.secondary, room / 2.0);
    let folder = folder.display().to_string();
    let room = room - asides.size().x;
    let folder = elided_folder(painter, &folder, &small, p.secondary, room);
    let folder = paint_left(painter, left, folder);
    paint_left(painter, folder.right_center(), asides);
}

/// Draws the icon and word of a status from its left centre.
fn badge(ui: &Ui, state: AssetState, left: egui::Pos2, width: f32) -> Rect {
    let p = Palette::of(ui);
    let (icon, colour): (Icon, Color32) = match state {
        AssetState::Ready => (Icon::CircleCheck, p.good),
        AssetState::Processing => (Icon::LoaderCircle, p.working),
        AssetState::Failed | AssetState::WrongSize => (Icon::CircleAlert, p.bad),
        AssetState::Gone => (Icon::CircleX, p.notice),
        AssetState::Deleted => (Icon::Trash2, p.secondary),
    };
    let centre = left + vec2(size::ICON / 2.0, 0.0);
    paint_icon(ui.painter(), centre, icon, type_size::BODY, colour);
    let small = theme::font(type_size::SMALL);
    let room = width - size::ICON - space::XS;
    let word = elided_end(ui.painter(), text::asset_word(state), &small, colour, room);
    paint_left(ui.painter(), left + vec2(size::ICON + space::XS, 0.0), word)
}

fn cells(ui: &Ui, rect: Rect, asset: &AssetRecord, columns: &Columns) {
    let p = Palette::of(ui);
    for (column, cell) in &columns.cells {
        let left = pos2(cell.min, rect.center().y);
        let width = cell.span() - space::S;
        let said = match column {
            LibraryColumn::Status => {
                badge(ui, asset.state(), left, width);
                continue;
            }
            LibraryColumn::Size => Some(text::size(asset.size)),
            LibraryColumn::Duration => asset.metadata.duration_ms.map(text::playing_time),
            LibraryColumn::Uploaded => asset.uploaded_at_ms.and_then(text::day),
            LibraryColumn::Batch => asset.label.clone(),
            LibraryColumn::Name | LibraryColumn::Folder | LibraryColumn::Kind => None,
        };
        let said = said.unwrap_or_default();
        let small = theme::font(type_size::SMALL);
        let galley = elided_end(ui.painter(), &said, &small, p.secondary, width);
        paint_left(ui.painter(), left, galley);
    }
}

fn asset_id(ui: &Ui, rect: Rect, asset: &AssetRecord, columns: &Columns, row: egui::Id) {
    let p = Palette::of(ui);
    let font = theme::mono(type_size::SMALL);
    let whole = asset.asset_id.as_str();
    let galley = elided_middle(ui.painter(), whole, &font, p.text, columns.id.span());
    let left = pos2(columns.id.min, rect.center().y);
    let place = Align2::LEFT_CENTER.anchor_size(left, galley.size());
    ui.painter().galley(place.min, galley, p.text);
    let response = ui.interact(place, row.with("id"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, whole));
    response.on_hover_text(whole);
}

/// Draws "Copy" and the menu's button; returns `true` if one has the focus.
fn buttons(
    ui: &Ui,
    app: &App,
    (row, asset): (i64, &AssetRecord),
    rect: Rect,
    columns: &Columns,
    (id, keyboard): (egui::Id, Keyboard),
    out: &mut Vec<UiCommand>,
) -> bool {
    let place = |room: Rangef| {
        let whole = Rect::from_x_y_ranges(room, rect.y_range());
        Rect::from_center_size(whole.center(), vec2(room.span(), size::SMALL_BUTTON))
    };
    let was_copied = app.feedback().was_copied(row);
    let label = match was_copied {
        true => words::copied(),
        false => library_words::copy().0,
    };
    let copy_name = words::button(&asset.name, label);
    let mut copy = Button {
        name: &copy_name,
        is_focusable: keyboard.entry,
        ..copy_button().labelled(label)
    };
    if was_copied {
        copy.icon = Some(Icon::Check);
        copy.colour = Some(Palette::of(ui).good);
    }
    let copy = copy.show_at(ui, place(columns.copy), id.with("copy"));
    keep_in_sight(ui, rect, &copy);
    if copy.clicked() {
        out.push(command(AssetCommand::Copy, row));
    }
    let (_, hint) = window::more();
    let at = (rect, place(columns.more));
    let called = (asset.name.as_str(), hint);
    let in_menu = menu::of_item(ui, at, id, called, keyboard, || items(row), out);
    copy.has_focus() || in_menu
}
