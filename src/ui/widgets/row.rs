//! One file of the list: two lines, what there is to do, and a thin bar at its foot.

use std::time::{Duration, Instant};

use egui::style::ScrollAnimation;
use egui::{EventFilter, Id, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use super::button::{Button, Look};
use super::check::{self, Tick};
use super::text::{elided_end, elided_middle, paint_icon, paint_left};
use crate::app::command::{Pick, RowCommand, UiCommand};
use crate::app::rows::{self, Trailing};
use crate::app::state::App;
use crate::model::snapshot::Row;
use crate::ui::theme::{self, Palette, of, radius, size, space, type_size};
use crate::ui::thumbnails;

/// From the middle of a row's first line to that of its second, in points.
const LINES_APART: f32 = 20.0;
/// The edge that marks a selected row, in points.
const EDGE: f32 = 3.0;
/// On "Copy" for a moment after it was pressed.
const COPIED: &str = "Copied";
/// What a name keeps of a narrow row, in points.
const NAME_MIN: f32 = 120.0;

/// From a row's edge to its thumbnail: room for the box that is ticked.
const BEFORE_THUMBNAIL: f32 = space::L + size::ICON + space::M;
/// From a row's edge to its text.
const BEFORE_TEXT: f32 = BEFORE_THUMBNAIL + size::THUMBNAIL + space::M;
/// A row that the keyboard is in has these keys for going on in the list.
const LIST_KEYS: EventFilter = EventFilter {
    tab: false,
    horizontal_arrows: false,
    vertical_arrows: true,
    escape: false,
};

/// Draws a row and says what the person did with it. `focus` gives it the keyboard; gives
/// back whether it has it.
pub fn show(
    ui: &mut Ui,
    app: &App,
    row: &Row,
    now: Instant,
    focus: bool,
    out: &mut Vec<UiCommand>,
) -> bool {
    let p = of(ui);
    let wide = vec2(ui.available_width(), size::ROW);
    let (_, rect) = ui.allocate_space(wide);
    let id = ui.make_persistent_id(("row", row.id.0));
    let response = ui.interact(rect, id, Sense::click());
    let selected = app.list().is_selected(row.id);
    response.widget_info(|| {
        WidgetInfo::selected(Role::ListItem, true, selected, rows::spoken(row, now))
    });
    ground(ui, rect, selected, p);
    if focus {
        response.request_focus();
    }
    if response.has_focus() {
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, LIST_KEYS));
    }
    tick(ui, rect, id, row, selected, out);

    let buttons = buttons(app, row, rect.width() < size::NARROW, p);
    let widths: Vec<f32> = buttons.iter().map(|(_, b)| b.size(ui).x).collect();
    let taken = widths.iter().map(|width| width + space::XS).sum::<f32>();
    let mut left = rect.right() - space::M - taken;
    let buttons_left = left;
    let thumbnail = Rect::from_center_size(
        pos2(
            rect.left() + BEFORE_THUMBNAIL + size::THUMBNAIL / 2.0,
            rect.center().y,
        ),
        vec2(size::THUMBNAIL, size::THUMBNAIL),
    );
    thumbnails::show(ui, thumbnail, row, now);
    let text_left = rect.left() + BEFORE_TEXT;
    let room = buttons_left - space::S - text_left;
    let trailing = trailing(
        ui,
        row,
        pos2(buttons_left - space::S, rect.center().y),
        room,
    );
    let text = Rect::from_x_y_ranges(text_left..=trailing - space::M, rect.y_range());
    lines(ui, row, now, text, &response, p);
    bar(ui, rect, row, p);
    theme::focus_ring(ui, &response, rect.shrink(space::XS), radius::CONTROL);
    keep_in_sight(ui, rect, &response);

    for ((command, button), width) in buttons.into_iter().zip(widths) {
        let place = Rect::from_center_size(
            pos2(left + width / 2.0, rect.center().y),
            vec2(width, size::SMALL_BUTTON),
        );
        left += width + space::XS;
        let label = if button.label.is_empty() {
            command.entry().label
        } else {
            button.label
        };
        let name = format!("{label}: {}", row.name);
        let button = Button {
            name: &name,
            ..button
        };
        let pressed = button.show_at(ui, place, id.with(command));
        keep_in_sight(ui, rect, &pressed);
        if pressed.clicked() {
            out.push(UiCommand::Row(command, row.id));
        }
    }
    if response.clicked() {
        out.push(UiCommand::Click(row.id, pick(ui, Pick::Only)));
    }
    if rows::has_clock(row) {
        ui.ctx().request_repaint_after(Duration::from_secs(1));
    }
    response.has_focus()
}

/// How a click selects, by the keys that are held.
fn pick(ui: &Ui, plain: Pick) -> Pick {
    ui.input(|input| match input.modifiers {
        held if held.shift => Pick::Range,
        held if held.command => Pick::Toggle,
        _ => plain,
    })
}

/// The box that adds the row to the selection. The keyboard does it from the row itself.
fn tick(ui: &Ui, rect: Rect, row_id: Id, row: &Row, selected: bool, out: &mut Vec<UiCommand>) {
    let centre = pos2(rect.left() + space::L + size::ICON / 2.0, rect.center().y);
    let room = Rect::from_center_size(centre, vec2(size::SMALL_BUTTON, rect.height()));
    let state = if selected { Tick::On } else { Tick::Off };
    let name = format!("Select {}", row.name);
    if check::show_at(ui, room, row_id.with("tick"), state, &name).clicked() {
        out.push(UiCommand::Click(row.id, pick(ui, Pick::Toggle)));
    }
}

