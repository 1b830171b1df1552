//! The queue screen: drop strip, list and status bar.

mod geometry;
mod list;

use egui::{CornerRadius, Frame, Id, Margin, Rect, Ui, Vec2, vec2};
use lucide_icons::Icon;

use crate::app::command::{RowCommand, UiCommand};
use crate::app::state::App;
use crate::app::{status_bar, wording};
use crate::text::messages::{foot, window as words};
use crate::ui::screens::toolbar;
use crate::ui::theme::{DOUBLE_CLICK, Palette, radius, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::{card, finished, text};
use crate::ui::{icons, overlays};

pub use list::{ListView, list};

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

/// Draws the status bar: progress and the "Upload" button.
pub fn status_bar(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let (snapshot, list) = (app.snapshot(), app.list());
    let totals = &snapshot.totals;
    let busy = totals.active > 0;
    if let Some(fraction) = totals.fraction() {
        overall_bar(ui, fraction);
    }
    let width = ui.available_width();
    let narrow = width < size::NARROW;
    let left = |ui: &mut Ui| {
        let (first, second) =
            status_bar::summary(snapshot, list, &app.plan(), app.backend(), app.now());
        overlays::foot_lines(ui, app, (&first, &second), "", out);
    };
    let hint = |command: &UiCommand| {
        status_bar::hint(command, list, &app.plan(), snapshot.paused, app.backend())
    };
    let (mut handed_on, mut asked) = (None, None);
    let right = |ui: &mut Ui| {
        // A batch that has no header hands on its IDs here, where nothing moves for it.
        let batch = list.without_header().map(|group| group.batch);
        let finished = batch.map_or_else(Vec::new, |it| finished::buttons(list, it));
        for (command, label) in finished {
            let button = finished::button(&command, &label, width);
            if button.show_with_id(ui, ("finished", command.entry().label)) {
                handed_on = Some(command);
            }
        }
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
    // These buttons stay where they are, so that a quick press after another is meant.
    out.extend(handed_on);
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
