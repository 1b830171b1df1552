//! Entering an API key: pasted, checked by the service, stored in the keychain.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::environment::{KeyVault, VaultError};
use super::pending::{Outcome, Pending, Wake};
use super::state::{App, Dialog};
use super::wording;
use super::wording::screens as words;
use crate::engine::{Command, EngineHandle};
use crate::model::fault::{Fault, RequiredAction};
use crate::model::key::ApiKey;
use crate::model::snapshot::KeySource;
use crate::text::{self, Backend};

/// Bytes reserved for the key field, so that it need not reallocate.
const KEY_ROOM: usize = 1024;
/// Time after which the window offers to go on without the keychain. The call is kept: the user may
/// be typing a password.
const KEYCHAIN_PATIENCE: Duration = Duration::from_secs(10);

/// Progress of entering a key.
#[derive(Default)]
enum Phase {
    /// The user types.
    #[default]
    Entry,
    /// The service checks the key.
    Checking(ApiKey, Pending<Option<Result<(), Fault>>>),
    /// The keychain stores the key.
    Saving(KeySave),
}

/// A key being stored in the keychain.
struct KeySave {
    key: ApiKey,
    since: Instant,
    answer: Pending<Result<(), VaultError>>,
    /// Message about the key's check, if any.
    note: Option<String>,
}

/// Result of entering a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Message to the user.
    pub said: String,
    /// Why the key is kept for this session only, if so.
    pub session_only: Option<String>,
    /// Storage of the key.
    pub source: KeySource,
}

/// The key being entered.
#[derive(Default)]
pub struct KeyEntry {
    /// Content of the field; wiped on drop.
    pub draft: Zeroizing<String>,
    phase: Phase,
    /// A keychain save that continues while its key is used for this session.
    late: Option<KeySave>,
    problem: Option<String>,
    /// The field gets the focus back, because its content was rejected.
    again: bool,
}

impl KeyEntry {
    /// Returns why the last key was rejected, and the next step.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns the pending step; `None` while the user types.
    pub fn busy(&self) -> Option<&'static str> {
        match self.phase {
            Phase::Entry => None,
            Phase::Checking(..) => Some(words::ASKING_ABOUT_KEY),
            Phase::Saving(..) => Some(words::SAVING_KEY),
        }
    }

    /// Returns `true` while a valid key is being stored. Closing the dialog does not stop that.
    pub fn is_saving(&self) -> bool {
        matches!(self.phase, Phase::Saving(..))
    }

    /// Reserves capacity: reallocation would leave copies of the key in freed memory.
    pub fn make_room(&mut self) {
        self.draft.reserve(KEY_ROOM);
    }

    /// Clears the field and drops pending checks.
    pub fn close(&mut self) {
        if self.is_saving() {
            self.draft = Zeroizing::default();
            self.problem = None;
        } else {
            *self = Self {
                late: self.late.take(),
                ..Self::default()
            };
        }
    }

    /// Returns `true` once after the field's content was rejected.
    pub fn take_again(&mut self) -> bool {
        std::mem::take(&mut self.again)
    }

    /// Returns when the keychain was asked to store a key that is not in use yet.
    fn saving_since(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Saving(save) => Some(save.since),
            Phase::Entry | Phase::Checking(..) => None,
        }
    }

    /// Uses a key that the keychain has not stored yet for this session; [`Self::poll_late`]
    /// notices a late save.
    fn use_for_session(&mut self, engine: &EngineHandle) -> Option<Entered> {
        match std::mem::take(&mut self.phase) {
            Phase::Saving(mut save) => {
                let why = Some(words::KEYCHAIN_SILENT.to_owned());
                let key = save.key.clone();
                let entered = use_key(engine, key, KeySource::Session, save.note.take(), why);
                self.late = Some(save);
                Some(entered)
            }
            phase => {
                self.phase = phase;
                None
            }
        }
    }

    /// Checks for a late save of a key already in use.
    fn poll_late(&mut self, engine: &EngineHandle) -> Option<Entered> {
        let save = self.late.take()?;
        match save.answer.poll() {
            Err(answer) => {
                self.late = Some(KeySave { answer, ..save });
                None
            }
            Ok(Outcome::Answer(Ok(()))) => {
                Some(use_key(engine, save.key, KeySource::Keychain, None, None))
            }
            Ok(Outcome::Answer(Err(_)) | Outcome::Lost) => None,
        }
    }

    fn refuse(&mut self, why: String) {
        self.problem = Some(why);
        self.again = true;
    }

    /// Sends the key to the service for a check. The field keeps it until it is valid, so that it
    /// can be corrected.
    pub fn submit(&mut self, engine: &EngineHandle, wake: Wake) {
        match ApiKey::from_pasted(&self.draft) {
            Err(why) => self.refuse(wording::not_a_key(why).to_owned()),
            Ok(key) => {
                let (sender, receiver) = oneshot::channel();
                engine.send(Command::CheckKey(key.clone(), sender));
                let answer =
                    Pending::wait_for("key check", wake, async move { Some(receiver.await.ok()) });
                self.problem = None;
                // This key replaces one still being stored.
                self.late = None;
                self.phase = Phase::Checking(key, answer);
            }
        }
    }

    /// Handles an answer. A rejected key is not used; an unverifiable one is used with a notice.
    /// `vault` is `None` if the key is for this session only.
    pub fn poll(
        &mut self,
        engine: &EngineHandle,
        vault: Option<&Arc<dyn KeyVault>>,
        wake: &Wake,
        now: Instant,
    ) -> Option<Entered> {
        match std::mem::take(&mut self.phase) {
            Phase::Entry => self.poll_late(engine),
            Phase::Checking(key, pending) => match pending.poll() {
                Err(pending) => {
                    self.phase = Phase::Checking(key, pending);
                    None
                }
                Ok(Outcome::Answer(Some(Err(fault))))
                    if fault.fix() == Some(RequiredAction::Key) =>
                {
                    let message = text::fault(&fault, Backend::Service);
                    self.refuse(words::key_refused(&message.cause));
                    None
                }
                Ok(answer) => {
                    let note = match answer {
                        Outcome::Answer(Some(Ok(()))) => None,
                        Outcome::Answer(Some(Err(fault))) => {
                            let why = text::fault(&fault, Backend::Service).title;
                            Some(match fault.fix() {
                                Some(RequiredAction::Balance | RequiredAction::Account) => {
                                    words::key_known(&why)
                                }
                                _ => words::key_unchecked(&why),
                            })
                        }
                        Outcome::Answer(None) | Outcome::Lost => {
                            Some(words::KEY_UNCHECKED.to_owned())
                        }
                    };
                    self.keep(engine, vault, wake, key, note, now)
                }
            },
            Phase::Saving(save) => {
                let error = match save.answer.poll() {
                    Err(answer) => {
                        self.phase = Phase::Saving(KeySave { answer, ..save });
                        return None;
                    }
                    Ok(Outcome::Answer(Ok(()))) => {
                        let (key, note) = (save.key, save.note);
                        return Some(use_key(engine, key, KeySource::Keychain, note, None));
                    }
                    Ok(Outcome::Answer(Err(error))) => error,
                    Ok(Outcome::Lost) => VaultError::Absent,
                };
                let why = Some(wording::vault(&error).to_owned());
                let (key, note) = (save.key, save.note);
                Some(use_key(engine, key, KeySource::Session, note, why))
            }
        }
    }

    fn keep(
        &mut self,
        engine: &EngineHandle,
        vault: Option<&Arc<dyn KeyVault>>,
        wake: &Wake,
        key: ApiKey,
        note: Option<String>,
        now: Instant,
    ) -> Option<Entered> {
        self.draft = Zeroizing::default();
        self.make_room();
        let Some(vault) = vault else {
            return Some(use_key(engine, key, KeySource::Session, note, None));
        };
        let (vault, kept) = (Arc::clone(vault), key.clone());
        let answer = Pending::spawn("keychain", Arc::clone(wake), move || vault.save(&kept));
        self.phase = Phase::Saving(KeySave {
            key,
            since: now,
            answer,
            note,
        });
        None
    }
}

