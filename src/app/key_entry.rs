//! Entering an API key: pasted, checked by the service, kept in the keychain.

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

/// Bytes that a pasted key may have before its field has to grow.
const KEY_ROOM: usize = 1024;
/// How long the keychain may take before the window offers to do without it. Nothing is given up
/// then: the user may be typing the keychain's password.
const KEYCHAIN_PATIENCE: Duration = Duration::from_secs(10);

/// Where the entering of a key is.
#[derive(Default)]
enum Phase {
    /// The user types.
    #[default]
    Entry,
    /// The service is asked.
    Checking(ApiKey, Pending<Option<Result<(), Fault>>>),
    /// The keychain is asked.
    Saving(KeySave),
}

/// A key on its way into the keychain.
struct KeySave {
    key: ApiKey,
    since: Instant,
    answer: Pending<Result<(), VaultError>>,
    /// Said of the key's check, where there is something to say.
    note: Option<String>,
}

/// How the entering of a key ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Said to the user.
    pub said: String,
    /// Why the key is kept for this session only, where it is.
    pub session_only: Option<String>,
    /// Where the key is kept.
    pub source: KeySource,
}

/// The key that is being entered.
#[derive(Default)]
pub struct KeyEntry {
    /// What is in the field; wiped when it is dropped or replaced.
    pub draft: Zeroizing<String>,
    phase: Phase,
    /// A key that is used for this session meanwhile.
    late: Option<KeySave>,
    problem: Option<String>,
    /// The field is to have the keyboard again, as what is in it was not taken.
    again: bool,
}

impl KeyEntry {
    /// Why the last key was not taken, and what to do.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns what is being waited for; `None` while the user types.
    pub fn busy(&self) -> Option<&'static str> {
        match self.phase {
            Phase::Entry => None,
            Phase::Checking(..) => Some(words::ASKING_ABOUT_KEY),
            Phase::Saving(..) => Some(words::SAVING_KEY),
        }
    }

    /// Returns whether the key was found good and the keychain is asked to keep it. That is not
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
            *self = Self {
                late: self.late.take(),
                ..Self::default()
            };
        }
    }

    /// Returns whether what is in the field was not taken since this was asked last.
    pub fn take_again(&mut self) -> bool {
        std::mem::take(&mut self.again)
    }

    /// Since when the keychain has been asked to keep a key that is not used yet.
    fn saving_since(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Saving(save) => Some(save.since),
            Phase::Entry | Phase::Checking(..) => None,
        }
    }

    /// Uses the key that the keychain is asked to keep for this session. If the keychain keeps it
    /// later, that counts: see [`Self::poll_late`].
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

    /// Looks whether the keychain keeps the key after all that is used for this session.
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
                // This key is the one to be used, whatever the keychain says of the last one.
                self.late = None;
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
    /// When the keychain will have been waited for long enough, where it is waited for.
    pub(super) fn keychain_is_silent_at(&self) -> Option<Instant> {
        let loading = self.loading_since.filter(|_| self.loading_key.is_some());
        let since = loading.into_iter().chain(self.key.saving_since()).min();
        since.map(|since| since + KEYCHAIN_PATIENCE)
    }

    /// Returns whether the keychain has been waited for so long that doing without it is offered.
    pub fn keychain_is_silent(&self) -> bool {
        self.keychain_is_silent_at()
            .is_some_and(|at| at <= self.now())
    }

    /// Uses the key that the keychain does not keep in time for this session.
    pub(super) fn use_key_for_session(&mut self, now: Instant) {
        let account = self.parked.as_ref().unwrap_or(&self.engine);
        if let Some(entered) = self.key.use_for_session(account) {
            self.key_entered(entered, now);
        }
    }

    /// Goes on with a key that was entered.
    pub(super) fn key_entered(&mut self, entered: Entered, now: Instant) {
        let account = self.parked.as_ref().unwrap_or(&self.engine);
        if let Some(then) = self.after_key.take() {
            account.send(then);
        }
        if entered.source == KeySource::Keychain {
            // What the keychain held before is of no use any more.
            self.loading_key = None;
        }
        // Nobody asked the keychain to keep a key while it was silent.
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
