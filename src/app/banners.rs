//! Banners above the list: conditions of the whole queue, each with the button that fixes it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::command::{Dismissible, Filter, UiCommand};
use super::key_flow::KeyFlow;
use super::library::command::LibraryCommand;
use super::notices::Notices;
use super::queue::QueueStatus;
use super::wording::{self, banner as words};
use crate::model::fault::{Fault, RequiredAction};
use crate::model::snapshot::{ItemId, JournalState, KeySource, KeyState, Snapshot};
use crate::store::settings::SettingsWarning;
use crate::text::messages::{journal, key, list};
use crate::text::{self, Backend, NextStep};

/// Shortest remaining wait of the whole queue that gets a banner.
const LONG_WAIT: Duration = Duration::from_secs(5);

/// Purpose of a banner, which sets its colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Sandbox notice: permanent, and unlike all others.
    Sandbox,
    Info,
    Notice,
    /// Error that blocks uploads.
    Bad,
}

/// A banner above the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    pub tone: Tone,
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
    pub now: Instant,
    /// Backend that receives the files.
    pub backend: Backend,
    /// Files in the account's queue, if it is parked behind the sandbox.
    pub waiting_outside: Option<usize>,
    pub can_drop: bool,
    /// State of the key.
    pub key: &'a KeyFlow,
    /// News and how much of them the user knows.
    pub notices: &'a Notices,
    /// Refused files by reason, if they are to be reported.
    pub refused: Option<&'a BTreeMap<&'static str, usize>>,
    /// Warnings from reading the settings.
    pub settings: &'a [SettingsWarning],
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
    if facts.backend == Backend::Sandbox {
        banners.push(match facts.waiting_outside {
            Some(files) => {
                stays(Tone::Sandbox, words::sandbox(files)).labelled(UiCommand::LeaveSandbox)
            }
            None => stays(Tone::Sandbox, words::sandbox_alone()),
        });
    }
    banners.extend(snapshot.needs.map(|fix| needs(snapshot, facts, fix)));
    match &snapshot.journal {
        JournalState::Opening if facts.notices.is_opening_long(facts.now) => {
            banners.push(stays(Tone::Notice, journal::opening()));
        }
        JournalState::Good | JournalState::Opening => {
            let problem = snapshot.ledger_problem.as_deref();
            banners.extend(problem.map(|why| stays(Tone::Notice, journal::ledger(why))));
        }
        JournalState::Unwritable(why) => {
            banners.push(stays(Tone::Bad, text::unwritable_history(why)));
        }
        JournalState::Newer => banners.push(stays(Tone::Bad, journal::newer())),
    }
    // Offline is known only while something is being sent.
    if snapshot.offline && snapshot.totals.active > 0 {
        let say = match (snapshot.paused, snapshot.needs) {
            (false, None) => words::offline,
            (true, _) => words::offline_paused,
            (false, Some(_)) => words::offline_held,
        };
        let banner = stays(Tone::Notice, say(facts.backend));
        banners.push(match QueueStatus::of(snapshot) {
            QueueStatus::Waits(_) => banner.labelled(UiCommand::TryNow),
            _ => banner,
        });
    } else if let QueueStatus::Waits(wait) = QueueStatus::of(snapshot)
        && wait.left(facts.now) > LONG_WAIT
    {
        let at = facts.backend;
        let next_try = text::next_try(wait.kind, wait.left(facts.now), at);
        let banner = Banner {
            // Announced once, not every second.
            told: Some(words::waits(&text::fault(&Fault::new(wait.kind), at).title)),
            ..stays(Tone::Notice, words::waits(&next_try))
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
    if snapshot.deletions_left > 0 && snapshot.asset_deletion.is_none() {
        banners.push(
            stays(
                Tone::Notice,
                wording::deletion::left_over(snapshot.deletions_left),
            )
            .labelled(UiCommand::Library(LibraryCommand::ResumeDeletions))
            .labelled(UiCommand::Library(LibraryCommand::ForgetDeletions)),
        );
    }
    if let Some(set_aside) = facts.notices.history_set_aside() {
        banners.push(
            stays(Tone::Notice, text::set_aside(set_aside)).dismissed_by(Dismissible::SetAside),
        );
    }
    if !facts.settings.is_empty() {
        let said: Vec<String> = facts.settings.iter().map(words::settings).collect();
        banners.push(
            stays(Tone::Notice, said.join(list::sentences())).dismissed_by(Dismissible::Settings),
        );
    }
    if facts.backend == Backend::Service {
        banners.extend(key(snapshot, facts));
    }
    let mut listed = facts.notices.listed(snapshot);
    let say_listed = |rows: &BTreeSet<ItemId>| words::already_listed(rows.len());
    if let Some(reasons) = facts.refused {
        let listed = listed.take().map(say_listed);
        let mut text = wording::refused(reasons);
        if let Some(listed) = &listed {
            text = [&*text, listed].join(list::sentences());
        }
        let show = match reasons.values().sum() {
            1_usize => words::show_one(),
            _ => words::show_all(),
        };
        let banner = stays(Tone::Notice, text)
            .with(show, UiCommand::Show(Filter::Attention))
            .dismissed_by(Dismissible::Refused);
        banners.push(Banner {
            // Refused files are announced by name.
            told: listed,
            ..banner
        });
    }
    if let Some(rows) = listed {
        let banner = stays(Tone::Info, say_listed(rows)).dismissed_by(Dismissible::AlreadyListed);
        banners.push(banner.labelled(UiCommand::ShowListed(rows.iter().copied().collect())));
    }
    if !facts.can_drop {
        banners.push(
            stays(Tone::Info, words::no_drop())
                .labelled(UiCommand::ChooseFiles)
                .dismissed_by(Dismissible::NoDrop),
        );
    }
    banners.retain(|banner| banner.dismiss.is_none_or(|it| facts.notices.is_wanted(it)));
    banners
}

/// Returns banners about the key other than a missing or rejected one.
fn key(snapshot: &Snapshot, facts: &BannerContext<'_>) -> Vec<Banner> {
    let mut banners = Vec::new();
    let environment_key = match facts.key.bad_environment_key() {
        Some(why) => Some(words::environment_key(text::not_a_key_briefly(why))),
        None if facts.key.has_odd_environment_key() => {
            Some(words::environment_key_odd().to_owned())
        }
        None => None,
    };
    banners.extend(environment_key.map(|said| {
        stays(Tone::Notice, said)
            .with(key::enter(), UiCommand::EnterKey)
            .dismissed_by(Dismissible::EnvironmentKey)
    }));
    if let (Some(why), KeyState::Missing) = (facts.key.keychain_problem(), &snapshot.key) {
        banners.push(
            stays(Tone::Notice, words::keychain(why))
                .labelled(UiCommand::AskKeychain)
                .with(key::enter(), UiCommand::EnterKey),
        );
    }
    match facts.key.around_keychain(facts.now) {
        Some(command @ UiCommand::UseKeyForSession) => {
            banners.push(stays(Tone::Notice, words::keychain_silent()).labelled(command));
        }
        Some(command) if !matches!(snapshot.key, KeyState::Present { .. }) => {
            let banner = stays(Tone::Notice, words::keychain_silent());
            banners.push(banner.with(words::enter_key_for_session(), command));
        }
        Some(_) | None => {}
    }
    if let Some(why) = facts.key.session_only() {
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
        return stays(Tone::Bad, words::environment_key_refused())
            .with(key::enter(), UiCommand::EnterKey);
    }
    if fix == RequiredAction::Key && snapshot.key == KeyState::Missing {
        return stays(Tone::Notice, words::key_needed()).with(key::paste(), UiCommand::EnterKey);
    }
    let message = words::needs(fix, facts.backend);
    let fault = facts.notices.needs().filter(|it| it.fix() == Some(fix));
    let cause = match fault {
        Some(fault) => text::fault(fault, facts.backend).cause,
        None => message.cause.clone(),
    };
    let banner = stays(
        Tone::Bad,
        words::needs_in_full(&cause, &message.next, &message.title),
    );
    match message.step {
        Some(NextStep::OpenConsole) => banner
            .labelled(UiCommand::OpenConsole)
            .labelled(UiCommand::FixDone),
        _ => banner.labelled(UiCommand::EnterKey),
    }
}
