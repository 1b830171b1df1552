//! A button that opens a list of things to do.

use egui::{Popup, Ui};
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
}

impl Item {
    /// As the table has it.
    pub fn of(command: UiCommand) -> Self {
        Self {
            command,
            label: None,
            chosen: None,
            icon: None,
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
    Popup::menu(&response).show(|ui| {
        for item in items {
            let shown = Button::of(&item.command, Look::Plain);
            let colour = item
                .chosen
                .is_some_and(|chosen| chosen)
                .then_some(of(ui).accent);
            let entry = Button {
                flush: true,
                icon: item.icon.or(shown.icon),
                hint: String::new(),
                colour,
                chosen: item.chosen,
                label: item.label.as_deref().unwrap_or(shown.label),
                ..shown
            };
            if entry.show(ui) {
                out.push(item.command.clone());
                ui.close();
            }
        }
    });
}
