//! A list row: two lines, buttons, and a thin progress bar.

mod buttons;

use std::time::Duration;

use egui::{Id, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use self::buttons::{Buttons, items};
use super::check::{self, Tick};
use super::list_item::{
    Focus, Keyboard, ListPlace, accessible, keep_focus, keep_in_sight, progress,
};
use super::menu;
use super::text::{elided_end, elided_middle, paint_icon, paint_left};
use crate::app::command::{Pick, UiCommand};
use crate::app::rows::{self, RowContext, Trailing};
use crate::app::state::App;
use crate::app::thumbnails::PictureRequest;
use crate::app::wording::row as words;
use crate::model::snapshot::Row;
use crate::text::messages::list;
use crate::text::{Backend, status_word};
use crate::ui::theme::{self, Palette, radius, size, space, type_size};
use crate::ui::thumbnails;

/// Distance from row edge to thumbnail, with room for the checkbox.
pub const BEFORE_THUMBNAIL: f32 = space::L + size::ICON + space::M;
/// Distance from row edge to text.
pub const BEFORE_TEXT: f32 = BEFORE_THUMBNAIL + size::THUMBNAIL + space::M;

/// Draws a row, pushes the user's commands, and returns its focused part, if any.
pub fn show(
    ui: &mut Ui,
    app: &App,
    row: &Row,
    around: &RowContext,
    at: (Rect, ListPlace),
    keyboard: Keyboard,
    out: &mut Vec<UiCommand>,
) -> Option<Focus> {
    let p = Palette::of(ui);
    let (rect, place) = at;
    let id = ui.make_persistent_id(("row", row.id.0));
    let response = ui.interact(rect, id, keyboard.sense());
    let selected = app.list().is_selected(row.id);
    let folder = app.list().folder(row.id);
    let spoken = || rows::spoken(row, folder, around);
    let ui = &mut accessible(ui, &response, place, rows::stage(row), spoken);
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_selected(selected));
    ground(ui, rect, selected, p);
    // Its menu may take the focus below.
    let in_row = keep_focus(ui, &response, keyboard, false);
    let called = words::called(&row.name, folder);
    tick(ui, rect, id, (row, &called), selected, out);

    let buttons = Buttons::of(ui, app, row, around, rect);
    let thumbnail = Rect::from_center_size(
        pos2(
            rect.left() + BEFORE_THUMBNAIL + size::THUMBNAIL / 2.0,
            rect.center().y,
        ),
        vec2(size::THUMBNAIL, size::THUMBNAIL),
    );
    let request = PictureRequest::of_row(row, around.place == Backend::Service);
    thumbnails::show(ui, thumbnail, row.kind, request.as_ref(), around.now);
    let text_left = rect.left() + BEFORE_TEXT;
    let right = pos2(buttons.left - space::S, rect.center().y);
    let trailing = trailing(ui, row, right, right.x - text_left);
    let text = Rect::from_x_y_ranges(text_left..=trailing - space::M, rect.y_range());
    lines(ui, (row, folder), around, text, &response, p);
    bar(ui, rect, id, (row, &called), around);
    theme::focus_ring(ui, &response, rect.shrink(space::XS), radius::CONTROL);
    keep_in_sight(ui, rect, &response);
    let in_button = buttons.show(ui, (row, &called), rect, id, keyboard, out);
    menu::context(&response, || items(row, around), out);
    if response.clicked() {
        out.push(UiCommand::Click(row.id, pick(ui, Pick::Only)));
    } else if response.secondary_clicked() && !selected {
        out.push(UiCommand::Click(row.id, Pick::Only));
    }
    if rows::has_clock(row) {
        ui.ctx().request_repaint_after(Duration::from_secs(1));
    }
    Focus::of(in_row, in_button)
}

/// Returns the selection mode of a click by its modifier keys.
pub fn pick(ui: &Ui, plain: Pick) -> Pick {
    ui.input(|input| match input.modifiers {
        held if held.shift => Pick::Range,
        held if held.command => Pick::Toggle,
        _ => plain,
    })
}

/// Draws the checkbox; the keyboard toggles the row itself.
fn tick(
    ui: &Ui,
    rect: Rect,
    row_id: Id,
    (row, called): (&Row, &str),
    selected: bool,
    out: &mut Vec<UiCommand>,
) {
    let centre = pos2(rect.left() + space::L + size::ICON / 2.0, rect.center().y);
    let room = Rect::from_center_size(centre, vec2(size::SMALL_BUTTON, rect.height()));
    let state = if selected { Tick::On } else { Tick::Off };
    let name = words::select(called);
    if check::show_at(ui, room, row_id.with("tick"), state, &name, false).clicked() {
        out.push(UiCommand::Click(row.id, pick(ui, Pick::Toggle)));
    }
}

/// Draws the background of a row, and the line below it.
pub fn ground(ui: &Ui, rect: Rect, selected: bool, p: &Palette) {
    let painter = ui.painter();
    if selected {
        painter.rect_filled(rect, 0, p.accent_tint);
        let edge = Rect::from_min_size(rect.min, vec2(size::EDGE, rect.height()));
        painter.rect_filled(edge, 0, p.accent);
    } else if ui.rect_contains_pointer(rect.with_max_y(rect.bottom() - size::HAIRLINE / 2.0)) {
        // Rows touch: the line between them belongs to the lower one.
        painter.rect_filled(rect, 0, p.hover);
    }
    theme::line_under(painter, rect, rect.left() + BEFORE_TEXT, p.line);
}

