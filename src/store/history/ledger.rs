//! The ledger `asset-ids.csv`: one line for each thing that becomes known of an asset.
//!
//! Lines are only ever appended, and synced before the database's transaction, so that an ID
//! outlives whatever happens to the database. The database keeps how far it has applied the
//! ledger. A line has its own quotes around every field and no line break within them: one that
//! a crash cut short is known for that, and swallows nothing.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::place::{self, Identity};
use super::records::{AssetNote, AssetRecord, Change, apply};
use super::search;
use crate::model::asset::{Account, AssetId, AssetStatus, ContentHash};
use crate::model::table::{is_formula, quoted_field, split_record};
use crate::store::files;

/// Name of the ledger in the data directory.
pub const LEDGER_NAME: &str = "asset-ids.csv";

/// First line, behind the mark without which Excel takes the file for another encoding.
const HEADER: &str = "\u{feff}time,event,asset_id,name,path,size,blake3,label,account,base_url\r\n";
/// Bytes before the applied end by which a ledger is known again.
const MARKED: u64 = 1024;
/// Counters of the database: bytes of the ledger that it has applied, and a hash of the last
/// [`MARKED`] of them.
const OFFSET: &str = "ledger_offset";
const MARK: &str = "ledger_mark";

/// What became known of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LedgerEvent {
    /// Its ID came with a signed URL; nothing is stored yet.
    Reserved,
    /// Its bytes are stored.
    Stored,
    /// The service can use it, and holds every byte.
    Ready,
    /// The service could not process it, or holds another number of bytes.
    Failed,
    /// Nothing will be stored under its ID.
    Abandoned,
}

impl LedgerEvent {
    const ALL: [Self; 5] = [
        Self::Reserved,
        Self::Stored,
        Self::Ready,
        Self::Failed,
        Self::Abandoned,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Stored => "stored",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    /// The event that a record of an asset tells of.
    fn of(asset: &AssetRecord) -> Self {
        match (asset.note, asset.status) {
            (Some(AssetNote::Abandoned), _) => Self::Abandoned,
            (Some(AssetNote::SizeMismatch), _) | (_, Some(AssetStatus::Failed)) => Self::Failed,
            (_, Some(AssetStatus::Success)) => Self::Ready,
            _ if asset.content.is_some() => Self::Stored,
            _ => Self::Reserved,
        }
    }
}

/// One line, read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LedgerEntry {
    /// `None` for an event of another version of the program: its ID counts all the same.
    event: Option<LedgerEvent>,
    /// What the line says of the asset, with the status and note that follow from the event.
    asset: AssetRecord,
}

/// The ledger of a data directory. Opened, and made, when it is first needed.
#[derive(Debug)]
pub(super) struct Ledger {
    path: PathBuf,
    file: Option<(File, Option<Identity>)>,
    /// Lines that could not be appended, because a spreadsheet locks the file for example.
    held_back: Vec<(String, AssetId)>,
    /// Appended lines whose transaction has not gone through, with their assets.
    unconfirmed: HashMap<String, AssetId>,
}

impl Ledger {
    pub(super) fn new(dir: &Path) -> Self {
        Self {
            path: dir.join(LEDGER_NAME),
            file: None,
            held_back: vec![],
            unconfirmed: HashMap::new(),
        }
    }

    /// Appends what these changes say of assets, behind what was held back; what cannot be
    /// appended now is held back. A change that is told again adds no second line.
    pub(super) fn tell(&mut self, changes: &[Change], limit: Duration) {
        for change in changes {
            let Change::PutAsset(asset) = change else {
                continue;
            };
            let line = line(asset);
            let is_held_back = self.held_back.iter().any(|(held, _)| *held == line);
            if !is_held_back && !self.unconfirmed.contains_key(&line) {
                self.held_back.push((line, asset.asset_id.clone()));
            }
        }
        if self.held_back.is_empty() {
            return;
        }
        let text: String = self
            .held_back
            .iter()
            .map(|(line, _)| line.as_str())
            .collect();
        match self.append(&text, limit) {
            Ok(()) => self.unconfirmed.extend(self.held_back.drain(..)),
            Err(error) => tracing::warn!(%error, "the ledger of asset IDs cannot be written"),
        }
    }

