//! The window's state: what it shows, what it asks, and what becomes of every command.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::announce::Announcer;
use super::banners::{Banner, Facts, banners};
use super::command::{Dismissible, ThemeChoice, UiCommand};
use super::keys::KeyEntry;
use super::list::List;
use super::outside::{Choice, Outside, VaultError};
use super::pending::{Outcome, Pending};
use super::settings::Kept;
use super::{desktop, foot, wording};
use crate::engine::{Command, EngineHandle, Notice};
use crate::model::fault::Fault;
use crate::model::key::ApiKey;
use crate::model::snapshot::{ItemId, JournalState, KeySource, KeyState, Row, Snapshot};
use crate::store::Arrival;

/// Something to be done outside the window by whoever draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Put this on the clipboard.
    CopyText(String),
    /// Open this address in the browser.
    OpenUrl(&'static str),
    /// Use these colours.
    Theme(ThemeChoice),
    /// Ask for attention if the window is not in front.
    Attention,
    /// Bring the window to the front.
    Raise,
    /// Close the window.
    Close,
}

/// What stands before everything else.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// Entering a key.
    Key,
    /// Cancel this upload, of which bytes were sent?
    Cancel(ItemId),
    /// What happened to this row.
    Details(ItemId),
    /// Close although uploads are under way?
    Quit,
    /// The person's preferences.
    Settings,
    /// Forget the key?
    RemoveKey,
}

/// A short message at the foot of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// What is said.
    pub text: String,
    /// A button.
    pub action: Option<UiCommand>,
    pub(super) until: Instant,
}

/// The window without its drawing.
pub struct App {
    /// The engine that is worked with.
    pub(super) engine: EngineHandle,
    /// The account's engine, while a sandbox is tried.
    pub(super) parked: Option<EngineHandle>,
    pub(super) outside: Outside,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) list: List,
    pub(super) dialog: Option<Dialog>,
    pub(super) key: KeyEntry,
    pub(super) after_key: Option<Command>,
    pub(super) kept: Kept,
    pub(super) copied: Option<(ItemId, Instant)>,
    pub(super) toast: Option<Toast>,
    pub(super) needs: Option<Arc<Fault>>,
    pub(super) session_only: Option<String>,
    pub(super) set_aside: Option<PathBuf>,
    pub(super) keychain: Option<String>,
    pub(super) passed_over_seen: u64,
    pub(super) put_away: BTreeSet<Dismissible>,
    pub(super) closing: bool,
    /// The person has the window in front.
    pub(super) in_front: bool,
    pub(super) announcer: Announcer,
    /// What the taskbar shows.
    pub(super) progress: Option<u8>,
    /// The computer was asked to stay awake.
    pub(super) awake: bool,
    pub(super) removing_key: Option<Pending<Result<(), VaultError>>>,
    pub(super) loading_key: Option<Pending<Result<Option<ApiKey>, VaultError>>>,
    pub(super) choosing: Option<Pending<Choice>>,
    pub(super) starting_sandbox: Option<Pending<Result<EngineHandle, String>>>,
    pub(super) effects: Vec<Effect>,
}

impl App {
    /// Takes the engine and the world. The key is looked for at once: the environment's,
    /// else the keychain's, off this thread.
    pub fn new(engine: EngineHandle, outside: Outside) -> Self {
        let snapshot = engine.snapshot.borrow().clone();
        let settings = outside.settings.clone();
        let mut app = Self {
            snapshot,
            engine,
            parked: None,
            outside,
            list: List::default(),
            dialog: None,
            key: KeyEntry::default(),
            after_key: None,
            kept: Kept::of(settings),
            copied: None,
            toast: None,
            needs: None,
            session_only: None,
            set_aside: None,
            keychain: None,
            passed_over_seen: 0,
            put_away: BTreeSet::new(),
            closing: false,
            in_front: true,
            announcer: Announcer::default(),
            progress: None,
            awake: false,
            removing_key: None,
            loading_key: None,
            choosing: None,
            starting_sandbox: None,
            effects: Vec::new(),
        };
        app.list.update(&app.snapshot);
        if app.theme() != ThemeChoice::System {
            app.effects.push(Effect::Theme(app.theme()));
        }
        app.look_for_key();
        let paths = std::mem::take(&mut app.outside.paths);
        if !paths.is_empty() {
            app.engine.send(Command::Add(paths));
        }
        app
    }

    fn look_for_key(&mut self) {
        if self.outside.sandbox {
            return;
        }
        if let Some(key) = self.outside.environment_key.clone() {
            self.engine
                .send(Command::SetKey(key, KeySource::Environment));
        } else if self.outside.vault.is_some() {
            self.ask_keychain();
        } else {
            self.engine.send(Command::NoKey);
        }
    }

    pub(super) fn ask_keychain(&mut self) {
        if let (Some(vault), None) = (self.outside.vault.clone(), &self.loading_key) {
            let wake = Arc::clone(&self.outside.wake);
            self.keychain = None;
            self.loading_key = Some(Pending::spawn("keychain", wake, move || vault.load()));
        }
    }

