//! The queue screen: filter chips, list and status bar.

use std::time::Instant;

use egui::{
    CornerRadius, Frame, Id, Margin, Popup, Rect, ScrollArea, Ui, UiBuilder, Vec2, accesskit, vec2,
};
use lucide_icons::Icon;

use crate::app::command::{Filter, RowCommand, UiCommand};
use crate::app::state::App;
use crate::app::wording::command as table;
use crate::app::{status_bar, wording};
use crate::model::snapshot::ItemId;
use crate::text::messages::{foot, library, window as words};
use crate::ui::icons;
use crate::ui::screens::toolbar;
use crate::ui::theme::{DOUBLE_CLICK, Palette, TOLERANCE, radius, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::row::{self, Focus};
use crate::ui::widgets::{card, text};

/// List state kept between frames.
#[derive(Debug, Default)]
pub struct ListView {
    /// Focused row.
    pub focused: Option<ItemId>,
    /// Row to scroll to and focus.
    pub reveal: Option<ItemId>,
    /// Row whose menu is to open.
    pub menu: Option<ItemId>,
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
    /// Rows in the list when last drawn.
    rows: usize,
    /// Row with the focus on itself or its buttons, now or before a menu or dialog opened.
    entry: Option<ItemId>,
    /// Index of that row in the list.
    place: usize,
    /// A menu or dialog lies over the list.
    covered: bool,
}

impl ListView {
    /// Forgets which row had the focus, since there is no list.
    pub fn reset_focus(&mut self) {
        self.focused = None;
        self.entry = None;
    }

    /// Returns the row that has the focus, or from which the keyboard goes on.
    pub fn entry(&self) -> Option<ItemId> {
        self.entry
    }

    /// Finds the focused row's index. If the row is gone and nothing covers the list, focuses its
    /// replacement.
    fn find_entry(&mut self, app: &App, covered: bool) -> Option<usize> {
        let entry = self.entry?;
        let shown = app.list().shown();
        let id = |place: usize| Some(app.snapshot().rows.get(*shown.get(place)?)?.id);
        let mut each = app.list().rows();
        if id(self.place) != Some(entry) {
            match each.position(|row| row.id == entry) {
                Some(place) => self.place = place,
                None => {
                    let instead = id(self.place.min(shown.len().saturating_sub(1)));
                    self.reveal = self.reveal.or(instead.filter(|_| !covered));
                    return None;
                }
            }
        }
        Some(self.place)
    }

    /// Returns the scroll offset that shows a row and its neighbours, if there is room.
    fn offset_for(&self, place: usize) -> f32 {
        let lowest = place as f32 * size::ROW + size::ROW + self.context() - self.height;
        self.offset.max(lowest).min(self.offset_from(place))
    }

    /// Returns the scroll offset that shows a row and as much as possible after it.
    fn offset_from(&self, place: usize) -> f32 {
        let last = (self.rows as f32 * size::ROW - self.height).max(0.0);
        (place as f32 * size::ROW - self.context()).clamp(0.0, last)
    }

    /// Returns the margin shown around a row, in points.
    fn context(&self) -> f32 {
        ((self.height - size::ROW) / 2.0).clamp(0.0, size::ROW)
    }
}

/// Draws the strip above the list: drop area, or commands on the selection.
pub fn strip(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let p = Palette::of(ui);
    let selected = !app.list().selected().is_empty();
    let frame = Frame::new()
        .fill(if selected { p.accent_tint } else { p.surface })
        .stroke((size::HAIRLINE, if selected { p.accent } else { p.line }))
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::symmetric(space::L as i8, space::S as i8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        if selected {
            toolbar::selection(ui, app, false, out);
            return;
        }
        let left = |ui: &mut Ui| {
            let (_, place) = ui.allocate_space(Vec2::splat(size::ICON_KIND));
            let icon = Icon::CloudUpload;
            let centre = place.center();
            text::paint_icon(ui.painter(), centre, icon, size::ICON_KIND, p.accent);
            let invite = if app.can_drop() {
                words::drop_here()
            } else {
                words::add()
            };
            let coming_in = wording::coming_in(app.snapshot().walking, app.list().tally().checking);
            let said = coming_in.as_deref().unwrap_or(invite);
            text::line(ui, said, type_size::BODY, p.text);
        };
        let right = |ui: &mut Ui| {
            for command in [UiCommand::ChooseFiles, UiCommand::ChooseFolder] {
                let name = ("add", command.entry().label);
                if Button::of(&command, ButtonStyle::Outlined).show_with_id(ui, name) {
                    out.push(command);
                }
            }
            let formats = Button::of(&UiCommand::ShowFormats, ButtonStyle::Plain).icon_only();
            if formats.show(ui) {
                out.push(UiCommand::ShowFormats);
            }
        };
        card::left_right(ui, size::BUTTON, left, right);
    });
}

