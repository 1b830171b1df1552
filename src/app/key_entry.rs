//! Entering an API key: pasted, checked by the service, stored in the keychain.

use std::time::Instant;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::environment::VaultError;
use super::pending::{Outcome, Pending, Wake};
use super::wording;
use crate::engine::Command;
use crate::model::asset::Account;
use crate::model::fault::{Fault, RequiredAction};
use crate::model::key::ApiKey;
use crate::store::KeySlot;
use crate::text::messages::{key as words, list};
use crate::text::{self, Backend};

/// Bytes reserved for the key field, so that it need not reallocate.
const KEY_ROOM: usize = 1024;

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

/// Place that an entered key takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeyPurpose {
    /// It takes the place of the key in use, or of this account's key in the keychain.
    Replace(Option<Account>),
    /// It is another account's key.
    #[default]
    Add,
}

/// A key being stored in the keychain.
struct KeySave {
    key: ApiKey,
    purpose: KeyPurpose,
    since: Instant,
    answer: Pending<Result<KeySlot, VaultError>>,
    /// Message about the key's check, if any.
    note: Option<String>,
}

/// An entered key that is to be used from now on.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The key.
    pub key: ApiKey,
    /// Message to the user.
    pub said: String,
    /// Why the key is kept for this session only, if so.
    pub session_only: Option<String>,
    /// Place that the key takes.
    pub purpose: KeyPurpose,
    /// Entry in the keychain; `None` for a key of this session only.
    pub slot: Option<KeySlot>,
}

/// Progress of an entered key.
#[derive(Debug)]
pub enum EntryEvent {
    /// The service accepts the key, or may: it is to be stored. With a note about the check.
    Checked(ApiKey, Option<String>),
    /// The key is to be used from now on.
    Entered(Entered),
}

/// The key being entered.
#[derive(Default)]
pub struct KeyEntry {
    /// Content of the field; wiped on drop.
    draft: Zeroizing<String>,
    phase: Phase,
    /// A keychain save that continues while its key is used for this session.
    late: Option<KeySave>,
    problem: Option<String>,
    /// The field gets the focus back, because its content was rejected.
    again: bool,
}

impl KeyEntry {
    /// Returns the content of the field.
    pub fn draft(&self) -> &str {
        &self.draft
    }

    /// Returns the content of the field, for the text widget only.
    pub fn draft_mut(&mut self) -> &mut String {
        &mut self.draft
    }

    /// Returns why the last key was rejected, and the next step.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns the pending step; `None` while the user types.
    pub fn busy(&self) -> Option<&'static str> {
        match self.phase {
            Phase::Entry => None,
            Phase::Checking(..) => Some(words::asking()),
            Phase::Saving(..) => Some(words::saving()),
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
    pub fn saving_since(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Saving(save) => Some(save.since),
            Phase::Entry | Phase::Checking(..) => None,
        }
    }

