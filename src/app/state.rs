//! State of the window and its queries. The modules below change it.

mod accounts;
mod actions;
mod backups;
mod batches;
mod library;
mod poll;
mod reports;
mod sandbox;
mod update;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;

use super::backups::Backups;
use super::banners::{self, Banner, BannerContext};
use super::command::ThemeChoice;
use super::desktop_status::DesktopStatus;
use super::dialog::Dialog;
use super::drop_preview::DropPreview;
use super::effect::WindowEffect;
use super::engines::Engines;
use super::environment::{Desktop, WindowEnvironment};
use super::feedback::Feedback;
use super::finished_batches::FinishedBatches;
use super::key_entry::KeyEntry;
use super::key_flow::KeyFlow;
use super::library::LibraryState;
use super::list::List;
use super::list_state::ListState;
use super::notices::Notices;
use super::open_external::ExternalOpener;
use super::pending::Wake;
use super::pickers::Pickers;
use super::queue::QueueStatus;
use super::rows::RowContext;
use super::settings::SettingsState;
use crate::engine::{Command, EngineHandle};
use crate::model::plan::Plan;
use crate::model::snapshot::{ItemId, JournalState, KeyState, Row, Snapshot};
use crate::store::ForwardedPaths;
use crate::text::Backend;
use crate::text::messages::foot as words;

/// The window without its drawing: components, which know nothing of each other, and what ties them
/// together.
pub struct App {
    engines: Engines,
    key: KeyFlow,
    settings: SettingsState,
    list: ListState,
    finished: FinishedBatches,
    library: LibraryState,
    backups: Backups,
    notices: Notices,
    pickers: Pickers,
    feedback: Feedback,
    opener: ExternalOpener,
    drop_preview: DropPreview,
    desktop_status: DesktopStatus,
    dialog: Option<Dialog>,
    /// Name of an account, while it is edited.
    name_draft: String,
    /// The user confirmed that the window closes.
    closing: bool,
    effects: Vec<WindowEffect>,
    desktop: Box<dyn Desktop>,
    /// Paths forwarded by later starts of the program, if supported.
    arrivals: Option<UnboundedReceiver<ForwardedPaths>>,
    can_drop: bool,
    build: &'static str,
    wake: Wake,
    clock: Box<dyn Fn() -> Instant>,
}

impl App {
    /// Creates the window state and loads the key at once: from the environment, else from the
    /// keychain on a background thread.
    pub(crate) fn new(engine: EngineHandle, outside: WindowEnvironment) -> Self {
        let wake = outside.wake;
        let data_dir = engine.data_dir.clone();
        let mut app = Self {
            engines: Engines::new(engine, outside.sandbox, outside.start_sandbox, wake.clone()),
            key: KeyFlow::new(
                outside.vault,
                outside.settings.settings.keys.clone(),
                outside.environment_key,
                outside.bad_environment_key,
                wake.clone(),
            ),
            settings: SettingsState::new(
                outside.settings,
                outside.save_settings,
                outside.folder,
                outside.describe_network,
                wake.clone(),
            ),
            list: ListState::default(),
            finished: FinishedBatches::default(),
            library: LibraryState::new(data_dir, wake.clone()),
            backups: Backups::new(wake.clone()),
            notices: Notices::default(),
            pickers: Pickers::new(outside.dialogs, wake.clone()),
            feedback: Feedback::default(),
            opener: ExternalOpener::default(),
            drop_preview: DropPreview::default(),
            desktop_status: DesktopStatus::default(),
            dialog: None,
            name_draft: String::new(),
            closing: false,
            effects: Vec::new(),
            desktop: outside.desktop,
            arrivals: outside.arrivals,
            can_drop: outside.can_drop,
            build: outside.build,
            wake,
            clock: outside.clock,
        };
        app.take_in();
        if app.theme() != ThemeChoice::System {
            app.effects.push(WindowEffect::Theme(app.theme()));
        }
        if !outside.sandbox {
            let command = app.key.look_for_key(app.now());
            command.into_iter().for_each(|it| app.engines.send(it));
        }
        if !outside.paths.is_empty() {
            app.begin_intake();
            app.engines.send(Command::AddFromOutside(outside.paths));
        }
        app
    }

    pub(crate) fn now(&self) -> Instant {
        (self.clock)()
    }

