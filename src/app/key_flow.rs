//! The API keys: loaded from the keychain, entered, switched, removed.
//!
//! It belongs to the account's engine, even during a sandbox.

mod accounts;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::command::UiCommand;
use super::environment::{KeyVault, VaultError};
use super::key_entry::{Entered, EntryEvent, KeyEntry, KeyPurpose};
use super::key_ring::KeyRing;
use super::keychain_calls::{KeychainAnswer, KeychainCalls};
use super::pending::{Outcome, Pending, Wake};
use super::wording;
use crate::engine::Command;
use crate::model::asset::Account;
use crate::model::key::{ApiKey, NotAKey};
use crate::model::snapshot::KeySource;
use crate::store::{KeySlot, SavedKeys};
use crate::text::messages::key as words;

/// Time after which the window offers to go on without the keychain. The call is kept: the user may
/// be typing a password.
const KEYCHAIN_PATIENCE: Duration = Duration::from_secs(10);

/// Consequence of a key.
#[derive(Debug)]
pub enum KeyEvent {
    /// Send this to the account's engine.
    Send(Command),
    /// Tell the user.
    Say(String),
    /// The key dialog has done its work.
    CloseDialog,
    /// Save which keys the keychain holds.
    Remember(SavedKeys),
}

/// State of the API keys.
pub struct KeyFlow {
    /// The keychain; `None` in a sandbox.
    keychain: Option<KeychainCalls>,
    /// Key from the environment, which overrides the keychain.
    environment_key: Option<ApiKey>,
    /// Why the environment variable holds no valid key.
    bad_environment_key: Option<NotAKey>,
    entry: KeyEntry,
    /// An entered key is another account's, and does not replace the one in use.
    is_adding: bool,
    ring: KeyRing,
    /// Command that waits for a key.
    after_key: Option<Command>,
    /// Why the key is kept for this session only.
    session_only: Option<String>,
    /// Why the keychain gave no key; `None` if it simply has none.
    keychain_problem: Option<String>,
    loading: Option<Pending<KeychainAnswer>>,
    /// Time of the keychain request.
    loading_since: Option<Instant>,
    /// Account that is switched to, once the keychain has given its key.
    switching: Option<(Account, Pending<KeychainAnswer>)>,
    /// Keys that are being removed from the keychain.
    removing: Vec<(Account, Pending<Result<(), VaultError>>)>,
    /// Keys of other accounts that an earlier run left something unfinished for.
    others: Option<Pending<Vec<ApiKey>>>,
    has_asked_for_others: bool,
    wake: Wake,
}

impl KeyFlow {
    /// Creates the state without looking for a key.
    pub fn new(
        vault: Option<Arc<dyn KeyVault>>,
        saved: SavedKeys,
        environment_key: Option<ApiKey>,
        bad_environment_key: Option<NotAKey>,
        wake: Wake,
    ) -> Self {
        let keychain = vault.map(|vault| KeychainCalls::new(vault, Arc::clone(&wake)));
        Self {
            keychain,
            environment_key,
            bad_environment_key,
            entry: KeyEntry::default(),
            is_adding: false,
            ring: KeyRing::new(saved),
            after_key: None,
            session_only: None,
            keychain_problem: None,
            loading: None,
            loading_since: None,
            switching: None,
            removing: Vec::new(),
            others: None,
            has_asked_for_others: false,
            wake,
        }
    }

    /// Looks for a key in the environment, else in the keychain; returns the first command to the
    /// engine unless the keychain is asked.
    pub fn look_for_key(&mut self, now: Instant) -> Option<Command> {
        if let Some(key) = self.environment_key.clone() {
            return Some(self.ring.use_unsaved(key, KeySource::Environment, false));
        }
        self.ask_keychain(now);
        self.loading.is_none().then(|| self.use_none())
    }

    fn use_none(&mut self) -> Command {
        self.session_only = None;
        self.ring.use_none()
    }

    /// Uses a key of the keychain, and remembers it as the last one.
    fn use_saved(&mut self, slot: &KeySlot, key: ApiKey, is_other: bool) -> Vec<KeyEvent> {
        let command = self.ring.use_saved(slot, key, is_other);
        vec![KeyEvent::Send(command), self.remember()]
    }

