//! The window's state: what it shows, what it asks, and what becomes of every command.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::banners::Banner;
use super::command::{Dismissible, ThemeChoice, UiCommand};
use super::desktop_status;
use super::drop_preview::Hover;
use super::environment::{DialogResult, VaultError, WindowEnvironment};
use super::exporting::Exports;
use super::key_entry::KeyEntry;
use super::list::List;
use super::open_external::ExternalOpener;
use super::paste::Pasting;
use super::pending::Pending;
use super::relocate::Locating;
use super::rows::{Queue, RowContext};
use super::screen_reader::Announcer;
use super::settings::SettingsState;
use super::wording::{Backend, foot as words};
use crate::api::network::NetworkState;
use crate::engine::{Command, EngineHandle};
use crate::model::fault::Fault;
use crate::model::key::ApiKey;
use crate::model::plan::{Plan, Throughput, UnderWay};
use crate::model::snapshot::{ItemId, JournalState, KeySource, KeyState, Row, Snapshot};

/// Something to be done outside the window by whoever draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowEffect {
    /// Put this on the clipboard.
    CopyText(String),
    /// Use these colours.
    Theme(ThemeChoice),
    /// Bring this row into sight and let the keyboard be there.
    Reveal(ItemId),
    /// Open the menu of this row for the keyboard.
    Menu(ItemId),
    /// Let the keyboard be in the search field.
    FocusSearch,
    /// Bring this row into sight, without the keyboard.
    Scroll(ItemId),
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
    /// Cancel these uploads, of which bytes were sent or which are several?
    Cancel(Cancel),
    /// Pause these uploads, of which much was sent that is lost by it?
    Pause(Pause),
    /// What happened to this row.
    Details(ItemId),
    /// Take the uploads that an earlier run left unfinished out of the list?
    Discard,
    /// Close although uploads are under way?
    Quit,
    /// Leave the sandbox although files are in it?
    LeaveSandbox,
    /// The user's preferences.
    Settings,
    /// Forget the key?
    RemoveKey,
    /// What the keyboard does.
    Shortcuts,
    /// Which files can be uploaded.
    Formats,
}

/// Uploads that are cancelled once the user has said yes.
#[derive(Clone, Debug, PartialEq)]
pub struct Cancel {
    /// Which.
    pub ids: Arc<[ItemId]>,
    /// The file's name, where it is one.
    pub name: Option<String>,
    /// Of how many what was sent is lost.
    pub losing: usize,
    /// Bytes that are lost.
    pub sent: u64,
    /// Of how many.
    pub total: u64,
}

/// Uploads that are paused once the user has said yes.
#[derive(Clone, Debug, PartialEq)]
pub struct Pause {
    /// Which; `None` for all that are under way.
    pub ids: Option<Arc<[ItemId]>>,
    /// The name of the file that starts again from its first byte, where it is one.
    pub name: Option<String>,
    /// How many do so: at least one.
    pub losing: usize,
    /// Bytes of those that were sent.
    pub sent: u64,
    /// Of how many.
    pub total: u64,
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
    pub(super) outside: WindowEnvironment,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) list: List,
    pub(super) plan: Plan,
    pub(super) exports: Exports,
    /// Whether the engine can put back what was removed last.
    pub(super) undo: bool,
    pub(super) browse: ExternalOpener,
    pub(super) dialog: Option<Dialog>,
    pub(super) key: KeyEntry,
    pub(super) after_key: Option<Command>,
    pub(super) kept: SettingsState,
    pub(super) copied: Option<(ItemId, Instant)>,
    pub(super) toast: Option<Toast>,
    pub(super) needs: Option<Arc<Fault>>,
    pub(super) session_only: Option<String>,
    pub(super) set_aside: Option<PathBuf>,
    pub(super) keychain: Option<String>,
    pub(super) passed_over_seen: u64,
    /// Until when it is said what the last intake left out.
    pub(super) left_out_until: Option<Instant>,
    /// How many whole rows of the list are in sight, as far as is known.
    pub(super) page: usize,
    /// The last row before files were added whose rows are not there yet.
    pub(super) added_after: Option<ItemId>,
    pub(super) already_seen: u64,
    pub(super) refused_seen: usize,
    pub(super) put_away: BTreeSet<Dismissible>,
    pub(super) closing: bool,
    /// The user has the window in front.
    pub(super) in_front: bool,
    pub(super) hover: Hover,
    /// The desktop's notification was clicked.
    pub(super) clicked: Arc<AtomicBool>,
    pub(super) announcer: Announcer,
    /// What the taskbar shows.
    pub(super) progress: Option<u8>,
    /// The computer was asked to stay awake.
    pub(super) awake: bool,
    /// How the service is reached, once it was asked for.
    pub(super) network: Option<NetworkState>,
    pub(super) asking_network: Option<Pending<NetworkState>>,
    pub(super) removing_key: Option<Pending<Result<(), VaultError>>>,
    pub(super) loading_key: Option<Pending<Result<Option<ApiKey>, VaultError>>>,
    /// When the keychain was asked for the key.
    pub(super) loading_since: Option<Instant>,
    pub(super) choosing: Option<Pending<DialogResult>>,
    pub(super) pasting: Option<Pasting>,
    pub(super) locating: Option<Locating>,
    pub(super) starting_sandbox: Option<Pending<Result<EngineHandle, String>>>,
    pub(super) effects: Vec<WindowEffect>,
}

