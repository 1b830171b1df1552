//! Rows of the Library whose records are read elsewhere.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::reader::open;
use crate::store::AssetRecord;
use crate::text::messages::library as words;

/// Records that are read at a time.
const PAGE: usize = 256;

/// Rows of the Library that are yet to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryRows {
    dir: Option<PathBuf>,
    rows: Arc<[i64]>,
}

impl LibraryRows {
    /// Names rows of the history in `dir`; there is none without one.
    pub(super) fn new(dir: Option<PathBuf>, rows: Arc<[i64]>) -> Self {
        Self { dir, rows }
    }

    /// Returns the data directory.
    pub(super) fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    /// Returns their number.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns `true` if there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns them in the list's order.
    pub fn as_slice(&self) -> &[i64] {
        &self.rows
    }

    /// Passes the records of those that are still there to `each`, without holding them all. Blocks.
    ///
    /// # Errors
    /// The history cannot be read, in a sentence for the user; or the first error of `each`.
    pub fn for_each(&self, mut each: impl FnMut(AssetRecord) -> io::Result<()>) -> io::Result<()> {
        let library = match &self.dir {
            Some(dir) => open(dir).map_err(io::Error::other)?,
            None => None,
        };
        let library = library.ok_or_else(|| io::Error::other(words::no_history()))?;
        for page in self.rows.chunks(PAGE) {
            let records = library.records(page);
            let records =
                records.map_err(|error| io::Error::other(words::unreadable(&error.to_string())))?;
            records.into_iter().flatten().try_for_each(&mut each)?;
        }
        Ok(())
    }

    /// Reads the records of those that are still there. Blocks.
    pub(super) fn read(&self) -> Result<Vec<AssetRecord>, String> {
        let mut records = Vec::new();
        let read = self.for_each(|asset| {
            records.push(asset);
            Ok(())
        });
        read.map(|()| records).map_err(|error| error.to_string())
    }
}
