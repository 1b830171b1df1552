//! Banners above the list: conditions of the whole queue, each with the button that fixes it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::command::{Dismissible, Filter, UiCommand};
use super::environment::WindowEnvironment;
use super::queue::QueueStatus;
use super::state::App;
use super::wording::banner as words;
use super::wording::{self, ENTER_KEY};
use crate::model::fault::{Fault, RequiredAction};
use crate::model::snapshot::{JournalState, KeySource, KeyState, Snapshot};
use crate::text::messages::journal;
use crate::text::{self, Backend, NextStep};

/// Refused files from this number on get a banner, even if their rows are in view.
const MANY_REFUSED: usize = 3;
/// Time for which files left out of an intake are reported.
const LEFT_OUT_FOR: Duration = Duration::from_secs(30);

/// Shortest remaining wait of the whole queue that gets a banner.
const LONG_WAIT: Duration = Duration::from_secs(5);

/// Purpose of a banner, which sets its colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Sandbox notice: permanent, and unlike all others.
    Sandbox,
    /// Information.
    Info,
    /// Warning.
    Notice,
    /// Error that blocks uploads.
    Bad,
}

/// A banner above the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// Purpose.
    pub tone: Tone,
    /// Text.
    pub text: String,
    /// Screen reader text, if it differs from `text`.
    pub told: Option<String>,
    /// Buttons, the fix first.
    pub actions: Vec<(&'static str, UiCommand)>,
    /// Key for dismissing it; `None` if it stays while its cause lasts.
    pub dismiss: Option<Dismissible>,
}

/// Input of the banners besides the snapshot.
pub struct BannerContext<'a> {
    /// Current time.
    pub now: Instant,
    /// Environment of the window.
    pub outside: &'a WindowEnvironment,
    /// The engine talks to a sandbox.
    pub sandbox: bool,
    /// The account's queue is parked behind the sandbox.
    pub can_leave_sandbox: bool,
    /// Files in the parked queue.
    pub waiting: usize,
    /// Fault that blocks the queue until the user acts.
    pub needs: Option<&'a Fault>,
    /// Why the keychain gave no key; `None` if it simply has none.
    pub keychain: Option<&'a str>,
    /// Command that works around a keychain that does not answer.
    pub silent: Option<UiCommand>,
    /// Why the key is kept for this session only.
    pub session_only: Option<&'a str>,
    /// Files skipped in folders since this banner was last dismissed.
    pub passed_over: u64,
    /// Added files that were already in the list, since the last dismissal.
    pub already: u64,
    /// Refused files by reason, if there are many.
    pub refused: Option<&'a BTreeMap<&'static str, usize>>,
    /// Path of the damaged history that was set aside.
    pub set_aside: Option<&'a Path>,
    /// Warnings from reading the settings.
    pub settings: &'a [String],
}

impl BannerContext<'_> {
    fn place(&self) -> Backend {
        if self.sandbox {
            Backend::Sandbox
        } else {
            Backend::Service
        }
    }
}

fn stays(tone: Tone, text: impl Into<String>) -> Banner {
    let text = text.into();
    Banner {
        tone,
        told: Some(text.clone()),
        text,
        actions: Vec::new(),
        dismiss: None,
    }
}

impl Banner {
    /// Returns `true` if `other` is this banner, possibly with other numbers.
    pub fn is_still(&self, other: &Self) -> bool {
        let does_something = self.dismiss.is_some() || !self.actions.is_empty();
        let same = (self.dismiss, &self.actions) == (other.dismiss, &other.actions);
        let told = self.told.is_some() || other.told.is_none();
        same && told && (does_something || self.text == other.text)
    }

    fn with(mut self, label: &'static str, command: UiCommand) -> Self {
        self.actions.push((label, command));
        self
    }

    fn labelled(self, command: UiCommand) -> Self {
        let label = command.entry().label;
        self.with(label, command)
    }

    fn dismissed_by(mut self, dismiss: Dismissible) -> Self {
        self.dismiss = Some(dismiss);
        self
    }
}