    fn remember(&self) -> KeyEvent {
        KeyEvent::Remember(self.ring.saved().clone())
    }

    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// Asks the keychain for the key that was used last.
    pub fn ask_keychain(&mut self, now: Instant) {
        if let (Some(keychain), None) = (&self.keychain, &self.loading) {
            let mut slots = vec![self.ring.saved().last_slot()];
            if slots[0] != KeySlot::First {
                slots.push(KeySlot::First);
            }
            self.loading = Some(keychain.load(slots));
            self.loading_since = Some(now);
            self.keychain_problem = None;
        }
    }

    /// Opens the key dialog, for the key in use; `then` is sent once there is a key.
    pub fn open(&mut self, then: Option<Command>) {
        self.after_key = then;
        self.is_adding = false;
        self.entry.make_room();
    }

    /// Opens the key dialog for another account's key.
    pub fn open_to_add(&mut self) {
        self.open(None);
        self.is_adding = true;
    }

    pub fn is_adding(&self) -> bool {
        self.is_adding
    }

    pub fn close(&mut self) {
        self.entry.close();
        self.after_key = None;
    }

    /// Returns the request to check the entered key.
    pub fn submit(&mut self) -> Option<Command> {
        self.entry.submit(self.wake.clone())
    }

    /// Uses the key for this session without waiting for the keychain.
    pub fn use_for_session(&mut self, now: Instant) -> Vec<KeyEvent> {
        let entered = self.entry.use_for_session();
        entered.map_or_else(Vec::new, |entered| self.entered(entered, now))
    }

    /// Handles answers of keychain and service.
    pub fn poll(&mut self, now: Instant) -> Vec<KeyEvent> {
        let mut events = self.poll_loading();
        events.extend(self.poll_others());
        events.extend(self.poll_switching());
        match self.entry.poll() {
            Some(EntryEvent::Checked(key, note)) => events.extend(self.keep(key, note, now)),
            Some(EntryEvent::Entered(entered)) => events.extend(self.entered(entered, now)),
            None => {}
        }
        events.extend(self.poll_removing());
        events
    }

    fn poll_loading(&mut self) -> Vec<KeyEvent> {
        match Pending::take_from(&mut self.loading) {
            None => Vec::new(),
            Some(Outcome::Answer(Ok(Some((slot, key))))) => {
                self.session_only = None;
                let other = self.not_the_last(&key);
                let mut events = self.use_saved(&slot, key, false);
                events.extend(other);
                // A key dialog opened meanwhile, still untouched.
                let idle = self.entry.draft().is_empty() && self.entry.busy().is_none();
                if idle && let Some(then) = self.after_key.take() {
                    events.extend([KeyEvent::Send(then), KeyEvent::CloseDialog]);
                }
                events
            }
            // An empty keychain does not replace a session key entered meanwhile.
            Some(_) if self.ring.account().is_some() => Vec::new(),
            Some(outcome) => {
                if let Outcome::Answer(Err(error)) = outcome {
                    // A missing keychain is reported when a key is entered.
                    self.keychain_problem =
                        (error != VaultError::Absent).then(|| wording::vault(&error).to_owned());
                }
                vec![KeyEvent::Send(self.use_none())]
            }
        }
    }

    /// Says that the key used last is gone if the keychain gave another account's instead.
    fn not_the_last(&mut self, key: &ApiKey) -> Option<KeyEvent> {
        let last = self.ring.saved().last()?.clone();
        if last == key.account() {
            return None;
        }
        self.ring.on_removed(&last);
        let last4 = key.last4();
        let said = words::other_used(&last4, last4.len());
        Some(KeyEvent::Say(said))
    }

    /// Stores a checked key, or uses it for this session.
    fn keep(&mut self, key: ApiKey, note: Option<String>, now: Instant) -> Vec<KeyEvent> {
        let account = key.account();
        let purpose = self.ring.purpose(&account, self.is_adding);
        let is_for_session = self.is_for_session(now);
        let Some(keychain) = self.keychain.as_mut().filter(|_| !is_for_session) else {
            return self.entered(Entered::new(key, purpose, note, Err(None)), now);
        };
        let replaced = match &purpose {
            KeyPurpose::Replace(replaced) => replaced.as_ref(),
            KeyPurpose::Add => None,
        };
        // Saved after its removal, it stays.
        self.removing.retain(|(removed, _)| *removed != account);
        let saved = self.ring.saved();
        let slot = saved.slot_for(&account, replaced);
        let obsolete = replaced.map(|account| saved.slot(account));
        let is_added = purpose == KeyPurpose::Add;
        let keeps_others = is_added && slot == KeySlot::First;
        let answer = keychain.save(key.clone(), slot, obsolete, keeps_others);
        self.entry.on_saving(key, purpose, note, answer, now);
        Vec::new()
    }