    /// Returns the current snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        self.engines.snapshot()
    }

    pub(crate) fn list(&self) -> &List {
        self.list.list()
    }

    /// Returns the effect of pressing "Upload".
    pub(crate) fn plan(&self) -> Plan {
        self.list.plan(self.snapshot())
    }

    /// Returns `true` if the last removal can be undone.
    pub(crate) fn can_undo(&self) -> bool {
        self.list.can_undo()
    }

    pub(crate) fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }

    pub(crate) fn key(&self) -> &KeyFlow {
        &self.key
    }

    /// Returns the key being entered, for its field.
    pub(crate) fn key_entry_mut(&mut self) -> &mut KeyEntry {
        self.key.entry_mut()
    }

    /// Returns the account's name being edited, for its field.
    pub(crate) fn name_draft_mut(&mut self) -> &mut String {
        &mut self.name_draft
    }

    /// Returns `true` once going on without the keychain is offered.
    pub fn keychain_is_silent(&self) -> bool {
        self.key.is_keychain_silent(self.now())
    }

    pub(crate) fn settings(&self) -> &SettingsState {
        &self.settings
    }

    pub(crate) fn theme(&self) -> ThemeChoice {
        self.settings.values().theme
    }

    pub(crate) fn feedback(&self) -> &Feedback {
        &self.feedback
    }

    pub(crate) fn opener(&self) -> &ExternalOpener {
        &self.opener
    }

    pub(crate) fn sandbox(&self) -> bool {
        self.engines.is_sandbox()
    }

    pub(crate) fn can_drop(&self) -> bool {
        self.can_drop
    }

    pub(crate) fn build(&self) -> &'static str {
        self.build
    }

    /// Returns `true` if there is no key, so that the first-start text is shown.
    pub(crate) fn first_start(&self) -> bool {
        self.snapshot().key == KeyState::Missing && !self.sandbox()
    }

    pub(crate) fn row(&self, id: ItemId) -> Option<&Row> {
        let row = self.snapshot().rows.iter().find(|row| row.id == id)?;
        Some(row)
    }

    pub(crate) fn backend(&self) -> Backend {
        self.engines.backend()
    }

    pub(crate) fn row_context(&self, now: Instant) -> RowContext {
        RowContext {
            now,
            place: self.backend(),
            queue: QueueStatus::of(self.snapshot()),
            accounts: Arc::clone(&self.snapshot().accounts),
        }
    }

    /// Returns why "Upload" is disabled; `None` if it is enabled.
    pub(crate) fn upload_blocked(&self) -> Option<&'static str> {
        match self.snapshot().journal {
            JournalState::Unwritable(_) => Some(words::blocked_unwritable()),
            JournalState::Opening => Some(words::blocked_opening()),
            JournalState::Newer => Some(words::blocked_newer()),
            JournalState::Good if self.plan().is_empty() => Some(words::blocked_empty()),
            JournalState::Good => None,
        }
    }

    /// Returns the text for a drop; `None` if nothing is being dragged over the window.
    pub fn drop_text(&self) -> Option<String> {
        self.drop_preview.text()
    }

    pub(crate) fn banners(&self) -> Vec<Banner> {
        let (refused, files) = (self.list().refused(), self.list().refused_files());
        let reports = self
            .notices
            .reports_refused(files, self.list.fits_in_view());
        let facts = BannerContext {
            now: self.now(),
            backend: self.backend(),
            waiting_outside: self.engines.waiting_outside(),
            can_drop: self.can_drop,
            key: &self.key,
            notices: &self.notices,
            refused: reports.then_some(refused),
            settings: self.settings.warnings(),
        };
        banners::banners(self.snapshot(), &facts)
    }

    /// Returns the time until the next frame needed without input.
    pub(crate) fn next_wakeup(&self, now: Instant) -> Option<Duration> {
        let silent = self.key.keychain_is_silent_at().filter(|at| *at > now);
        let ends = self.notices.next_wakeup(now).into_iter().chain(silent);
        let waits = ends.map(|end| end.saturating_duration_since(now));
        let counts_down = self.snapshot().waiting.filter(|wait| wait.until > now);
        waits
            .chain(counts_down.map(|_| Duration::from_secs(1)))
            .chain(self.feedback.next_wakeup(now))
            .chain(self.library.next_wakeup(now))
            .min()
    }
}
