//! Header of a batch in the list: fold arrow, label, counts, menu, and a thin progress bar.

use egui::{Rect, Response, Ui, pos2, vec2};
use lucide_icons::Icon;

use super::button::{Button, ButtonStyle};
use super::finished;
use super::list_item::{
    Focus, Keyboard, ListPlace, accessible, keep_focus, keep_in_sight, progress,
};
use super::menu::{self, MenuItem};
use super::text::{elided_end, elided_middle, paint_icon, paint_left};
use crate::app::command::{BatchCommand, BulkAction, ExportFormat, ReportScope, UiCommand};
use crate::app::deletion;
use crate::app::list::{BatchGroup, BatchTotals};
use crate::app::rows;
use crate::app::state::App;
use crate::app::wording::{group as words, row as row_words};
use crate::model::batch::Batch;
use crate::text::messages::{list, window};
use crate::ui::theme::{self, Palette, radius, size, space, type_size};

/// Distance from the edge to the label.
const BEFORE_LABEL: f32 = space::L + size::ICON + space::M;

/// Draws a header, pushes the user's commands, and returns its focused part, if any.
pub fn show(
    ui: &mut Ui,
    app: &App,
    group: &BatchGroup,
    (rect, place): (Rect, ListPlace),
    keyboard: Keyboard,
    out: &mut Vec<UiCommand>,
) -> Option<Focus> {
    let p = Palette::of(ui);
    let batch = app.list().batch(group.batch).map(AsRef::as_ref);
    let totals = app.list().batch_totals(group.batch);
    let id = ui.make_persistent_id(("batch", group.batch));
    let response = ui.interact(rect, id, keyboard.sense());
    let spoken = || words::spoken(batch, &totals, group.is_folded);
    let ui = &mut accessible(ui, &response, place, group.is_folded, spoken);
    let fill = match ui.rect_contains_pointer(rect) {
        true => p.hover,
        false => p.raised,
    };
    ui.painter().rect_filled(rect, 0, fill);
    theme::line_under(ui.painter(), rect, rect.left(), p.line);
    let in_header = keep_focus(ui, &response, keyboard, true);

    let label = words::label(batch);
    let (right, in_button) = buttons(ui, app, group, batch, &response, keyboard, out);
    let bar = match totals.progress() {
        Some(sent) => {
            let track = rect.with_min_y(rect.bottom() - size::BAR);
            let full = track.with_max_x(track.left() + track.width() * sent.fraction());
            ui.painter().rect_filled(track, 0, p.line);
            ui.painter().rect_filled(full, 0, p.accent);
            let said = || words::state(&totals).unwrap_or_default();
            progress(ui, track, id.with("progress"), label, sent.percent(), said);
            Some(row_words::percent(sent.percent()))
        }
        None => None,
    };
    let arrow = match group.is_folded {
        true => Icon::ChevronRight,
        false => Icon::ChevronDown,
    };
    if totals.rows > 0 {
        let centre = pos2(rect.left() + space::L + size::ICON / 2.0, rect.center().y);
        paint_icon(ui.painter(), centre, arrow, size::ICON, p.secondary);
    }
    line(ui, rect, right, label, (&totals, bar));
    theme::focus_ring(ui, &response, rect.shrink(space::XS), radius::CONTROL);
    keep_in_sight(ui, rect, &response);
    menu::context(&response, || items(app, group, batch), out);
    if response.clicked() && totals.rows > 0 {
        let command = match group.is_folded {
            true => BatchCommand::Unfold,
            false => BatchCommand::Fold,
        };
        out.push(UiCommand::Batch(command, group.batch));
    }
    let hint = words::hint(batch, &totals);
    if !hint.is_empty() {
        response.on_hover_text(hint);
    }
    Focus::of(in_header, in_button)
}

/// Paints label and counts up to `right`; the label is cut last.
fn line(
    ui: &Ui,
    rect: Rect,
    right: f32,
    label: &str,
    (totals, percent): (&BatchTotals, Option<String>),
) {
    let p = Palette::of(ui);
    let painter = ui.painter();
    let (left, small) = (rect.left() + BEFORE_LABEL, theme::font(type_size::SMALL));
    let room = (right - left).max(0.0);
    let said = [percent, words::state(totals)];
    let said: Vec<String> = said.into_iter().flatten().collect();
    let trouble = words::trouble(totals).map(|said| {
        let text = [list::parts(), &said].concat();
        painter.layout_no_wrap(text, small.clone(), p.bad)
    });
    let beside = (room - size::NAME_MIN - space::M).max(0.0);
    let beside = (beside - trouble.as_ref().map_or(0.0, |it| it.size().x)).max(0.0);
    let said = elided_end(
        painter,
        &said.join(list::parts()),
        &small,
        p.secondary,
        beside,
    );
    let counts = said.size().x + trouble.as_ref().map_or(0.0, |it| it.size().x);
    let font = theme::font(type_size::BODY);
    let name = elided_middle(
        painter,
        label,
        &font,
        p.text,
        (room - counts - space::M).max(0.0),
    );
    let name = paint_left(painter, pos2(left, rect.center().y), name);
    let said = paint_left(painter, name.right_center() + vec2(space::M, 0.0), said);
    if let Some(trouble) = trouble {
        paint_left(painter, said.right_center(), trouble);
    }
}

