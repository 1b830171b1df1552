//! Values to filter the Library by.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::query;
use crate::model::asset::Account;
use crate::model::batch::BatchId;
use crate::model::calendar::{local_time, start_of_day};
use crate::store::history::rows::{all, from_sql_batch};

/// Batches offered to filter by; older ones are found by their labels.
const OFFERED_BATCHES: usize = 1_000;
/// Most months offered to filter by: ten years.
const OFFERED_MONTHS: usize = 120;

/// Values that the assets have, to filter by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryFacets {
    /// Batches, newest first, with their labels.
    pub batches: Vec<(BatchId, String)>,
    /// Accounts, by their keys.
    pub accounts: Vec<Account>,
    /// First days of the user's months with uploads, newest first.
    pub months: Vec<Date>,
    /// Number of assets for [`StatusFilter::Unneeded`](super::StatusFilter::Unneeded), as counted
    /// last: see [`Library::count_unneeded`](super::Library::count_unneeded).
    pub unneeded: u32,
}

/// Returns the values to filter by, with the number of unneeded assets that was last counted.
pub(super) fn read(connection: &Connection, unneeded: u32) -> rusqlite::Result<LibraryFacets> {
    let listed = query::IS_LISTED;
    let batches = format!(
        "SELECT id, label FROM batches
         WHERE EXISTS (SELECT 1 FROM assets WHERE batch = batches.id AND {listed})
         ORDER BY created_at_ms DESC, id DESC LIMIT {OFFERED_BATCHES}"
    );
    // An index answers this, unlike one for listed assets alone.
    let accounts = "SELECT DISTINCT account FROM assets WHERE account <> ''";
    Ok(LibraryFacets {
        batches: all(connection, &batches, (), |row| {
            Ok((from_sql_batch(row.get(0)?), row.get(1)?))
        })?,
        accounts: all(connection, accounts, (), |row| {
            Ok(Account::from_fingerprint(row.get::<_, String>(0)?))
        })?,
        months: months(connection)?,
        unneeded,
    })
}

/// Counts the assets that are stored, but that nobody may need.
pub(super) fn count_unneeded(connection: &Connection) -> rusqlite::Result<u32> {
    let count = format!("SELECT count(*) FROM assets WHERE {}", query::UNNEEDED);
    let mut count = connection.prepare_cached(&count)?;
    count.query_row((), |row| row.get(0))
}

/// Returns the months with uploads, each found by a look at an index.
fn months(connection: &Connection) -> rusqlite::Result<Vec<Date>> {
    let mut newest_before = connection.prepare_cached(
        "SELECT max(uploaded_at_ms) FROM assets
         WHERE upload_status IS NOT NULL AND uploaded_at_ms < ?1",
    )?;
    let zone = TimeZone::system();
    let (mut months, mut before) = (Vec::new(), i64::MAX);
    while months.len() < OFFERED_MONTHS {
        let newest = newest_before.query_row([before], |row| row.get::<_, Option<i64>>(0))?;
        let Some(newest) = newest.and_then(|ms| local_time(ms, &zone)) else {
            break;
        };
        let month = newest.date().first_of_month();
        let Some(start) = start_of_day(month, &zone) else {
            break;
        };
        months.push(month);
        before = start;
    }
    Ok(months)
}