    /// Uses a key that the keychain has not stored yet for this session; `poll_late`
    /// notices a late save.
    pub fn use_for_session(&mut self) -> Option<Entered> {
        match std::mem::take(&mut self.phase) {
            Phase::Saving(mut save) => {
                let why = Some(words::keychain_silent().to_owned());
                let (key, purpose) = (save.key.clone(), save.purpose.clone());
                let entered = Entered::for_session(key, purpose, save.note.take(), why);
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
    fn poll_late(&mut self) -> Option<Entered> {
        let save = self.late.take()?;
        match save.answer.poll() {
            Err(answer) => {
                self.late = Some(KeySave { answer, ..save });
                None
            }
            Ok(Outcome::Answer(Ok(slot))) => {
                Some(Entered::saved(save.key, slot, save.purpose, None))
            }
            Ok(Outcome::Answer(Err(_)) | Outcome::Lost) => None,
        }
    }

    fn refuse(&mut self, why: String) {
        self.problem = Some(why);
        self.again = true;
    }

    /// Returns the request to check the key; `None` if it can be none. The field keeps it until it
    /// is valid, so that it can be corrected.
    pub fn submit(&mut self, wake: Wake) -> Option<Command> {
        match ApiKey::from_pasted(&self.draft) {
            Err(why) => {
                self.refuse(text::not_a_key(why).to_owned());
                None
            }
            Ok(key) => {
                let (sender, receiver) = oneshot::channel();
                let answer =
                    Pending::wait_for("key check", wake, async move { Some(receiver.await.ok()) });
                self.problem = None;
                // This key replaces one still being stored.
                self.late = None;
                self.phase = Phase::Checking(key.clone(), answer);
                Some(Command::CheckKey(key, sender))
            }
        }
    }

    /// Handles an answer. A rejected key is not used; an unverifiable one is used with a notice.
    pub fn poll(&mut self) -> Option<EntryEvent> {
        match std::mem::take(&mut self.phase) {
            Phase::Entry => self.poll_late().map(EntryEvent::Entered),
            Phase::Checking(key, pending) => match pending.poll() {
                Err(pending) => {
                    self.phase = Phase::Checking(key, pending);
                    None
                }
                Ok(Outcome::Answer(Some(Err(fault))))
                    if fault.fix() == Some(RequiredAction::Key) =>
                {
                    let message = text::fault(&fault, Backend::Service);
                    let looks_odd = !key.looks_usual();
                    let hint = looks_odd.then(|| words::looks_odd().to_owned());
                    let why = [words::refused(&message.cause)].into_iter().chain(hint);
                    self.refuse(why.collect::<Vec<_>>().join(list::sentences()));
                    None
                }
                Ok(answer) => {
                    let note = match answer {
                        Outcome::Answer(Some(Ok(()))) => None,
                        Outcome::Answer(Some(Err(fault))) => {
                            let why = text::fault(&fault, Backend::Service).title;
                            Some(match fault.fix() {
                                Some(RequiredAction::Balance | RequiredAction::Account) => {
                                    words::known(&why)
                                }
                                _ => words::unchecked_because(&why),
                            })
                        }
                        Outcome::Answer(None) | Outcome::Lost => {
                            Some(words::unchecked().to_owned())
                        }
                    };
                    self.draft = Zeroizing::default();
                    self.make_room();
                    Some(EntryEvent::Checked(key, note))
                }
            },
            Phase::Saving(save) => {
                let error = match save.answer.poll() {
                    Err(answer) => {
                        self.phase = Phase::Saving(KeySave { answer, ..save });
                        return None;
                    }
                    Ok(Outcome::Answer(Ok(slot))) => {
                        let entered = Entered::saved(save.key, slot, save.purpose, save.note);
                        return Some(EntryEvent::Entered(entered));
                    }
                    Ok(Outcome::Answer(Err(error))) => error,
                    Ok(Outcome::Lost) => VaultError::Absent,
                };
                let why = Some(wording::vault(&error).to_owned());
                let entered = Entered::for_session(save.key, save.purpose, save.note, why);
                Some(EntryEvent::Entered(entered))
            }
        }
    }

    /// Takes note that the keychain stores the checked key.
    pub fn on_saving(
        &mut self,
        key: ApiKey,
        purpose: KeyPurpose,
        note: Option<String>,
        answer: Pending<Result<KeySlot, VaultError>>,
        since: Instant,
    ) {
        self.phase = Phase::Saving(KeySave {
            key,
            purpose,
            since,
            answer,
            note,
        });
    }
}

impl Entered {
    /// A key that the keychain keeps in this entry.
    fn saved(key: ApiKey, slot: KeySlot, purpose: KeyPurpose, note: Option<String>) -> Self {
        Self {
            key,
            purpose,
            slot: Some(slot),
            said: said(words::saved(), note),
            session_only: None,
        }
    }

    /// A key for this session; `session_only` is why, if it was to be kept.
    pub fn for_session(
        key: ApiKey,
        purpose: KeyPurpose,
        note: Option<String>,
        session_only: Option<String>,
    ) -> Self {
        Self {
            key,
            purpose,
            slot: None,
            said: said(words::taken(), note),
            session_only,
        }
    }
}

fn said(kept: &str, note: Option<String>) -> String {
    let parts = std::iter::once(kept.to_owned()).chain(note);
    parts.collect::<Vec<_>>().join(list::sentences())
}
