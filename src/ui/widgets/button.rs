//! Buttons (primary, outlined, plain) and chips.

use std::fmt::Debug;
use std::hash::Hash;

use egui::{
    Align2, Color32, CornerRadius, Id, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, vec2,
};
use lucide_icons::Icon;

use super::text::paint_icon;
use crate::app::command::UiCommand;
use crate::ui::theme::{self, Palette, radius, size, space, type_size};
use crate::ui::{focus, icons};

/// Emphasis of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonStyle {
    /// Filled; one per view.
    Primary,
    /// With a border.
    Outlined,
    /// Without border or fill until hovered.
    Plain,
}

/// A button to draw.
pub struct Button<'a> {
    /// Label; empty for an icon only.
    pub label: &'a str,
    /// Icon, if any.
    pub icon: Option<Icon>,
    /// Puts the icon after the label, as for a menu.
    pub icon_last: bool,
    /// Style.
    pub look: ButtonStyle,
    /// Smaller size, for rows.
    pub small: bool,
    /// Why it is disabled; `None` if enabled.
    pub blocked: Option<&'a str>,
    /// Screen reader name; the label if empty.
    pub name: &'a str,
    /// Tooltip.
    pub hint: String,
    /// Colour override for label and icon.
    pub colour: Option<Color32>,
    /// Other label to reserve room for, so that nothing moves.
    pub reserve_width_for: &'a str,
    /// Left-aligns the label, as in a menu.
    pub align_left: bool,
    /// For one of several choices: `true` if selected.
    pub chosen: Option<bool>,
    /// Can have keyboard focus.
    pub is_focusable: bool,
    /// Takes keyboard focus now.
    pub focused: bool,
}

impl<'a> Button<'a> {
    /// Creates a command's button with the table's label, tooltip and icon.
    pub fn of(command: &UiCommand, look: ButtonStyle) -> Self {
        let entry = command.entry();
        Self {
            label: entry.label,
            icon: icons::command(command),
            icon_last: false,
            look,
            small: false,
            blocked: None,
            name: "",
            hint: entry.hint(),
            colour: None,
            reserve_width_for: "",
            align_left: false,
            chosen: None,
            is_focusable: true,
            focused: false,
        }
    }

    /// Sets the label.
    pub fn labelled(mut self, label: &'a str) -> Self {
        self.label = label;
        self
    }

    /// Removes the icon.
    pub fn without_icon(mut self) -> Self {
        self.icon = None;
        self
    }

    /// Shows only the icon; the label stays its screen reader name.
    pub fn icon_only(mut self) -> Self {
        self.name = self.label;
        self.label = "";
        self
    }

    /// Uses the smaller size.
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// Disables it for this reason.
    pub fn blocked(mut self, why: Option<&'a str>) -> Self {
        self.blocked = why;
        self
    }

    /// Takes keyboard focus if `focused`.
    pub fn focused(mut self, focused: bool) -> Self {
        self.focused = focused;
        self
    }

    fn height(&self) -> f32 {
        if self.small {
            size::SMALL_BUTTON
        } else {
            size::BUTTON
        }
    }

    fn icon_points(&self) -> f32 {
        if self.small && !self.label.is_empty() {
            type_size::BODY
        } else {
            size::ICON
        }
    }

    fn icon_room(&self) -> f32 {
        let gap = if self.small { space::XS } else { space::S };
        self.icon.map_or(0.0, |_| self.icon_points() + gap)
    }

    fn points(&self) -> f32 {
        if self.small {
            type_size::SMALL
        } else {
            type_size::BODY
        }
    }

    /// Returns its size.
    pub fn size(&self, ui: &Ui) -> Vec2 {
        let height = self.height();
        if self.label.is_empty() {
            return Vec2::splat(height);
        }
        let width = |label: &str| {
            let font = theme::font(self.points());
            let painter = ui.painter();
            painter
                .layout_no_wrap(label.to_owned(), font, Color32::PLACEHOLDER)
                .size()
                .x
        };
        let text = width(self.label).max(width(self.reserve_width_for));
        let icon = self.icon_room();
        let pad = if self.small { space::S } else { space::M };
        vec2((text + icon + 2.0 * pad).ceil(), height)
    }

    /// Draws it at the layout's position.
    pub fn show(self, ui: &mut Ui) -> bool {
        let (id, rect) = ui.allocate_space(self.size(ui));
        self.show_at(ui, rect, id).clicked()
    }

    /// Draws it under a fixed id, so that it keeps the focus when its neighbours change or it
    /// moves.
    pub fn show_with_id(self, ui: &mut Ui, name: impl Hash + Debug) -> bool {
        let (_, rect) = ui.allocate_space(self.size(ui));
        self.show_at(ui, rect, Id::unique(name)).clicked()
    }