    /// Whether lines are held back.
    pub(super) fn is_behind(&self) -> bool {
        !self.held_back.is_empty()
    }

    /// The database has everything that was told.
    pub(super) fn confirm(&mut self) {
        self.unconfirmed.clear();
    }

    /// Assets that the ledger has, and the database perhaps not yet.
    pub(super) fn unconfirmed(&self) -> impl Iterator<Item = &AssetId> {
        self.unconfirmed.values()
    }

    /// Appends lines as one write, or nothing, and syncs them.
    fn append(&mut self, lines: &str, limit: Duration) -> io::Result<()> {
        let path = self.path.clone();
        let mut file = self.open(true)?;
        let _held = place::hold(file, true, limit).map_err(io::Error::other)?;
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
            // Where that fails too, the next line is kept apart from the unfinished one.
            let _ = file.set_len(end);
        } else if end == 0
            && let Some(dir) = path.parent()
        {
            files::sync_dir(dir);
        }
        written
    }

    /// The open file, opened anew where another one is in its place. Links are not followed.
    fn open(&mut self, create: bool) -> io::Result<&File> {
        let is_in_place = |identity: &Option<Identity>| place::identify(&self.path) == *identity;
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
                (file, place::identify(&self.path))
            }
        };
        Ok(&self.file.insert(file).0)
    }

    /// Whether the database has applied this very ledger to its end.
    pub(super) fn is_applied(&mut self, connection: &Connection) -> rusqlite::Result<bool> {
        let applied = applied(connection)?;
        Ok(
            matches!(self.end(), Ok(end) if Some(end) == applied.map(|(offset, _)| offset))
                && self.knows(applied),
        )
    }

    /// Applies what the database has not applied yet. Where it applied another ledger or none,
    /// it is told everything, and the ledger what only the database has. A ledger that cannot
    /// be read is left for later.
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
        let from = applied.filter(|_| self.knows(applied));
        let mut seen = HashSet::new();
        let read = self.read_from(from.map_or(0, |(offset, _)| offset), |entry| {
            if from.is_none() {
                let asset = &entry.asset;
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
                        tracing::warn!(%error, "the ledger of asset IDs cannot be read");
                        Ok(())
                    }
                };
            }
        }
        if from.is_none() {
            let mut lacking = search::every_asset(connection)?;
            lacking
                .retain(|asset| !seen.contains(&(asset.base_url.clone(), asset.asset_id.clone())));
            let lacking: String = lacking.iter().map(line).collect();
            if !lacking.is_empty()
                && let Err(error) = self.append(&lacking, limit)
            {
                tracing::warn!(%error, "the ledger of asset IDs cannot be written");
                return forget_applied(connection);
            }
        }
        Ok(())
    }

    /// Bytes of the ledger; 0 where there is none.
    fn end(&mut self) -> io::Result<u64> {
        match self.open(false) {
            Ok(file) => Ok(file.metadata()?.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Whether this is the ledger of which so much was applied.
    fn knows(&mut self, applied: Option<(u64, i64)>) -> bool {
        applied.is_some_and(|(offset, mark)| {
            matches!(self.end(), Ok(end) if end >= offset)
                && matches!(self.mark(offset), Ok(found) if found == mark)
        })
    }

    /// A hash of what is before this offset.
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

    /// Hands every whole line from an offset on to `each`; gives where the last one ends.
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
        let (mut end, mut passed_over) = (from, 0_u64);
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
        if passed_over > 0 {
            tracing::warn!(
                passed_over,
                "lines of the ledger of asset IDs are not whole"
            );
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

/// How much of the ledger the database has applied, and how that ended.
fn applied(connection: &Connection) -> rusqlite::Result<Option<(u64, i64)>> {
    let counter = |name| {
        connection
            .prepare_cached("SELECT value FROM counters WHERE name = ?1")?
            .query_row([name], |row| row.get::<_, i64>(0))
            .optional()
    };
    let offset = counter(OFFSET)?.and_then(|offset| u64::try_from(offset).ok());
    Ok(offset.zip(counter(MARK)?))
}

fn remember_applied(connection: &Connection, offset: u64, mark: i64) -> rusqlite::Result<()> {
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    connection
        .prepare_cached("INSERT OR REPLACE INTO counters (name, value) VALUES (?1, ?2), (?3, ?4)")?
        .execute((OFFSET, offset, MARK, mark))
        .map(drop)
}

/// Has the next start apply the whole ledger, and tell it what it lacks.
pub(super) fn forget_applied(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .execute(
            "DELETE FROM counters WHERE name IN (?1, ?2)",
            [OFFSET, MARK],
        )
        .map(drop)
}

/// The database may know more than a line: SUCCESS of another size is told as a failure.
fn apply_entry(connection: &Connection, entry: LedgerEntry) -> rusqlite::Result<()> {
    let LedgerEntry { event, mut asset } = entry;
    if event == Some(LedgerEvent::Failed) {
        let known = search::status(connection, &asset.base_url, &asset.asset_id)?;
        asset.status = asset.status.filter(|_| known != Some(AssetStatus::Success));
    }
    apply(connection, &Change::PutAsset(asset))
}

/// The line of an asset, with its end.
fn line(asset: &AssetRecord) -> String {
    let time = Timestamp::from_millisecond(asset.uploaded_at_ms).unwrap_or_default();
    let fields = [
        time.to_string(),
        LedgerEvent::of(asset).as_str().to_owned(),
        asset.asset_id.to_string(),
        escape(&asset.name),
        escape_path(&asset.path),
        asset.size.to_string(),
        asset.content.map(ContentHash::to_hex).unwrap_or_default(),
        String::new(),
        asset.account.as_str().to_owned(),
        escape(&asset.base_url),
    ];
    fields.map(|field| quoted_field(&inert(&field))).join(",") + "\r\n"
}

/// Reads one line; `None` for one that is cut short, or none of this program's.
fn read_line(line: &str) -> Option<LedgerEntry> {
    let fields = split_record(line.trim_end_matches(['\r', '\n']))?;
    let fields: Vec<&str> = fields.iter().map(|field| as_it_was(field)).collect();
    // A later version may have more columns.
    let [
        time,
        event,
        id,
        name,
        path,
        size,
        content,
        _label,
        account,
        base_url,
        ..,
    ] = fields[..]
    else {
        return None;
    };
    if base_url.is_empty() {
        // Cut short behind the last comma.
        return None;
    }
    let event = LedgerEvent::ALL
        .into_iter()
        .find(|known| known.as_str() == event);
    let (status, note) = match event {
        Some(LedgerEvent::Ready) => (Some(AssetStatus::Success), None),
        Some(LedgerEvent::Failed) => (Some(AssetStatus::Failed), None),
        Some(LedgerEvent::Abandoned) => (None, Some(AssetNote::Abandoned)),
        _ => (None, None),
    };
    Some(LedgerEntry {
        event,
        asset: AssetRecord {
            asset_id: AssetId::new(id)?,
            item: None,
            account: Account::from_fingerprint(account),
            base_url: String::from_utf8(unescape(base_url)).ok()?,
            name: String::from_utf8(unescape(name)).ok()?,
            path: path_of(unescape(path)),
            size: size.parse().ok()?,
            content: ContentHash::from_hex(content),
            status,
            uploaded_at_ms: time.parse::<Timestamp>().ok()?.as_millisecond(),
            note,
        },
    })
}

/// Keeps a spreadsheet from taking a field for a formula; [`as_it_was`] undoes it.
fn inert(field: &str) -> String {
    if is_formula(field) || field.starts_with('\'') {
        format!("'{field}")
    } else {
        field.to_owned()
    }
}

fn as_it_was(field: &str) -> &str {
    field.strip_prefix('\'').unwrap_or(field)
}

/// Keeps a record on one line.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

/// A path that is not UTF-8 keeps its bytes.
#[cfg(unix)]
fn escape_path(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt;
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(&escape(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(not(unix))]
fn escape_path(path: &Path) -> String {
    escape(&path.to_string_lossy())
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// What was escaped; what is no escape stays as it is.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let hex = after.strip_prefix('x').and_then(|after| after.get(..2));
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let (byte, length) = match (after.as_bytes().first(), byte) {
            (_, Some(byte)) => (byte, 3),
            (Some(b'n'), _) => (b'\n', 1),
            (Some(b'r'), _) => (b'\r', 1),
            (Some(b'\\'), _) => (b'\\', 1),
            _ => (b'\\', 0),
        };
        bytes.push(byte);
        rest = &after[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
