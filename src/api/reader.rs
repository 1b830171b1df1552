//! The thread that reads and hashes a file for a body.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::body::{BodyAborted, Pool, ReaderState};
use crate::model::asset::ContentHash;
use crate::model::fault::Fault;
use crate::model::media::FileStamp;
use crate::source_file::{BLOCK, SourceFile};

/// Number of buffers between checks of the path, so that a replaced or removed file is noticed long
/// before its end.
const LOOK_EVERY: u64 = 64;

/// Task of the reader thread.
pub(crate) struct Job {
    pub(crate) path: PathBuf,
    /// Expected stamp of the file.
    pub(crate) stamp: FileStamp,
    /// First byte to send.
    pub(crate) from: u64,
    /// Channel for full buffers.
    pub(crate) out: mpsc::Sender<Result<Bytes, BodyAborted>>,
    /// State that receives the outcome.
    pub(crate) shared: Arc<ReaderState>,
}

/// Opens the file, reports on `opened`, and reads until the end or until the buffers are no longer
/// taken.
pub(crate) fn run(job: &Job, opened: oneshot::Sender<Result<(), Fault>>) {
    let file = match SourceFile::open(&job.path, job.stamp) {
        Ok(opened) => opened,
        Err(fault) => {
            let _ = opened.send(Err(fault));
            return;
        }
    };
    if opened.send(Ok(())).is_err() {
        return;
    }
    if let Err(fault) = read(file, job, &Arc::new(Pool::default())) {
        job.shared.end(Err(fault));
        let _ = job.out.blocking_send(Err(BodyAborted));
    }
}

/// Reads the file. The last buffer is sent only after the file was found unchanged.
fn read(mut file: SourceFile, job: &Job, pool: &Arc<Pool>) -> Result<(), Fault> {
    let size = job.stamp.size;
    let mut hasher = blake3::Hasher::new();
    let mut at = 0u64;
    let mut looked = 0u64;
    let capacity = usize::try_from(size).unwrap_or(BLOCK).min(BLOCK);
    while at < size {
        if job.shared.is_stopped() {
            return Ok(());
        }
        let end = if at < job.from { job.from } else { size };
        let wanted = usize::try_from(end - at).unwrap_or(BLOCK).min(capacity);
        let mut buffer = pool.take(capacity);
        let part = &mut buffer[..wanted];
        if file.fill(part)? < wanted {
            return Err(file.ended_early());
        }
        hasher.update(part);
        at += wanted as u64;
        looked += 1;
        if at == size {
            let hash = hasher.finalize();
            file.confirm(hash, &mut |read| {
                job.shared.moved(read as u64);
                !job.shared.is_stopped()
            })?;
            job.shared
                .end(Ok(ContentHash::from_bytes(*hash.as_bytes())));
        } else if looked.is_multiple_of(LOOK_EVERY) {
            file.check()?;
        }
        let bytes = pool.lend(buffer, wanted);
        if at <= job.from {
            job.shared.moved(wanted as u64);
        } else if job.out.blocking_send(Ok(bytes)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
