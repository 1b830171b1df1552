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
    Checking(ApiKey, Pending<Result<(), Fault>>),
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
    /// Place that the key takes.
    pub purpose: KeyPurpose,
    /// Message to the user.
    pub said: String,
    /// Entry in the keychain, else why the key is kept for this session only, if that needs a word.
    pub kept: Result<KeySlot, Option<String>>,
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
    pub fn draft(&self) -> &str {
        &self.draft
    }

    /// Returns the content of the field, for the text widget only.
    pub fn draft_mut(&mut self) -> &mut String {
        &mut self.draft
    }

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
                let entered = Entered::new(key, purpose, save.note.take(), Err(why));
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
        let outcome = self.late.as_ref()?.answer.poll()?;
        let save = self.late.take()?;
        match outcome {
            Outcome::Answer(Ok(slot)) => Some(Entered::new(save.key, save.purpose, None, Ok(slot))),
            Outcome::Answer(Err(_)) | Outcome::Lost => None,
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
                    Pending::wait_for("key check", wake, async move { receiver.await.ok() });
                self.problem = None;
                // This key replaces one still being stored.
                self.late = None;
                self.phase = Phase::Checking(key.clone(), answer);
                Some(Command::CheckKey(key, sender))
            }
        }
    }

    /// Handles an answer.
    pub fn poll(&mut self) -> Option<EntryEvent> {
        match &self.phase {
            Phase::Entry => self.poll_late().map(EntryEvent::Entered),
            Phase::Checking(_, answer) => {
                let checked = answer.poll()?;
                self.on_checked(checked)
            }
            Phase::Saving(save) => {
                let saved = save.answer.poll()?;
                self.on_saved(saved).map(EntryEvent::Entered)
            }
        }
    }

    /// A rejected key is not used; an unverifiable one is used with a notice.
    fn on_checked(&mut self, checked: Outcome<Result<(), Fault>>) -> Option<EntryEvent> {
        let Phase::Checking(key, _) = std::mem::take(&mut self.phase) else {
            return None;
        };
        let note = match checked {
            Outcome::Answer(Ok(())) => None,
            Outcome::Answer(Err(fault)) => {
                let message = text::fault(&fault, Backend::Service);
                match fault.fix() {
                    Some(RequiredAction::Key) => {
                        let hint = (!key.looks_usual()).then(|| words::looks_odd().to_owned());
                        self.refuse(said(&words::refused(&message.cause), hint));
                        return None;
                    }
                    Some(RequiredAction::Balance | RequiredAction::Account) => {
                        Some(words::known(&message.title))
                    }
                    _ => Some(words::unchecked_because(&message.title)),
                }
            }
            Outcome::Lost => Some(words::unchecked().to_owned()),
        };
        self.draft = Zeroizing::default();
        self.make_room();
        Some(EntryEvent::Checked(key, note))
    }

    fn on_saved(&mut self, saved: Outcome<Result<KeySlot, VaultError>>) -> Option<Entered> {
        let Phase::Saving(save) = std::mem::take(&mut self.phase) else {
            return None;
        };
        let saved = saved.or(Err(VaultError::Absent));
        let kept = saved.map_err(|error| Some(wording::vault(&error).to_owned()));
        Some(Entered::new(save.key, save.purpose, save.note, kept))
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
    /// Reports how the key is kept, and the note about its check.
    pub fn new(
        key: ApiKey,
        purpose: KeyPurpose,
        note: Option<String>,
        kept: Result<KeySlot, Option<String>>,
    ) -> Self {
        let said = match &kept {
            Ok(_) => said(words::saved(), note),
            Err(_) => said(words::taken(), note),
        };
        Self {
            key,
            purpose,
            said,
            kept,
        }
    }
}

fn said(first: &str, note: Option<String>) -> String {
    let parts = std::iter::once(first.to_owned()).chain(note);
    parts.collect::<Vec<_>>().join(list::sentences())
}