/// Draws what hands on a batch that is done, the number of skipped files and the menu button; returns
/// their left edge, and `true` if one has the focus.
fn buttons(
    ui: &Ui,
    app: &App,
    group: &BatchGroup,
    batch: Option<&Batch>,
    header: &Response,
    keyboard: Keyboard,
    out: &mut Vec<UiCommand>,
) -> (f32, bool) {
    let (rect, label) = (header.rect, words::label(batch));
    let mut right = rect.right() - space::M;
    let mut place = |width: f32| {
        let centre = pos2(right - width / 2.0, rect.center().y);
        right -= width + space::XS;
        Rect::from_center_size(centre, vec2(width, size::SMALL_BUTTON))
    };
    let at_menu = place(size::SMALL_BUTTON);
    let mut focused = false;
    let skipped = batch.map_or(0, |batch| batch.skipped.count());
    if skipped > 0 {
        let command = UiCommand::Batch(BatchCommand::ShowSkipped, group.batch);
        let said = words::skipped(skipped);
        let name = row_words::button(label, &said);
        let button = Button {
            label: &said,
            name: &name,
            icon: None,
            hint: words::skipped_hint().to_owned(),
            is_focusable: keyboard.entry,
            colour: Some(Palette::of(ui).notice),
            ..Button::of(&command, ButtonStyle::Plain).small()
        };
        let at = place(button.size(ui).x);
        let pressed = button.show_at(ui, at, header.id.with("skipped"));
        keep_in_sight(ui, rect, &pressed);
        focused |= pressed.has_focus();
        if pressed.clicked() {
            out.push(command);
        }
    }
    for (command, said) in finished::buttons(app.list(), group.batch).into_iter().rev() {
        let name = row_words::button(label, &said);
        let button = Button {
            name: &name,
            is_focusable: keyboard.entry,
            ..finished::button(&command, &said, rect.width()).small()
        };
        let at = place(button.size(ui).x);
        let pressed = button.show_at(ui, at, header.id.with(command.entry().label));
        keep_in_sight(ui, rect, &pressed);
        focused |= pressed.has_focus();
        if pressed.clicked() {
            out.push(command);
        }
    }
    let at = (rect, at_menu);
    let items = || items(app, group, batch);
    focused |= menu::of_item(
        ui,
        at,
        header.id,
        (label, words::menu()),
        keyboard,
        items,
        out,
    );
    (right, focused)
}

/// Returns the items of the menu: what some of its rows allow.
fn items(app: &App, group: &BatchGroup, batch: Option<&Batch>) -> Vec<MenuItem> {
    let rows = app.list().batch_rows(group.batch);
    let command = |command| UiCommand::Batch(command, group.batch);
    let item = |it| MenuItem::of(command(it));
    let mut items = Vec::new();
    if rows.iter().any(|row| rows::id_to_copy_along(row).is_some()) {
        items.push(item(BatchCommand::CopyIds));
        let copied = MenuItem::copies(app, |it| command(BatchCommand::CopyAs(it)));
        items.push(MenuItem::more(window::copy_as().0, Icon::Copy, copied));
    }
    if !rows.is_empty() {
        let saved = ExportFormat::SAVED.map(BatchCommand::Export);
        items.push(MenuItem::more(
            words::export(),
            Icon::FileDown,
            saved.map(item).into(),
        ));
        let report = UiCommand::SaveReport(ReportScope::Batch(group.batch));
        items.push(MenuItem::of(report));
    }
    let actions = [
        BulkAction::Upload,
        BulkAction::Pause,
        BulkAction::Resume,
        BulkAction::Retry,
    ];
    let allowed = |many: BulkAction| rows.iter().any(|row| rows::fits(row, many));
    let allowed_actions = actions.into_iter().filter(|many| allowed(*many));
    items.extend(allowed_actions.map(|many| item(BatchCommand::Each(many))));
    if !rows.is_empty() {
        items.push(item(BatchCommand::Select));
    }
    if batch.is_some() && rows.iter().any(|row| row.asset_id.is_some()) {
        items.push(item(BatchCommand::ShowInLibrary));
    }
    items.extend(batch.map(|_| item(BatchCommand::Rename)));
    if batch.is_some_and(|batch| !batch.skipped.named.is_empty()) {
        items.push(item(BatchCommand::ShowSkipped));
    }
    if rows.is_empty() {
        items.push(item(BatchCommand::RemoveSkipped));
    } else if allowed(BulkAction::Remove) {
        items.push(item(BatchCommand::Each(BulkAction::Remove)));
    }
    if rows.iter().any(|row| deletion::is_offered(row)) {
        items.push(item(BatchCommand::DeleteAssets));
    }
    items
}
