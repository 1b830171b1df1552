//! Columns of the Library's list, and their heads.

use egui::{Rangef, Rect, Ui, pos2, vec2};

use crate::app::command::UiCommand;
use crate::app::library::LibraryColumn;
use crate::app::library::command::{AssetCommand, LibraryCommand};
use crate::app::library::filters::LibraryFilter;
use crate::app::state::App;
use crate::app::wording::library as words;
use crate::app::wording::row as row_words;
use crate::ui::screens::toolbar;
use crate::ui::theme::columns::{
    BATCH, BATCH_SHARE, BESIDE_ID, DURATION, ID, SIZE, STATUS, TABLE, UPLOADED, WITH_BATCH,
};
use crate::ui::theme::{self, Palette, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::row::{BEFORE_TEXT, BEFORE_THUMBNAIL};
use crate::ui::widgets::text::{elided_end, paint_left};

/// Horizontal rooms of a row's parts.
pub struct Columns {
    /// Name, and folder or details under it.
    pub name: Rangef,
    /// Cells between name and ID; none in a narrow window.
    pub cells: Vec<(LibraryColumn, Rangef)>,
    /// Asset ID.
    pub id: Rangef,
    /// Button "Copy".
    pub copy: Rangef,
    /// Button of the menu.
    pub more: Rangef,
}

impl Columns {
    /// Divides the width of a row.
    pub fn of(ui: &Ui, row: Rect) -> Self {
        let copy = copy_button().size(ui).x;
        let mut right = row.right() - space::M;
        let mut take = |width: f32, gap: f32| {
            let part = Rangef::new(right - width, right);
            right -= width + gap;
            part
        };
        let more = take(size::SMALL_BUTTON, space::XS);
        let copy = take(copy, space::S);
        let is_table = row.width() >= TABLE;
        let id_room = row.width() - BEFORE_TEXT - copy.span() - size::NAME_MIN - BESIDE_ID;
        let id = take(ID.min(id_room.max(0.0)), space::M);
        let mut cells = Vec::new();
        if is_table {
            cells.push((LibraryColumn::Status, take(STATUS, 0.0)));
            cells.push((LibraryColumn::Size, take(SIZE, 0.0)));
            cells.push((LibraryColumn::Duration, take(DURATION, 0.0)));
            cells.push((LibraryColumn::Uploaded, take(UPLOADED, 0.0)));
            if row.width() >= WITH_BATCH {
                // Taken from the room that is left to it and the name.
                let room = (right - row.left() - BEFORE_TEXT) * BATCH_SHARE;
                let batch = Rangef::new(right - room.max(BATCH), right);
                right = batch.min;
                cells.push((LibraryColumn::Batch, batch));
            }
        }
        let name = Rangef::new(row.left() + BEFORE_TEXT, right - space::M);
        cells.reverse();
        Self {
            name,
            cells,
            id,
            copy,
            more,
        }
    }
}

/// Returns the button that copies an ID, without its command.
pub fn copy_button() -> Button<'static> {
    let command = UiCommand::Library(LibraryCommand::Row(AssetCommand::Copy, 0));
    Button {
        reserve_width_for: row_words::copied(),
        ..Button::of(&command, ButtonStyle::Outlined).small()
    }
}

/// Draws the checkbox that selects everything found.
pub fn select_all(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let library = app.library();
    let none = library.selection().is_empty();
    toolbar::select_all(ui, library.all_selected(), none, out);
}

/// Draws the heads, which sort; in a narrow window a menu stands in for them.
pub fn heads(ui: &mut Ui, app: &App, columns: &Columns, out: &mut Vec<UiCommand>) {
    let (_, line) = ui.allocate_space(vec2(ui.available_width(), size::SMALL_BUTTON));
    let all = line.with_min_x(line.left() + space::L);
    ui.scope_builder(
        egui::UiBuilder::new()
            .max_rect(all)
            .layout(egui::Layout::left_to_right(egui::Align::Center)),
        |ui| select_all(ui, app, out),
    );
    if columns.cells.is_empty() {
        let at = line.with_min_x(line.right() - space::L - size::SMALL_BUTTON);
        ui.scope_builder(egui::UiBuilder::new().max_rect(at), |ui| {
            sort_menu(ui, app, out);
        });
        ui.advance_cursor_after_rect(line);
        return;
    }
    let mut left = line.left() + BEFORE_THUMBNAIL - space::S;
    let mut first = vec![
        LibraryColumn::Kind,
        LibraryColumn::Name,
        LibraryColumn::Folder,
    ];
    let has_batch = |(column, _): &(LibraryColumn, _)| *column == LibraryColumn::Batch;
    if !columns.cells.iter().any(has_batch) {
        first.push(LibraryColumn::Batch);
    }
    for column in first {
        if column == LibraryColumn::Name {
            left = left.max(columns.name.min - space::S);
        }
        left = head(ui, app, column, pos2(left, line.center().y), out) + space::XS;
    }
    for (column, cell) in &columns.cells {
        let left = pos2(cell.min - space::S, line.center().y);
        head(ui, app, *column, left, out);
    }
    let left = pos2(columns.id.min, line.center().y);
    let p = Palette::of(ui);
    let title = words::column_id();
    let small = theme::font(type_size::SMALL);
    let galley = elided_end(ui.painter(), title, &small, p.secondary, columns.id.span());
    paint_left(ui.painter(), left, galley);
    ui.advance_cursor_after_rect(line);
}

/// Draws one head; returns its right edge.
fn head(
    ui: &Ui,
    app: &App,
    column: LibraryColumn,
    left: egui::Pos2,
    out: &mut Vec<UiCommand>,
) -> f32 {
    let sort = app.library().filters().sort;
    let command = UiCommand::Library(LibraryCommand::Filter(LibraryFilter::SortBy(column)));
    let is_sorted = sort.column == column;
    let name = words::sort_hint(words::column(column));
    let button = Button {
        icon: is_sorted.then(|| toolbar::sort_arrow(sort.descending)),
        icon_last: true,
        name: &name,
        hint: String::new(),
        colour: is_sorted.then_some(Palette::of(ui).accent),
        ..Button::of(&command, ButtonStyle::Plain).small()
    };
    let size = button.size(ui);
    let rect = Rect::from_min_size(pos2(left.x, left.y - size.y / 2.0), size);
    let id = ui.make_persistent_id(("head", column));
    if button.show_at(ui, rect, id).clicked() {
        out.push(command);
    }
    rect.right()
}

fn sort_menu(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let sort = app.library().filters().sort;
    let command =
        |column| UiCommand::Library(LibraryCommand::Filter(LibraryFilter::SortBy(column)));
    let columns = [
        LibraryColumn::Name,
        LibraryColumn::Folder,
        LibraryColumn::Uploaded,
        LibraryColumn::Size,
        LibraryColumn::Duration,
        LibraryColumn::Kind,
        LibraryColumn::Status,
        LibraryColumn::Batch,
    ];
    let (choices, now) = (columns.map(command), command(sort.column));
    let name = words::column(sort.column);
    toolbar::sort_menu(ui, &choices, &now, (name, sort.descending), out);
}
