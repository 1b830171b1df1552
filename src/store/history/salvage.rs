//! Getting out of a damaged database what can still be read, row by row.

mod carve;
mod keep;

use std::fs;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OpenFlags};

use self::carve::Kind;
use self::keep::{COUNTERS, Keeper};
use super::place::{LOG, keep_log, sibling, trust_no_schema, with_siblings};
use super::schema::{MIGRATIONS, TABLES, Table, is_of_first_version, migrate_with};
use super::{PAGE_SIZE, StoreError, log};

/// How far ids jump ahead where the counter of the damaged database cannot be read: more
/// than any queue can have used since the last id that was found.
const ID_GAP: i64 = 1_000_000;

/// The tables that matter most, and what their rows look like.
const PRECIOUS: &[(&str, &[Kind])] = &[("assets", carve::ASSET), ("items", carve::ITEM)];
/// Widest step over rows that cannot be read; more rows than a database can hold.
const WIDEST_STEP: i64 = 1 << 40;

/// What came over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Salvaged {
    /// Rows of all tables.
    pub(super) rows: u64,
    /// Some table could not be read from one end to the other.
    pub(super) lost: bool,
    /// The tables of which that is so.
    incomplete: Vec<&'static str>,
    counted: bool,
}

/// Fills the fresh database with what the damaged one at `path` still gives. The damaged
/// one is only read. `scratch` is a name for a copy, which is removed again.
///
/// An error is the fresh database's: the disk is full, as a rule.
pub(super) fn salvage(
    path: &Path,
    scratch: &Path,
    fresh: &mut Connection,
) -> Result<Salvaged, StoreError> {
    let mut all = Salvaged::default();
    let mut missing: Vec<&Table> = TABLES.iter().collect();
    read_from(path, fresh, &mut missing, &mut all, |_, _| true)?;
    // Where the first page, which says where the tables are, is beyond use: a new database
    // has its tables at the same places. A copy is read through a new one's first page,
    // with and without the log. Only the tables of the first version are at those places in
    // every database: the later ones are elsewhere in one that is older than they are.
    for with_log in [true, false] {
        if missing.is_empty() {
            break;
        }
        all.lost = true;
        if graft(path, scratch, with_log).is_ok() {
            read_from(scratch, fresh, &mut missing, &mut all, in_its_place)?;
        }
        remove(scratch);
    }
    let log_is_whole = matches!(log::damage(&sibling(path, LOG)), Ok(None));
    all.lost |= !log_is_whole;
    all.incomplete
        .extend(missing.iter().map(|table| table.name));
    for precious @ (table, _) in PRECIOUS {
        if !log_is_whole || all.incomplete.contains(table) {
            all.rows += carve_rows(path, fresh, precious)?;
        }
    }
    go_on_counting(fresh, all.counted)?;
    Ok(all)
}

/// Whether what was read at a table's place is that table: one that need not be there is
/// told by all of its rows.
fn in_its_place(table: &Table, copied: &Copied) -> bool {
    copied.complete || is_of_first_version(table)
}

/// Copies what one source gives of the tables that are missing, and takes from that list
/// those that it has and that are `believed`.
fn read_from(
    path: &Path,
    fresh: &mut Connection,
    missing: &mut Vec<&'static Table>,
    all: &mut Salvaged,
    believed: impl Fn(&Table, &Copied) -> bool,
) -> Result<(), StoreError> {
    let Ok(source) = open_to_read(path) else {
        return Ok(());
    };
    let mut still_missing = Vec::new();
    for table in missing.drain(..) {
        let transaction = fresh.transaction()?;
        let copied = copy_table(&source, &transaction, table)?;
        if copied.opened && !believed(table, &copied) {
            transaction.rollback()?;
            still_missing.push(table);
            continue;
        }
        transaction.commit()?;
        all.rows += copied.rows;
        if copied.opened {
            if !copied.complete {
                all.lost = true;
                all.incomplete.push(table.name);
            }
            all.counted |= copied.rows > 0 && table.name == COUNTERS;
        } else {
            still_missing.push(table);
        }
    }
    *missing = still_missing;
    Ok(())
}

/// Adds the rows of a table that no tree leads to any more. Those that were read otherwise
/// stay as they are, unless a newer version of the row is found.
fn carve_rows(
    path: &Path,
    fresh: &mut Connection,
    &(name, columns): &(&str, &[Kind]),
) -> Result<u64, StoreError> {
    let transaction = fresh.transaction()?;
    let mut rows = 0;
    if let Some(table) = TABLES.iter().find(|table| table.name == name) {
        let mut keeper = Keeper::new(&transaction, table)?;
        carve::carve(path, columns, |row| {
            keeper.keep(&row).map(|kept| rows += kept.unwrap_or(0))
        })?;
    }
    transaction.commit()?;
    Ok(rows)
}

fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let source = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    trust_no_schema(&source)?;
    keep_log(&source, true)?;
    Ok(source)
}

