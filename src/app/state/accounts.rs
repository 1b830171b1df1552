//! Commands on accounts and their keys.

use std::time::Instant;

use super::App;
use crate::app::command::UiCommand;
use crate::app::dialog::Dialog;
use crate::engine::Command;
use crate::model::accounts::account_name;
use crate::model::asset::Account;
use crate::model::snapshot::{JournalState, Status};

impl App {
    /// Returns the accounts that can be used, named ones first.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let mut accounts = self.key.ring().accounts();
        let known = self.snapshot().accounts.all();
        let place = |account: &Account| known.iter().position(|info| info.account == *account);
        accounts.sort_by_key(|account| place(account).unwrap_or(known.len()));
        accounts
    }

    /// Asks once for the keys of other accounts that an earlier run left something unfinished for.
    pub(super) fn ask_for_keys_of_others(&mut self) {
        let snapshot = self.engines.snapshot();
        let accounts = &snapshot.accounts;
        let is_open = snapshot.journal == JournalState::Good && accounts.current().is_some();
        if self.sandbox() || !is_open || self.key.has_asked_for_others() {
            return;
        }
        let mut others: Vec<Account> = Vec::new();
        for row in snapshot.rows.iter() {
            let is_unfinished = matches!(
                row.status,
                Status::Processing { .. } | Status::OtherKey { .. } | Status::Paused
            );
            if let Some(account) = row.account().filter(|_| is_unfinished)
                && accounts.is_other(account)
                && !others.contains(account)
            {
                others.push(account.clone());
            }
        }
        self.key.ask_for_others(&others);
    }

    /// Carries out a command on accounts. A sandbox has a key of its own.
    pub(super) fn act_on_account(&mut self, command: UiCommand, now: Instant) {
        if self.sandbox() {
            return;
        }
        match command {
            UiCommand::AddKey => {
                self.key.open_to_add();
                self.dialog = Some(Dialog::Key);
            }
            UiCommand::SwitchAccount(account) => {
                let events = self.key.switch(account);
                self.key_events(events, now);
            }
            UiCommand::RenameAccount(account) => {
                let known = self.snapshot().accounts.get(&account);
                self.name_draft = known.and_then(|it| it.name.clone()).unwrap_or_default();
                self.dialog = Some(Dialog::NameAccount(account));
            }
            UiCommand::SaveAccountName => {
                if let Some(Dialog::NameAccount(account)) = self.dialog.take() {
                    let name = account_name(&self.name_draft);
                    self.engines.send(Command::NameAccount(account, name));
                }
            }
            UiCommand::JoinAccount(account) => self.dialog = Some(Dialog::JoinAccount(account)),
            UiCommand::ConfirmJoin(one, other) => {
                self.dialog = None;
                self.engines.send(Command::JoinAccounts(one, other));
            }
            UiCommand::RemoveKey(account) => self.dialog = Some(Dialog::RemoveKey(account)),
            UiCommand::ConfirmRemoveKey => {
                if let Some(Dialog::RemoveKey(account)) = self.dialog.take() {
                    let events = self.key.remove(&account);
                    self.key_events(events, now);
                }
            }
            _ => {}
        }
    }
}
