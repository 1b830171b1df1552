//! User settings: applied and saved immediately.

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use super::command::Setting;
use super::environment::{DescribeNetwork, SaveSettings};
use super::pending::{Outcome, Pending, Wake};
use crate::api::network::NetworkState;
use crate::engine::Preferences;
use crate::store::settings::{Loaded, SettingsWarning, Start};
use crate::store::{SavedKeys, Settings};
use crate::text::messages::settings as words;

/// Returns the settings that the engine uses.
pub fn preferences(settings: &Settings) -> Preferences {
    Preferences {
        jobs: usize::from(settings.jobs),
        bandwidth: settings.limit_rate,
        start_at_once: settings.start == Start::AtOnce,
    }
}

/// Settings, their state on disk, and what the settings screen shows besides.
pub struct SettingsState {
    settings: Settings,
    /// Warnings from reading the settings file.
    warnings: Vec<SettingsWarning>,
    /// Saves the settings; `None` if they last for this session only.
    save: Option<SaveSettings>,
    saving: Option<Pending<io::Result<()>>>,
    /// Changed since the last write began.
    changed: bool,
    problem: Option<String>,
    /// Data directory.
    folder: Option<PathBuf>,
    describe_network: DescribeNetwork,
    asking_network: Option<Pending<NetworkState>>,
    /// Proxy and certificates, once looked up.
    network: Option<NetworkState>,
    wake: Wake,
}

impl SettingsState {
    /// Takes the settings as read. `save` is held until the last write is done.
    pub fn new(
        Loaded { settings, warnings }: Loaded,
        save: Option<SaveSettings>,
        folder: Option<PathBuf>,
        describe_network: DescribeNetwork,
        wake: Wake,
    ) -> Self {
        Self {
            settings,
            warnings,
            save,
            saving: None,
            changed: false,
            problem: None,
            folder,
            describe_network,
            asking_network: None,
            network: None,
            wake,
        }
    }

    /// Returns the settings.
    pub fn values(&self) -> &Settings {
        &self.settings
    }

    /// Returns the settings that the engine uses.
    pub fn preferences(&self) -> Preferences {
        preferences(&self.settings)
    }

    /// Returns the warnings from reading the settings file.
    pub fn warnings(&self) -> &[SettingsWarning] {
        &self.warnings
    }

    /// Returns why the settings are not saved, if so.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns the data directory, if any.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Returns proxy and certificates; `None` until looked up.
    pub fn network(&self) -> Option<&NetworkState> {
        self.network.as_ref()
    }

    /// Drops the warnings from reading the settings file.
    pub fn dismiss_warnings(&mut self) {
        self.warnings.clear();
    }

    /// Looks up the network again, for the settings screen.
    pub fn look_up_network(&mut self) {
        if self.asking_network.is_none() {
            let describe = Arc::clone(&self.describe_network);
            let ask = Pending::spawn("network", self.wake.clone(), move || describe());
            self.asking_network = Some(ask);
        }
    }

    /// Applies and saves a setting.
    pub fn set(&mut self, setting: Setting) {
        self.change(|settings| setting.put_into(settings));
    }

    /// Saves which keys the keychain holds.
    pub fn remember_keys(&mut self, keys: SavedKeys) {
        self.change(|settings| settings.keys = keys);
    }

    fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        let before = self.settings.clone();
        change(&mut self.settings);
        if self.settings != before {
            self.changed = true;
            self.save_changes();
        }
    }

    /// Shows why a setting can't be changed.
    pub fn refuse(&mut self, why: String) {
        self.problem = Some(why);
    }

    /// Saves changed settings on a background thread, one write at a time.
    fn save_changes(&mut self) {
        if !self.changed || self.saving.is_some() {
            return;
        }
        self.changed = false;
        if let Some(save) = self.save.clone() {
            let settings = self.settings.clone();
            let wake = self.wake.clone();
            self.saving = Some(Pending::spawn("settings", wake, move || save(&settings)));
        }
    }

    /// Handles results, and returns a new problem with saving.
    pub fn poll(&mut self) -> Option<String> {
        if let Some(Outcome::Answer(network)) = Pending::take_from(&mut self.asking_network) {
            self.network = Some(network);
        }
        let saved = Pending::take_from(&mut self.saving)?;
        let saved = saved.or(Err(io::Error::other(words::no_thread())));
        self.problem = saved.err().map(|why| words::unsaved(&why.to_string()));
        self.save_changes();
        self.problem.clone()
    }

    /// Saves pending changes when the window closes, on a background thread, and lets go of the
    /// function that saves.
    pub fn shut_down(&mut self) {
        let save = self.save.take();
        let Some(save) = save.filter(|_| std::mem::take(&mut self.changed)) else {
            return;
        };
        let settings = self.settings.clone();
        let before = self.saving.take();
        let wake = self.wake.clone();
        self.saving = Some(Pending::spawn("settings", wake, move || {
            if let Some(before) = before {
                before.wait();
            }
            save(&settings)
        }));
    }
}

#[cfg(test)]
mod tests;