    /// What time it is.
    pub fn now(&self) -> Instant {
        (self.outside.clock)()
    }

    /// What the window draws from.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The list as it is looked at.
    pub fn list(&self) -> &List {
        &self.list
    }

    /// What stands before everything else.
    pub fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }

    /// The key that is being entered.
    pub fn key_entry(&self) -> &KeyEntry {
        &self.key
    }

    /// The text in the key field, for the field alone.
    pub fn key_draft_mut(&mut self) -> &mut String {
        &mut self.key.draft
    }

    /// The colours that were chosen.
    pub fn theme(&self) -> ThemeChoice {
        self.kept.settings.theme
    }

    /// The short message, if one stands.
    pub fn toast(&self) -> Option<&Toast> {
        self.toast.as_ref()
    }

    /// Whether a row's id was copied a moment ago.
    pub fn was_copied(&self, id: ItemId) -> bool {
        self.copied.is_some_and(|(copied, _)| copied == id)
    }

    /// Whether the window talks to a sandbox.
    pub fn sandbox(&self) -> bool {
        self.outside.sandbox || self.parked.is_some()
    }

    /// Whether a sandbox can be started from here.
    pub fn can_try_sandbox(&self) -> bool {
        self.outside.start_sandbox.is_some() && !self.sandbox() && self.starting_sandbox.is_none()
    }

    /// Whether files can be dropped on this window.
    pub fn can_drop(&self) -> bool {
        self.outside.can_drop
    }

    /// Whether there is no key, so that the first start is explained.
    pub fn first_start(&self) -> bool {
        self.snapshot.key == KeyState::Missing && !self.sandbox()
    }

    /// One row.
    pub fn row(&self, id: ItemId) -> Option<&Row> {
        let row = self.snapshot.rows.iter().find(|row| row.id == id)?;
        Some(row)
    }

    /// What stands above the list.
    pub fn banners(&self) -> Vec<Banner> {
        let facts = Facts {
            outside: &self.outside,
            sandbox: self.sandbox(),
            can_leave_sandbox: self.parked.is_some(),
            needs: self.needs.as_deref(),
            keychain: self.keychain.as_deref(),
            session_only: self.session_only.as_deref(),
            passed_over: match self.snapshot.walking {
                Some(_) => 0,
                None => self
                    .snapshot
                    .passed_over
                    .saturating_sub(self.passed_over_seen),
            },
            set_aside: self.set_aside.as_deref(),
            settings: &self.kept.warnings,
        };
        let mut banners = banners(&self.snapshot, &facts);
        banners.retain(|banner| !banner.dismiss.is_some_and(|it| self.put_away.contains(&it)));
        banners
    }

    /// The window's title, with the progress of a running batch.
    pub fn title(&self) -> String {
        desktop::title(&self.snapshot)
    }

    /// Why "Upload" can't be pressed; `None` when it can.
    pub fn upload_blocked(&self) -> Option<&'static str> {
        match self.snapshot.journal {
            JournalState::Unwritable(_) => Some("Nothing can be saved on this disk at the moment"),
            JournalState::Opening => Some("What was uploaded before is being read"),
            JournalState::Newer => Some("The history is of a newer version of this program"),
            JournalState::Good if self.snapshot.totals.startable == 0 => {
                Some("No file is ready to upload")
            }
            JournalState::Good => None,
        }
    }

    /// What is left to be done outside.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// When the window has to look again although nothing happens.
    pub fn next_look(&self, now: Instant) -> Option<Duration> {
        let copied = self.copied.map(|(_, until)| until);
        let toast = self.toast.as_ref().map(|toast| toast.until);
        let ends = copied.into_iter().chain(toast);
        let waits = ends.map(|end| end.saturating_duration_since(now));
        waits.chain(self.announcer.next_look(now)).min()
    }

    /// Takes in what happened since the last look: the snapshot, notices, answers.
    pub fn tick(&mut self, now: Instant) {
        if self.engine.snapshot.has_changed().unwrap_or(false) {
            let before = Arc::clone(&self.snapshot);
            self.snapshot = self.engine.snapshot.borrow_and_update().clone();
            self.announcer.compare(&before, &self.snapshot);
            self.list.update(&self.snapshot);
            if self.snapshot.needs.is_none() {
                self.needs = None;
            }
        }
        self.keep_awake();
        self.tell_progress();
        while let Ok(notice) = self.engine.notices.try_recv() {
            self.notice(notice, now);
        }
        self.arrivals();
        self.answers(now);
        if self.copied.is_some_and(|(_, until)| until <= now) {
            self.copied = None;
        }
        if self.toast.as_ref().is_some_and(|toast| toast.until <= now) {
            self.toast = None;
        }
        self.announcer.speak(now);
    }

    /// What a screen reader is to be told without being asked.
    pub fn announcement(&self) -> &str {
        self.announcer.said()
    }

    /// What other starts of the program were given is taken as if this one had been.
    fn arrivals(&mut self) {
        while let Some(Arrival { paths, taken }) = self
            .outside
            .arrivals
            .as_mut()
            .and_then(|arrivals| arrivals.try_recv().ok())
        {
            self.add(paths);
            // The other start may have lost patience.
            let _ = taken.send(());
            self.effects.push(Effect::Raise);
        }
    }

    fn notice(&mut self, notice: Notice, now: Instant) {
        match notice {
            Notice::BatchFinished { ready, failed } => {
                let files = wording::count(ready, "file");
                let text = match failed {
                    0 => format!("Done: {files} ready."),
                    _ => format!("Done: {files} ready, {failed} not."),
                };
                self.say(text, None, now);
                self.tell_of_the_end(ready, failed);
                self.effects.push(Effect::Attention);
            }
            Notice::Needs(_, fault) => self.needs = Some(fault),
            Notice::HistorySetAside(path) => self.set_aside = Some(path),
        }
    }

    fn answers(&mut self, now: Instant) {
        self.key_answers(now);
        self.settings_answers(now);
        match Pending::take_from(&mut self.choosing) {
            Some(Outcome::Answer(Choice::Chosen(paths))) => self.add(paths),
            Some(Outcome::Answer(Choice::Unavailable)) => {
                let text = "This desktop has no file dialog that the program can open. Drop files on the window or paste their paths instead.";
                self.say(text, None, now);
            }
            Some(Outcome::Answer(Choice::Cancelled) | Outcome::Lost) | None => {}
        }
        match Pending::take_from(&mut self.starting_sandbox) {
            Some(Outcome::Answer(Ok(engine))) => self.enter_sandbox(engine),
            Some(Outcome::Answer(Err(why))) => {
                self.say(format!("The sandbox did not start: {why}."), None, now);
            }
            Some(Outcome::Lost) => self.say("The sandbox did not start.", None, now),
            None => {}
        }
    }

    /// Answers that concern the key: they are for the account's engine, also while a
    /// sandbox is tried.
    fn key_answers(&mut self, now: Instant) {
        let account = self.parked.as_ref().unwrap_or(&self.engine);
        match Pending::take_from(&mut self.loading_key) {
            Some(Outcome::Answer(Ok(Some(key)))) => {
                account.send(Command::SetKey(key, KeySource::Keychain));
                // A dialog that asked meanwhile, and into which nothing was entered.
                let idle = self.key.draft.is_empty() && self.key.busy().is_none();
                if idle && let Some(then) = self.after_key.take() {
                    account.send(then);
                    self.dialog = None;
                }
            }
            Some(Outcome::Answer(Ok(None)) | Outcome::Lost) => account.send(Command::NoKey),
            Some(Outcome::Answer(Err(error))) => {
                // Where there is no keychain at all, this is said when a key is entered.
                self.keychain = (error != VaultError::Absent).then(|| wording::vault(&error));
                account.send(Command::NoKey);
            }
            None => {}
        }
        match Pending::take_from(&mut self.removing_key) {
            Some(Outcome::Answer(Ok(()))) => {
                account.send(Command::NoKey);
                self.session_only = None;
                self.say(wording::KEY_REMOVED, None, now);
            }
            Some(Outcome::Answer(Err(error))) => {
                self.say(wording::key_stays(&wording::vault(&error)), None, now);
            }
            Some(Outcome::Lost) => {
                self.say(
                    wording::key_stays(&wording::vault(&VaultError::Absent)),
                    None,
                    now,
                );
            }
            None => {}
        }
        let account = self.parked.as_ref().unwrap_or(&self.engine);
        let vault = match self.outside.environment_key {
            Some(_) => None,
            None => self.outside.vault.as_ref(),
        };
        if let Some(entered) = self.key.poll(account, vault, &self.outside.wake) {
            if let Some(then) = self.after_key.take() {
                account.send(then);
            }
            self.session_only = entered.session_only;
            self.loading_key = None;
            self.keychain = None;
            if self.dialog == Some(Dialog::Key) {
                self.dialog = None;
            }
            self.say(entered.said, None, now);
        }
    }

    /// Ends the engines that the window has. Nothing is waited for.
    pub fn shut_down(&mut self) {
        self.settle_settings();
        self.engine.send(Command::Shutdown);
        if let Some(parked) = &self.parked {
            parked.send(Command::Shutdown);
        }
    }

    /// Whether the window may close without a question.
    pub fn may_close(&self) -> bool {
        let asks = self.settings().confirmations && self.sending() > 0;
        self.closing || (!asks && self.list.tally().unsaved == 0)
    }

    /// Uploads that closing would stop. What the service works on goes on without us.
    pub fn sending(&self) -> usize {
        foot::sending(&self.snapshot, &self.list)
    }

    /// Whether a key that is entered is for this session only: the environment's wins over
    /// the keychain's at the next start.
    pub fn key_is_for_session(&self) -> bool {
        self.outside.environment_key.is_some()
    }
}