impl App {
    /// Returns when the keychain counts as silent, if it is being waited for.
    pub(super) fn keychain_is_silent_at(&self) -> Option<Instant> {
        let loading = self.loading_since.filter(|_| self.loading_key.is_some());
        let since = loading.into_iter().chain(self.key.saving_since()).min();
        since.map(|since| since + KEYCHAIN_PATIENCE)
    }

    /// Returns `true` once going on without the keychain is offered.
    pub fn keychain_is_silent(&self) -> bool {
        self.keychain_is_silent_at()
            .is_some_and(|at| at <= self.now())
    }

    /// Uses the key for this session without waiting for the keychain.
    pub(super) fn use_key_for_session(&mut self, now: Instant) {
        let account = self.parked.as_ref().unwrap_or(&self.engine);
        if let Some(entered) = self.key.use_for_session(account) {
            self.key_entered(entered, now);
        }
    }

    /// Applies an entered key.
    pub(super) fn key_entered(&mut self, entered: Entered, now: Instant) {
        let account = self.parked.as_ref().unwrap_or(&self.engine);
        if let Some(then) = self.after_key.take() {
            account.send(then);
        }
        if entered.source == KeySource::Keychain {
            // The key stored earlier is obsolete.
            self.loading_key = None;
        }
        // No save was requested while the keychain was silent.
        let is_unkept = entered.source == KeySource::Session && self.keychain_is_silent();
        let why = is_unkept.then(|| words::KEYCHAIN_SILENT.to_owned());
        self.session_only = entered.session_only.or(why);
        self.keychain = None;
        if self.dialog == Some(Dialog::Key) && self.key.draft.is_empty() {
            self.dialog = None;
        }
        self.say(entered.said, None, now);
    }
}

fn use_key(
    engine: &EngineHandle,
    key: ApiKey,
    source: KeySource,
    note: Option<String>,
    session_only: Option<String>,
) -> Entered {
    let kept = match source {
        KeySource::Keychain => words::KEY_SAVED,
        _ => words::KEY_TAKEN,
    };
    engine.send(Command::SetKey(key, source));
    Entered {
        said: note.map_or_else(|| kept.to_owned(), |note| format!("{kept} {note}")),
        session_only,
        source,
    }
}
