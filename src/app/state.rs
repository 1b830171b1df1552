//! State of the window and its queries.

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
use super::queue::QueueStatus;
use super::relocate::Locating;
use super::rows::RowContext;
use super::screen_reader::Announcer;
use super::settings::SettingsState;
use super::wording::foot as words;
use crate::api::network::NetworkState;
use crate::engine::{Command, EngineHandle};
use crate::model::fault::Fault;
use crate::model::key::ApiKey;
use crate::model::plan::Plan;
use crate::model::snapshot::{ItemId, JournalState, KeySource, KeyState, Row, Snapshot};
use crate::model::throughput::{Throughput, UnderWay};
use crate::text::Backend;

/// Action for the drawing code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowEffect {
    /// Copies this text.
    CopyText(String),
    /// Sets the colours.
    Theme(ThemeChoice),
    /// Scrolls to the row and focuses it.
    Reveal(ItemId),
    /// Opens the row's menu for the keyboard.
    Menu(ItemId),
    /// Focuses the search field.
    FocusSearch,
    /// Scrolls to the row without focusing it.
    Scroll(ItemId),
    /// Requests attention if the window is in the background.
    Attention,
    /// Raises the window.
    Raise,
    /// Closes the window.
    Close,
}

/// A modal dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// Enter a key.
    Key,
    /// Cancel these uploads, losing bytes or several at once?
    Cancel(Cancel),
    /// Pause these uploads, losing many bytes?
    Pause(Pause),
    /// Details of a row.
    Details(ItemId),
    /// Discard uploads that an earlier run left unfinished?
    Discard,
    /// Close during uploads?
    Quit,
    /// Leave a sandbox that has files?
    LeaveSandbox,
    /// Settings.
    Settings,
    /// Remove the key?
    RemoveKey,
    /// Keyboard shortcuts.
    Shortcuts,
    /// Supported formats.
    Formats,
}

/// Uploads to cancel after confirmation.
#[derive(Clone, Debug, PartialEq)]
pub struct Cancel {
    /// Rows to cancel.
    pub ids: Arc<[ItemId]>,
    /// File name, if it is one file.
    pub name: Option<String>,
    /// Number of uploads that lose sent bytes.
    pub losing: usize,
    /// Bytes lost.
    pub sent: u64,
    /// Total bytes of the uploads that lose some.
    pub total: u64,
}

/// Uploads to pause after confirmation.
#[derive(Clone, Debug, PartialEq)]
pub struct Pause {
    /// Rows to pause; `None` for all.
    pub ids: Option<Arc<[ItemId]>>,
    /// Name of the file that restarts, if it is one.
    pub name: Option<String>,
    /// Number of uploads that restart: at least one.
    pub losing: usize,
    /// Bytes sent of the uploads that restart.
    pub sent: u64,
    /// Total bytes of the uploads that restart.
    pub total: u64,
}

/// A short message at the foot of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Message.
    pub text: String,
    /// Button, if any.
    pub action: Option<UiCommand>,
    pub(super) until: Instant,
}

/// The window without its drawing.
pub struct App {
    /// Engine in use.
    pub(super) engine: EngineHandle,
    /// The account's engine during a sandbox.
    pub(super) parked: Option<EngineHandle>,
    pub(super) outside: WindowEnvironment,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) list: List,
    pub(super) plan: Plan,
    pub(super) exports: Exports,
    /// The engine can undo the last removal.
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
    /// End of the report of left-out files.
    pub(super) left_out_until: Option<Instant>,
    /// Whole list rows in view, as last measured.
    pub(super) page: usize,
    /// Last row before added files whose rows are still missing.
    pub(super) added_after: Option<ItemId>,
    pub(super) already_seen: u64,
    pub(super) refused_seen: usize,
    pub(super) put_away: BTreeSet<Dismissible>,
    pub(super) closing: bool,
    /// The window is in front.
    pub(super) in_front: bool,
    pub(super) hover: Hover,
    /// The notification was clicked.
    pub(super) clicked: Arc<AtomicBool>,
    pub(super) announcer: Announcer,
    /// Percent shown in the taskbar.
    pub(super) progress: Option<u8>,
    /// The computer is kept awake.
    pub(super) awake: bool,
    /// Proxy and certificates, once looked up.
    pub(super) network: Option<NetworkState>,
    pub(super) asking_network: Option<Pending<NetworkState>>,
    pub(super) removing_key: Option<Pending<Result<(), VaultError>>>,
    pub(super) loading_key: Option<Pending<Result<Option<ApiKey>, VaultError>>>,
    /// Time of the keychain request for the key.
    pub(super) loading_since: Option<Instant>,
    pub(super) choosing: Option<Pending<DialogResult>>,
    pub(super) pasting: Option<Pasting>,
    pub(super) locating: Option<Locating>,
    pub(super) starting_sandbox: Option<Pending<Result<EngineHandle, String>>>,
    pub(super) effects: Vec<WindowEffect>,
}

