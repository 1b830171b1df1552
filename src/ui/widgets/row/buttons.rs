//! Buttons of a row, and its menu.

use egui::{Id, Rect, Ui, pos2, vec2};
use lucide_icons::Icon;

use crate::app::command::{RowCommand, UiCommand};
use crate::app::rows::{self, RowContext};
use crate::app::state::App;
use crate::app::wording::row as words;
use crate::model::snapshot::Row;
use crate::text::messages::window;
use crate::ui::theme::{Palette, size, space};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::list_item::{Keyboard, keep_in_sight};
use crate::ui::widgets::menu::{self, MenuItem};

/// Buttons of a row and their position.
pub struct Buttons {
    each: Vec<(RowCommand, Button<'static>, f32)>,
    /// Left edge.
    pub left: f32,
    around: RowContext,
}

impl Buttons {
    /// Lays out the buttons at the right of `rect`.
    pub fn of(ui: &Ui, app: &App, row: &Row, around: &RowContext, rect: Rect) -> Self {
        let narrow = rect.width() < size::NARROW;
        let commands = rows::commands(row, around).into_iter();
        let each: Vec<_> = commands
            .map(|command| {
                let button = button(app, row, around, command, narrow, Palette::of(ui));
                let width = button.size(ui).x;
                (command, button, width)
            })
            .collect();
        let widths = each.iter().map(|(_, _, width)| width + space::XS);
        let more = if rows::has_menu(row) {
            size::SMALL_BUTTON
        } else {
            // No gap after the last one.
            -space::XS
        };
        let all = widths.sum::<f32>() + more;
        Self {
            each,
            left: rect.right() - space::M - all,
            around: around.clone(),
        }
    }

    /// Draws the buttons left to right, the menu button last; returns `true` if one has the focus.
    pub fn show(
        self,
        ui: &Ui,
        (row, called): (&Row, &str),
        rect: Rect,
        id: Id,
        keyboard: Keyboard,
        out: &mut Vec<UiCommand>,
    ) -> bool {
        let mut focused = false;
        let mut left = self.left;
        let is_focusable = keyboard.entry;
        let mut place = |width: f32| {
            let centre = pos2(left + width / 2.0, rect.center().y);
            left += width + space::XS;
            Rect::from_center_size(centre, vec2(width, size::SMALL_BUTTON))
        };
        for (command, button, width) in self.each {
            let label = if button.label.is_empty() {
                command.entry().label
            } else {
                button.label
            };
            let name = words::button(called, label);
            let button = Button {
                name: &name,
                is_focusable,
                ..button
            };
            // The command alone would hash, for the first one, to the id by which egui finds the
            // row's tooltip.
            let pressed = button.show_at(ui, place(width), id.with(("button", command)));
            keep_in_sight(ui, rect, &pressed);
            focused |= pressed.has_focus();
            if pressed.clicked() {
                out.push(UiCommand::Row(command, row.id));
            }
        }
        if !rows::has_menu(row) {
            return focused;
        }
        let (_, hint) = window::more();
        let at = (rect, place(size::SMALL_BUTTON));
        let items = || items(row, &self.around);
        focused | menu::of_item(ui, at, id, (called, hint), keyboard, items, out)
    }
}

fn button(
    app: &App,
    row: &Row,
    around: &RowContext,
    command: RowCommand,
    narrow: bool,
    p: &Palette,
) -> Button<'static> {
    let button = Button {
        hint: rows::hint(row, command, around),
        ..Button::of(&UiCommand::Row(command, row.id), ButtonStyle::Plain).small()
    };
    match command {
        RowCommand::Copy => {
            let mut copy = Button {
                look: ButtonStyle::Outlined,
                reserve_width_for: words::copied(),
                ..button
            };
            if app.feedback().was_copied(row.id) {
                copy.label = words::copied();
                copy.icon = Some(Icon::Check);
                copy.colour = Some(p.good);
            }
            copy
        }
        RowCommand::GetId
        | RowCommand::UploadAnyway
        | RowCommand::UploadAgain
        | RowCommand::CheckAgain
        | RowCommand::TryNow
        | RowCommand::Locate
            if !narrow =>
        {
            Button {
                look: ButtonStyle::Outlined,
                ..button
            }
        }
        _ => button.icon_only(),
    }
}

/// Returns the items of the row's menu.
pub fn items(row: &Row, around: &RowContext) -> Vec<MenuItem> {
    let commands = rows::menu(row, around).into_iter();
    let item = |command| MenuItem {
        hint: rows::hint(row, command, around),
        ..MenuItem::of(UiCommand::Row(command, row.id))
    };
    commands.map(item).collect()
}
