//! The queue: chips, the list, and the bar at its foot.

use std::time::Instant;

use egui::{CornerRadius, Frame, Margin, Rect, ScrollArea, Ui, Vec2, vec2};
use lucide_icons::Icon;

use crate::app::command::UiCommand;
use crate::app::list::Filter;
use crate::app::state::App;
use crate::app::{foot, wording};
use crate::ui::theme::{of, radius, size, space, type_size};
use crate::ui::widgets::button::{Button, Look, chip};
use crate::ui::widgets::{card, row, text};

/// The strip that takes drops while there is a list.
pub fn drop_strip(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let p = of(ui);
    let frame = Frame::new()
        .fill(p.surface)
        .stroke((1.0, p.line))
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::symmetric(space::L as i8, space::S as i8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
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
            text::line(ui, words, type_size::BODY, p.text);
        });
    });
}

/// Chips on the left, what can be done with the selection on the right. In a low window
/// the ways to add files are here too, for there is no strip for drops.
pub fn chips(ui: &mut Ui, app: &App, low: bool, out: &mut Vec<UiCommand>) {
    let selected = app.list().selected().len();
    let right = |ui: &mut Ui| {
        if low {
            for command in [UiCommand::ChooseFolder, UiCommand::ChooseFiles] {
                let button = Button::of(&command, Look::Outlined).small().icon_only();
                if button.show(ui) {
                    out.push(command);
                }
            }
        }
        if selected == 0 {
            return;
        }
        let narrow = ui.available_width() < size::NARROW;
        for command in [UiCommand::RemoveSelected, UiCommand::CopySelected] {
            let mut button = Button::of(&command, Look::Plain).small();
            if narrow {
                button = button.icon_only();
            }
            if button.show(ui) {
                out.push(command);
            }
        }
        let words = format!("{selected} selected");
        text::line(ui, &words, type_size::SMALL, of(ui).secondary);
    };
    let mut shown = None;
    card::sides(ui, size::SMALL_BUTTON, right, |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for filter in Filter::EACH {
            let count = app.list().count(filter);
            if count == 0 && filter != Filter::All {
                continue;
            }
            let words = format!("{} {count}", filter.label());
            if chip(ui, &words, app.list().filter() == filter) {
                shown = Some(UiCommand::Show(filter));
            }
        }
    });
    out.extend(shown);
}

/// The rows, those in sight alone.
pub fn list(ui: &mut Ui, app: &App, now: Instant, out: &mut Vec<UiCommand>) {
    let p = of(ui);
    let room = ui.available_rect_before_wrap();
    ui.painter().rect_filled(room, 0, p.surface);
    ui.painter()
        .hline(room.x_range(), room.top(), (1.0, p.line));
    ui.spacing_mut().item_spacing.y = 0.0;
    let shown = app.list().shown();
    let rows = &app.snapshot().rows;
    ScrollArea::vertical().auto_shrink(false).show_rows(
        ui,
        size::ROW,
        shown.len(),
        |ui, in_sight| {
            for row in shown[in_sight].iter().filter_map(|place| rows.get(*place)) {
                row::show(ui, app, row, now, out);
            }
        },
    );
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
        let (first, second) = foot::summary(snapshot, app.list());
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
