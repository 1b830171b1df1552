//! The content of a row's file, as far as this run has read it.

use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::model::asset::ContentHash;
use crate::model::media::{FileStamp, MediaMetadata};

/// Knowledge of the content of a row's file.
#[derive(Debug, Default)]
pub(in crate::engine) struct FileContent {
    hash: Option<ContentHash>,
    /// Shared hash computation: concurrent callers await one read of the file.
    reading: Arc<OnceCell<ContentHash>>,
    /// It is in the cloud: never read unless the user starts the row.
    is_cloud_placeholder: bool,
    /// It could not be hashed since its last check.
    has_failed: bool,
    /// Stamp of the last check, for a file still being written.
    last_stamp: Option<FileStamp>,
    metadata: MediaMetadata,
}

impl FileContent {
    pub fn of(hash: Option<ContentHash>) -> Self {
        Self {
            hash,
            ..Self::default()
        }
    }

    /// Returns its hash, once that had to be known.
    pub fn hash(&self) -> Option<ContentHash> {
        self.hash
    }

    pub fn reading(&self) -> Arc<OnceCell<ContentHash>> {
        Arc::clone(&self.reading)
    }

    /// Returns whether reading it ahead would tell something.
    pub fn is_unread(&self) -> bool {
        self.hash.is_none() && !self.is_cloud_placeholder && !self.has_failed
    }

    /// Takes note of its hash; `None` if it could not be read.
    pub fn on_read(&mut self, hash: Option<ContentHash>) {
        match hash {
            Some(hash) => self.hash = Some(hash),
            None => self.has_failed = true,
        }
    }

    /// Takes note of a check, and of what the file states about itself, if it was read.
    pub fn on_checked(&mut self, is_cloud_placeholder: bool, metadata: Option<MediaMetadata>) {
        self.is_cloud_placeholder = is_cloud_placeholder;
        self.metadata = metadata.unwrap_or(self.metadata);
        self.has_failed = false;
    }

    /// Notes the stamp of a check; returns whether it is that of the check before.
    pub fn has_stamp_of_last_check(&mut self, stamp: FileStamp) -> bool {
        self.last_stamp.replace(stamp) == Some(stamp)
    }

    /// Returns what the file states about itself.
    pub fn metadata(&self) -> MediaMetadata {
        self.metadata
    }

    pub fn set_metadata(&mut self, metadata: MediaMetadata) {
        self.metadata = metadata;
    }

    /// Forgets the hash of a file that has changed; its next check reads again what it is.
    pub fn on_changed(&mut self) {
        self.hash = None;
        self.reading = Arc::default();
    }
}