impl App {
    /// Creates the window state and loads the key at once: from the environment, else from the
    /// keychain on a background thread.
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

    /// Returns the current time.
    pub fn now(&self) -> Instant {
        (self.outside.clock)()
    }

    /// Returns the current snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Returns the list.
    pub fn list(&self) -> &List {
        &self.list
    }

    /// Returns the effect of pressing "Upload".
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns `true` if the last removal can be undone.
    pub fn can_undo(&self) -> bool {
        self.undo
    }

    /// Returns the open dialog.
    pub fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }

    /// Returns the key being entered.
    pub fn key_entry(&self) -> &KeyEntry {
        &self.key
    }

    /// Returns the key field's text, for the text widget only.
    pub fn key_draft_mut(&mut self) -> &mut String {
        &mut self.key.draft
    }

    /// Returns `true` once if the key field should get the focus back.
    pub fn key_has_to_be_typed_again(&mut self) -> bool {
        self.key.take_again()
    }

    /// Returns the chosen colours.
    pub fn theme(&self) -> ThemeChoice {
        self.kept.settings.theme
    }

    /// Returns the current toast.
    pub fn toast(&self) -> Option<&Toast> {
        self.toast.as_ref()
    }

    /// Returns `true` just after a row's id was copied.
    pub fn was_copied(&self, id: ItemId) -> bool {
        self.copied.is_some_and(|(copied, _)| copied == id)
    }

    /// Returns `true` if the window uses a sandbox.
    pub fn sandbox(&self) -> bool {
        self.outside.sandbox || self.parked.is_some()
    }

    /// Returns `true` if a sandbox can be started. Not while bytes are sent: its banner says that
    /// nothing leaves the computer.
    pub fn can_try_sandbox(&self) -> bool {
        self.outside.start_sandbox.is_some()
            && !self.sandbox()
            && self.starting_sandbox.is_none()
            && !self.moves_bytes()
    }

    /// Returns `true` if files can be dropped on the window.
    pub fn can_drop(&self) -> bool {
        self.outside.can_drop
    }

    /// Returns the build description, for reports.
    pub fn build(&self) -> &'static str {
        self.outside.build
    }

    /// Returns `true` if there is no key, so that the first-start text is shown.
    pub fn first_start(&self) -> bool {
        self.snapshot.key == KeyState::Missing && !self.sandbox()
    }

    /// Returns a row by id.
    pub fn row(&self, id: ItemId) -> Option<&Row> {
        let row = self.snapshot.rows.iter().find(|row| row.id == id)?;
        Some(row)
    }

    /// Returns the backend that receives the files.
    pub fn place(&self) -> Backend {
        if self.sandbox() {
            Backend::Sandbox
        } else {
            Backend::Service
        }
    }

    /// Returns the context of the list's rows.
    pub fn around(&self, now: Instant) -> RowContext {
        RowContext {
            now,
            place: self.place(),
            queue: QueueStatus::of(&self.snapshot),
        }
    }

    /// Returns the window title, with the progress of a running batch.
    pub fn title(&self) -> String {
        desktop_status::title(&self.snapshot)
    }

    /// Returns why "Upload" is disabled; `None` if it is enabled.
    pub fn upload_blocked(&self) -> Option<&'static str> {
        match self.snapshot.journal {
            JournalState::Unwritable(_) => Some(words::BLOCKED_UNWRITABLE),
            JournalState::Opening => Some(words::BLOCKED_OPENING),
            JournalState::Newer => Some(words::BLOCKED_NEWER),
            JournalState::Good if self.plan.is_empty() => Some(words::BLOCKED_EMPTY),
            JournalState::Good => None,
        }
    }

    /// Sets the number of whole rows in view.
    pub fn set_page(&mut self, rows: usize) {
        self.page = rows;
    }

    /// Takes the pending effects.
    pub fn take_effects(&mut self) -> Vec<WindowEffect> {
        std::mem::take(&mut self.effects)
    }

    /// Returns the time until the next frame needed without input.
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

    /// Announces new banners to screen readers.
    pub fn tell_of(&mut self, banners: &[Banner]) {
        self.announcer.look_at(banners);
    }

    /// Returns the current screen reader announcement.
    pub fn announcement(&self) -> &str {
        self.announcer.said()
    }

    /// Stops the engines and saves pending settings, without waiting.
    pub fn shut_down(&mut self) {
        self.write_last_settings();
        self.engine.send(Command::Shutdown);
        if let Some(parked) = &self.parked {
            parked.send(Command::Shutdown);
        }
    }

    /// Returns `true` if an entered key is for this session only: the environment's key overrides
    /// the keychain's at the next start, or the keychain does not answer.
    pub fn key_is_for_session(&self) -> bool {
        self.outside.environment_key.is_some() || self.keychain_is_silent()
    }
}
