//! Switching between accounts, and removing their keys.

use super::{KeyEvent, KeyFlow};
use crate::app::environment::VaultError;
use crate::app::pending::{Outcome, Pending};
use crate::app::wording;
use crate::engine::Command;
use crate::model::asset::Account;
use crate::store::KeySlot;
use crate::text::messages::key as words;

impl KeyFlow {
    /// Returns the account whose key the keychain is asked for.
    pub fn switching_to(&self) -> Option<&Account> {
        self.switching.as_ref().map(|(account, _)| account)
    }

    /// Uses another account from now on, once its key is there.
    pub fn switch(&mut self, account: Account) -> Vec<KeyEvent> {
        self.switching = None;
        if self.ring.account() == Some(&account) {
            return Vec::new();
        }
        if let Some((key, source)) = self.ring.unsaved(&account).cloned() {
            return vec![KeyEvent::Send(self.ring.use_unsaved(key, source, true))];
        }
        if let Some(keychain) = &self.keychain {
            let answer = keychain.load(vec![self.ring.saved().slot(&account)]);
            self.switching = Some((account, answer));
        }
        Vec::new()
    }

    /// Uses the account that the user chose, once the keychain has answered.
    pub(super) fn poll_switching(&mut self) -> Vec<KeyEvent> {
        let asked = self.switching.as_ref();
        let answered = asked.and_then(|(account, asked)| Some((account.clone(), asked.poll()?)));
        let Some((account, answer)) = answered else {
            return Vec::new();
        };
        self.switching = None;
        match answer.or(Err(VaultError::Absent)) {
            Ok(Some((slot, key))) if key.account() == account => self.use_saved(&slot, key, true),
            Ok(found) => {
                self.ring.on_removed(&account);
                // The command line may have replaced the first key.
                if let Some((slot, key)) = found {
                    self.ring.on_found(&slot, &key.account());
                }
                let gone = KeyEvent::Say(words::account_gone().to_owned());
                vec![self.remember(), gone]
            }
            Err(error) => vec![KeyEvent::Say(words::not_switched(wording::vault(&error)))],
        }
    }

    /// Returns whether the keys of other accounts were asked for, for what an earlier run left.
    pub fn has_asked_for_others(&self) -> bool {
        self.has_asked_for_others
    }

    /// Asks the keychain once for the keys of these accounts, for what an earlier run left.
    pub fn ask_for_others(&mut self, accounts: &[Account]) {
        self.has_asked_for_others = true;
        let saved = self.ring.saved();
        let known = accounts
            .iter()
            .filter(|account| saved.accounts().any(|saved| saved == *account));
        let slots: Vec<KeySlot> = known.map(|account| saved.slot(account)).collect();
        if let (Some(keychain), false) = (&self.keychain, slots.is_empty()) {
            self.others = Some(keychain.load_all(slots));
        }
    }

    pub(super) fn poll_others(&mut self) -> Vec<KeyEvent> {
        match Pending::take_from(&mut self.others) {
            Some(Outcome::Answer(keys)) => {
                let hold = |key| KeyEvent::Send(Command::HoldKey(key));
                keys.into_iter().map(hold).collect()
            }
            Some(Outcome::Lost) | None => Vec::new(),
        }
    }

    /// Removes an account's key, from the keychain too unless it is for this session only.
    pub fn remove(&mut self, account: &Account) -> Vec<KeyEvent> {
        if !self.ring.can_remove(account) {
            return Vec::new();
        }
        if self.ring.drop_unsaved(account) {
            return vec![KeyEvent::Send(self.forget(account))];
        }
        let is_removing = self.removing.iter().any(|(removed, _)| removed == account);
        if let (Some(keychain), false) = (&mut self.keychain, is_removing) {
            let answer = keychain.remove(self.ring.saved().slot(account), account.clone());
            self.removing.push((account.clone(), answer));
        }
        Vec::new()
    }

    /// Reports the results of removing keys from the keychain.
    pub(super) fn poll_removing(&mut self) -> Vec<KeyEvent> {
        let mut events = Vec::new();
        for (account, answer) in std::mem::take(&mut self.removing) {
            match answer.poll() {
                Some(outcome) => {
                    let removed = outcome.or(Err(VaultError::Absent));
                    events.extend(self.removed(&account, removed));
                }
                None => self.removing.push((account, answer)),
            }
        }
        events
    }

    fn removed(&mut self, account: &Account, removed: Result<(), VaultError>) -> Vec<KeyEvent> {
        if let Err(error) = removed {
            return vec![KeyEvent::Say(words::stays(wording::vault(&error)))];
        }
        self.ring.on_removed(account);
        vec![
            KeyEvent::Send(self.forget(account)),
            self.remember(),
            KeyEvent::Say(words::removed().to_owned()),
        ]
    }

    fn forget(&mut self, account: &Account) -> Command {
        let command = self.ring.forget(account);
        if self.ring.account().is_none() {
            self.session_only = None;
        }
        command
    }
}
