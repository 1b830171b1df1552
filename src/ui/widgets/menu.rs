//! A button that opens a list of things to do.

use egui::{EventFilter, Key, Modifiers, Popup, Response, Ui, accesskit};
use lucide_icons::Icon;

use super::button::{Button, ButtonStyle};
use crate::app::command::UiCommand;
use crate::ui::theme::of;

/// What stands in a menu.
pub struct MenuItem {
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

impl MenuItem {
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
pub fn show(ui: &mut Ui, button: Button<'_>, items: Vec<MenuItem>, out: &mut Vec<UiCommand>) {
    let (id, rect) = ui.allocate_space(button.size(ui));
    let response = button.show_at(ui, rect, id);
    below(&response, items, false, out);
}

/// The menu of a button that is drawn, opened by it or because it is `asked` for. One that
/// the keyboard opened has the keyboard.
pub fn below(button: &Response, items: Vec<MenuItem>, asked: bool, out: &mut Vec<UiCommand>) {
    let id = Popup::default_response_id(button);
    if asked {
        Popup::open_id(&button.ctx, id);
    }
    let by_keyboard = asked || (button.clicked() && button.has_focus());
    Popup::menu(button).show(|ui| draw(ui, items, by_keyboard, out));
    says_that_it_opens(button, Popup::is_id_open(&button.ctx, id));
}

/// In place of a menu that is not open.
pub fn closed(button: &Response) {
    says_that_it_opens(button, false);
}

fn says_that_it_opens(button: &Response, open: bool) {
    button.ctx.accesskit_node_builder(button.id, |node| {
        node.set_has_popup(accesskit::HasPopup::Menu);
        node.set_expanded(open);
    });
}

/// The same as a menu where a thing was clicked with the other button.
pub fn context(thing: &Response, items: impl FnOnce() -> Vec<MenuItem>, out: &mut Vec<UiCommand>) {
    Popup::context_menu(thing).show(|ui| draw(ui, items(), false, out));
}

fn draw(ui: &mut Ui, items: Vec<MenuItem>, focus: bool, out: &mut Vec<UiCommand>) {
    let mut drawn = Vec::new();
    for (place, item) in items.into_iter().enumerate() {
        let shown = Button::of(&item.command, ButtonStyle::Plain);
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
        let role = match item.chosen {
            Some(_) => accesskit::Role::MenuItemRadio,
            None => accesskit::Role::MenuItem,
        };
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_role(role));
        if focus && place == 0 {
            response.request_focus();
        }
        if response.clicked() {
            out.push(item.command.clone());
            ui.close();
        }
        drawn.push(response);
    }
    walk(ui, &drawn);
}

/// The keys that a menu has to itself.
const KEYS: EventFilter = EventFilter {
    tab: true,
    horizontal_arrows: true,
    vertical_arrows: true,
    escape: true,
};

/// The keyboard goes through a menu and around, and not out of it.
fn walk(ui: &Ui, items: &[Response]) {
    let at = items.iter().position(Response::has_focus);
    if let Some(item) = at.and_then(|at| items.get(at)) {
        ui.memory_mut(|memory| memory.set_focus_lock_filter(item.id, KEYS));
    }
    let last = items.len().saturating_sub(1);
    let to = ui.input_mut(|input| {
        let mut pressed = |held, key| input.consume_key(held, key);
        if pressed(Modifiers::NONE, Key::Home) {
            Some(0)
        } else if pressed(Modifiers::NONE, Key::End) {
            Some(last)
        } else if pressed(Modifiers::NONE, Key::ArrowUp) || pressed(Modifiers::SHIFT, Key::Tab) {
            Some(at.and_then(|at| at.checked_sub(1)).unwrap_or(last))
        } else if pressed(Modifiers::NONE, Key::ArrowDown) || pressed(Modifiers::NONE, Key::Tab) {
            Some(at.filter(|at| *at < last).map_or(0, |at| at + 1))
        } else {
            None
        }
    });
    if let Some(item) = to.and_then(|to| items.get(to)) {
        item.request_focus();
    }
}
