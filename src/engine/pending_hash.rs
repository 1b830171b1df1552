//! Hash of a file on a blocking thread: callers that need it at the same time share one read.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::blocking_io::{for_each_file_with_timeout, join_unless_stalled};
use super::files::{Reading, hash, is_in_cloud};
use super::queue::item::Item;
use crate::model::asset::ContentHash;
use crate::model::fault::{Diagnostics, Fault, FaultKind};
use crate::model::media::FileStamp;
use crate::source_file::{NO_ANSWER, check};

/// Cancels a blocking read when dropped.
struct CancelOnDrop(Arc<Reading>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.is_unwanted.store(true, Ordering::Relaxed);
    }
}

/// A file to hash, once for all callers.
pub(super) struct PendingHash {
    path: PathBuf,
    stamp: FileStamp,
    cell: Arc<OnceCell<ContentHash>>,
}

impl PendingHash {
    /// Takes the file of a checked row.
    pub fn of(item: &Item) -> Option<Self> {
        Some(Self {
            path: item.file.clone(),
            stamp: item.upload().media?.stamp,
            cell: item.content.reading(),
        })
    }

    /// Takes a file without a row, with its stamp from the check.
    pub fn at(path: PathBuf, stamp: FileStamp) -> Self {
        Self {
            path,
            stamp,
            cell: Arc::default(),
        }
    }

    /// Returns the stamp at which the file counts as unchanged.
    pub fn stamp(&self) -> FileStamp {
        self.stamp
    }

    /// Returns the hash of the unchanged file, sharing a read that is running; if that one is
    /// cancelled, the next caller reads. A read without data for `stall` is abandoned with its
    /// thread.
    ///
    /// # Errors
    ///
    /// If the file is unreadable, changed, or on an unresponsive drive.
    pub async fn fingerprint(self, stall: Duration) -> Result<ContentHash, Unhashed> {
        let Self { path, stamp, cell } = self;
        let read = || async move {
            let reading = Arc::new(Reading::default());
            let _guard = CancelOnDrop(Arc::clone(&reading));
            let progress = Arc::clone(&reading);
            let hash = tokio::task::spawn_blocking(move || hash(&path, stamp, &reading));
            let read = || progress.read.load(Ordering::Relaxed);
            match join_unless_stalled(hash, stall, read).await {
                Some(Ok(outcome)) => outcome.map_err(Unhashed::Fault),
                // The runtime is shutting down.
                Some(Err(_)) => Err(Unhashed::Fault(Fault::new(FaultKind::Unreadable))),
                None => Err(Unhashed::Silent),
            }
        };
        cell.get_or_try_init(read).await.copied()
    }

    /// Returns whether reading would download the file; `None` if the drive stalls.
    pub async fn is_in_cloud(&self, stall: Duration) -> Option<bool> {
        let files = vec![((), self.path.clone())];
        let answers = for_each_file_with_timeout(files, stall, |(), path| is_in_cloud(path)).await;
        answers.into_iter().next()?.1
    }

    /// Returns the fault if the file changed since the check; `None` if the drive stalls, too.
    pub async fn changed(self, stall: Duration) -> Option<Fault> {
        let files = vec![(self.stamp, self.path)];
        let answers =
            for_each_file_with_timeout(files, stall, |stamp, path| check(path, *stamp)).await;
        let (_, answer) = answers.into_iter().next()?;
        answer?.err()
    }
}

pub(super) enum Unhashed {
    /// The drive gave no data within the stall timeout.
    Silent,
    Fault(Fault),
}

impl From<Unhashed> for Fault {
    fn from(error: Unhashed) -> Self {
        match error {
            Unhashed::Silent => Fault::new(FaultKind::Unreadable).with_diagnostics(Diagnostics {
                causes: vec![NO_ANSWER.to_owned()],
                ..Diagnostics::default()
            }),
            Unhashed::Fault(fault) => fault,
        }
    }
}
