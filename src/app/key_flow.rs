//! The API key: loaded from the keychain, entered, removed.
//!
//! It belongs to the account's engine, even during a sandbox.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::command::UiCommand;
use super::environment::{KeyVault, VaultError};
use super::key_entry::{Entered, KeyEntry};
use super::pending::{Outcome, Pending, Wake};
use super::wording;
use crate::engine::Command;
use crate::model::key::{ApiKey, NotAKey};
use crate::model::snapshot::KeySource;
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
}

/// State of the API key.
pub struct KeyFlow {
    /// The keychain; `None` in a sandbox.
    vault: Option<Arc<dyn KeyVault>>,
    /// Key from the environment, which overrides the keychain.
    environment_key: Option<ApiKey>,
    /// Why the environment variable holds no valid key.
    bad_environment_key: Option<NotAKey>,
    entry: KeyEntry,
    /// Source of the key that the account's engine was told last; its snapshot may lag.
    in_use: Option<KeySource>,
    /// Command that waits for a key.
    after_key: Option<Command>,
    /// Why the key is kept for this session only.
    session_only: Option<String>,
    /// Why the keychain gave no key; `None` if it simply has none.
    keychain_problem: Option<String>,
    loading: Option<Pending<Result<Option<ApiKey>, VaultError>>>,
    /// Time of the keychain request.
    loading_since: Option<Instant>,
    removing: Option<Pending<Result<(), VaultError>>>,
    wake: Wake,
}

impl KeyFlow {
    /// Creates the state without looking for a key.
    pub fn new(
        vault: Option<Arc<dyn KeyVault>>,
        environment_key: Option<ApiKey>,
        bad_environment_key: Option<NotAKey>,
        wake: Wake,
    ) -> Self {
        Self {
            vault,
            environment_key,
            bad_environment_key,
            entry: KeyEntry::default(),
            in_use: None,
            after_key: None,
            session_only: None,
            keychain_problem: None,
            loading: None,
            loading_since: None,
            removing: None,
            wake,
        }
    }

    /// Looks for a key in the environment, else in the keychain; returns the first command to the
    /// engine unless the keychain is asked.
    pub fn look_for_key(&mut self, now: Instant) -> Option<Command> {
        if let Some(key) = self.environment_key.clone() {
            return Some(self.use_key(key, KeySource::Environment));
        }
        self.ask_keychain(now);
        self.loading.is_none().then(|| self.use_none())
    }

    fn use_key(&mut self, key: ApiKey, source: KeySource) -> Command {
        self.in_use = Some(source);
        Command::SetKey(key, source)
    }

    fn use_none(&mut self) -> Command {
        self.in_use = None;
        self.session_only = None;
        Command::NoKey
    }

    /// Asks the keychain for the key.
    pub fn ask_keychain(&mut self, now: Instant) {
        if let (Some(vault), None) = (self.vault.clone(), &self.loading) {
            let wake = self.wake.clone();
            self.loading = Some(Pending::spawn("keychain", wake, move || vault.load()));
            self.loading_since = Some(now);
            self.keychain_problem = None;
        }
    }

    /// Opens the key dialog; `then` is sent once there is a key.
    pub fn open(&mut self, then: Option<Command>) {
        self.after_key = then;
        self.entry.make_room();
    }

    /// Closes the key dialog.
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

    /// Removes a key of this source, from the keychain too unless it is for this session only.
    pub fn remove(&mut self, source: KeySource) -> Option<Command> {
        match (source, self.vault.clone()) {
            (KeySource::Keychain, Some(vault)) if self.removing.is_none() => {
                let wake = self.wake.clone();
                self.removing = Some(Pending::spawn("keychain", wake, move || vault.remove()));
                None
            }
            (KeySource::Session, _) => Some(self.use_none()),
            _ => None,
        }
    }

    /// Handles answers of keychain and service.
    pub fn poll(&mut self, now: Instant) -> Vec<KeyEvent> {
        let is_for_session = self.is_for_session(now);
        let mut events = self.poll_loading();
        let vault = self.vault.as_ref().filter(|_| !is_for_session);
        let entered = self.entry.poll(vault, &mut self.removing, &self.wake, now);
        if let Some(entered) = entered {
            events.extend(self.entered(entered, now));
        }
        events.extend(self.poll_removing());
        events
    }

    fn poll_loading(&mut self) -> Vec<KeyEvent> {
        match Pending::take_from(&mut self.loading) {
            None => Vec::new(),
            Some(Outcome::Answer(Ok(Some(key)))) => {
                self.session_only = None;
                let mut events = vec![KeyEvent::Send(self.use_key(key, KeySource::Keychain))];
                // A key dialog opened meanwhile, still untouched.
                let idle = self.entry.draft().is_empty() && self.entry.busy().is_none();
                if idle && let Some(then) = self.after_key.take() {
                    events.extend([KeyEvent::Send(then), KeyEvent::CloseDialog]);
                }
                events
            }
            // An empty keychain does not replace a session key entered meanwhile.
            Some(_) if self.in_use.is_some() => Vec::new(),
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

    /// Reports the result of removing the key from the keychain.
    fn poll_removing(&mut self) -> Vec<KeyEvent> {
        let trouble = match Pending::take_from(&mut self.removing) {
            None => return Vec::new(),
            Some(Outcome::Answer(Ok(()))) => {
                // A session key entered meanwhile stays.
                let is_used = self.in_use != Some(KeySource::Session);
                let gone = is_used.then(|| KeyEvent::Send(self.use_none()));
                let said = KeyEvent::Say(words::removed().to_owned());
                return gone.into_iter().chain([said]).collect();
            }
            Some(Outcome::Answer(Err(error))) => error,
            Some(Outcome::Lost) => VaultError::Absent,
        };
        vec![KeyEvent::Say(words::stays(wording::vault(&trouble)))]
    }

    /// Applies an entered key.
    fn entered(&mut self, entered: Entered, now: Instant) -> Vec<KeyEvent> {
        let mut events = vec![KeyEvent::Send(self.use_key(entered.key, entered.source))];
        events.extend(self.after_key.take().map(KeyEvent::Send));
        if entered.source == KeySource::Keychain {
            // The key stored earlier is obsolete.
            self.loading = None;
        }
        // No save was requested while the keychain was silent.
        let is_unkept = entered.source == KeySource::Session && self.is_keychain_silent(now);
        let why = is_unkept.then(|| words::keychain_silent().to_owned());
        self.session_only = entered.session_only.or(why);
        self.keychain_problem = None;
        if self.entry.draft().is_empty() {
            events.push(KeyEvent::CloseDialog);
        }
        events.push(KeyEvent::Say(entered.said));
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

    /// Returns the key being entered.
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

    /// Returns why the environment variable holds no valid key.
    pub fn bad_environment_key(&self) -> Option<NotAKey> {
        self.bad_environment_key
    }

    /// Returns why the keychain gave no key; `None` if it simply has none.
    pub fn keychain_problem(&self) -> Option<&str> {
        self.keychain_problem.as_deref()
    }

    /// Returns why the key is kept for this session only.
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
