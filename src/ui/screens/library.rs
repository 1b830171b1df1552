//! The Library's page: search, filters, list of assets and foot.

mod columns;
mod filters;
mod row;

use std::ops::Range;

use egui::{Frame, Margin, Popup, Rect, ScrollArea, Ui, UiBuilder, accesskit, vec2};

use self::columns::Columns;
use crate::app::command::{Page, ReportScope, UiCommand};
use crate::app::library::StatusFilter;
use crate::app::library::command::{AssetCommand, BackupCommand, LibraryCommand};
use crate::app::library::filters::LibraryFilter;
use crate::app::state::App;
use crate::app::wording::selection as selected;
use crate::app::wording::{backups, deletion as deletion_words, library as words};
use crate::ui::overlays;
use crate::ui::screens::toolbar;
use crate::ui::theme::{Palette, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle, chip};
use crate::ui::widgets::list_item::{Focus, Keyboard};
use crate::ui::widgets::menu::{self, MenuItem};
use crate::ui::widgets::{card, text};

/// State of the list that is kept between frames.
#[derive(Debug, Default)]
pub struct AssetsView {
    /// Focused row.
    pub focused: Option<i64>,
    /// Row to scroll to and focus.
    pub reveal: Option<i64>,
    /// Row whose menu is to open.
    pub menu: Option<i64>,
    /// Whole rows in view.
    pub page: usize,
    /// Row with the focus on itself or its buttons, now or before a menu or dialog opened.
    entry: Option<i64>,
    /// A menu or dialog lies over the list.
    covered: bool,
    /// Scroll offset in points.
    offset: f32,
    /// Places of the rows in view.
    in_view: Range<usize>,
}

impl AssetsView {
    /// Returns the row that has the focus, or from which the keyboard goes on.
    pub fn entry(&self) -> Option<i64> {
        self.entry
    }

    /// Returns the places of the rows in view, and as many around them.
    pub fn in_view(&self) -> Range<usize> {
        let around = self.in_view.len();
        self.in_view.start.saturating_sub(around)..self.in_view.end + around
    }

    /// Returns the scroll offset that shows a row and its neighbours, if there is room.
    fn offset_for(&self, place: usize, height: f32) -> f32 {
        let context = ((height - size::ROW) / 2.0).clamp(0.0, size::ROW);
        let top = place as f32 * size::ROW;
        let lowest = top + size::ROW + context - height;
        self.offset.max(lowest).min(top - context).max(0.0)
    }
}

/// Draws the switch between the pages.
pub fn pages(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let rows = Some(app.snapshot().rows.len());
    for (page, count) in [(Page::Uploads, rows), (Page::Library, app.library().all())] {
        let (name, _) = words::page_words(page);
        let label = match count.filter(|count| *count > 0) {
            Some(count) => words::counted(&crate::text::number(count), name),
            None => name.to_owned(),
        };
        if chip(ui, name, &label, app.page() == page, false) {
            out.push(UiCommand::ShowPage(page));
        }
    }
}

/// Draws the page above its foot.
pub fn show(ui: &mut Ui, app: &App, view: &mut AssetsView, out: &mut Vec<UiCommand>) {
    let library = app.library();
    let inset = Margin::symmetric(space::L as i8, space::S as i8);
    if library.all() == Some(0) || library.problem().is_some() {
        view.entry = None;
        view.focused = None;
        nothing(ui, app, out);
        return;
    }
    Frame::new().inner_margin(inset).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        filters::show(ui, app, out);
        if library.filters().status == Some(StatusFilter::Unneeded) {
            let p = Palette::of(ui);
            text::label(ui, words::paying_title(), type_size::BODY, p.text);
            text::label(ui, words::paying_means(), type_size::SMALL, p.secondary);
        }
    });
    let columns = Columns::of(ui, ui.available_rect_before_wrap());
    if library.selection().is_empty() {
        columns::heads(ui, app, &columns, out);
    } else {
        let inset = Margin::symmetric(space::L as i8, 0);
        Frame::new()
            .inner_margin(inset)
            .show(ui, |ui| selection(ui, app, out));
    }
    list(ui, app, view, &columns, out);
}

