//! The queue: chips, the list, and the bar at its foot.

use std::time::Instant;

use egui::{CornerRadius, Frame, Margin, Rect, ScrollArea, Ui, Vec2, vec2};
use lucide_icons::Icon;

use crate::app::command::UiCommand;
use crate::app::list::Filter;
use crate::app::state::App;
use crate::app::wording;
use crate::model::snapshot::Status;
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
            let words = match app.snapshot().walking {
                Some(found) => format!("Looking through folders: {found} found…"),
                None if app.can_drop() => "Drop videos, audio or images here".to_owned(),
                None => "Add videos, audio or images".to_owned(),
            };
            text::line(ui, &words, type_size::BODY, p.text);
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
        for command in actions(app) {
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
        let (first, second) = summary(app);
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

/// The bar's other buttons, from the right to the left.
fn actions(app: &App) -> Vec<UiCommand> {
    let snapshot = app.snapshot();
    let mut actions = Vec::new();
    if snapshot.paused {
        actions.push(UiCommand::Resume);
    } else if snapshot.totals.active > 0 {
        actions.push(UiCommand::Pause);
    }
    let any = |wanted: fn(&Status) -> bool| snapshot.rows.iter().any(|row| wanted(&row.status));
    if app.list().count(Filter::Attention) > 0 && any(|status| matches!(status, Status::Failed(_)))
    {
        actions.push(UiCommand::RetryFailed);
    }
    if any(|status| matches!(status, Status::Ready | Status::Cancelled)) {
        actions.push(UiCommand::ClearFinished);
    }
    actions
}

/// What the bar says, in two lines; the second may be empty.
fn summary(app: &App) -> (String, String) {
    let snapshot = app.snapshot();
    let totals = &snapshot.totals;
    let attention = match totals.attention {
        0 => None,
        1 => Some("1 needs attention".to_owned()),
        number => Some(format!("{number} need attention")),
    };
    if totals.active > 0 {
        let mut first = vec![
            format!("{} of {} done", totals.done, totals.batch),
            wording::size_of(totals.sent, totals.bytes),
        ];
        let mut second = Vec::new();
        if snapshot.paused {
            first.push("paused".to_owned());
        } else {
            second.extend(totals.rate.map(wording::rate));
            second.push(wording::left(totals.left));
        }
        second.extend(attention);
        return (first.join(" · "), second.join(" · "));
    }
    if totals.startable > 0 {
        let first = format!(
            "{} ready to upload · {}",
            wording::count(totals.startable, "file"),
            wording::size(totals.startable_bytes)
        );
        let mut second = vec![wording::storage_cost(totals.startable_bytes)];
        second.extend(attention);
        return (first, second.join(" · "));
    }
    let ready = app.list().count(Filter::Ready);
    let first = match ready {
        0 => "Nothing to upload".to_owned(),
        number => format!("{} ready", wording::count(number, "file")),
    };
    (first, attention.unwrap_or_default())
}
