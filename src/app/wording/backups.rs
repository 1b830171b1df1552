//! Texts about copies of the history.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::command::Words;
use crate::app::library::command::BackupCommand;
use crate::store::history::{BackupCopy, CopyError, Restored};
use crate::text;
use crate::text::messages::backups as say;
pub(crate) use crate::text::messages::backups::*;

/// Returns the words of a command on copies.
pub fn command(command: &BackupCommand) -> Words {
    match command {
        BackupCommand::Save => say::save(),
        BackupCommand::Open => say::open(),
        BackupCommand::Choose => say::choose(),
        BackupCommand::Preview(_) => say::preview(),
        BackupCommand::Back => say::back(),
        BackupCommand::Restore => say::restore(),
    }
}

/// Returns the day of a copy.
pub fn day(day: Date) -> String {
    super::library::day(day, Timestamp::now().to_zoned(TimeZone::UTC).date())
}

/// Returns why a copy adds nothing.
pub fn problem(error: &CopyError) -> String {
    match error {
        CopyError::Unreadable(cause) => say::unreadable(cause),
        CopyError::Foreign => say::foreign().to_owned(),
        CopyError::Newer => say::newer().to_owned(),
        CopyError::History(cause) => say::not_added(cause),
    }
}

/// Returns what a copy adds.
pub fn adds(adds: &Restored) -> String {
    match (adds.assets, adds.batches) {
        (0, 0) => say::adds_nothing().to_owned(),
        (assets, 0) => say::adds_assets(&assets_of(assets)),
        (assets, batches) => say::adds_both(&assets_of(assets), &batches_of(batches)),
    }
}

/// Returns what was added.
pub fn added(assets: usize, batches: usize) -> String {
    match (assets, batches) {
        (0, 0) => say::added_nothing().to_owned(),
        (assets, 0) => say::added_assets(&assets_of(assets)),
        (assets, batches) => say::added_both(&assets_of(assets), &batches_of(batches)),
    }
}

/// Returns the outcome of saving a copy.
pub fn saved(path: &Path, problem: Option<&io::Error>) -> String {
    let path = path.display().to_string();
    match problem {
        None => say::copy_saved(&path),
        Some(error) if error.kind() == io::ErrorKind::AlreadyExists => say::own_folder().to_owned(),
        Some(error) => say::copy_not_saved(&error.to_string(), &path),
    }
}

/// Returns size and number of assets of a daily copy.
pub fn facts(copy: &BackupCopy) -> String {
    let size = text::size(copy.bytes);
    match copy.assets {
        Some(assets) => say::facts(&assets_of(assets), &size),
        None => say::cannot_be_read(&size),
    }
}

fn assets_of(assets: usize) -> String {
    say::assets(i64::try_from(assets).unwrap_or(i64::MAX))
}

fn batches_of(batches: usize) -> String {
    say::batches(i64::try_from(batches).unwrap_or(i64::MAX))
}
