//! A button that opens a list of things to do.

use egui::{Popup, Response, Ui, accesskit};
use lucide_icons::Icon;

use super::button::{Button, Look};
use crate::app::command::UiCommand;
use crate::ui::theme::of;

/// What stands in a menu.
pub struct Item {
    /// What it does.
    pub command: UiCommand,
    /// Its word, where that is not the table's.
    pub label: Option<String>,
    /// One of several choices: whether it is the one that holds.
    pub chosen: Option<bool>,
    /// Its icon, where that is not the table's.
    pub icon: Option<Icon>,
    /// When the pointer rests on it.
    pub hint: String,
}

impl Item {
    /// As the table has it.
    pub fn of(command: UiCommand) -> Self {
        Self {
            command,
            label: None,
            chosen: None,
            icon: None,
            hint: String::new(),
        }
    }

    /// As one of several choices.
    pub fn choice(command: UiCommand, chosen: bool) -> Self {
        Self {
            chosen: Some(chosen),
            icon: chosen.then_some(Icon::Check),
            ..Self::of(command)
        }
    }
}

/// Draws the button, and the menu while it is open.
pub fn show(ui: &mut Ui, button: Button<'_>, items: Vec<Item>, out: &mut Vec<UiCommand>) {
    let (id, rect) = ui.allocate_space(button.size(ui));
    let response = button.show_at(ui, rect, id);
    below(&response, items, out);
}

/// The menu of a button that is drawn. One that the keyboard opened has the keyboard.
pub fn below(button: &Response, items: Vec<Item>, out: &mut Vec<UiCommand>) {
    let by_keyboard = button.clicked() && button.has_focus();
    Popup::menu(button).show(|ui| draw(ui, items, by_keyboard, out));
}

/// The same as a menu where a thing was clicked with the other button.
pub fn context(thing: &Response, items: impl FnOnce() -> Vec<Item>, out: &mut Vec<UiCommand>) {
    Popup::context_menu(thing).show(|ui| draw(ui, items(), false, out));
}

fn draw(ui: &mut Ui, items: Vec<Item>, focus: bool, out: &mut Vec<UiCommand>) {
    for (place, item) in items.into_iter().enumerate() {
        let shown = Button::of(&item.command, Look::Plain);
        let chosen = item.chosen.unwrap_or(false);
        let entry = Button {
            flush: true,
            icon: item.icon.or(shown.icon),
            hint: item.hint,
            colour: Some(if chosen { of(ui).accent } else { of(ui).text }),
            chosen: item.chosen,
            label: item.label.as_deref().unwrap_or(shown.label),
            ..shown
        };
        let (id, rect) = ui.allocate_space(entry.size(ui));
        let response = entry.show_at(ui, rect, id);
        if item.chosen.is_none() {
            ui.ctx()
                .accesskit_node_builder(id, |node| node.set_role(accesskit::Role::MenuItem));
        }
        if focus && place == 0 {
            response.request_focus();
        }
        if response.clicked() {
            out.push(item.command.clone());
            ui.close();
        }
    }
}
