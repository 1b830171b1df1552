//! Conversion of SQLite's errors into the store's.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Error, ErrorCode};

use crate::store::data_dir::DATA_DIR_VARIABLE;

/// Error of reading or writing the history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process held a lock past the timeout; a retry can succeed.
    #[error("the history is in use by another program")]
    Busy,
    /// The disk is full, the file is read-only, or I/O failed. The transaction wrote nothing.
    #[error("the history cannot be written: {0}")]
    NotSaved(String),
    /// The file is damaged: call [`History::repair`](super::History::repair), then write the whole
    /// current state again.
    #[error("the history is damaged: {0}")]
    Damaged(String),
    /// Another process replaced the damaged file; the transaction wrote nothing. Call
    /// [`History::reopen`](super::History::reopen), then write the whole current state again.
    #[error("the history was replaced by another program")]
    Replaced,
}

/// Error of opening the history.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer program wrote it; it is left untouched.
    #[error(
        "The history {} was written by a newer version of Mavi Uploader (format {found}; this one knows {known}). Nothing was changed; update the program to upload.",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// Newest version that this program supports.
        known: i64,
    },
    /// Another process held a lock past the timeout.
    #[error("The history {} is in use by another program. Try again in a moment.", path.display())]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// There is no data directory; the text has the reason and the fix.
    #[error("{0}")]
    NoPlace(String),
    /// The user lacks the permissions.
    #[error(
        "The history {} is closed to you: it or its folder belongs to another user, or is write-protected. Make it accessible, or set {DATA_DIR_VARIABLE} to another folder.",
        path.display()
    )]
    Closed {
        /// The database or the folder.
        path: PathBuf,
    },
    /// It cannot be read or written.
    #[error("The history {} cannot be read and written: {cause}.", path.display())]
    Io {
        /// The database or the folder.
        path: PathBuf,
        /// The system's error.
        cause: String,
    },
}

impl OpenError {
    pub(super) fn io(path: &Path, cause: &io::Error) -> Self {
        let path = path.to_owned();
        match cause.kind() {
            io::ErrorKind::PermissionDenied => Self::Closed { path },
            _ => Self::Io {
                path,
                cause: cause.to_string(),
            },
        }
    }

    /// Converts an error of a newly created database, which cannot be damaged.
    pub(super) fn from_store(path: &Path, error: &StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy {
                path: path.to_owned(),
            },
            StoreError::NotSaved(cause) | StoreError::Damaged(cause) => Self::Io {
                path: path.to_owned(),
                cause: cause.clone(),
            },
            StoreError::Replaced => Self::Io {
                path: path.to_owned(),
                cause: error.to_string(),
            },
        }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::SqliteFailure(failure, _) => *failure,
            Error::SqlInputError { error, .. } => *error,
            // A value of another type than its column's is not one that was written.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
            | Error::InvalidColumnType(..) => return Self::Damaged(error.to_string()),
            _ => return Self::NotSaved(error.to_string()),
        };
        if error.to_string().contains("too large") && code.code == ErrorCode::Unknown {
            // A limit of SQLite, as in "Expression tree is too large".
            return Self::NotSaved(error.to_string());
        }
        match code.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            // Our statements fit our tables, so a general error means foreign tables.
            ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::Unknown
            | ErrorCode::SchemaChanged
            | ErrorCode::TypeMismatch
            | ErrorCode::ConstraintViolation => Self::Damaged(error.to_string()),
            ErrorCode::SystemIoFailure
                if code.extended_code == rusqlite::ffi::SQLITE_IOERR_CORRUPTFS =>
            {
                Self::Damaged(error.to_string())
            }
            _ => Self::NotSaved(error.to_string()),
        }
    }
}
