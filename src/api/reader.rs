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
mod tests {
    use std::fs::{self, File, Metadata};
    use std::path::Path;

    use super::*;
    #[cfg(unix)]
    use crate::model::fault::FaultKind;

    #[test]
    fn the_buffers_of_a_large_file_are_the_same_few() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("large.mp4");
        fs::write(&path, vec![7; 40 * BLOCK + 3]).unwrap();
        let stamp = FileStamp::of(&fs::metadata(&path).unwrap());
        // Whole, and as the rest of a session, whose earlier part is only hashed.
        for from in [0, 30 * BLOCK + 7] {
            let (job, mut buffers) = super::super::body::tests::job(&path, stamp, from as u64);
            let pool = Arc::new(Pool::default());
            let file = SourceFile::open(&path, stamp).unwrap();
            let total = std::thread::scope(|scope| {
                scope.spawn(|| {
                    read(file, &job, &pool).unwrap();
                    drop(job);
                });
                let mut total = 0;
                while let Some(buffer) = buffers.blocking_recv() {
                    total += buffer.unwrap().len();
                }
                total
            });
            assert_eq!(total, 40 * BLOCK + 3 - from);
            assert!(pool.made() <= 6, "{} buffers", pool.made());
        }
    }

    /// Reads a file and changes its path after the first buffer.
    fn read_while(meddle: impl FnOnce(&Path)) -> Result<(), Fault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file.mp4");
        fs::write(&path, vec![7; 40 * BLOCK]).unwrap();
        let stamp = FileStamp::of(&fs::metadata(&path).unwrap());
        let (job, mut buffers) = super::super::body::tests::job(&path, stamp, 0);
        let file = SourceFile::open(&path, stamp).unwrap();
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| {
                let outcome = read(file, &job, &Arc::new(Pool::default()));
                drop(job);
                outcome
            });
            buffers.blocking_recv().unwrap().unwrap();
            // Some systems distinguish modification times only a tick apart.
            std::thread::sleep(std::time::Duration::from_millis(20));
            meddle(&path);
            while buffers.blocking_recv().is_some() {}
            reading.join().unwrap()
        })
    }

    /// Copies the modification time of another file.
    fn with_time_of(path: &Path, other: &Metadata) {
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(other.modified().unwrap()).unwrap();
    }

    /// Rewrites a file without changing its time.
    fn put(path: &Path, content: &[u8]) {
        let before = fs::metadata(path).unwrap();
        fs::write(path, content).unwrap();
        with_time_of(path, &before);
    }

    /// Replaces a file by another with its time.
    fn replace(path: &Path, content: &[u8]) {
        let other = path.with_extension("new");
        fs::write(&other, content).unwrap();
        with_time_of(&other, &fs::metadata(path).unwrap());
        fs::rename(&other, path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn another_content_of_the_same_size_and_time_is_found() {
        let mut other = vec![7; 40 * BLOCK];
        // In the part already read: later bytes would be sent as they are then.
        other[0] = 8;
        for meddle in [put, replace] {
            let fault = read_while(|path| meddle(path, &other)).unwrap_err();
            assert_eq!(fault.kind, FaultKind::FileChanged);
        }
    }

    #[test]
    fn the_same_content_under_the_same_name_is_no_change() {
        let same = vec![7; 40 * BLOCK];
        for meddle in [put, replace] {
            read_while(|path| meddle(path, &same)).unwrap();
        }
        read_while(|path| {
            let mut permissions = fs::metadata(path).unwrap().permissions();
            permissions.set_readonly(true);
            fs::set_permissions(path, permissions).unwrap();
        })
        .unwrap();
    }
}
