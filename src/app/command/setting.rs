//! Settings that the user changes one at a time.

use std::path::PathBuf;

use crate::store::Settings;
use crate::store::settings::{Start, Theme};

/// A setting with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Colours of the window.
    Theme(Theme),
    /// Parallel transfers.
    Jobs(u8),
    /// Bytes per second over all transfers; `None` for no limit.
    LimitRate(Option<u64>),
    /// When files start.
    Start(Start),
    /// Questions before work is lost.
    Confirmations(bool),
    /// Desktop notification at the end of a batch.
    Notifications(bool),
    /// Second folder for the daily copies of the history; `None` for no second copy.
    BackupFolder(Option<PathBuf>),
}

impl Setting {
    /// Writes the value into the settings.
    pub fn put_into(self, settings: &mut Settings) {
        match self {
            Self::Theme(theme) => settings.theme = theme,
            Self::Jobs(jobs) => settings.jobs = jobs,
            Self::LimitRate(rate) => settings.limit_rate = rate,
            Self::Start(start) => settings.start = start,
            Self::Confirmations(ask) => settings.confirmations = ask,
            Self::Notifications(tell) => settings.notifications = tell,
            Self::BackupFolder(folder) => settings.backup_folder = folder,
        }
    }

    /// Returns `true` if the settings already have this value.
    pub fn holds(&self, settings: &Settings) -> bool {
        let mut with = settings.clone();
        self.clone().put_into(&mut with);
        with == *settings
    }
}