/// A row that the keyboard comes to is scrolled into sight with its neighbours, so that
/// there is always a next one to go to.
fn keep_in_sight(ui: &Ui, row: Rect, response: &Response) {
    if response.gained_focus() {
        let with_neighbours = row.expand2(vec2(0.0, row.height()));
        ui.scroll_to_rect_animation(with_neighbours, None, ScrollAnimation::none());
    }
}

fn ground(ui: &Ui, rect: Rect, selected: bool, p: &Palette) {
    let painter = ui.painter();
    if selected {
        painter.rect_filled(rect, 0, p.accent_tint);
        let edge = Rect::from_min_size(rect.min, vec2(EDGE, rect.height()));
        painter.rect_filled(edge, 0, p.accent);
    } else if ui.rect_contains_pointer(rect.with_max_y(rect.bottom() - 0.5)) {
        // Rows touch: on the line between them the pointer is on the lower one.
        painter.rect_filled(rect, 0, p.hover);
    }
    let from = rect.left() + BEFORE_TEXT;
    painter.hline(from..=rect.right(), rect.bottom() - 0.5, (1.0, p.line));
}

/// Percent or id, right-aligned; gives where it begins.
fn trailing(ui: &mut Ui, row: &Row, right: Pos2, room: f32) -> f32 {
    let p = of(ui);
    let painter = ui.painter();
    let (galley, whole) = match rows::trailing(row) {
        Trailing::None => return right.x,
        Trailing::Percent(percent) => {
            let font = theme::font(type_size::BODY);
            let text = format!("{percent} %");
            (painter.layout_no_wrap(text, font, p.text), None)
        }
        Trailing::Id(id) => {
            let font = theme::mono(type_size::SMALL);
            let width = (room - NAME_MIN).max(0.0);
            let galley = elided_middle(painter, &id, &font, p.secondary, width);
            (galley, Some(id))
        }
    };
    let rect = egui::Align2::RIGHT_CENTER.anchor_size(right, galley.size());
    painter.galley(rect.min, galley, p.text);
    if let Some(id) = whole {
        let ui_id = ui.make_persistent_id(("asset id", row.id.0));
        let response = ui.interact(rect, ui_id, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &id));
        response.on_hover_text(id);
    }
    rect.left()
}

fn lines(ui: &Ui, row: &Row, now: Instant, rect: Rect, response: &Response, p: &Palette) {
    let painter = ui.painter();
    let first = pos2(rect.left(), rect.center().y - LINES_APART / 2.0);
    let second = pos2(rect.left(), rect.center().y + LINES_APART / 2.0);
    let name = elided_middle(
        painter,
        &row.name,
        &theme::font(type_size::BODY),
        p.text,
        rect.width(),
    );
    let name_cut = name.text() != row.name;
    paint_left(painter, first, name);

    let badge = theme::badge(&row.status, p);
    let small = theme::font(type_size::SMALL);
    let half = size::ICON / 2.0;
    paint_icon(
        painter,
        second + vec2(half - 1.0, 0.0),
        badge.icon,
        type_size::BODY,
        badge.colour,
    );
    let word = painter.layout_no_wrap(badge.word.to_owned(), small.clone(), badge.colour);
    let mut said = paint_left(painter, second + vec2(size::ICON + space::XS, 0.0), word);
    if let Some(warning) = rows::warning(row) {
        let width = rect.right() - said.right();
        let text = format!(" · {warning}");
        let galley = elided_end(painter, &text, &small, p.notice, width);
        said = paint_left(painter, said.right_center(), galley);
    }
    let detail = rows::detail(row, now);
    let mut detail_cut = false;
    if !detail.is_empty() {
        let width = rect.right() - said.right();
        let text = format!(" · {detail}");
        let galley = elided_end(painter, &text, &small, p.secondary, width);
        detail_cut = galley.elided;
        paint_left(painter, said.right_center(), galley);
    }
    if name_cut || detail_cut {
        let mut whole = row.name.clone();
        if detail_cut {
            whole.push('\n');
            whole.push_str(&detail);
        }
        response.clone().on_hover_text(whole);
    }
}

fn bar(ui: &Ui, rect: Rect, row: &Row, p: &Palette) {
    let Some(fraction) = rows::bar(row) else {
        return;
    };
    let track = Rect::from_min_max(
        pos2(rect.left() + BEFORE_TEXT, rect.bottom() - size::BAR),
        rect.max,
    );
    let colour = theme::badge(&row.status, p).colour;
    let mut full = track;
    full.set_width(track.width() * fraction);
    ui.painter().rect_filled(track, 0, p.line);
    ui.painter().rect_filled(full, 0, colour);
}

fn buttons(app: &App, row: &Row, narrow: bool, p: &Palette) -> Vec<(RowCommand, Button<'static>)> {
    let button = |command: RowCommand| {
        let button = Button {
            hint: rows::hint(row, command),
            ..Button::of(&UiCommand::Row(command, row.id), Look::Plain).small()
        };
        match command {
            RowCommand::Copy => {
                let mut copy = Button {
                    look: Look::Outlined,
                    room_for: COPIED,
                    ..button
                };
                if app.was_copied(row.id) {
                    copy.label = COPIED;
                    copy.icon = Some(Icon::Check);
                    copy.colour = Some(p.good);
                }
                copy
            }
            RowCommand::UploadAnyway
            | RowCommand::UploadAgain
            | RowCommand::CheckAgain
            | RowCommand::Locate
                if !narrow =>
            {
                Button {
                    look: Look::Outlined,
                    ..button
                }
            }
            _ => button.icon_only(),
        }
    };
    let commands = rows::commands(row).into_iter();
    commands.map(|command| (command, button(command))).collect()
}
