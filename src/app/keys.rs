//! Entering an API key: pasted, checked by the service, kept in the keychain.

use std::sync::Arc;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::outside::{KeyVault, VaultError};
use super::pending::{Outcome, Pending, Wake};
use super::wording;
use super::wording::screens as words;
use crate::engine::{Command, EngineHandle};
use crate::model::fault::{Fault, Fix};
use crate::model::key::ApiKey;
use crate::model::snapshot::KeySource;

/// Bytes that a pasted key may have before its field has to grow.
const KEY_ROOM: usize = 1024;

/// Where the entering of a key is.
#[derive(Default)]
enum Phase {
    /// The person types.
    #[default]
    Entry,
    /// The service is asked.
    Checking(ApiKey, Pending<Option<Result<(), Fault>>>),
    /// The keychain is asked.
    Saving(ApiKey, Pending<Result<(), VaultError>>, Option<String>),
}

/// How the entering of a key ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Said to the person.
    pub said: String,
    /// Why the key is kept for this session only, where it is.
    pub session_only: Option<String>,
}

/// The key that is being entered.
#[derive(Default)]
pub struct KeyEntry {
    /// What is in the field; wiped when it is dropped or replaced.
    pub draft: Zeroizing<String>,
    phase: Phase,
    problem: Option<String>,
    /// The field is to have the keyboard again, as what is in it was not taken.
    again: bool,
}

impl KeyEntry {
    /// Why the last key was not taken, and what to do.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// What is being waited for; `None` while the person types.
    pub fn busy(&self) -> Option<&'static str> {
        match self.phase {
            Phase::Entry => None,
            Phase::Checking(..) => Some(words::ASKING_ABOUT_KEY),
            Phase::Saving(..) => Some(words::SAVING_KEY),
        }
    }

    /// Whether the key was found good and the keychain is asked to keep it. That is not
    /// taken back by closing the dialog.
    pub fn is_saving(&self) -> bool {
        matches!(self.phase, Phase::Saving(..))
    }

    /// Makes room in the field: one that grows would leave pieces of the key behind where
    /// it was before.
    pub fn make_room(&mut self) {
        self.draft.reserve(KEY_ROOM);
    }

    /// Forgets what was typed and asked.
    pub fn close(&mut self) {
        if self.is_saving() {
            self.draft = Zeroizing::default();
            self.problem = None;
        } else {
            *self = Self::default();
        }
    }

    /// Whether what is in the field was not taken since this was asked last.
    pub fn take_again(&mut self) -> bool {
        std::mem::take(&mut self.again)
    }

    fn refuse(&mut self, why: String) {
        self.problem = Some(why);
        self.again = true;
    }

    /// Asks the service about what is in the field. It stays there until it is found good, so
    /// that it can be corrected.
    pub fn submit(&mut self, engine: &EngineHandle, wake: Wake) {
        match ApiKey::from_pasted(&self.draft) {
            Err(why) => self.refuse(wording::not_a_key(why).to_owned()),
            Ok(key) => {
                let (sender, receiver) = oneshot::channel();
                engine.send(Command::CheckKey(key.clone(), sender));
                let answer =
                    Pending::wait_for("key check", wake, async move { Some(receiver.await.ok()) });
                self.problem = None;
                self.phase = Phase::Checking(key, answer);
            }
        }
    }

    /// Looks whether an answer came. A key that the service refuses stays out; one that it
    /// could not be asked about is taken with a word. `vault` is `None` where the key is to
    /// be kept for this session only, as one that stands in for the environment's.
    pub fn poll(
        &mut self,
        engine: &EngineHandle,
        vault: Option<&Arc<dyn KeyVault>>,
        wake: &Wake,
    ) -> Option<Entered> {
        match std::mem::take(&mut self.phase) {
            Phase::Entry => None,
            Phase::Checking(key, pending) => match pending.poll() {
                Err(pending) => {
                    self.phase = Phase::Checking(key, pending);
                    None
                }
                Ok(Outcome::Answer(Some(Err(fault)))) if fault.fix() == Some(Fix::Key) => {
                    let message = wording::fault(&fault);
                    self.refuse(words::key_refused(&message.cause));
                    None
                }
                Ok(answer) => {
                    let note = match answer {
                        Outcome::Answer(Some(Ok(()))) => None,
                        Outcome::Answer(Some(Err(fault))) => {
                            let why = wording::fault(&fault).title;
                            Some(match fault.fix() {
                                Some(Fix::Balance | Fix::Account) => words::key_known(&why),
                                _ => words::key_unchecked(&why),
                            })
                        }
                        Outcome::Answer(None) | Outcome::Lost => {
                            Some(words::KEY_UNCHECKED.to_owned())
                        }
                    };
                    self.keep(engine, vault, wake, key, note)
                }
            },
            Phase::Saving(key, pending, note) => match pending.poll() {
                Err(pending) => {
                    self.phase = Phase::Saving(key, pending, note);
                    None
                }
                Ok(Outcome::Answer(Ok(()))) => {
                    Some(use_key(engine, key, KeySource::Keychain, note, None))
                }
                Ok(Outcome::Answer(Err(error))) => {
                    let why = wording::vault(&error).to_owned();
                    Some(use_key(engine, key, KeySource::Session, note, Some(why)))
                }
                Ok(Outcome::Lost) => {
                    let why = wording::vault(&VaultError::Absent).to_owned();
                    Some(use_key(engine, key, KeySource::Session, note, Some(why)))
                }
            },
        }
    }

    fn keep(
        &mut self,
        engine: &EngineHandle,
        vault: Option<&Arc<dyn KeyVault>>,
        wake: &Wake,
        key: ApiKey,
        note: Option<String>,
    ) -> Option<Entered> {
        self.draft = Zeroizing::default();
        self.make_room();
        let Some(vault) = vault else {
            return Some(use_key(engine, key, KeySource::Session, note, None));
        };
        let (vault, kept) = (Arc::clone(vault), key.clone());
        let saving = Pending::spawn("keychain", Arc::clone(wake), move || vault.save(&kept));
        self.phase = Phase::Saving(key, saving, note);
        None
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
    }
}
