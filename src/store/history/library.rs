//! Reads the assets for the Library, on a connection of its own beside the engine's.

mod facets;
mod query;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, InterruptHandle, OpenFlags, OptionalExtension, params_from_iter};

use super::connect::{checkpoint_on_close, harden, open_to_read};
use super::database_file::{BUSY_LIMIT, FILE_NAME, Identity, LOG, identify, sibling};
use super::records::AssetRecord;
use super::rows::from_sql_size;
use super::search::SEPARATOR;
use super::{LEDGER_NAME, OpenError, StoreError, accounts, assets, schema};
use crate::model::asset::{Account, AssetId};

pub use facets::LibraryFacets;
pub use query::{
    LibraryColumn, LibraryQuery, LibrarySort, MAX_WORDS, StatusFilter, different_words,
};

/// Order of texts that users expect: clip-2 before clip-10.
const NATURAL: &str = "natural_order";
/// SQL function that returns the folder in an asset's search text.
const FOLDER: &str = "folder";
/// Records read at a time by [`Library::for_each`].
const PAGE: usize = 256;

/// The assets of a data directory, only read. Assets without stored bytes are not in it.
///
/// Every call blocks for milliseconds, with 100,000 assets for tens of them.
#[derive(Debug)]
pub struct Library {
    connection: Connection,
    path: PathBuf,
    identity: Option<Identity>,
    order: Option<Order>,
}

/// Every asset in the order of a column, so that a keystroke need not sort.
#[derive(Debug)]
struct Order {
    sort: LibrarySort,
    data_version: i64,
    ids: Vec<i64>,
    /// Bytes that the service stores.
    bytes: u64,
    facets: Arc<LibraryFacets>,
    /// The facets' unneeded assets were counted in this order's history.
    is_counted: bool,
}

/// Row ids of the assets that match a query, in order, and their totals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryResults {
    /// Row ids in the query's order.
    pub ids: Vec<i64>,
    /// Bytes of those that the service still stores.
    pub bytes: u64,
    /// Number of all assets, whatever the query.
    pub all: usize,
    /// The history has or had an asset, which may have been removed.
    pub had_any: bool,
    /// Values to filter by.
    pub facets: Arc<LibraryFacets>,
}

/// Interrupts a [`Library`]'s running call from another thread; the call fails.
pub struct Interrupter(InterruptHandle);

impl Interrupter {
    /// Interrupts the running call; without one, does nothing.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

impl Library {
    /// Opens the history of a data directory to read it; `None` if there is none yet. Works in a
    /// folder that is read-only.
    ///
    /// # Errors
    /// The database is of a newer program, or it cannot be read.
    pub fn open(dir: &Path) -> Result<Option<Self>, OpenError> {
        let path = dir.join(FILE_NAME);
        match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => {}
            // Opening a pipe would wait for ever.
            Ok(_) => return Err(OpenError::io(&path, &io::Error::other("it is not a file"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(OpenError::io(&path, &error)),
        }
        // Before the opening: a file that is swapped in meanwhile is noticed.
        let identity = identify(&path);
        let opened = try_open(&path);
        let (connection, version) =
            opened.map_err(|error| OpenError::from_store(&path, &StoreError::from(error)))?;
        if version > schema::newest() {
            return Err(OpenError::Newer {
                path,
                found: version,
                known: schema::newest(),
            });
        }
        Ok((version == schema::newest()).then_some(Self {
            connection,
            path,
            identity,
            order: None,
        }))
    }

    /// Returns false if another database was swapped in, as after damage: open it again.
    pub fn is_current(&self) -> bool {
        identify(&self.path) == self.identity
    }

    /// Returns what interrupts the calls of this connection.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(self.connection.get_interrupt_handle())
    }

    /// Returns the assets that match a query.
    ///
    /// # Errors
    /// The database cannot be read, or the call was interrupted.
    pub fn find(&mut self, query: &LibraryQuery) -> Result<LibraryResults, StoreError> {
        let reading = self.connection.unchecked_transaction()?;
        let data_version =
            reading.query_row("PRAGMA data_version", (), |row| row.get::<_, i64>(0))?;
        let is_valid =
            |order: &Order| order.sort == query.sort && order.data_version == data_version;
        let order = match self.order.take() {
            Some(order) if is_valid(&order) => order,
            before => {
                let unneeded = before.map_or(0, |order| order.facets.unneeded);
                read_order(&reading, query.sort, data_version, unneeded)?
            }
        };
        let order = self.order.insert(order);
        // The ledger names removed assets too.
        let ledger = self.path.with_file_name(LEDGER_NAME);
        let had_any = !order.ids.is_empty() || ledger.metadata().is_ok_and(|it| it.len() > 0);
        let (clause, values) = query.clause();
        if values.is_empty() {
            // Nothing is left out.
            return Ok(LibraryResults {
                ids: order.ids.clone(),
                bytes: order.bytes,
                all: order.ids.len(),
                had_any,
                facets: Arc::clone(&order.facets),
            });
        }
        let mut statement = reading.prepare_cached(&format!(
            "SELECT id, {} FROM assets WHERE {clause} ORDER BY id",
            query::STORED_BYTES
        ))?;
        let mut rows = statement.query(params_from_iter(values))?;
        let (mut matching, mut bytes) = (Vec::<i64>::new(), 0_u64);
        while let Some(row) = rows.next()? {
            matching.push(row.get(0)?);
            bytes = bytes.saturating_add(from_sql_size(row.get(1)?));
        }
        let matches = |id: &&i64| matching.binary_search(id).is_ok();
        let ids = order.ids.iter().filter(matches).copied().collect();
        Ok(LibraryResults {
            ids,
            bytes,
            all: order.ids.len(),
            had_any,
            facets: Arc::clone(&order.facets),
        })
    }

    /// Counts the unneeded assets after a search, which need not wait for it; returns the facets if
    /// the number changed.
    ///
    /// # Errors
    /// The database cannot be read, or the call was interrupted.
    pub fn count_unneeded(&mut self) -> Result<Option<Arc<LibraryFacets>>, StoreError> {
        let Some(order) = self.order.as_mut().filter(|order| !order.is_counted) else {
            return Ok(None);
        };
        let unneeded = facets::count_unneeded(&self.connection)?;
        order.is_counted = true;
        if unneeded == order.facets.unneeded {
            return Ok(None);
        }
        Arc::make_mut(&mut order.facets).unneeded = unneeded;
        Ok(Some(Arc::clone(&order.facets)))
    }

    /// Returns the records with these row ids, in their order; `None` for those that are gone.
    ///
    /// # Errors
    /// The database cannot be read, or the call was interrupted.
    pub fn records(&self, ids: &[i64]) -> Result<Vec<Option<AssetRecord>>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {} FROM assets WHERE id = ?1",
            assets::COLUMNS
        ))?;
        ids.iter()
            .map(|id| {
                let mut rows = statement.query([id])?;
                let record = rows.next()?.map(assets::read).transpose()?;
                Ok(record.flatten())
            })
            .collect()
    }

    /// Returns one asset of a service.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn asset(&self, base_url: &str, id: &AssetId) -> Result<Option<AssetRecord>, StoreError> {
        Ok(assets::find(&self.connection, base_url, id)?)
    }

    /// Returns the bytes of these assets that the service still stores.
    ///
    /// # Errors
    /// The database cannot be read, or the call was interrupted.
    pub fn bytes(&self, ids: &[i64]) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {} FROM assets WHERE id = ?1",
            query::STORED_BYTES
        ))?;
        let mut bytes = 0_u64;
        for id in ids {
            let size = statement.query_row([id], |row| row.get(0)).optional()?;
            bytes = bytes.saturating_add(size.map_or(0, from_sql_size));
        }
        Ok(bytes)
    }

    /// Returns the accounts of all services that a name, without regard to case, or the last four
    /// characters of a key stand for, with those joined with them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn accounts_called(&self, text: &str) -> Result<Vec<Account>, StoreError> {
        Ok(accounts::called(&self.connection, text)?)
    }

    /// Passes every asset that matches a query to `each`, in order, without loading them all.
    ///
    /// # Errors
    /// The database cannot be read, or the first error of `each`.
    pub fn for_each<E: From<StoreError>>(
        &mut self,
        query: &LibraryQuery,
        mut each: impl FnMut(AssetRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let found = self.find(query)?;
        for page in found.ids.chunks(PAGE) {
            let records = self.records(page)?;
            records.into_iter().flatten().try_for_each(&mut each)?;
        }
        Ok(())
    }
}