/// Returns the banners, most urgent first.
pub fn banners(snapshot: &Snapshot, facts: &BannerContext<'_>) -> Vec<Banner> {
    let mut banners = Vec::new();
    if facts.sandbox {
        banners.push(if facts.can_leave_sandbox {
            stays(Tone::Sandbox, words::sandbox(facts.waiting)).labelled(UiCommand::LeaveSandbox)
        } else {
            stays(Tone::Sandbox, words::SANDBOX_ALONE)
        });
    }
    banners.extend(snapshot.needs.map(|fix| needs(snapshot, facts, fix)));
    match &snapshot.journal {
        // Opening usually ends before a banner could be read.
        JournalState::Good | JournalState::Opening => {}
        JournalState::Unwritable(why) => {
            banners.push(stays(Tone::Bad, text::unwritable_history(why)));
        }
        JournalState::Newer => banners.push(stays(Tone::Bad, journal::newer())),
    }
    // Offline is known only while something is being sent.
    if snapshot.offline && snapshot.totals.active > 0 {
        let text = match (snapshot.paused, snapshot.needs) {
            (false, None) => words::OFFLINE,
            (true, _) => words::OFFLINE_PAUSED,
            (false, Some(_)) => words::OFFLINE_HELD,
        };
        let banner = stays(Tone::Notice, facts.place().said(text));
        banners.push(match QueueStatus::of(snapshot) {
            QueueStatus::Waits(_) => banner.labelled(UiCommand::TryNow),
            _ => banner,
        });
    } else if let QueueStatus::Waits(wait) = QueueStatus::of(snapshot)
        && wait.left(facts.now) > LONG_WAIT
    {
        let at = facts.place();
        let next_try = text::next_try(wait.kind, wait.left(facts.now), at);
        let banner = Banner {
            // Announced once, not every second.
            told: Some(format!(
                "{}.",
                text::fault(&Fault::new(wait.kind), at).title
            )),
            ..stays(Tone::Notice, format!("{next_try}."))
        };
        banners.push(banner.labelled(UiCommand::TryNow));
    }
    if snapshot.interrupted > 0 {
        banners.push(
            stays(Tone::Notice, words::interrupted(snapshot.interrupted))
                .labelled(UiCommand::ContinueInterrupted)
                .labelled(UiCommand::DiscardInterrupted),
        );
    }
    if let Some(path) = facts.set_aside {
        banners.push(
            stays(
                Tone::Notice,
                journal::set_aside(&path.display().to_string()),
            )
            .dismissed_by(Dismissible::SetAside),
        );
    }
    if !facts.settings.is_empty() {
        banners.push(
            stays(Tone::Notice, facts.settings.join(" ")).dismissed_by(Dismissible::Settings),
        );
    }
    if !facts.sandbox {
        banners.extend(key(snapshot, facts));
    }
    let is_left_out = facts.passed_over > 0 || facts.already > 0;
    let mut left_out = is_left_out.then(|| words::left_out(facts.passed_over, facts.already));
    if let Some(reasons) = facts.refused {
        let left_out = left_out.take();
        let mut text = wording::refused(reasons);
        if let Some(left_out) = &left_out {
            text = format!("{text} {left_out}");
        }
        let show = match reasons.values().sum() {
            1_usize => words::SHOW_IT,
            _ => words::SHOW_THEM,
        };
        let banner = stays(Tone::Notice, text)
            .with(show, UiCommand::Show(Filter::Attention))
            .dismissed_by(Dismissible::Refused);
        banners.push(Banner {
            // Refused files are announced by name.
            told: left_out,
            ..banner
        });
    }
    if let Some(text) = left_out {
        banners.push(stays(Tone::Info, text).dismissed_by(Dismissible::PassedOver));
    }
    if !facts.outside.can_drop {
        banners.push(
            stays(Tone::Info, words::NO_DROP)
                .labelled(UiCommand::ChooseFiles)
                .dismissed_by(Dismissible::NoDrop),
        );
    }
    banners
}

/// Returns banners about the key other than a missing or rejected one.
fn key(snapshot: &Snapshot, facts: &BannerContext<'_>) -> Vec<Banner> {
    let mut banners = Vec::new();
    if let Some(why) = facts.outside.bad_environment_key {
        banners.push(
            stays(Tone::Notice, words::environment_key(why))
                .with(ENTER_KEY, UiCommand::EnterKey)
                .dismissed_by(Dismissible::EnvironmentKey),
        );
    }
    if let (Some(why), KeyState::Missing) = (facts.keychain, &snapshot.key) {
        banners.push(
            stays(Tone::Notice, words::keychain(why))
                .labelled(UiCommand::AskKeychain)
                .with(ENTER_KEY, UiCommand::EnterKey),
        );
    }
    match &facts.silent {
        Some(command @ UiCommand::UseKeyForSession) => {
            banners.push(stays(Tone::Notice, words::KEYCHAIN_SILENT).labelled(command.clone()));
        }
        Some(command) if !matches!(snapshot.key, KeyState::Present { .. }) => {
            let banner = stays(Tone::Notice, words::KEYCHAIN_SILENT);
            banners.push(banner.with(words::KEY_FOR_SESSION, command.clone()));
        }
        Some(_) | None => {}
    }
    if let Some(why) = facts.session_only {
        let text = words::session_only(why);
        banners.push(stays(Tone::Info, text).dismissed_by(Dismissible::SessionKey));
    }
    banners
}

