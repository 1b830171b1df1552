//! What stands above the list because it concerns everything: each with the button that fixes it.

use std::collections::BTreeMap;
use std::path::Path;

use super::command::{Dismissible, UiCommand};
use super::list::Filter;
use super::outside::Outside;
use super::wording::{self, Step};
use crate::model::fault::{Fault, Fix};
use crate::model::snapshot::{JournalState, KeySource, KeyState, Snapshot};

/// On the button that opens the key dialog where there is no key to be updated.
const ENTER: &str = "Enter a key";

/// How a banner is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// To be known.
    Info,
    /// To be seen.
    Notice,
    /// Something is in the way.
    Bad,
}

/// A strip above the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// How it is meant.
    pub tone: Tone,
    /// What is said.
    pub text: String,
    /// Its buttons, the one that fixes it first.
    pub actions: Vec<(&'static str, UiCommand)>,
    /// How it is put away; `None` for one that stays as long as it is true.
    pub dismiss: Option<Dismissible>,
}

/// What banners are made of besides the snapshot.
pub struct Facts<'a> {
    /// What the window was given.
    pub outside: &'a Outside,
    /// The engine talks to a sandbox.
    pub sandbox: bool,
    /// There is an account's queue to go back to.
    pub can_leave_sandbox: bool,
    /// What the queue waits for the person for, in the service's answer.
    pub needs: Option<&'a Fault>,
    /// Why the keychain gave no key, where it did not say that it has none.
    pub keychain: Option<&'a str>,
    /// Why the key is kept for this session only.
    pub session_only: Option<&'a str>,
    /// Files in folders that were passed over since this was last put away.
    pub passed_over: u64,
    /// Why files are refused, where they are many.
    pub refused: Option<&'a BTreeMap<&'static str, usize>>,
    /// Where a damaged history was put.
    pub set_aside: Option<&'a Path>,
    /// What there is to say of how the settings were read.
    pub settings: &'a [String],
}

fn stays(tone: Tone, text: impl Into<String>) -> Banner {
    Banner {
        tone,
        text: text.into(),
        actions: Vec::new(),
        dismiss: None,
    }
}

impl Banner {
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

/// The banners, the most pressing first.
pub fn banners(snapshot: &Snapshot, facts: &Facts<'_>) -> Vec<Banner> {
    let mut banners = Vec::new();
    if facts.sandbox {
        let banner = stays(Tone::Info, "Sandbox: nothing leaves this computer");
        banners.push(if facts.can_leave_sandbox {
            banner.labelled(UiCommand::LeaveSandbox)
        } else {
            banner
        });
    }
    banners.extend(snapshot.needs.map(|fix| needs(snapshot, facts, fix)));
    match &snapshot.journal {
        // As a rule it is open before anyone could read that it is not.
        JournalState::Good | JournalState::Opening => {}
        JournalState::Unwritable(why) => {
            banners.push(stays(Tone::Bad, wording::unwritable_history(why)));
        }
        JournalState::Newer => banners.push(stays(Tone::Bad, wording::newer_history())),
    }
    if snapshot.offline {
        banners.push(stays(
            Tone::Notice,
            "memories.ai can’t be reached. Uploads go on by themselves as soon as it can.",
        ));
    }
    if snapshot.interrupted > 0 {
        let uploads = wording::count(snapshot.interrupted, "upload");
        let were = if snapshot.interrupted == 1 {
            "was"
        } else {
            "were"
        };
        banners.push(
            stays(Tone::Notice, format!("{uploads} {were} interrupted."))
                .labelled(UiCommand::ContinueInterrupted)
                .labelled(UiCommand::DiscardInterrupted),
        );
    }
    if let Some(path) = facts.set_aside {
        banners.push(
            stays(Tone::Notice, wording::set_aside(path)).dismissed_by(Dismissible::SetAside),
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
    if let Some(reasons) = facts.refused {
        banners.push(
            stays(Tone::Notice, wording::refused(reasons))
                .with("Show them", UiCommand::Show(Filter::Attention))
                .dismissed_by(Dismissible::Refused),
        );
    }
    if facts.passed_over > 0 {
        let text = wording::passed_over(facts.passed_over);
        banners.push(stays(Tone::Info, text).dismissed_by(Dismissible::PassedOver));
    }
    if !facts.outside.can_drop {
        banners.push(
            stays(
                Tone::Info,
                "This desktop does not let files be dropped here. Choose or paste them instead.",
            )
            .labelled(UiCommand::ChooseFiles)
            .dismissed_by(Dismissible::NoDrop),
        );
    }
    banners
}

/// What there is to say of the key besides that it is missing or refused.
fn key(snapshot: &Snapshot, facts: &Facts<'_>) -> Vec<Banner> {
    let mut banners = Vec::new();
    if let Some(why) = facts.outside.bad_environment_key {
        let text = format!(
            "The API key in the environment (MEMORIES_API_KEY) can’t be used: {why}. Correct it there, or enter one here."
        );
        banners.push(
            stays(Tone::Notice, text)
                .with(ENTER, UiCommand::EnterKey)
                .dismissed_by(Dismissible::EnvironmentKey),
        );
    }
    if let (Some(why), KeyState::Missing) = (facts.keychain, &snapshot.key) {
        let text = format!("{why} A key that it may hold can’t be read.");
        banners.push(
            stays(Tone::Notice, text)
                .labelled(UiCommand::AskKeychain)
                .with(ENTER, UiCommand::EnterKey),
        );
    }
    if let Some(why) = facts.session_only {
        let text = format!("{why} The API key is kept for this session only.");
        banners.push(stays(Tone::Info, text).dismissed_by(Dismissible::SessionKey));
    }
    banners
}

fn needs(snapshot: &Snapshot, facts: &Facts<'_>, fix: Fix) -> Banner {
    let of_environment = matches!(
        snapshot.key,
        KeyState::Present {
            source: KeySource::Environment,
            ..
        }
    );
    if fix == Fix::Key && of_environment {
        return stays(
            Tone::Bad,
            "memories.ai doesn’t accept the API key in the environment (MEMORIES_API_KEY). Correct it there, or enter one for this session.",
        )
        .with(ENTER, UiCommand::EnterKey);
    }
    if fix == Fix::Key && snapshot.key == KeyState::Missing {
        return stays(Tone::Notice, "An API key is needed to upload.")
            .with("Paste your API key", UiCommand::EnterKey);
    }
    let message = wording::needs(fix);
    let cause = match facts.needs.filter(|fault| fault.fix() == Some(fix)) {
        Some(fault) => wording::fault(fault).cause,
        None => message.cause.clone(),
    };
    let banner = stays(
        Tone::Bad,
        format!("{}. {cause} {}", message.title, message.next),
    );
    match message.step {
        Some(Step::OpenConsole) => banner
            .labelled(UiCommand::OpenConsole)
            .labelled(UiCommand::FixDone),
        Some(Step::UpdateKey | Step::CopyDetails | Step::Row(_)) | None => {
            banner.labelled(UiCommand::EnterKey)
        }
    }
}
