//! The ledger `asset-ids.csv`: one line for each event of an asset and each new label of a batch.
//!
//! Lines are only appended, and synced before the database's transaction, so that an ID survives
//! any loss of the database, which keeps the offset it has applied. Every field is quoted and free
//! of line breaks, so a line cut short by a crash is recognised and swallows no other.

mod events;
mod line;
mod pending;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use self::line::{imported_line, renamed_line, tells_of_state, to_line};
use self::pending::PendingLines;
use super::changes::apply;
use super::database_file::{self, Identity};
use super::records::HistoryChange;
use super::rows::{first, run};
use super::{assets, batches};
use crate::model::asset::{AssetId, AssetStatus};
use crate::store::files;

pub use self::events::{AssetEvent, asset_events};
pub use self::line::LedgerEvent;
pub(super) use self::line::{HEADER, LedgerEntry, read_line};

/// Name of the ledger in the data directory.
pub const LEDGER_NAME: &str = "asset-ids.csv";

/// Bytes before the applied offset whose hash identifies the ledger.
const MARKED: u64 = 1024;
/// Database counters: applied bytes of the ledger, and the hash of the last [`MARKED`] of them.
const OFFSET: &str = "ledger_offset";
const MARK: &str = "ledger_mark";

/// The ledger of a data directory, opened or created on first use.
#[derive(Debug)]
pub(super) struct Ledger {
    path: PathBuf,
    file: Option<(File, Option<Identity>)>,
    pending: PendingLines,
    /// Lines that the last reading did not understand.
    passed_over: u64,
    /// Error of the last use, if it failed.
    problem: Option<String>,
}

impl Ledger {
    pub(super) fn new(dir: &Path) -> Self {
        Self {
            path: dir.join(LEDGER_NAME),
            file: None,
            pending: PendingLines::default(),
            passed_over: 0,
            problem: None,
        }
    }

    /// Appends the lines of these changes after any held-back ones; lines that cannot be appended
    /// are held back. A repeated change adds no second line.
    pub(super) fn append_changes(&mut self, changes: &[HistoryChange], limit: Duration) {
        for change in changes {
            let (event, asset) = match change {
                HistoryChange::PutAsset(asset) => (LedgerEvent::of(asset), asset),
                HistoryChange::ClearRemark(asset) => (LedgerEvent::Found, asset),
                HistoryChange::RemoveAsset(asset) => (LedgerEvent::Removed, asset),
                HistoryChange::ImportAsset(asset, at_ms) => {
                    let line = imported_line(asset, *at_ms);
                    self.pending.add(line, Some(asset.asset_id.clone()));
                    if !tells_of_state(asset) {
                        continue;
                    }
                    (LedgerEvent::of(asset), asset)
                }
                HistoryChange::EditBatch {
                    batch,
                    label,
                    renamed_at_ms: Some(at_ms),
                    ..
                } => {
                    self.pending.add(renamed_line(*batch, label, *at_ms), None);
                    continue;
                }
                _ => continue,
            };
            let id = asset.asset_id.clone();
            self.pending.add(to_line(event, asset), Some(id));
        }
        if !self.is_behind() {
            return;
        }
        // Lines are joined only for a file that can be opened.
        let opened = self.open(true).map(drop);
        let appended = opened.and_then(|()| {
            let lines: String = self.pending.held_back().map(String::as_str).collect();
            self.append(&lines, limit)
        });
        match appended {
            Ok(()) => {
                self.pending.on_appended();
                self.problem = None;
            }
            Err(error) => self.on_failure(&error),
        }
    }

    fn on_failure(&mut self, error: &io::Error) {
        if self.problem.is_none() {
            tracing::warn!(%error, "the ledger of asset IDs cannot be used");
        }
        self.problem = Some(error.to_string());
    }

    /// Returns the error of the last use, if it failed.
    pub(super) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns true while lines are held back.
    pub(super) fn is_behind(&self) -> bool {
        self.pending.is_behind()
    }

    /// Marks everything appended as committed.
    pub(super) fn confirm(&mut self) {
        self.pending.confirm();
    }

    /// Assets in the ledger whose transaction is not committed.
    pub(super) fn unconfirmed(&self) -> impl Iterator<Item = &AssetId> {
        self.pending.unconfirmed()
    }

