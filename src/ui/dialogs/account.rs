//! Dialogs on accounts: their names, which ones are the same, and removing a key.

use egui::text_edit::TextEditState;
use egui::{Id, Key, Ui};

use super::parts::{self, body, buttons, choice, plain, title};
use crate::app::command::UiCommand;
use crate::app::dialog::Dialog;
use crate::app::state::App;
use crate::app::wording::{account_entry, account_name};
use crate::model::accounts::LONGEST_NAME;
use crate::model::asset::Account;
use crate::text::messages::key as words;
use crate::ui::widgets::button::{Button, ButtonStyle};

/// Id of the name's text field.
pub fn field() -> Id {
    Id::unique("account field")
}

/// Draws the field for an account's name.
pub fn name(ui: &mut Ui, app: &mut App, out: &mut Vec<UiCommand>) {
    title(ui, words::name_title());
    let fresh = TextEditState::load(ui.ctx(), field()).is_none();
    let typed = parts::field(app.name_draft_mut(), LONGEST_NAME);
    let response = ui.add(typed.id(field()).hint_text(words::name_hint()));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(words::name_field()));
    if fresh {
        response.request_focus();
    }
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let save = UiCommand::SaveAccountName;
    let button = Button::of(&save, ButtonStyle::Primary);
    let cancel = Button::of(&UiCommand::CloseDialog, ButtonStyle::Outlined);
    let cancel = cancel.labelled(words::cancel());
    let foot = vec![(cancel, UiCommand::CloseDialog), (button, save.clone())];
    buttons(ui, foot, out);
    if entered {
        out.push(save);
    }
}

/// Draws the accounts that may be the same as this one.
pub fn join(ui: &mut Ui, app: &App, account: &Account, out: &mut Vec<UiCommand>) {
    let accounts = &app.snapshot().accounts;
    let (question, means) = words::join_title(&account_entry(accounts, account));
    title(ui, question);
    body(ui, &means);
    for other in accounts.others(account) {
        let command = UiCommand::ConfirmJoin(account.clone(), other.account.clone());
        let label = account_entry(accounts, &other.account);
        let button = Button::of(&command, ButtonStyle::Outlined).labelled(&label);
        if button.show(ui) {
            out.push(command);
        }
    }
    buttons(ui, vec![plain(UiCommand::CloseDialog)], out);
}

/// Draws the question before a key is removed.
pub fn remove(ui: &mut Ui, app: &App, account: Account, out: &mut Vec<UiCommand>) {
    let is_one_of_several = app.key().ring().accounts().len() > 1;
    let name = account_name(&app.snapshot().accounts, &account);
    let (question, means) = words::remove();
    match is_one_of_several {
        true => title(ui, &words::remove_of(&name)),
        false => title(ui, question),
    }
    body(ui, means);
    let remove = UiCommand::ConfirmRemoveKey;
    let stake = (Button::of(&remove, ButtonStyle::Outlined), remove);
    choice(ui, Dialog::RemoveKey(account), stake, words::keep(), out);
}