    /// Draws it in `rect`.
    pub fn show_at(self, ui: &Ui, rect: Rect, id: Id) -> Response {
        let enabled = self.blocked.is_none() && ui.is_enabled();
        let sense = match (enabled, self.is_focusable) {
            (true, true) => Sense::click(),
            (true, false) => Sense::CLICK,
            (false, _) => Sense::hover(),
        };
        let response = ui.interact(rect, id, sense);
        if self.focused {
            response.request_focus();
        }
        let name = if self.name.is_empty() {
            self.label
        } else {
            self.name
        };
        response.widget_info(|| match self.chosen {
            Some(on) => WidgetInfo::selected(Role::RadioButton, enabled, on, name),
            None => WidgetInfo::labeled(Role::Button, enabled, name),
        });
        if let Some(why) = self.blocked {
            ui.ctx()
                .accesskit_node_builder(id, |node| node.set_description(why));
        }
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, &response, enabled);
        }
        focus::ring(ui, &response, rect, radius::CONTROL);
        let hint = match self.blocked {
            Some(why) => why,
            None => &self.hint,
        };
        if hint.is_empty() || hint == self.label {
            response
        } else {
            response.on_hover_text(hint)
        }
    }

    fn paint(&self, ui: &Ui, rect: Rect, response: &Response, enabled: bool) {
        let p = Palette::of(ui);
        let pointed = enabled && (response.hovered() || response.is_pointer_button_down_on());
        let (fill, line, text) = self.colours(p, pointed, enabled);
        let painter = ui.painter();
        painter.rect(
            rect,
            CornerRadius::same(radius::CONTROL),
            fill,
            Stroke::new(size::HAIRLINE, line),
            StrokeKind::Inside,
        );
        let text = self.colour.filter(|_| enabled).unwrap_or(text);
        if self.label.is_empty() {
            if let Some(icon) = self.icon {
                paint_icon(painter, rect.center(), icon, size::ICON, text);
            }
            return;
        }
        let galley =
            painter.layout_no_wrap(self.label.to_owned(), theme::font(self.points()), text);
        let icon = self.icon_room();
        let mut left = if self.align_left {
            rect.left_center() + vec2(space::M, 0.0)
        } else {
            rect.center() - vec2((galley.size().x + icon) / 2.0, 0.0)
        };
        if let Some(glyph) = self.icon {
            let points = self.icon_points();
            let centre = if self.icon_last {
                left + vec2(galley.size().x + icon - points / 2.0, 0.0)
            } else {
                left + vec2(points / 2.0, 0.0)
            };
            paint_icon(painter, centre, glyph, points, text);
            if !self.icon_last {
                left.x += icon;
            }
        }
        let at = Align2::LEFT_CENTER.anchor_size(left, galley.size()).min;
        painter.galley(at, galley, text);
    }

    fn colours(&self, p: &Palette, pointed: bool, enabled: bool) -> (Color32, Color32, Color32) {
        let clear = Color32::TRANSPARENT;
        match (self.look, enabled, pointed) {
            (ButtonStyle::Primary, true, false) => (p.accent, clear, p.on_accent),
            (ButtonStyle::Primary, true, true) => (p.accent_strong, clear, p.on_accent),
            (ButtonStyle::Primary, false, _) => (p.raised, p.line, p.secondary),
            (ButtonStyle::Outlined, true, true) => (p.raised, p.line, p.text),
            (ButtonStyle::Outlined, true, false) => (p.surface, p.line, p.text),
            (ButtonStyle::Outlined, false, _) => (clear, p.line, p.secondary),
            (ButtonStyle::Plain, true, true) => (p.raised, clear, p.text),
            (ButtonStyle::Plain, ..) => (clear, clear, p.secondary),
        }
    }
}

/// Draws a chip; `urgent` makes it stand out. `name` is unique among its neighbours.
pub fn chip(ui: &mut Ui, name: &str, text: &str, on: bool, urgent: bool) -> bool {
    let p = Palette::of(ui);
    let colour = match (on, urgent) {
        (_, true) => p.bad,
        (true, false) => p.accent,
        (false, false) => p.secondary,
    };
    let font = theme::font(type_size::SMALL);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, colour);
    let wide = vec2(
        (galley.size().x + 2.0 * space::M).ceil(),
        size::SMALL_BUTTON,
    );
    let (_, rect) = ui.allocate_space(wide);
    let id = ui.make_persistent_id(("chip", name));
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, text));
    let fill = match (on, response.hovered()) {
        (true, _) if urgent => p.bad_tint,
        (true, _) => p.accent_tint,
        (false, true) => p.raised,
        (false, false) => Color32::TRANSPARENT,
    };
    let corner = CornerRadius::same(radius::FULL);
    ui.painter().rect_filled(rect, corner, fill);
    let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    ui.painter().galley(at.min, galley, colour);
    focus::ring(ui, &response, rect, radius::FULL);
    response.clicked()
}