/// Draws percent or id right-aligned; returns its left edge.
fn trailing(ui: &mut Ui, row: &Row, right: Pos2, room: f32) -> f32 {
    let p = Palette::of(ui);
    let painter = ui.painter();
    let (galley, whole) = match rows::trailing(row) {
        Trailing::None => return right.x,
        Trailing::Percent(percent) => {
            let font = theme::font(type_size::BODY);
            let text = words::percent(percent);
            (painter.layout_no_wrap(text, font, p.text), None)
        }
        Trailing::Idle(said) => {
            let font = theme::font(type_size::SMALL);
            // Wider where both it and the rest have room.
            let width = (room - size::NAME_MIN).clamp(0.0, size::IDLE_ID);
            let width = width.max(room * size::IDLE_SHARE);
            let galley = elided_middle(painter, &said, &font, p.secondary, width);
            (galley, Some(said))
        }
        Trailing::Id(id) => {
            let font = theme::mono(type_size::SMALL);
            let width = (room - size::NAME_MIN).max(0.0);
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

fn lines(
    ui: &Ui,
    (row, folder): (&Row, Option<&str>),
    around: &RowContext,
    rect: Rect,
    response: &Response,
    p: &Palette,
) {
    let painter = ui.painter();
    let first = pos2(rect.left(), rect.center().y - size::LINES_APART / 2.0);
    let second = pos2(rect.left(), rect.center().y + size::LINES_APART / 2.0);
    let small = theme::font(type_size::SMALL);
    // The folder that tells equal names apart is cut last.
    let folder = folder.map(|folder| {
        let said = words::in_folder(folder);
        let width = (rect.width() - size::NAME_MIN).max(0.0);
        elided_middle(painter, &said, &small, p.secondary, width)
    });
    let location = rows::location(row);
    let beside = folder.as_ref().map_or(0.0, |it| it.size().x + space::S)
        + location.map_or(0.0, |_| size::ICON + space::S);
    let name = elided_middle(
        painter,
        &row.name,
        &theme::font(type_size::BODY),
        p.text,
        rect.width() - beside,
    );
    let name = paint_left(painter, first, name);
    let mut named = name;
    if let Some(folder) = folder {
        named = paint_left(painter, name.right_center() + vec2(space::S, 0.0), folder);
    }
    let mark = Rect::from_min_size(
        named.right_top() + vec2(space::S, 0.0),
        vec2(size::ICON, named.height()),
    );
    if location.is_some() {
        paint_icon(
            painter,
            mark.center(),
            Icon::MapPin,
            type_size::BODY,
            p.secondary,
        );
    }

    let badge = theme::badge(&row.status, p);
    let half = size::ICON / 2.0;
    paint_icon(
        painter,
        second + vec2(half, 0.0),
        badge.icon,
        type_size::BODY,
        badge.colour,
    );
    let word = status_word(&row.status).to_owned();
    let word = painter.layout_no_wrap(word, small.clone(), badge.colour);
    let mut said = paint_left(painter, second + vec2(size::ICON + space::XS, 0.0), word);
    if let Some(warning) = rows::warning(row) {
        let width = rect.right() - said.right();
        let text = [list::parts(), warning].concat();
        let galley = elided_end(painter, &text, &small, p.notice, width);
        said = paint_left(painter, said.right_center(), galley);
    }
    let detail = rows::detail(row, around);
    let mut detail_cut = false;
    if !detail.is_empty() {
        let width = rect.right() - said.right();
        let text = [list::parts(), &detail].concat();
        let galley = elided_end(painter, &text, &small, p.secondary, width);
        detail_cut = galley.elided;
        paint_left(painter, said.right_center(), galley);
    }
    let is_open = ui.memory(|memory| memory.top_modal_layer().is_none());
    if !is_open {
        return;
    }
    let on_name = ui.rect_contains_pointer(name);
    let mut whole = Vec::new();
    if on_name || detail_cut {
        whole.push(row.path.display().to_string());
        whole.extend(rows::captured(row));
    }
    if on_name || ui.rect_contains_pointer(mark) {
        whole.extend(location.map(str::to_owned));
    }
    if detail_cut {
        whole.push(detail);
    }
    if !whole.is_empty() {
        response.clone().on_hover_text(whole.join("\n"));
    }
}

fn bar(ui: &Ui, rect: Rect, id: Id, (row, called): (&Row, &str), around: &RowContext) {
    let Some(fraction) = rows::bar(row) else {
        return;
    };
    let p = Palette::of(ui);
    let track = Rect::from_min_max(
        pos2(rect.left() + BEFORE_TEXT, rect.bottom() - size::BAR),
        rect.max,
    );
    let colour = theme::badge(&row.status, p).colour;
    let mut full = track;
    full.set_width(track.width() * fraction);
    ui.painter().rect_filled(track, 0, p.line);
    ui.painter().rect_filled(full, 0, colour);
    if let Some(percent) = rows::percent(row) {
        let detail = || rows::detail(row, around);
        progress(ui, track, id.with("progress"), called, percent, detail);
    }
}
