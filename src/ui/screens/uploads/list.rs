//! The list of the queue: only what is in view is drawn.

use std::time::Instant;

use egui::{Popup, Rect, ScrollArea, Ui, UiBuilder, accesskit};

use super::geometry::Geometry;
use crate::app::command::{EntryId, Filter, UiCommand};
use crate::app::list::{List, ListEntry};
use crate::app::state::App;
use crate::app::wording;
use crate::app::wording::command as table;
use crate::model::snapshot::ItemId;
use crate::text::messages::{library, window as words};
use crate::ui::theme::{Palette, TOLERANCE, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::list_item::{Focus, Keyboard};
use crate::ui::widgets::{batch_header, row, text};

/// List state kept between frames.
#[derive(Debug, Default)]
pub struct ListView {
    /// Focused row or header.
    pub focused: Option<EntryId>,
    /// Row or header to scroll to and focus.
    pub reveal: Option<EntryId>,
    /// Row or header whose menu is to open.
    pub menu: Option<EntryId>,
    /// Row to scroll to with the rows after it, unless the list is in use.
    pub scroll: Option<ItemId>,
    /// Row scrolled to and the offset at that time; while unchanged, added rows after it are
    /// scrolled into view.
    follow: Option<(ItemId, f32)>,
    /// Whole rows in view.
    pub page: usize,
    /// Scroll offset in points.
    offset: f32,
    /// Height of the view in points.
    height: f32,
    /// Headers and rows in the list when last drawn.
    entries: usize,
    /// Row or header with the focus on itself or its buttons, now or before a menu or dialog
    /// opened.
    entry: Option<EntryId>,
    /// Place of that entry in the list.
    place: usize,
    /// A menu or dialog lies over the list.
    covered: bool,
}

impl ListView {
    /// Forgets what had the focus, since there is no list.
    pub fn reset_focus(&mut self) {
        self.focused = None;
        self.entry = None;
    }

    /// Returns the row or header that has the focus, or from which the keyboard goes on.
    pub fn entry(&self) -> Option<EntryId> {
        self.entry
    }

    /// Finds the place of the focused entry. If it is gone and nothing covers the list, focuses its
    /// replacement.
    fn find_entry(&mut self, app: &App, covered: bool) -> Option<usize> {
        let entry = self.entry?;
        let list = app.list();
        if list.entry_id(self.place) == Some(entry) {
            return Some(self.place);
        }
        if let Some(place) = list.place(entry) {
            self.place = place;
            return Some(place);
        }
        let last = list.entries().saturating_sub(1);
        let instead = list.folded_over(entry);
        let instead = instead.or_else(|| list.entry_id(self.place.min(last)));
        self.reveal = self.reveal.or(instead.filter(|_| !covered));
        None
    }

    /// Returns the scroll offset that shows an entry and its neighbours, if there is room.
    fn offset_for(&self, place: usize, at: Geometry<'_>) -> f32 {
        let lowest = at.top(place + 1) + self.context() - self.height;
        self.offset.max(lowest).min(self.offset_from(place, at))
    }

    /// Returns the scroll offset that shows an entry and as much as possible after it.
    fn offset_from(&self, place: usize, at: Geometry<'_>) -> f32 {
        let last = (at.height() - self.height).max(0.0);
        let before = self.context().max(at.header_height());
        (at.top(place) - before).clamp(0.0, last)
    }

    /// Returns the margin shown around a row, in points.
    fn context(&self) -> f32 {
        ((self.height - size::ROW) / 2.0).clamp(0.0, size::ROW)
    }
}

/// Draws the headers and rows in view.
pub fn list(ui: &mut Ui, app: &App, view: &mut ListView, now: Instant, out: &mut Vec<UiCommand>) {
    let p = Palette::of(ui);
    let room = ui.available_rect_before_wrap();
    ui.painter().rect_filled(room, 0, p.surface);
    ui.painter()
        .hline(room.x_range(), room.top(), (size::HAIRLINE, p.line));
    ui.spacing_mut().item_spacing.y = 0.0;
    let list = app.list();
    let entries = list.entries();
    if entries == 0 {
        view.reset_focus();
        nothing_found(ui, app, out);
        return;
    }
    let at = Geometry::of(list);
    let covered = app.dialog().is_some() || Popup::is_any_open(ui.ctx());
    let entry_at = view.find_entry(app, covered);
    let reveal = view.reveal.take();
    let menu = view.menu.take();
    let mut area = ScrollArea::vertical().auto_shrink(false);
    view.height = room.height();
    let used = view.focused.is_some() || ui.input(|input| input.pointer.any_down());
    let grown = view.entries != entries;
    if let Some((id, _)) = view.follow.filter(|(_, at)| {
        let stands = (view.offset - at).abs() <= TOLERANCE;
        grown && stands
    }) {
        view.scroll = view.scroll.or(Some(id));
    }
    // New rows can be scrolled to only after they were drawn.
    let scroll = match grown {
        false => view.scroll.take().filter(|_| !used),
        true => None,
    };
    if view.scroll.is_some() {
        ui.ctx().request_repaint();
    }
    view.entries = entries;
    let offset = match (reveal, scroll) {
        (Some(entry), _) => list.place(entry).map(|place| view.offset_for(place, at)),
        (None, Some(id)) => {
            let place = list.place(EntryId::Row(id));
            place.map(|place| view.offset_from(place, at))
        }
        (None, None) => None,
    };
    if let Some(offset) = offset {
        area = area.vertical_scroll_offset(offset);
    }
    let around = app.row_context(now);
    let (mut focused, mut within) = (None, None);
    let named = UiBuilder::new()
        .accessibility_role(accesskit::Role::List)
        .accessibility_label(words::files());
    let drawn = ui.scope_builder(named, |ui| {
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_size_of_set(entries);
            node.set_multiselectable();
        });
        area.show_viewport(ui, |ui, viewport| {
            ui.set_height(at.height());
            let drawn = in_sight(list, at, viewport, entry_at);
            let seen = |wanted: &EntryId| drawn.iter().any(|(.., entry)| entry.id() == *wanted);
            let entry = [reveal, view.entry, list.selected().cursor()];
            let entry = entry.into_iter().flatten().find(seen);
            let entry = entry.or(drawn.first().map(|(.., entry)| entry.id()));
            let sticky = at.sticky_header(viewport.top());
            let (left, top) = (ui.max_rect().x_range(), ui.max_rect().top());
            for (place, y, shown) in drawn {
                let id = shown.id();
                let keyboard = Keyboard {
                    entry: entry == Some(id),
                    focus: reveal == Some(id),
                    menu: menu == Some(id),
                };
                let bottom = y + at.top(place + 1) - at.top(place);
                let rect = Rect::from_x_y_ranges(left, top + y..=top + bottom);
                let focus = match shown {
                    ListEntry::Row(row) => {
                        row::show(ui, app, row, &around, (rect, place), keyboard, out)
                    }
                    ListEntry::Header(group) => {
                        batch_header::show(ui, app, group, (rect, place), keyboard, out)
                    }
                };
                if sticky.is_some_and(|(header, _)| header == place) {
                    // Rows are neither seen nor pressed beneath it.
                    let clip = ui.clip_rect();
                    ui.set_clip_rect(clip.with_min_y(clip.top().max(rect.bottom())));
                }
                if focus.is_some() && within.is_none() {
                    within = Some(id);
                    view.place = place;
                }
                focused = focused.or(focus.filter(|it| *it == Focus::Row).map(|_| id));
            }
        })
    });
    let drawn = drawn.inner;
    view.focused = focused;
    // A closing dialog or menu returns the focus after this frame.
    let was_covered = std::mem::replace(&mut view.covered, covered);
    view.entry = within.or(view.entry.filter(|_| covered || was_covered));
    view.offset = drawn.state.clamped_offset().y;
    if let Some(id) = scroll {
        view.follow = Some((id, view.offset));
    }
    view.page = (drawn.inner_rect.height() / size::ROW) as usize;
}