    /// Appends lines in one synced write, or nothing.
    fn append(&mut self, lines: &str, limit: Duration) -> io::Result<()> {
        let path = self.path.clone();
        let mut file = self.open(true)?;
        let _held = database_file::hold(file, true, limit).map_err(io::Error::other)?;
        let end = file.seek(SeekFrom::End(0))?;
        let mut text = String::new();
        if end == 0 {
            text.push_str(HEADER);
        } else if !ends_a_line(file, end)? {
            text.push_str("\r\n");
        }
        text.push_str(lines);
        let written = file
            .write_all(text.as_bytes())
            .and_then(|()| file.sync_data());
        if written.is_err() {
            // If that fails too, the next line still starts apart from the unfinished one.
            let _ = file.set_len(end);
        } else if end == 0
            && let Some(dir) = path.parent()
        {
            files::sync_dir(dir);
        }
        written
    }

    /// Returns the open file, reopened if it was replaced. Follows no link.
    fn open(&mut self, create: bool) -> io::Result<&File> {
        let is_in_place =
            |identity: &Option<Identity>| database_file::identify(&self.path) == *identity;
        let file = match self.file.take() {
            Some((file, identity)) if is_in_place(&identity) => (file, identity),
            _ => {
                let mut options = files::private_options();
                let options = options.read(true).append(true).create(create);
                let file = options.open(&self.path)?;
                if !file.metadata()?.is_file() {
                    return Err(io::Error::other("it is not a file"));
                }
                files::restrict_file(&self.path)?;
                (file, database_file::identify(&self.path))
            }
        };
        Ok(&self.file.insert(file).0)
    }

    /// Returns true if the database has applied this very ledger to its end.
    pub(super) fn is_applied(&mut self, connection: &Connection) -> rusqlite::Result<bool> {
        let applied = applied(connection)?;
        Ok(
            matches!(self.end(), Ok(end) if Some(end) == applied.map(|(offset, _)| offset))
                && self.is_same_ledger(applied),
        )
    }

    /// Applies the unapplied lines. If the database applied another ledger or none, applies all of
    /// it and appends what only the database has; an unreadable ledger is retried later.
    pub(super) fn catch_up(
        &mut self,
        connection: &Connection,
        limit: Duration,
    ) -> rusqlite::Result<()> {
        if self.is_behind() {
            return forget_applied(connection);
        }
        if self.is_applied(connection)? {
            return Ok(());
        }
        let applied = applied(connection)?;
        let from = applied.filter(|_| self.is_same_ledger(applied));
        let mut seen = HashSet::new();
        let read = self.read_from(from.map_or(0, |(offset, _)| offset), |entry| {
            if let (LedgerEntry::Asset { asset, .. }, None) = (&entry, from) {
                seen.insert((asset.base_url.clone(), asset.asset_id.clone()));
            }
            apply_entry(connection, entry)
        });
        let mark = read.and_then(|end| Ok((end, self.mark(end)?)));
        match mark {
            Ok((end, mark)) => remember_applied(connection, end, mark)?,
            Err(error) => {
                return match error.downcast::<rusqlite::Error>() {
                    Ok(error) => Err(error),
                    Err(error) => {
                        self.on_failure(&error);
                        Ok(())
                    }
                };
            }
        }
        if from.is_none() {
            let mut lacking = String::new();
            assets::for_each(connection, "ORDER BY id", (), |asset| {
                if !seen.contains(&(asset.base_url.clone(), asset.asset_id.clone())) {
                    lacking.push_str(&to_line(LedgerEvent::of(&asset), &asset));
                }
            })?;
            if !lacking.is_empty()
                && let Err(error) = self.append(&lacking, limit)
            {
                self.on_failure(&error);
                return forget_applied(connection);
            }
        }
        Ok(())
    }

    /// Returns true if this database had applied this very ledger, and the last reading understood
    /// every line: the database had no asset without one.
    pub(super) fn has_all_of(&mut self, database: &Connection) -> bool {
        let applied = applied(database).ok().flatten().filter(|it| it.0 > 0);
        self.problem.is_none() && self.passed_over == 0 && self.is_same_ledger(applied)
    }