impl App {
    /// Takes the engine and the world. The key is looked for at once: the environment's,
    /// else the keychain's, off this thread.
    pub fn new(engine: EngineHandle, outside: WindowEnvironment) -> Self {
        let snapshot = engine.snapshot.borrow().clone();
        let settings = outside.settings.clone();
        let mut app = Self {
            snapshot,
            engine,
            parked: None,
            outside,
            list: List::default(),
            plan: List::default().plan(UnderWay::default(), Throughput::default()),
            exports: Exports::default(),
            undo: false,
            browse: ExternalOpener::default(),
            pasting: None,
            dialog: None,
            key: KeyEntry::default(),
            after_key: None,
            kept: SettingsState::of(settings),
            copied: None,
            toast: None,
            needs: None,
            session_only: None,
            set_aside: None,
            keychain: None,
            passed_over_seen: 0,
            left_out_until: None,
            page: usize::MAX,
            added_after: None,
            already_seen: 0,
            refused_seen: 0,
            put_away: BTreeSet::new(),
            closing: false,
            in_front: true,
            hover: Hover::default(),
            clicked: Arc::default(),
            announcer: Announcer::default(),
            progress: None,
            awake: false,
            network: None,
            asking_network: None,
            removing_key: None,
            loading_key: None,
            loading_since: None,
            choosing: None,
            locating: None,
            starting_sandbox: None,
            effects: Vec::new(),
        };
        app.take_in();
        if app.theme() != ThemeChoice::System {
            app.effects.push(WindowEffect::Theme(app.theme()));
        }
        app.look_for_key();
        let paths = std::mem::take(&mut app.outside.paths);
        if !paths.is_empty() {
            app.begin_intake();
            app.engine.send(Command::AddFromOutside(paths));
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
            self.loading_since = Some(self.now());
            self.loading_key = Some(Pending::spawn("keychain", wake, move || vault.load()));
        }
    }

    /// Returns what time it is.
    pub fn now(&self) -> Instant {
        (self.outside.clock)()
    }

    /// Returns what the window draws from.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The list as it is looked at.
    pub fn list(&self) -> &List {
        &self.list
    }

    /// Returns what pressing "Upload" would do.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns whether what was removed last can be put back.
    pub fn can_undo(&self) -> bool {
        self.undo
    }

    /// Returns what stands before everything else.
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

    /// Returns whether the key field is to have the keyboard again; said once.
    pub fn key_has_to_be_typed_again(&mut self) -> bool {
        self.key.take_again()
    }

    /// The colours that were chosen.
    pub fn theme(&self) -> ThemeChoice {
        self.kept.settings.theme
    }

    /// The short message, if one stands.
    pub fn toast(&self) -> Option<&Toast> {
        self.toast.as_ref()
    }

    /// Returns whether a row's id was copied a moment ago.
    pub fn was_copied(&self, id: ItemId) -> bool {
        self.copied.is_some_and(|(copied, _)| copied == id)
    }

