//! Drawn over the whole window: the toast and the effect of a drop; and the window's words for screen
//! readers.

use std::sync::Arc;

use egui::{
    Align2, Context, CornerRadius, Frame, Id, LayerId, Margin, Order, Rect, Role, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, accesskit,
};
use lucide_icons::Icon;

use super::theme::{self, Palette, radius, size, space, type_size};
use super::widgets::button::{Button, ButtonStyle};
use super::widgets::{card, text};
use crate::app::command::UiCommand;
use crate::app::feedback::Toast;
use crate::app::state::App;
use crate::text::messages::window as words;

/// Most lines of a toast.
const TOAST_LINES: usize = 2;

/// Draws the toast over a page that has no foot, if one is shown.
pub fn toast(ctx: &Context, app: &App, out: &mut Vec<UiCommand>) {
    let Some(toast) = app.feedback().toast() else {
        return;
    };
    let area = egui::Area::new(Id::unique("toast"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_BOTTOM, Vec2::new(0.0, -space::L));
    area.show(ctx, |ui| {
        let inset = Margin::symmetric(space::L as i8, space::S as i8);
        let fill = Palette::of(ui).raised;
        let frame = Frame::popup(ui.style()).inner_margin(inset).fill(fill);
        frame.show(ui, |ui| {
            ui.horizontal(|ui| message(ui, toast, size::MEASURE, out));
        });
    });
}

/// Draws the two lines of a page's foot with a tooltip, or in their place the toast, which covers no
/// row there.
pub fn foot_lines(
    ui: &mut Ui,
    app: &App,
    (first, second): (&str, &str),
    hint: &str,
    out: &mut Vec<UiCommand>,
) {
    let Some(toast) = app.feedback().toast() else {
        let height = ui.max_rect().height();
        let lines = ui.scope(|ui| card::two_lines(ui, height, first, second));
        if !hint.is_empty() {
            lines.response.on_hover_text(hint);
        }
        return;
    };
    let frame = Frame::new()
        .fill(Palette::of(ui).raised)
        .corner_radius(radius::CONTROL)
        .inner_margin(Margin::symmetric(space::S as i8, 0))
        .outer_margin(Margin::symmetric(0, space::XS as i8));
    frame.show(ui, |ui| {
        let width = ui.available_width();
        ui.horizontal_centered(|ui| message(ui, toast, width, out));
    });
}

/// Draws text and buttons of a toast in at most this width.
fn message(ui: &mut Ui, toast: &Toast, width: f32, out: &mut Vec<UiCommand>) {
    let action = toast.action.as_ref().map(|command| {
        let button = Button::of(command, ButtonStyle::Outlined)
            .small()
            .without_icon();
        (button, command)
    });
    let beside = |(button, _): &(Button<'_>, _)| button.size(ui).x + space::S;
    let beside = action.as_ref().map_or(0.0, beside) + size::SMALL_BUTTON + space::S;
    let (colour, room) = (Palette::of(ui).text, (width - beside).max(0.0));
    let lay = |points: f32, lines: usize| {
        let font = theme::font(points);
        text::wrapped(ui.painter(), &toast.text, &font, colour, room, lines)
    };
    let mut said = lay(type_size::BODY, 1);
    if said.elided {
        said = lay(type_size::SMALL, TOAST_LINES);
    }
    let is_cut = said.elided;
    let response = ui.label(said);
    if is_cut {
        response.on_hover_text(&toast.text);
    }
    if let Some((button, command)) = action
        && button.show(ui)
    {
        out.push(command.clone());
    }
    let close = Button {
        icon: Some(Icon::X),
        ..Button::of(&UiCommand::DismissToast, ButtonStyle::Plain)
            .small()
            .icon_only()
    };
    if close.show(ui) {
        out.push(UiCommand::DismissToast);
    }
}

/// Names the window for screen readers, which do not see its title.
pub fn name_window(ctx: &Context) {
    ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| {
        node.set_label(words::name());
    });
}

/// Announces messages to screen readers, invisibly.
pub fn announce(ui: &Ui, app: &App) {
    let id = Id::unique("announcement");
    let place = Rect::from_min_size(ui.ctx().content_rect().min, Vec2::splat(size::HAIRLINE));
    let response = ui.interact(place, id, Sense::hover());
    let said = app.feedback().announcement();
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, said));
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(said);
        node.clear_value();
        node.set_live(accesskit::Live::Polite);
    });
}

/// Draws the effect of a drop while files are dragged over the window.
pub fn drop_overlay(ctx: &Context, app: &App) {
    let Some(words) = app.drop_text() else { return };
    let p: &Palette = Palette::of_theme(ctx.theme());
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("drop overlay")));
    let room = ctx.content_rect();
    painter.rect_filled(room, 0, p.scrim);
    let inner = room.shrink(space::M);
    let corner = CornerRadius::same(radius::CARD);
    painter.rect(
        inner,
        corner,
        p.accent_tint,
        Stroke::new(size::OUTLINE, p.accent),
        StrokeKind::Inside,
    );
    let galley = painter.layout_no_wrap(words, theme::font(type_size::HERO), p.text);
    let centre = room.center();
    let at = Rect::from_center_size(centre + Vec2::new(0.0, space::L), galley.size());
    let icon = centre - Vec2::new(0.0, space::XXL);
    text::paint_icon(
        &painter,
        icon,
        Icon::CloudUpload,
        size::ICON_LARGE,
        p.accent,
    );
    painter.galley(at.min, Arc::clone(&galley), p.text);
}
