//! The queue: chips, the list, and the bar at its foot.

use std::time::Instant;

use egui::{CornerRadius, Frame, Margin, Rect, ScrollArea, Ui, Vec2, vec2};
use lucide_icons::Icon;

use crate::app::command::UiCommand;
use crate::app::state::App;
use crate::app::{foot, wording};
use crate::model::snapshot::ItemId;
use crate::ui::screens::toolbar;
use crate::ui::theme::{of, radius, size, space, type_size};
use crate::ui::widgets::button::{Button, Look};
use crate::ui::widgets::{card, row, text};

/// What the window remembers of the list's drawing.
#[derive(Debug, Default)]
pub struct ListView {
    /// The row that the keyboard is in.
    pub focused: Option<ItemId>,
    /// The row to be brought into sight and given the keyboard.
    pub reveal: Option<ItemId>,
    /// How many whole rows are in sight.
    pub page: usize,
    /// How far down the list is scrolled, in points.
    offset: f32,
    /// How high the list's room is, in points.
    height: f32,
}

impl ListView {
    /// How far down the list has to be so that a row is in sight, with its neighbours where
    /// there is room for them.
    fn offset_for(&self, place: usize) -> f32 {
        let top = place as f32 * size::ROW;
        let context = ((self.height - size::ROW) / 2.0).clamp(0.0, size::ROW);
        let highest = (top - context).max(0.0);
        let lowest = top + size::ROW + context - self.height;
        self.offset.max(lowest).min(highest)
    }
}

/// The strip above the list: it takes drops, or says what can be done with what is selected.
pub fn strip(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let p = of(ui);
    let selected = !app.list().selected().is_empty();
    let frame = Frame::new()
        .fill(if selected { p.accent_tint } else { p.surface })
        .stroke((1.0, if selected { p.accent } else { p.line }))
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::symmetric(space::L as i8, space::S as i8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        if selected {
            toolbar::selection(ui, app, false, out);
            return;
        }
        let right = |ui: &mut Ui| {
            for command in [UiCommand::ChooseFolder, UiCommand::ChooseFiles] {
                if Button::of(&command, Look::Outlined).show(ui) {
                    out.push(command);
                }
            }
        };
        card::sides(ui, size::BUTTON, right, |ui| {
            let (_, place) = ui.allocate_space(Vec2::splat(size::ICON + space::XS));
            let icon = Icon::CloudUpload;
            let centre = place.center();
            text::paint_icon(ui.painter(), centre, icon, size::ICON + 2.0, p.accent);
            let words = if app.can_drop() {
                "Drop videos, audio or images here"
            } else {
                "Add videos, audio or images"
            };
            let coming_in = wording::coming_in(app.snapshot().walking, app.list().tally().checking);
            let words = coming_in.as_deref().unwrap_or(words);
            text::line(ui, words, type_size::BODY, p.text);
        });
    });
}

/// The rows, those in sight alone.
pub fn list(ui: &mut Ui, app: &App, view: &mut ListView, now: Instant, out: &mut Vec<UiCommand>) {
    let p = of(ui);
    let room = ui.available_rect_before_wrap();
    ui.painter().rect_filled(room, 0, p.surface);
    ui.painter()
        .hline(room.x_range(), room.top(), (1.0, p.line));
    ui.spacing_mut().item_spacing.y = 0.0;
    let shown = app.list().shown();
    if shown.is_empty() {
        view.focused = None;
        nothing_found(ui, out);
        return;
    }
    let rows = &app.snapshot().rows;
    let reveal = view.reveal.take();
    let mut area = ScrollArea::vertical().auto_shrink(false);
    view.height = room.height();
    let place = reveal.and_then(|id| app.list().rows(app.snapshot()).position(|row| row.id == id));
    if let Some(place) = place {
        area = area.vertical_scroll_offset(view.offset_for(place));
    }
    let mut focused = None;
    let drawn = area.show_rows(ui, size::ROW, shown.len(), |ui, in_sight| {
        for row in shown[in_sight].iter().filter_map(|place| rows.get(*place)) {
            let focus = reveal == Some(row.id);
            if row::show(ui, app, row, now, focus, out) {
                focused = Some(row.id);
            }
        }
    });
    view.focused = focused;
    view.offset = drawn.state.clamped_offset().y;
    view.page = (drawn.inner_rect.height() / size::ROW) as usize;
}

/// In place of the rows where a search finds none.
fn nothing_found(ui: &mut Ui, out: &mut Vec<UiCommand>) {
    ui.add_space(space::XXL);
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = space::M;
        let words = wording::selection::NOTHING_FOUND;
        text::label(ui, words, type_size::BODY, of(ui).secondary);
        let clear = UiCommand::Search(String::new());
        if Button::of(&clear, Look::Outlined).show(ui) {
            out.push(clear);
        }
    });
}

/// The bar at the foot: how far everything is, and the one button that starts it.
pub fn status_bar(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let snapshot = app.snapshot();
    let totals = &snapshot.totals;
    let busy = totals.active > 0;
    if busy && totals.bytes > 0 {
        overall_bar(ui, totals.sent as f32 / totals.bytes as f32);
    }
    let right = |ui: &mut Ui| {
        let upload = match totals.startable {
            0 => "Upload".to_owned(),
            number => format!("Upload {}", wording::count(number, "file")),
        };
        if !busy || totals.startable > 0 {
            let button = Button::of(&UiCommand::Upload, Look::Primary)
                .labelled(&upload)
                .blocked(app.upload_blocked());
            let button = Button {
                hint: wording::plan_at_length(app.plan()),
                ..button
            };
            if button.show(ui) {
                out.push(UiCommand::Upload);
            }
        }
        let narrow = ui.max_rect().width() < size::NARROW;
        for command in foot::actions(snapshot, app.list()) {
            let mut button = Button::of(&command, Look::Outlined);
            if narrow {
                button = button.icon_only();
            }
            if button.show(ui) {
                out.push(command);
            }
        }
    };
    card::sides(ui, ui.available_height(), right, |ui| {
        let p = of(ui);
        let (first, second) = foot::summary(snapshot, app.list(), app.plan());
        let both = if second.is_empty() {
            size::LINE
        } else {
            2.0 * size::LINE
        };
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add_space(((ui.max_rect().height() - both) / 2.0).max(0.0));
            text::line(ui, &first, type_size::BODY, p.text);
            if !second.is_empty() {
                text::line(ui, &second, type_size::SMALL, p.secondary);
            }
        });
    });
}

fn overall_bar(ui: &Ui, fraction: f32) {
    let p = of(ui);
    let room = ui.clip_rect();
    let track = Rect::from_min_size(room.min, vec2(room.width(), size::BAR));
    let mut full = track;
    full.set_width(track.width() * fraction.clamp(0.0, 0.99));
    ui.painter().rect_filled(track, 0, p.line);
    ui.painter().rect_filled(full, 0, p.accent);
}