    /// Returns whether the window talks to a sandbox.
    pub fn sandbox(&self) -> bool {
        self.outside.sandbox || self.parked.is_some()
    }

    /// Returns whether a sandbox can be started from here: not while bytes move, for its banner says that
    /// nothing leaves the computer.
    pub fn can_try_sandbox(&self) -> bool {
        self.outside.start_sandbox.is_some()
            && !self.sandbox()
            && self.starting_sandbox.is_none()
            && !self.moves_bytes()
    }

    /// Returns whether files can be dropped on this window.
    pub fn can_drop(&self) -> bool {
        self.outside.can_drop
    }

    /// Which program this is, for reports.
    pub fn build(&self) -> &'static str {
        self.outside.build
    }

    /// Returns whether there is no key, so that the first start is explained.
    pub fn first_start(&self) -> bool {
        self.snapshot.key == KeyState::Missing && !self.sandbox()
    }

    /// One row.
    pub fn row(&self, id: ItemId) -> Option<&Row> {
        let row = self.snapshot.rows.iter().find(|row| row.id == id)?;
        Some(row)
    }

    /// Returns who takes the files.
    pub fn place(&self) -> Backend {
        if self.sandbox() {
            Backend::Sandbox
        } else {
            Backend::Service
        }
    }

    /// Returns what is around the rows of the list.
    pub fn around(&self, now: Instant) -> RowContext {
        RowContext {
            now,
            place: self.place(),
            queue: Queue::of(&self.snapshot),
        }
    }

    /// The window's title, with the progress of a running batch.
    pub fn title(&self) -> String {
        desktop_status::title(&self.snapshot)
    }

    /// Why "Upload" can't be pressed; `None` when it can.
    pub fn upload_blocked(&self) -> Option<&'static str> {
        match self.snapshot.journal {
            JournalState::Unwritable(_) => Some(words::BLOCKED_UNWRITABLE),
            JournalState::Opening => Some(words::BLOCKED_OPENING),
            JournalState::Newer => Some(words::BLOCKED_NEWER),
            JournalState::Good if self.plan.is_empty() => Some(words::BLOCKED_EMPTY),
            JournalState::Good => None,
        }
    }

    /// How many whole rows of the list are in sight.
    pub fn set_page(&mut self, rows: usize) {
        self.page = rows;
    }

    /// Returns what is left to be done outside.
    pub fn take_effects(&mut self) -> Vec<WindowEffect> {
        std::mem::take(&mut self.effects)
    }

    /// When the window has to look again although nothing happens.
    pub fn next_look(&self, now: Instant) -> Option<Duration> {
        let copied = self.copied.map(|(_, until)| until);
        let toast = self.toast.as_ref().map(|toast| toast.until);
        let silent = self.keychain_is_silent_at().filter(|at| *at > now);
        let ends = copied.into_iter().chain(toast).chain(self.left_out_until);
        let ends = ends.chain(silent);
        let waits = ends.map(|end| end.saturating_duration_since(now));
        let counts_down = self.snapshot.waiting.filter(|wait| wait.until > now);
        waits
            .chain(counts_down.map(|_| Duration::from_secs(1)))
            .chain(self.announcer.next_look(now))
            .min()
    }

    /// Has a screen reader told of banners that are new.
    pub fn tell_of(&mut self, banners: &[Banner]) {
        self.announcer.look_at(banners);
    }

    /// Returns what a screen reader is to be told without being asked.
    pub fn announcement(&self) -> &str {
        self.announcer.said()
    }

    /// Ends the engines that the window has, and has the last change of the settings written.
    /// Nothing is waited for.
    pub fn shut_down(&mut self) {
        self.write_last_settings();
        self.engine.send(Command::Shutdown);
        if let Some(parked) = &self.parked {
            parked.send(Command::Shutdown);
        }
    }

    /// Returns whether a key that is entered is for this session only: the environment's wins over
    /// the keychain's at the next start, or the keychain does not answer.
    pub fn key_is_for_session(&self) -> bool {
        self.outside.environment_key.is_some() || self.keychain_is_silent()
    }
}
