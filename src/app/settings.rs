//! User settings: applied and saved immediately.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::command::Setting;
use super::pending::{Outcome, Pending};
use super::state::{App, Dialog, WindowEffect};
use super::wording;
use crate::api::network::NetworkState;
use crate::engine::{Command, Preferences};
use crate::store::Settings;
use crate::store::settings::{Loaded, Start};

/// Returns the settings that the engine uses.
pub fn preferences(settings: &Settings) -> Preferences {
    Preferences {
        jobs: usize::from(settings.jobs),
        bandwidth: settings.limit_rate,
        start_at_once: settings.start == Start::AtOnce,
    }
}

/// Settings and their state on disk.
pub(super) struct SettingsState {
    pub settings: Settings,
    /// Warnings from reading the settings file.
    pub warnings: Vec<String>,
    saving: Option<Pending<io::Result<()>>>,
    /// Changed since the last write began.
    changed: bool,
    problem: Option<String>,
}

impl SettingsState {
    pub fn of(Loaded { settings, warnings }: Loaded) -> Self {
        Self {
            settings,
            warnings,
            saving: None,
            changed: false,
            problem: None,
        }
    }
}

impl App {
    /// Returns the settings.
    pub fn settings(&self) -> &Settings {
        &self.kept.settings
    }

    /// Returns why the settings are not saved, if so.
    pub fn settings_problem(&self) -> Option<&str> {
        self.kept.problem.as_deref()
    }

    /// Returns the data directory, if any.
    pub fn folder(&self) -> Option<&Path> {
        self.outside.folder.as_deref()
    }

    /// Returns proxy and certificates; `None` until looked up.
    pub fn network(&self) -> Option<&NetworkState> {
        self.network.as_ref()
    }

    /// Opens the settings and looks up the network again.
    pub(super) fn open_settings(&mut self) {
        self.dialog = Some(Dialog::Settings);
        if self.asking_network.is_none() {
            let describe = Arc::clone(&self.outside.describe_network);
            let wake = Arc::clone(&self.outside.wake);
            self.asking_network = Some(Pending::spawn("network", wake, move || describe()));
        }
    }

    pub(super) fn set(&mut self, setting: Setting) {
        if setting.holds(&self.kept.settings) {
            return;
        }
        let before = preferences(&self.kept.settings);
        setting.put_into(&mut self.kept.settings);
        if let Setting::Theme(theme) = setting {
            self.effects.push(WindowEffect::Theme(theme));
        }
        let after = preferences(&self.kept.settings);
        if before != after {
            for engine in std::iter::once(&self.engine).chain(&self.parked) {
                engine.send(Command::Configure(after));
            }
        }
        self.kept.changed = true;
        self.save_settings();
    }

    /// Saves changed settings on a background thread, one write at a time.
    fn save_settings(&mut self) {
        if !self.kept.changed || self.kept.saving.is_some() {
            return;
        }
        self.kept.changed = false;
        let Some(save) = self.outside.save_settings.clone() else {
            return;
        };
        let settings = self.kept.settings.clone();
        let wake = Arc::clone(&self.outside.wake);
        self.kept.saving = Some(Pending::spawn("settings", wake, move || save(&settings)));
    }

    pub(super) fn settings_answers(&mut self, now: Instant) {
        if let Some(Outcome::Answer(network)) = Pending::take_from(&mut self.asking_network) {
            self.network = Some(network);
        }
        let problem = match Pending::take_from(&mut self.kept.saving) {
            None => return,
            Some(Outcome::Answer(Ok(()))) => None,
            Some(Outcome::Answer(Err(error))) => Some(wording::settings_unsaved(&error)),
            Some(Outcome::Lost) => Some(wording::settings_unsaved(&"no thread for it")),
        };
        if let Some(problem) = &problem {
            self.say(problem.clone(), None, now);
        }
        self.kept.problem = problem;
        self.save_settings();
    }

    /// Saves pending changes when the window closes, on a background thread. When done, nothing
    /// holds [`WindowEnvironment::save_settings`](super::environment::WindowEnvironment) any more.
    pub(super) fn write_last_settings(&mut self) {
        let save = self.outside.save_settings.take();
        let Some(save) = save.filter(|_| std::mem::take(&mut self.kept.changed)) else {
            return;
        };
        let settings = self.kept.settings.clone();
        let before = self.kept.saving.take();
        let wake = Arc::clone(&self.outside.wake);
        self.kept.saving = Some(Pending::spawn("settings", wake, move || {
            if let Some(before) = before {
                before.wait();
            }
            save(&settings)
        }));
    }
}
