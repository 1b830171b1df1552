//! The thread that reads a file for a body: buffers, the hash, and whether the file is
//! still the one that was checked.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::body::{Pool, Shared, Stopped};
use crate::model::asset::ContentHash;
use crate::model::fault::{Diagnostics, Fault, FaultKind};
use crate::model::media::FileStamp;

/// Size of a buffer: what was fastest in the trial of the design's performance page.
const BUFFER: usize = 256 * 1024;
/// The path is looked at again after this many buffers, so that a file that was replaced
/// or removed is given up long before its end.
const LOOK_EVERY: u64 = 64;

/// What the thread has to do.
pub(crate) struct Job {
    /// The file.
    pub(crate) path: PathBuf,
    /// What it has to be.
    pub(crate) stamp: FileStamp,
    /// First byte that is sent.
    pub(crate) from: u64,
    /// Where full buffers go.
    pub(crate) out: mpsc::Sender<Result<Bytes, Stopped>>,
    /// Where the outcome goes.
    pub(crate) shared: Arc<Shared>,
}

/// Opens, answers on `opened`, reads to the end or until nobody takes the buffers.
pub(crate) fn run(job: &Job, opened: oneshot::Sender<Result<(), Fault>>) {
    let file = match open(&job.path, job.stamp) {
        Ok(file) => file,
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
        let _ = job.out.blocking_send(Err(Stopped));
    }
}

/// Opens a regular file that is what was checked. What is no regular file is not opened:
/// opening a FIFO would wait for its writer.
fn open(path: &Path, stamp: FileStamp) -> Result<File, Fault> {
    let regular = |metadata: &Metadata| {
        if metadata.is_file() {
            Ok(())
        } else {
            Err(caused(
                FaultKind::Unreadable,
                "it is not a regular file any more",
            ))
        }
    };
    regular(&fs::metadata(path).map_err(|error| unreadable(&error))?)?;
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    regular(&metadata)?;
    if stamp.size == 0 {
        return Err(caused(FaultKind::Unreadable, "it holds no bytes"));
    }
    same(stamp, &metadata)?;
    Ok(file)
}

/// Reads everything. The last buffer leaves only after the file was found unchanged.
fn read(mut file: File, job: &Job, pool: &Arc<Pool>) -> Result<(), Fault> {
    let size = job.stamp.size;
    let mut hasher = blake3::Hasher::new();
    let mut at = 0u64;
    let mut looked = 0u64;
    let capacity = usize::try_from(size).unwrap_or(BUFFER).min(BUFFER);
    while at < size {
        if job.shared.is_stopped() {
            return Ok(());
        }
        let end = if at < job.from { job.from } else { size };
        let wanted = usize::try_from(end - at).unwrap_or(BUFFER).min(capacity);
        let mut buffer = pool.take(capacity);
        let part = &mut buffer[..wanted];
        let got = fill(&mut file, part).map_err(|error| read_error(&job.path, &error))?;
        if got < wanted {
            look(job, &file)?;
            return Err(caused(FaultKind::FileChanged, "it ended early"));
        }
        hasher.update(part);
        at += wanted as u64;
        looked += 1;
        if at == size {
            look(job, &file)?;
            job.shared
                .end(Ok(ContentHash::from_bytes(*hasher.finalize().as_bytes())));
        } else if looked.is_multiple_of(LOOK_EVERY) {
            look(job, &file)?;
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

/// Fills a buffer; fewer bytes than it holds mean the file's end.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Whether the open file, and what is at its path now, are what was checked.
fn look(job: &Job, file: &File) -> Result<(), Fault> {
    same(
        job.stamp,
        &fs::metadata(&job.path).map_err(|error| unreadable(&error))?,
    )?;
    same(
        job.stamp,
        &file.metadata().map_err(|error| unreadable(&error))?,
    )
}

fn same(stamp: FileStamp, metadata: &Metadata) -> Result<(), Fault> {
    let now = FileStamp::of(metadata);
    let cause = if now.size < stamp.size {
        "it shrank"
    } else if now.size > stamp.size {
        "it grew"
    } else if now.modified_ns != stamp.modified_ns {
        "it was written to"
    } else {
        return Ok(());
    };
    Err(caused(FaultKind::FileChanged, cause))
}

/// A read that failed on a file whose path is gone is a drive that is gone.
fn read_error(path: &Path, error: &io::Error) -> Fault {
    match fs::metadata(path) {
        Err(gone) if is_gone(&gone) => unreadable(&gone),
        _ => unreadable(error),
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::StaleNetworkFileHandle
    )
}

/// The fault of an error in opening, reading or asking about a file.
pub(crate) fn unreadable(error: &io::Error) -> Fault {
    let kind = if is_gone(error) {
        FaultKind::FileGone
    } else {
        FaultKind::Unreadable
    };
    caused(kind, &error.to_string())
}

fn caused(kind: FaultKind, cause: &str) -> Fault {
    Fault::new(kind).with_diagnostics(Diagnostics {
        causes: vec![cause.to_owned()],
        ..Diagnostics::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, and is interrupted in between.
    struct Dripping(Vec<u8>, bool);

    impl Read for Dripping {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            match self.0.pop() {
                Some(byte) => {
                    buffer[0] = byte;
                    Ok(1)
                }
                None => Ok(0),
            }
        }
    }

    #[test]
    fn short_and_interrupted_reads_are_gone_on_with() {
        let mut buffer = [0; 4];
        assert_eq!(
            fill(&mut Dripping(vec![1, 2, 3, 4, 5], false), &mut buffer).unwrap(),
            4
        );
        assert_eq!(
            fill(&mut Dripping(vec![1, 2], false), &mut buffer).unwrap(),
            2
        );
    }

    #[test]
    fn a_fifo_and_a_folder_are_never_opened() {
        let dir = tempfile::tempdir().unwrap();
        let stamp = FileStamp {
            size: 1,
            modified_ns: 0,
        };
        assert_eq!(
            open(dir.path(), stamp).unwrap_err().kind,
            FaultKind::Unreadable
        );
        #[cfg(unix)]
        {
            let fifo = dir.path().join("fifo.mp4");
            let made = std::process::Command::new("mkfifo").arg(&fifo).status();
            assert!(made.unwrap().success());
            assert_eq!(open(&fifo, stamp).unwrap_err().kind, FaultKind::Unreadable);
        }
        let gone = dir.path().join("gone.mp4");
        assert_eq!(open(&gone, stamp).unwrap_err().kind, FaultKind::FileGone);
    }

    #[test]
    fn the_buffers_of_a_large_file_are_the_same_few() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("large.mp4");
        fs::write(&path, vec![7; 40 * BUFFER + 3]).unwrap();
        let stamp = FileStamp::of(&fs::metadata(&path).unwrap());
        let (job, mut buffers) = super::super::body::tests::job(&path, stamp, 0);
        let pool = Arc::new(Pool::default());
        let file = open(&path, stamp).unwrap();
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
        assert_eq!(total, 40 * BUFFER + 3);
        assert!(pool.made() <= 6, "{} buffers", pool.made());
    }
}