/// Reads every asset in this order.
fn read_order(
    connection: &Connection,
    sort: LibrarySort,
    data_version: i64,
    unneeded: u32,
) -> rusqlite::Result<Order> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, {} FROM assets WHERE {} ORDER BY {}",
        query::STORED_BYTES,
        query::IS_LISTED,
        sort.order_by(),
    ))?;
    let mut rows = statement.query(())?;
    let (mut ids, mut bytes) = (Vec::new(), 0_u64);
    while let Some(row) = rows.next()? {
        ids.push(row.get(0)?);
        bytes = bytes.saturating_add(from_sql_size(row.get(1)?));
    }
    Ok(Order {
        sort,
        data_version,
        ids,
        bytes,
        facets: Arc::new(facets::read(connection, unneeded)?),
        is_counted: false,
    })
}

fn try_open(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let connection = open_to_read(path)?;
    let (connection, version) = match schema::version(&connection) {
        Ok(version) => (connection, version),
        Err(error) => {
            // SQLite writes files beside a database to read it, which a read-only folder denies.
            let log = std::fs::metadata(sibling(path, LOG)).map_or(0, |log| log.len());
            if log > 0 {
                return Err(error);
            }
            let immutable = open_immutable(path).ok_or(error)??;
            let version = schema::version(&immutable)?;
            (immutable, version)
        }
    };
    connection.busy_timeout(BUSY_LIMIT)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.create_collation(NATURAL, |a, b| alphanumeric_sort::compare_str(a, b))?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(FOLDER, 1, flags, |context| {
        let text = context.get_raw(0).as_str()?;
        Ok(folder_in(text).to_owned())
    })?;
    Ok((connection, version))
}

/// Opens a database that nobody can write now; `None` if its path is no URL.
fn open_immutable(path: &Path) -> Option<rusqlite::Result<Connection>> {
    let mut url = url::Url::from_file_path(path).ok()?;
    url.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Some(
        Connection::open_with_flags(url.as_str(), flags).and_then(|connection| {
            harden(&connection)?;
            checkpoint_on_close(&connection, false)?;
            Ok(connection)
        }),
    )
}

/// Returns the folder in an asset's search text.
fn folder_in(search: &str) -> &str {
    let path = search.split(SEPARATOR).nth(1).unwrap_or_default();
    let end = path.rfind(['/', std::path::MAIN_SEPARATOR]);
    end.map_or("", |end| &path[..end])
}