    /// Returns the ledger's size in bytes; 0 if it is missing.
    fn end(&mut self) -> io::Result<u64> {
        match self.open(false) {
            Ok(file) => Ok(file.metadata()?.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Returns true if the applied offset and hash are of this ledger.
    fn is_same_ledger(&mut self, applied: Option<(u64, i64)>) -> bool {
        applied.is_some_and(|(offset, mark)| {
            matches!(self.end(), Ok(end) if end >= offset)
                && matches!(self.mark(offset), Ok(found) if found == mark)
        })
    }

    /// Hashes the bytes before this offset.
    fn mark(&mut self, offset: u64) -> io::Result<i64> {
        let mut before = vec![];
        if offset > 0 {
            let start = offset.saturating_sub(MARKED);
            let mut file = self.open(false)?;
            file.seek(SeekFrom::Start(start))?;
            file.take(offset - start).read_to_end(&mut before)?;
        }
        let hash = blake3::hash(&before);
        let (first, _) = hash
            .as_bytes()
            .split_first_chunk()
            .unwrap_or((&[0; 8], &[]));
        Ok(i64::from_le_bytes(*first))
    }

    /// Passes every whole line from an offset to `each`; returns the end of the last one.
    fn read_from(
        &mut self,
        from: u64,
        mut each: impl FnMut(LedgerEntry) -> rusqlite::Result<()>,
    ) -> io::Result<u64> {
        let mut file = match self.open(false) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error),
        };
        file.seek(SeekFrom::Start(from))?;
        let mut file = BufReader::new(file);
        let (mut end, mut passed_over) = (from, 0);
        let mut line = vec![];
        loop {
            line.clear();
            let read = file.read_until(b'\n', &mut line)?;
            if line.last() != Some(&b'\n') {
                break;
            }
            match std::str::from_utf8(&line).ok().and_then(read_line) {
                Some(entry) => each(entry).map_err(io::Error::other)?,
                None => passed_over += u64::from(end > 0),
            }
            end += read as u64;
        }
        self.passed_over = passed_over;
        if passed_over > 0 {
            tracing::warn!(passed_over, "lines of the ledger are not whole");
        }
        Ok(end)
    }
}

fn ends_a_line(mut file: &File, end: u64) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::Start(end - 1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Returns the applied offset and its hash.
fn applied(connection: &Connection) -> rusqlite::Result<Option<(u64, i64)>> {
    let counter = |name| {
        let select = "SELECT value FROM counters WHERE name = ?1";
        first(connection, select, [name], |row| row.get::<_, i64>(0))
    };
    let offset = counter(OFFSET)?.and_then(|offset| u64::try_from(offset).ok());
    Ok(offset.zip(counter(MARK)?))
}

fn remember_applied(connection: &Connection, offset: u64, mark: i64) -> rusqlite::Result<()> {
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let put = "INSERT OR REPLACE INTO counters (name, value) VALUES (?1, ?2), (?3, ?4)";
    run(connection, put, (OFFSET, offset, MARK, mark)).map(drop)
}

/// Makes the next start apply the whole ledger and append whatever it lacks.
pub(super) fn forget_applied(connection: &Connection) -> rusqlite::Result<()> {
    let forget = "DELETE FROM counters WHERE name IN (?1, ?2)";
    run(connection, forget, [OFFSET, MARK]).map(drop)
}

/// Applies one line. A failure never overwrites SUCCESS, since the ledger has SUCCESS with another
/// size as failed. Stored bytes and an unknown event say less than any known status.
fn apply_entry(connection: &Connection, entry: LedgerEntry) -> rusqlite::Result<()> {
    let (event, mut asset) = match entry {
        LedgerEntry::Asset { event, asset } => (event, asset),
        LedgerEntry::Renamed { batch, label } => return batches::rename(connection, batch, &label),
    };
    match event {
        Some(LedgerEvent::Removed) => {
            return apply(connection, &HistoryChange::RemoveAsset(*asset));
        }
        Some(LedgerEvent::Found) => {
            return apply(connection, &HistoryChange::ClearRemark(*asset));
        }
        _ => {}
    }
    if let (Some(batch), Some(label)) = (asset.batch, &asset.label) {
        batches::learn(
            connection,
            batch,
            label,
            asset.uploaded_at_ms.unwrap_or_default(),
        )?;
    }
    if event == Some(LedgerEvent::Imported) {
        // The time of the import; that of the upload is in the line after it.
        asset.uploaded_at_ms = None;
    }
    if asset.status.is_some() && event != Some(LedgerEvent::Ready) {
        let known = assets::status(connection, &asset.base_url, &asset.asset_id)?;
        asset.status = asset.status.filter(|_| match event {
            Some(LedgerEvent::Failed) => known != Some(AssetStatus::Success),
            _ => known.is_none(),
        });
    }
    apply(connection, &HistoryChange::PutAsset(*asset))
}