/// Puts a new database's first page before a copy of the damaged one's other pages.
fn graft(path: &Path, scratch: &Path, with_log: bool) -> Result<(), StoreError> {
    let failed = |error: io::Error| StoreError::NotSaved(error.to_string());
    remove(scratch);
    let mut pattern = Connection::open_with_flags(
        scratch,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    pattern.pragma_update(None, "page_size", PAGE_SIZE)?;
    migrate_with(&mut pattern, MIGRATIONS)?;
    pattern.close().map_err(|(_, error)| error)?;
    let page_size = usize::try_from(PAGE_SIZE).unwrap_or_default();
    let mut page = fs::read(scratch).map_err(failed)?;
    page.truncate(page_size);

    let length = fs::copy(path, scratch).map_err(failed)?;
    let pages = u32::try_from(length.div_ceil(u64::from(PAGE_SIZE))).unwrap_or(u32::MAX);
    // Offsets 28 and 32 to 39 of the file format: the file's size in pages, and the list
    // of free ones, of which nothing is known here. Offsets 18 and 19: with a log.
    page[18..20].copy_from_slice(&[2, 2]);
    page[28..32].copy_from_slice(&pages.to_be_bytes());
    page[32..40].fill(0);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .open(scratch)
        .map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    file.write_all(&page).map_err(failed)?;
    // A file that was cut short within a page reads as one that was filled up.
    file.set_len(u64::from(pages) * u64::from(PAGE_SIZE))
        .map_err(failed)?;
    let log = sibling(path, LOG);
    if with_log && log.exists() {
        fs::copy(log, sibling(scratch, LOG)).map_err(failed)?;
    }
    Ok(())
}

/// Removes a copy with everything that SQLite puts beside it.
pub(super) fn remove(copy: &Path) {
    for file in with_siblings(copy) {
        let _ = fs::remove_file(file);
    }
}

struct Copied {
    opened: bool,
    complete: bool,
    rows: u64,
}

fn copy_table(
    source: &Connection,
    fresh: &Connection,
    table: &Table,
) -> Result<Copied, StoreError> {
    let up = format!(
        "SELECT rowid, {} FROM {} NOT INDEXED WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid",
        table.columns.join(", "),
        table.name
    );
    let mut keeper = Keeper::new(fresh, table)?;
    if source.prepare(&up).is_err() {
        return Ok(Copied {
            opened: false,
            complete: false,
            rows: 0,
        });
    }
    let mut rows = 0;
    let mut lost = false;
    let complete = scan(source, &up, table.columns.len(), &mut |row| {
        match keeper.keep(&row)? {
            Some(kept) => rows += kept,
            None => lost = true,
        }
        Ok(())
    })?;
    Ok(Copied {
        opened: true,
        complete: complete && !lost,
        rows,
    })
}

/// Reads a table from its first row to its last, around what cannot be read. Gives whether
/// everything could.
fn scan(
    source: &Connection,
    up: &str,
    width: usize,
    keep: &mut impl FnMut(Vec<Value>) -> Result<(), StoreError>,
) -> Result<bool, StoreError> {
    let down = format!("{up} DESC");
    let mut low = i64::MIN;
    let mut complete = true;
    loop {
        let (last, whole) = read_range(source, up, (low, i64::MAX), width, keep)?;
        if whole {
            return Ok(complete);
        }
        complete = false;
        let broken = last.map_or(low.max(0), |last| last.saturating_add(1));
        let Some(resume) = next_readable(source, up, broken) else {
            // Nothing ahead can be reached from below: what can be from the end.
            read_range(source, &down, (broken, i64::MAX), width, keep)?;
            return Ok(false);
        };
        read_range(source, &down, (broken, resume - 1), width, keep)?;
        low = resume;
    }
}

/// The first row beyond `broken` that can be read, by ever wider steps.
fn next_readable(source: &Connection, up: &str, broken: i64) -> Option<i64> {
    let mut step = 1;
    while step <= WIDEST_STEP {
        let from = broken.checked_add(step)?;
        let mut first = source.prepare_cached(&format!("{up} LIMIT 1")).ok()?;
        let mut rows = first.query([from, i64::MAX]).ok()?;
        match rows.next() {
            Ok(Some(row)) => {
                if let Ok(rowid) = row.get::<_, i64>(0)
                    && rowid >= from
                {
                    return Some(rowid);
                }
            }
            Ok(None) => return None,
            Err(_) => {}
        }
        step *= 2;
    }
    None
}

/// Hands on the rows of one range until something breaks. Gives the last row that was
/// read, and whether nothing broke.
fn read_range(
    source: &Connection,
    statement: &str,
    (low, high): (i64, i64),
    width: usize,
    keep: &mut impl FnMut(Vec<Value>) -> Result<(), StoreError>,
) -> Result<(Option<i64>, bool), StoreError> {
    let mut last: Option<i64> = None;
    let Ok(mut statement) = source.prepare_cached(statement) else {
        return Ok((last, false));
    };
    let Ok(mut rows) = statement.query([low, high]) else {
        return Ok((last, false));
    };
    let mut rising = None;
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => return Ok((last, true)),
            Err(_) => return Ok((last, false)),
        };
        let Ok(rowid) = row.get::<_, i64>(0) else {
            return Ok((last, false));
        };
        // Pages that point at one another in a circle would be read for ever.
        if let Some(before) = last {
            let up = rowid > before;
            if rowid == before || rising.is_some_and(|rising| rising != up) {
                return Ok((last, false));
            }
            rising = Some(up);
        }
        last = Some(rowid);
        let values: Result<Vec<Value>, _> = (1..=width)
            .map(|column| row.get_ref(column).map(to_value))
            .collect();
        if let Ok(values) = values {
            keep(values)?;
        }
    }
}

/// Text that is no UTF-8 any more is kept as far as it is.
fn to_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// Sees to it that no id is given a second time.
fn go_on_counting(fresh: &Connection, counted: bool) -> Result<(), StoreError> {
    let gap = if counted { 0 } else { ID_GAP };
    fresh.execute(
        "INSERT INTO counters (name, value)
         SELECT 'next_item', ?1 + 1 + max(
             (SELECT coalesce(max(id), 0) FROM items),
             (SELECT coalesce(max(item), 0) FROM assets),
             (SELECT coalesce(max(id), 0) FROM damaged_items))
         WHERE true
         ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
        [gap],
    )?;
    Ok(())
}