    /// Applies an entered key.
    fn entered(&mut self, entered: Entered, now: Instant) -> Vec<KeyEvent> {
        let Entered { key, said, .. } = entered;
        let is_other = entered.purpose == KeyPurpose::Add;
        if let KeyPurpose::Replace(replaced) = &entered.purpose {
            self.ring.on_replaced();
            if let (Some(replaced), Ok(_)) = (replaced, &entered.kept) {
                self.ring.on_removed(replaced);
            }
        }
        let mut events;
        (self.session_only, events) = match entered.kept {
            Ok(slot) => {
                // The key stored earlier is obsolete.
                self.loading = None;
                (None, self.use_saved(&slot, key, is_other))
            }
            Err(why) => {
                // No save was requested while the keychain was silent.
                let is_silent = self.is_keychain_silent(now);
                let silent = is_silent.then(|| words::keychain_silent().to_owned());
                let used = self.ring.use_unsaved(key, KeySource::Session, is_other);
                (why.or(silent), vec![KeyEvent::Send(used)])
            }
        };
        events.extend(self.after_key.take().map(KeyEvent::Send));
        self.switching = None;
        self.keychain_problem = None;
        if self.entry.draft().is_empty() {
            events.push(KeyEvent::CloseDialog);
        }
        events.push(KeyEvent::Say(said));
        events
    }

    /// Returns when the keychain counts as silent, if it is being waited for.
    pub fn keychain_is_silent_at(&self) -> Option<Instant> {
        let loading = self.loading_since.filter(|_| self.loading.is_some());
        let since = loading.into_iter().chain(self.entry.saving_since()).min();
        since.map(|since| since + KEYCHAIN_PATIENCE)
    }

    /// Returns `true` once going on without the keychain is offered.
    pub fn is_keychain_silent(&self, now: Instant) -> bool {
        self.keychain_is_silent_at().is_some_and(|at| at <= now)
    }

    /// Returns the command that works around a silent keychain.
    pub fn around_keychain(&self, now: Instant) -> Option<UiCommand> {
        self.is_keychain_silent(now).then(|| {
            if self.entry.is_saving() {
                UiCommand::UseKeyForSession
            } else {
                UiCommand::EnterKey
            }
        })
    }

    /// Returns `true` if an entered key is for this session only: the environment's key overrides
    /// the keychain's at the next start, or the keychain does not answer.
    pub fn is_for_session(&self, now: Instant) -> bool {
        self.environment_key.is_some() || self.is_keychain_silent(now)
    }

    pub fn entry(&self) -> &KeyEntry {
        &self.entry
    }

    /// Returns the key being entered, for its field.
    pub fn entry_mut(&mut self) -> &mut KeyEntry {
        &mut self.entry
    }

    /// Returns the number of files that start once there is a key; `ready` ones if all do.
    pub fn starts(&self, ready: usize) -> usize {
        match &self.after_key {
            Some(Command::Start) => ready,
            Some(Command::StartItems(ids) | Command::UploadAnyway(ids)) => ids.len(),
            _ => 0,
        }
    }

    /// Returns `true` if the environment's key does not look like one.
    pub fn has_odd_environment_key(&self) -> bool {
        let key = self.environment_key.as_ref();
        key.is_some_and(|key| !key.looks_usual())
    }

    pub fn bad_environment_key(&self) -> Option<NotAKey> {
        self.bad_environment_key
    }

    /// Returns why the keychain gave no key; `None` if it simply has none.
    pub fn keychain_problem(&self) -> Option<&str> {
        self.keychain_problem.as_deref()
    }

    pub fn session_only(&self) -> Option<&str> {
        self.session_only.as_deref()
    }

    /// Dismisses the note that the key is kept for this session only.
    pub fn dismiss_session_only(&mut self) {
        self.session_only = None;
    }
}

#[cfg(test)]
mod tests;
