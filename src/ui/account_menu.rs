//! The key button of the header, and its menu of accounts.

use egui::Ui;

use super::theme::Palette;
use super::widgets::button::{Button, ButtonStyle};
use super::widgets::menu::{self, MenuItem};
use crate::app::command::UiCommand;
use crate::app::state::App;
use crate::app::wording;
use crate::model::snapshot::KeyState;
use crate::text::messages::key as words;

/// Draws the button: with a menu once there is a key to choose.
pub fn show(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    if app.sandbox() {
        return;
    }
    let p = Palette::of(ui);
    let snapshot = app.snapshot();
    let key = match app.key().switching_to() {
        Some(_) => &KeyState::Loading,
        None => &snapshot.key,
    };
    // A key that is fine needs no attention.
    let colour = match key {
        KeyState::Missing => p.notice,
        KeyState::Present { refused: true, .. } => p.bad,
        KeyState::Loading | KeyState::Present { .. } => p.secondary,
    };
    let label = wording::key_button(key, &snapshot.accounts);
    let button = Button {
        colour: Some(colour),
        hint: words::button_hint().to_owned(),
        ..Button::of(&UiCommand::EnterKey, ButtonStyle::Plain).labelled(&label)
    };
    let items = items(app);
    if !items.is_empty() {
        let hint = words::menu_hint().to_owned();
        menu::show(ui, Button { hint, ..button }, items, out);
    } else if button.show(ui) {
        out.push(UiCommand::EnterKey);
    }
}

/// Returns the accounts to choose from, and what can be done with the one in use.
fn items(app: &App) -> Vec<MenuItem> {
    let known = &app.snapshot().accounts;
    let ring = app.key().ring();
    let mut items: Vec<MenuItem> = app
        .accounts()
        .into_iter()
        .map(|account| MenuItem {
            label: Some(wording::account_entry(known, &account)),
            ..MenuItem::choice(
                UiCommand::SwitchAccount(account.clone()),
                ring.account() == Some(&account),
            )
        })
        .collect();
    if items.is_empty() {
        return items;
    }
    items.push(MenuItem::of(UiCommand::AddKey));
    let Some(account) = ring.account() else {
        return items;
    };
    items.push(MenuItem::of(UiCommand::EnterKey));
    items.push(MenuItem::of(UiCommand::RenameAccount(account.clone())));
    if known.others(account).next().is_some() {
        items.push(MenuItem::of(UiCommand::JoinAccount(account.clone())));
    }
    if ring.can_remove(account) {
        items.push(MenuItem::of(UiCommand::RemoveKey(account.clone())));
    }
    items
}
