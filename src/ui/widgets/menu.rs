//! Menu buttons and context menus.

use egui::{
    EventFilter, Id, Key, Modifiers, Popup, PopupCloseBehavior, Rect, Response, ScrollArea, Ui,
    accesskit,
};
use lucide_icons::Icon;

use super::button::{Button, ButtonStyle};
use super::list_item::{Keyboard, keep_in_sight};
use crate::app::command::{ExportFormat, Setting, UiCommand};
use crate::app::state::App;
use crate::app::wording;
use crate::text::messages::window;
use crate::ui::theme::{Palette, size, space};

/// An item of a menu.
pub struct MenuItem {
    /// Command.
    pub command: UiCommand,
    /// Label, if not the table's.
    pub label: Option<String>,
    /// For one of several choices: `true` if selected.
    pub chosen: Option<bool>,
    /// A switch, which leaves the menu open, instead of one of several choices.
    pub is_switch: bool,
    /// Icon, if not the table's.
    pub icon: Option<Icon>,
    /// Tooltip.
    pub hint: String,
    /// Items that take the menu's place, instead of a command.
    pub more: Vec<MenuItem>,
}

impl MenuItem {
    /// Creates an item with the table's words.
    pub fn of(command: UiCommand) -> Self {
        Self {
            command,
            label: None,
            chosen: None,
            is_switch: false,
            icon: None,
            hint: String::new(),
            more: Vec::new(),
        }
    }

    /// Creates an item that leads to further ones.
    pub fn more(label: &str, icon: Icon, items: Vec<Self>) -> Self {
        Self {
            label: Some(label.to_owned()),
            icon: Some(icon),
            more: items,
            ..Self::of(UiCommand::CloseDialog)
        }
    }

    /// Creates the items that copy files, by `command`, and the switch of their full paths.
    pub fn copies(app: &App, command: impl Fn(ExportFormat) -> UiCommand) -> Vec<Self> {
        let full = app.settings().values().full_paths;
        let switch = Self {
            is_switch: true,
            ..Self::choice(UiCommand::Set(Setting::FullPaths(!full)), full)
        };
        let copied = ExportFormat::COPIED.map(|format| Self::of(command(format)));
        copied.into_iter().chain([switch]).collect()
    }

    /// Creates an item that is one of several choices.
    pub fn choice(command: UiCommand, chosen: bool) -> Self {
        Self {
            chosen: Some(chosen),
            icon: chosen.then_some(Icon::Check),
            ..Self::of(command)
        }
    }
}

/// Draws the button, and its menu while open.
pub fn show(ui: &mut Ui, button: Button<'_>, items: Vec<MenuItem>, out: &mut Vec<UiCommand>) {
    show_long(ui, button, || items, out);
}

/// Draws the button, and its menu while open, whose items are made only then.
pub fn show_long(
    ui: &mut Ui,
    button: Button<'_>,
    items: impl FnOnce() -> Vec<MenuItem>,
    out: &mut Vec<UiCommand>,
) {
    let (id, rect) = ui.allocate_space(button.size(ui));
    let response = button.show_at(ui, rect, id);
    attach(&response, items, false, out);
}

/// Draws the button "…" of a list's item with this name, and its menu while open. Returns `true` if
/// the button has the focus.
pub fn of_item(
    ui: &Ui,
    (item, button): (Rect, Rect),
    id: Id,
    (called, hint): (&str, &str),
    keyboard: Keyboard,
    items: impl FnOnce() -> Vec<MenuItem>,
    out: &mut Vec<UiCommand>,
) -> bool {
    let (label, _) = window::more();
    let name = wording::row::button(called, label);
    let more = Button {
        label: "",
        name: &name,
        icon: Some(Icon::Ellipsis),
        hint: hint.to_owned(),
        is_focusable: keyboard.entry,
        ..Button::of(&UiCommand::SelectAll, ButtonStyle::Plain).small()
    };
    let more = more.show_at(ui, button, id.with("more"));
    keep_in_sight(ui, item, &more);
    attach(&more, items, keyboard.menu, out);
    more.has_focus()
}