/// Returns what is to be drawn, in order, each with its place and top: what is in view with one more
/// row, the header of the first rows, and the focused entry, which keeps the focus out of view.
fn in_sight<'a>(
    list: &'a List,
    at: Geometry<'_>,
    viewport: Rect,
    focused: Option<usize>,
) -> Vec<(usize, f32, ListEntry<'a>)> {
    let sticky = at.sticky_header(viewport.top());
    let (first, last) = (at.place(viewport.top()), at.place(viewport.bottom()) + 1);
    let is_sticky = |place: &usize| sticky.is_some_and(|(header, _)| header == *place);
    let (above, below) = match focused.filter(|place| !is_sticky(place)) {
        Some(place) if place < first => (Some(place), None),
        Some(place) if place > last => (None, Some(place)),
        _ => (None, None),
    };
    let alone = |place: usize| (place, at.top(place));
    let shown = (first..=last).filter(|place| !is_sticky(place)).map(alone);
    let places = above.map(alone).into_iter().chain(sticky).chain(shown);
    let places = places.chain(below.map(alone));
    places
        .filter_map(|(place, top)| Some((place, top, list.entry(place)?)))
        .collect()
}

/// Draws the empty search result, with buttons to widen it.
fn nothing_found(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    ui.add_space(space::XXL);
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = space::M;
        let filter = app.list().filter();
        let said = match filter {
            Filter::All => wording::selection::nothing_found().to_owned(),
            filter => wording::selection::nothing_found_under(table::filter(filter)),
        };
        text::label(ui, &said, type_size::BODY, Palette::of(ui).secondary);
        let clear = UiCommand::Search(String::new());
        if Button::of(&clear, ButtonStyle::Outlined).show(ui) {
            out.push(clear);
        }
        if let Some(found) = app.library().peeked() {
            let label = library::found(found);
            let find = UiCommand::FindInLibrary;
            let button = Button::of(&find, ButtonStyle::Outlined).labelled(&label);
            if button.show(ui) {
                out.push(find);
            }
        }
        let all = UiCommand::Show(Filter::All);
        let everywhere = Button::of(&all, ButtonStyle::Outlined)
            .labelled(wording::selection::search_everywhere());
        if filter != Filter::All && everywhere.show(ui) {
            out.push(all);
        }
    });
}