/// Draws why there is nothing: not read yet, never uploaded, or unreadable.
fn nothing(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let p = Palette::of(ui);
    ui.add_space((ui.available_height() - size::ROW) / 2.0);
    ui.vertical_centered(|ui| {
        ui.set_max_width(size::MEASURE);
        ui.spacing_mut().item_spacing.y = space::M;
        match app.library().problem() {
            Some(problem) => text::label(ui, problem, type_size::BODY, p.text),
            None if app.library().had_any() => {
                text::label(ui, words::empty(), type_size::TITLE, p.text);
                text::label(ui, words::empty_means(), type_size::BODY, p.secondary);
            }
            None => {
                text::label(ui, words::never(), type_size::TITLE, p.text);
                text::label(ui, words::never_means(), type_size::BODY, p.secondary);
            }
        }
        if app.library().problem().is_none() {
            for command in [
                LibraryCommand::BringIn,
                LibraryCommand::Backup(BackupCommand::Open),
            ] {
                let command = UiCommand::Library(command);
                if Button::of(&command, ButtonStyle::Outlined).show(ui) {
                    out.push(command);
                }
            }
        }
    });
}

/// Draws the count and commands of the selection, in place of the heads.
fn selection(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let wide = ui.available_width() >= size::CHIPS;
    let (mut shown, mut asked) = (Vec::new(), Vec::new());
    let left = |ui: &mut Ui| {
        columns::select_all(ui, app, &mut shown);
        let number = selected::selected(app.library().selection().len());
        text::line(ui, &number, type_size::BODY, Palette::of(ui).text);
        toolbar::copy_buttons(ui, app, None, &mut shown);
    };
    let right = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for command in AssetCommand::SELECTED {
            let command = UiCommand::Library(LibraryCommand::Selected(command));
            let mut button = Button::of(&command, ButtonStyle::Plain).small();
            if !wide {
                button = button.icon_only();
            }
            if button.show_with_id(ui, ("assets", command.entry().label)) {
                asked.push(command);
            }
        }
        let none = Button {
            icon: Some(lucide_icons::Icon::X),
            ..Button::of(&UiCommand::SelectNone, ButtonStyle::Plain)
                .small()
                .icon_only()
        };
        if none.show(ui) {
            asked.push(UiCommand::SelectNone);
        }
    };
    card::left_right(ui, size::SMALL_BUTTON, left, right);
    out.extend(shown);
    out.extend(asked);
}

fn list(
    ui: &mut Ui,
    app: &App,
    view: &mut AssetsView,
    columns: &Columns,
    out: &mut Vec<UiCommand>,
) {
    let p = Palette::of(ui);
    let room = ui.available_rect_before_wrap();
    ui.painter().rect_filled(room, 0, p.surface);
    ui.painter()
        .hline(room.x_range(), room.top(), (size::HAIRLINE, p.line));
    ui.spacing_mut().item_spacing.y = 0.0;
    let rows = app.library().rows();
    if rows.is_empty() {
        view.entry = None;
        view.focused = None;
        nothing_found(ui, app, out);
        return;
    }
    let covered = app.dialog().is_some() || Popup::is_any_open(ui.ctx());
    let (reveal, menu) = (view.reveal.take(), view.menu.take());
    let place = |row: i64| rows.iter().position(|it| *it == row);
    let entry_at = view.entry.and_then(place);
    let mut area = ScrollArea::vertical()
        .id_salt(Page::Library)
        .auto_shrink(false);
    if let Some(place) = reveal.and_then(place) {
        area = area.vertical_scroll_offset(view.offset_for(place, room.height()));
    }
    let (mut focused, mut within) = (None, None);
    let named = UiBuilder::new()
        .accessibility_role(accesskit::Role::List)
        .accessibility_label(words::assets());
    let drawn = ui.scope_builder(named, |ui| {
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_size_of_set(rows.len());
            node.set_multiselectable();
        });
        area.show_rows(ui, size::ROW, rows.len(), |ui, in_view| {
            let first = ui.max_rect().with_max_y(ui.max_rect().top() + size::ROW);
            // The focused row is drawn even out of view, to keep the focus.
            let out_of_view = entry_at.filter(|place| !in_view.contains(place));
            let places: Vec<usize> = out_of_view.into_iter().chain(in_view.clone()).collect();
            let seen = |row: &i64| places.iter().any(|place| rows.get(*place) == Some(row));
            let entry = [reveal, view.entry, app.library().selection().cursor()];
            let entry = entry.into_iter().flatten().find(seen);
            let entry = entry.or(rows.get(in_view.start).copied());
            for place in places {
                let Some(&row) = rows.get(place) else {
                    continue;
                };
                let keyboard = Keyboard {
                    entry: entry == Some(row),
                    focus: reveal == Some(row),
                    menu: menu == Some(row),
                };
                let down = (place as f32 - in_view.start as f32) * size::ROW;
                let rect: Rect = first.translate(vec2(0.0, down));
                let focus = row::show(ui, app, (row, place), rect, columns, keyboard, out);
                within = within.or(focus.map(|_| row));
                focused = focused.or(focus.filter(|it| *it == Focus::Row).map(|_| row));
            }
            view.in_view = in_view;
        })
    });
    let drawn = drawn.inner;
    view.focused = focused;
    // A closing dialog or menu returns the focus after this frame.
    let was_covered = std::mem::replace(&mut view.covered, covered);
    view.entry = within.or(view.entry.filter(|_| covered || was_covered));
    view.offset = drawn.state.clamped_offset().y;
    view.page = (drawn.inner_rect.height() / size::ROW) as usize;
}