/// Draws the menu of a drawn button, opened by a click or by `asked`. A menu opened by keyboard
/// takes the focus.
fn attach(
    button: &Response,
    items: impl FnOnce() -> Vec<MenuItem>,
    asked: bool,
    out: &mut Vec<UiCommand>,
) {
    let id = Popup::default_response_id(button);
    if asked {
        Popup::open_id(&button.ctx, id);
    }
    if button.clicked() || Popup::is_id_open(&button.ctx, id) {
        let by_keyboard = asked || (button.clicked() && button.has_focus());
        draw(Popup::menu(button), items, by_keyboard, out);
    }
    says_that_it_opens(button, Popup::is_id_open(&button.ctx, id));
}

fn says_that_it_opens(button: &Response, open: bool) {
    button.ctx.accesskit_node_builder(button.id, |node| {
        node.set_has_popup(accesskit::HasPopup::Menu);
        node.set_expanded(open);
    });
}

/// Draws a context menu, opened by a secondary click on `thing`.
pub fn context(thing: &Response, items: impl FnOnce() -> Vec<MenuItem>, out: &mut Vec<UiCommand>) {
    draw(Popup::context_menu(thing), items, false, out);
}

/// Draws a menu, or in its place the items that one of its items leads to.
fn draw(
    popup: Popup<'_>,
    items: impl FnOnce() -> Vec<MenuItem>,
    focus: bool,
    out: &mut Vec<UiCommand>,
) {
    let (ctx, more) = (popup.ctx().clone(), popup.get_id().with("more"));
    if !popup.is_open() {
        ctx.data_mut(|data| data.remove::<usize>(more));
    }
    let window = ctx.content_rect();
    let anchor = popup.get_anchor_rect().unwrap_or(window);
    // Above or below, whatever is larger: its button stays in view.
    let room = (window.bottom() - anchor.bottom()).max(anchor.top() - window.top());
    let height = (room - 2.0 * space::M).max(2.0 * size::ROW);
    let popup = popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.show(|ui| {
        let mut items = items();
        let at = ui.data(|data| data.get_temp::<usize>(more));
        if let Some(item) = at.and_then(|at| items.get_mut(at)) {
            items = std::mem::take(&mut item.more);
        }
        // Its least height is needed too: a menu of more items takes the place of a lower one.
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .show(ui, |ui| draw_items(ui, items, focus, more, out));
        let is_back = ui.input_mut(|it| it.consume_key(Modifiers::NONE, Key::ArrowLeft));
        if is_back {
            ui.data_mut(|data| data.remove::<usize>(more));
        }
    });
}

/// Draws items; `more` is where the one is kept whose items are to take their place.
fn draw_items(ui: &mut Ui, items: Vec<MenuItem>, focus: bool, more: Id, out: &mut Vec<UiCommand>) {
    let mut drawn = Vec::new();
    for (place, item) in items.into_iter().enumerate() {
        let shown = Button::of(&item.command, ButtonStyle::Plain);
        let chosen = item.chosen.unwrap_or(false);
        let entry = Button {
            align_left: true,
            icon: item.icon.or(shown.icon),
            hint: item.hint,
            colour: Some(if chosen {
                Palette::of(ui).accent
            } else {
                Palette::of(ui).text
            }),
            chosen: item.chosen,
            label: item.label.as_deref().unwrap_or(shown.label),
            ..shown
        };
        let (id, rect) = ui.allocate_space(entry.size(ui));
        let response = entry.show_at(ui, rect, id);
        let role = match item.chosen {
            Some(_) if item.is_switch => accesskit::Role::MenuItemCheckBox,
            Some(_) => accesskit::Role::MenuItemRadio,
            None => accesskit::Role::MenuItem,
        };
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_role(role));
        if !item.more.is_empty() {
            says_that_it_opens(&response, false);
        }
        if focus && place == 0 {
            response.request_focus();
        }
        if response.clicked() && !item.more.is_empty() {
            ui.data_mut(|data| data.insert_temp(more, place));
        } else if response.clicked() {
            out.push(item.command.clone());
            if !item.is_switch {
                ui.close();
            }
        }
        drawn.push(response);
    }
    walk(ui, &drawn);
}

/// Keys that the menu handles itself.
const KEYS: EventFilter = EventFilter {
    tab: true,
    horizontal_arrows: true,
    vertical_arrows: true,
    escape: true,
};

/// Moves the focus within the menu, wrapping around.
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
    for item in items {
        keep_in_sight(ui, item.rect, item);
    }
}
