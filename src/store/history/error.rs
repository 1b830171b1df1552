//! The one place where SQLite's errors become the store's.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Error, ErrorCode};

use crate::store::data_dir::DATA_DIR_VARIABLE;

/// Why something could not be written to or read from the history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process held the database for too long; the same works a little later.
    #[error("the history is in use by another program")]
    Busy,
    /// The disk is full, the file is read-only, or the system reports an error. Nothing
    /// of the transaction was written.
    #[error("the history cannot be written: {0}")]
    NotSaved(String),
    /// The file is damaged: call [`History::repair`](super::History::repair), then write
    /// everything that is known again.
    #[error("the history is damaged: {0}")]
    Damaged(String),
    /// Another process put another file in the damaged one's place. Nothing of the
    /// transaction was written: call [`History::reopen`](super::History::reopen), then write
    /// everything that is known again.
    #[error("the history was replaced by another program")]
    Replaced,
}

/// Why the history could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer program wrote it; it was left untouched.
    #[error(
        "The history {} was written by a newer version of Mavi Uploader (format {found}; this one knows {known}). Nothing was changed; update the program to upload.",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The version that it has.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// Another process held it for too long.
    #[error("The history {} is in use by another program. Try again in a moment.", path.display())]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// There is no folder for it; the text says why, and what to do.
    #[error("{0}")]
    NoPlace(String),
    /// The system does not let this user use it.
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
        /// What the system said.
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

    /// For a database that cannot be damaged: one that was made a moment ago.
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
            // A value that is not of its column's type is not one that was written.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
            | Error::InvalidColumnType(..) => return Self::Damaged(error.to_string()),
            _ => return Self::NotSaved(error.to_string()),
        };
        match code.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            // Our statements are right for our tables: a general error means that the
            // tables are not ours any more.
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