fn needs(snapshot: &Snapshot, facts: &BannerContext<'_>, fix: RequiredAction) -> Banner {
    let of_environment = matches!(
        snapshot.key,
        KeyState::Present {
            source: KeySource::Environment,
            ..
        }
    );
    if fix == RequiredAction::Key && of_environment {
        return stays(Tone::Bad, words::ENVIRONMENT_KEY_REFUSED)
            .with(ENTER_KEY, UiCommand::EnterKey);
    }
    if fix == RequiredAction::Key && snapshot.key == KeyState::Missing {
        return stays(Tone::Notice, words::KEY_NEEDED)
            .with(wording::screens::PASTE_KEY, UiCommand::EnterKey);
    }
    let message = wording::needs(fix, facts.place());
    let cause = match facts.needs.filter(|fault| fault.fix() == Some(fix)) {
        Some(fault) => text::fault(fault, facts.place()).cause,
        None => message.cause.clone(),
    };
    let banner = stays(
        Tone::Bad,
        format!("{}. {cause} {}", message.title, message.next),
    );
    match message.step {
        Some(NextStep::OpenConsole) => banner
            .labelled(UiCommand::OpenConsole)
            .labelled(UiCommand::FixDone),
        _ => banner.labelled(UiCommand::EnterKey),
    }
}

impl App {
    /// Returns the reasons for refused files, unless dismissed.
    fn refused_now(&self) -> Option<&BTreeMap<&'static str, usize>> {
        let refused = self.list.refused();
        let number: usize = refused.values().sum();
        // A few are reported only if the list is too long to show them.
        let in_sight = number < MANY_REFUSED && self.list.shown().len() <= self.page;
        (!in_sight && number > self.refused_seen).then_some(refused)
    }

    /// Clears the report of left-out files: a new intake began, or it was dismissed.
    pub(super) fn forget_left_out(&mut self) {
        self.passed_over_seen = self.snapshot.passed_over;
        self.already_seen = self.snapshot.already_listed;
        self.left_out_until = None;
    }

    /// Marks refused files as known: dismissed, shown, or of an earlier intake.
    pub(super) fn forget_refused(&mut self) {
        self.refused_seen = self.list.refused().values().sum();
    }

    /// Clears the report of left-out files after [`LEFT_OUT_FOR`].
    pub(super) fn left_out_ends(&mut self, now: Instant) {
        let passed_over = self.since(self.snapshot.passed_over, self.passed_over_seen);
        let already = self.since(self.snapshot.already_listed, self.already_seen);
        match self.left_out_until {
            Some(until) if until <= now => self.forget_left_out(),
            None if passed_over + already > 0 => self.left_out_until = Some(now + LEFT_OUT_FOR),
            Some(_) | None => {}
        }
    }

    /// Returns the number of left-out files to report; 0 while folders are walked.
    fn since(&self, now: u64, seen: u64) -> u64 {
        match self.snapshot.walking {
            Some(_) => 0,
            None => now.saturating_sub(seen),
        }
    }

    /// Returns the banners above the list.
    pub fn banners(&self) -> Vec<Banner> {
        let facts = BannerContext {
            now: self.now(),
            outside: &self.outside,
            sandbox: self.sandbox(),
            can_leave_sandbox: self.parked.is_some(),
            waiting: self.waiting_outside(),
            needs: self.needs.as_deref(),
            keychain: self.keychain.as_deref(),
            silent: self.keychain_is_silent().then(|| {
                if self.key.is_saving() {
                    UiCommand::UseKeyForSession
                } else {
                    UiCommand::EnterKey
                }
            }),
            session_only: self.session_only.as_deref(),
            passed_over: self.since(self.snapshot.passed_over, self.passed_over_seen),
            already: self.since(self.snapshot.already_listed, self.already_seen),
            set_aside: self.set_aside.as_deref(),
            settings: &self.kept.warnings,
            refused: self.refused_now(),
        };
        let mut banners = banners(&self.snapshot, &facts);
        banners.retain(|banner| !banner.dismiss.is_some_and(|it| self.put_away.contains(&it)));
        banners
    }
}