/// Draws the rows in view.
pub fn list(ui: &mut Ui, app: &App, view: &mut ListView, now: Instant, out: &mut Vec<UiCommand>) {
    let p = Palette::of(ui);
    let room = ui.available_rect_before_wrap();
    ui.painter().rect_filled(room, 0, p.surface);
    ui.painter()
        .hline(room.x_range(), room.top(), (size::HAIRLINE, p.line));
    ui.spacing_mut().item_spacing.y = 0.0;
    let shown = app.list().shown();
    if shown.is_empty() {
        view.reset_focus();
        nothing_found(ui, app, out);
        return;
    }
    let rows = &app.snapshot().rows;
    let covered = app.dialog().is_some() || Popup::is_any_open(ui.ctx());
    let entry_at = view.find_entry(app, covered);
    let reveal = view.reveal.take();
    let menu = view.menu.take();
    let mut area = ScrollArea::vertical().auto_shrink(false);
    view.height = room.height();
    let used = view.focused.is_some() || ui.input(|input| input.pointer.any_down());
    let grown = view.rows != shown.len();
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
    view.rows = shown.len();
    let place = |id: ItemId| app.list().rows().position(|row| row.id == id);
    let offset = match reveal {
        Some(id) => place(id).map(|place| view.offset_for(place)),
        None => scroll.and_then(place).map(|place| view.offset_from(place)),
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
            node.set_size_of_set(shown.len());
            node.set_multiselectable();
        });
        area.show_rows(ui, size::ROW, shown.len(), |ui, in_sight| {
            let each = Each {
                first: in_sight.start,
                at: ui.max_rect().with_max_y(ui.max_rect().top() + size::ROW),
            };
            // The focused row is drawn even out of view, to keep the focus.
            let out_of_sight = entry_at.filter(|place| !in_sight.contains(place));
            let (above, below) = match out_of_sight {
                Some(place) if place < in_sight.start => (Some(place), None),
                place => (None, place),
            };
            let places = above.into_iter().chain(in_sight).chain(below);
            let drawn: Vec<_> = places
                .filter_map(|place| Some((place, rows.get(*shown.get(place)?)?)))
                .collect();
            let seen = |wanted: &ItemId| drawn.iter().any(|(_, row)| row.id == *wanted);
            let entry = [reveal, view.entry, app.list().cursor()];
            let entry = entry.into_iter().flatten().find(seen);
            let entry = entry.or(drawn.first().map(|(_, row)| row.id));
            for (place, row) in drawn {
                let keyboard = row::Keyboard {
                    entry: entry == Some(row.id),
                    focus: reveal == Some(row.id),
                    menu: menu == Some(row.id),
                };
                let at = (each.rect(place), place);
                let focus = row::show(ui, app, row, &around, at, keyboard, out);
                if focus.is_some() && within.is_none() {
                    within = Some(row.id);
                    view.place = place;
                }
                focused = focused.or(focus.filter(|it| *it == Focus::Row).map(|_| row.id));
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

/// Geometry of the drawn rows.
struct Each {
    /// Index of the first row in view.
    first: usize,
    /// Rectangle of the first row in view.
    at: Rect,
}

impl Each {
    fn rect(&self, place: usize) -> Rect {
        let down = (place as f32 - self.first as f32) * size::ROW;
        self.at.translate(vec2(0.0, down))
    }
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
            if Button::of(&find, ButtonStyle::Outlined)
                .labelled(&label)
                .show(ui)
            {
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

/// Draws the status bar: progress and the "Upload" button.
pub fn status_bar(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let (snapshot, list) = (app.snapshot(), app.list());
    let totals = &snapshot.totals;
    let busy = totals.active > 0;
    if let Some(fraction) = totals.fraction() {
        overall_bar(ui, fraction);
    }
    let narrow = ui.available_width() < size::NARROW;
    let left = |ui: &mut Ui| {
        let (first, second) =
            status_bar::summary(snapshot, list, &app.plan(), app.backend(), app.now());
        card::two_lines(ui, ui.max_rect().height(), &first, &second);
    };
    let hint = |command: &UiCommand| {
        status_bar::hint(command, list, &app.plan(), snapshot.paused, app.backend())
    };
    let mut asked = None;
    let right = |ui: &mut Ui| {
        for command in status_bar::actions(snapshot, list) {
            let mut button = Button::of(&command, ButtonStyle::Outlined);
            if narrow {
                button = button.icon_only();
            }
            let button = Button {
                hint: hint(&command),
                ..button
            };
            if button.show_with_id(ui, ("foot", command.entry().label)) {
                asked = Some(command);
            }
        }
        let plan = app.plan();
        if busy && plan.is_empty() {
            return;
        }
        let label = foot::upload(plan.duplicates, plan.files);
        let upload = Button::of(&UiCommand::Upload, ButtonStyle::Primary);
        let button = Button {
            hint: hint(&UiCommand::Upload),
            icon: match plan.files {
                0 if plan.duplicates > 0 => Some(icons::row(RowCommand::GetId)),
                _ => upload.icon,
            },
            ..upload.labelled(&label).blocked(app.upload_blocked())
        };
        if button.show_with_id(ui, ("foot", UiCommand::Upload.entry().label)) {
            asked = Some(UiCommand::Upload);
        }
    };
    card::left_right(ui, ui.available_height(), left, right);
    out.extend(asked.filter(|_| !is_second(ui)));
}

/// Returns `true` for the second click of a double click, meant for a button that may have been
/// replaced meanwhile.
fn is_second(ui: &Ui) -> bool {
    let id = Id::unique("bar");
    let now = ui.input(|input| input.time);
    let before: Option<f64> = ui.data(|data| data.get_temp(id));
    ui.data_mut(|data| data.insert_temp(id, now));
    before.is_some_and(|before| now - before < DOUBLE_CLICK)
}

fn overall_bar(ui: &Ui, fraction: f32) {
    let p = Palette::of(ui);
    let room = ui.clip_rect();
    let track = Rect::from_min_size(room.min, vec2(room.width(), size::BAR));
    let mut full = track;
    full.set_width(track.width() * fraction.clamp(0.0, 1.0));
    ui.painter().rect_filled(track, 0, p.line);
    ui.painter().rect_filled(full, 0, p.accent);
}