fn nothing_found(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    ui.add_space(space::XXL);
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = space::M;
        let said = match app.library().all() {
            Some(_) => words::nothing_found(),
            None => words::reading(),
        };
        text::label(ui, said, type_size::BODY, Palette::of(ui).secondary);
        let clear = UiCommand::Library(LibraryCommand::Filter(LibraryFilter::Nothing));
        let can_clear = !app.library().filters().is_everything();
        if can_clear && Button::of(&clear, ButtonStyle::Outlined).show(ui) {
            out.push(clear);
        }
    });
}

/// Draws the foot: number, size and cost of the selection, or else of what was found; and
/// the check of all, or the progress of a deletion.
pub fn foot(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let library = app.library();
    let is_empty = library.all().is_none_or(|all| all == 0);
    let (files, bytes) = library.totals();
    let said = match files {
        0 => String::new(),
        _ => words::totals(files, bytes, !library.selection().is_empty()),
    };
    let check = app.snapshot().asset_check;
    let deletion = app.snapshot().asset_deletion;
    let progress = match (&deletion, &check) {
        (Some(deletion), _) => deletion_words::progress(deletion),
        (None, Some(check)) => words::checking(check),
        (None, None) => app.backups().busy().unwrap_or_default().to_owned(),
    };
    let prices = bytes.map(words::prices).unwrap_or_default();
    let left = |ui: &mut Ui| overlays::foot_lines(ui, app, (&said, &progress), &prices, out);
    let command = UiCommand::Library(match (deletion, check) {
        (Some(_), _) => LibraryCommand::StopDeleting,
        (None, Some(_)) => LibraryCommand::StopChecking,
        (None, None) => LibraryCommand::CheckAll,
    });
    let mut asked = Vec::new();
    let unneeded = library.facets().unneeded;
    let right = |ui: &mut Ui| {
        let filter = LibraryFilter::Status(Some(StatusFilter::Unneeded));
        let show = UiCommand::Library(LibraryCommand::Filter(filter));
        let label = words::paying(unneeded as usize);
        let button = Button {
            hint: words::paying_means().to_owned(),
            ..Button::of(&show, ButtonStyle::Plain).labelled(&label)
        };
        page_menu(ui, app, files > 0, &mut asked);
        if unneeded > 0 && button.show(ui) {
            asked.push(show);
        }
        let button = Button::of(&command, ButtonStyle::Outlined);
        if !is_empty && button.show_with_id(ui, ("foot", command.entry().label)) {
            asked.push(command);
        }
    };
    card::left_right(ui, ui.available_height(), left, right);
    out.extend(asked);
}

/// Draws the Library's menu.
fn page_menu(ui: &mut Ui, app: &App, has_files: bool, out: &mut Vec<UiCommand>) {
    let (name, hint) = backups::menu();
    let button = Button {
        name,
        icon: Some(lucide_icons::Icon::Ellipsis),
        hint: hint.to_owned(),
        ..Button::of(&UiCommand::OpenSettings, ButtonStyle::Outlined).icon_only()
    };
    let scope = match app.library().selection().is_empty() {
        true => ReportScope::Library,
        false => ReportScope::Selection,
    };
    let item = |command| MenuItem::of(UiCommand::Library(command));
    let mut items = vec![item(LibraryCommand::BringIn)];
    if has_files {
        items.push(MenuItem::of(UiCommand::SaveReport(scope)));
    }
    if app.backups().busy().is_none() {
        items.push(item(LibraryCommand::Backup(BackupCommand::Save)));
        items.push(item(LibraryCommand::Backup(BackupCommand::Open)));
    }
    menu::show(ui, button, items, out);
}
