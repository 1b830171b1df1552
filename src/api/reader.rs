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

/// Size of a buffer: the fastest of 4 KiB to 1 MiB when sending from a warm cache.
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
    let (file, trace) = match open(&job.path, job.stamp) {
        Ok(opened) => opened,
        Err(fault) => {
            let _ = opened.send(Err(fault));
            return;
        }
    };
    if opened.send(Ok(())).is_err() {
        return;
    }
    if let Err(fault) = read(file, trace, job, &Arc::new(Pool::default())) {
        job.shared.end(Err(fault));
        let _ = job.out.blocking_send(Err(Stopped));
    }
}

/// What tells that a file was touched although it kept its size and its time, as `cp -p` and
/// whatever sets times after writing make it: which file it is, and when anything of it was
/// changed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Trace {
    #[cfg(unix)]
    file: (u64, u64),
    #[cfg(unix)]
    changed: (i64, i64),
    #[cfg(not(unix))]
    made: Option<std::time::SystemTime>,
}

impl Trace {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            file: (metadata.dev(), metadata.ino()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        Self {
            made: metadata.created().ok(),
        }
    }
}

/// Opens a regular file that is what was checked. What is no regular file is not opened:
/// opening a FIFO would wait for its writer.
fn open(path: &Path, stamp: FileStamp) -> Result<(File, Trace), Fault> {
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
    Ok((file, Trace::of(&metadata)))
}

/// Reads everything. The last buffer leaves only after the file was found unchanged.
fn read(mut file: File, trace: Trace, job: &Job, pool: &Arc<Pool>) -> Result<(), Fault> {
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
            let hash = hasher.finalize();
            let now = fs::metadata(&job.path).map_err(|error| unreadable(&error))?;
            if Trace::of(&now) != trace {
                compare(job, hash)?;
            }
            job.shared
                .end(Ok(ContentHash::from_bytes(*hash.as_bytes())));
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

/// Reads the file once more that is at the path now, which was touched meanwhile: an equal
/// content is no change, whatever else of the file was.
fn compare(job: &Job, sent: blake3::Hash) -> Result<(), Fault> {
    let (mut file, _) = open(&job.path, job.stamp)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER];
    while !job.shared.is_stopped() {
        let got = fill(&mut file, &mut buffer).map_err(|error| read_error(&job.path, &error))?;
        hasher.update(&buffer[..got]);
        job.shared.moved(got as u64);
        if got < buffer.len() {
            look(job, &file)?;
            if hasher.finalize() != sent {
                return Err(caused(
                    FaultKind::FileChanged,
                    "another content took its place",
                ));
            }
            break;
        }
    }
    Ok(())
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

/// Whether the error says that nothing is there, or that what it was on is not.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::StaleNetworkFileHandle
            | io::ErrorKind::NotConnected
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
    ) || error.raw_os_error().is_some_and(is_of_a_drive_that_is_gone)
}

#[cfg(unix)]
fn is_of_a_drive_that_is_gone(code: i32) -> bool {
    const ENXIO: i32 = 6;
    const ENODEV: i32 = 19;
    matches!(code, ENXIO | ENODEV)
}

#[cfg(windows)]
fn is_of_a_drive_that_is_gone(code: i32) -> bool {
    const ERROR_INVALID_DRIVE: i32 = 15;
    const ERROR_NOT_READY: i32 = 21;
    const ERROR_BAD_NETPATH: i32 = 53;
    const ERROR_DEV_NOT_EXIST: i32 = 55;
    const ERROR_NETNAME_DELETED: i32 = 64;
    const ERROR_BAD_NET_NAME: i32 = 67;
    const ERROR_DEVICE_NOT_CONNECTED: i32 = 1167;
    matches!(
        code,
        ERROR_INVALID_DRIVE
            | ERROR_NOT_READY
            | ERROR_BAD_NETPATH
            | ERROR_DEV_NOT_EXIST
            | ERROR_NETNAME_DELETED
            | ERROR_BAD_NET_NAME
            | ERROR_DEVICE_NOT_CONNECTED
    )
}

#[cfg(not(any(unix, windows)))]
fn is_of_a_drive_that_is_gone(_code: i32) -> bool {
    false
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
        // Whole, and as the rest of a session whose part before is read for the hash alone.
        for from in [0, 30 * BUFFER + 7] {
            let (job, mut buffers) = super::super::body::tests::job(&path, stamp, from as u64);
            let pool = Arc::new(Pool::default());
            let (file, trace) = open(&path, stamp).unwrap();
            let total = std::thread::scope(|scope| {
                scope.spawn(|| {
                    read(file, trace, &job, &pool).unwrap();
                    drop(job);
                });
                let mut total = 0;
                while let Some(buffer) = buffers.blocking_recv() {
                    total += buffer.unwrap().len();
                }
                total
            });
            assert_eq!(total, 40 * BUFFER + 3 - from);
            assert!(pool.made() <= 6, "{} buffers", pool.made());
        }
    }

    /// Reads a file at whose path something is done after its first buffer.
    fn read_while(meddle: impl FnOnce(&Path)) -> Result<(), Fault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file.mp4");
        fs::write(&path, vec![7; 40 * BUFFER]).unwrap();
        let stamp = FileStamp::of(&fs::metadata(&path).unwrap());
        let (job, mut buffers) = super::super::body::tests::job(&path, stamp, 0);
        let (file, trace) = open(&path, stamp).unwrap();
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| {
                let outcome = read(file, trace, &job, &Arc::new(Pool::default()));
                drop(job);
                outcome
            });
            buffers.blocking_recv().unwrap().unwrap();
            // Times of change are told apart by some systems only when a tick lies between.
            std::thread::sleep(std::time::Duration::from_millis(20));
            meddle(&path);
            while buffers.blocking_recv().is_some() {}
            reading.join().unwrap()
        })
    }

    /// Gives a file the time of another.
    fn with_time_of(path: &Path, other: &Metadata) {
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(other.modified().unwrap()).unwrap();
    }

    /// Puts content into a file without touching its time.
    fn put(path: &Path, content: &[u8]) {
        let before = fs::metadata(path).unwrap();
        fs::write(path, content).unwrap();
        with_time_of(path, &before);
    }

    /// Puts another file in the place of one, with its time.
    fn replace(path: &Path, content: &[u8]) {
        let other = path.with_extension("new");
        fs::write(&other, content).unwrap();
        with_time_of(&other, &fs::metadata(path).unwrap());
        fs::rename(&other, path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn another_content_of_the_same_size_and_time_is_found() {
        let mut other = vec![7; 40 * BUFFER];
        // In what was read already: bytes to come would be sent as they are then.
        other[0] = 8;
        for meddle in [put, replace] {
            let fault = read_while(|path| meddle(path, &other)).unwrap_err();
            assert_eq!(fault.kind, FaultKind::FileChanged);
        }
    }

    #[test]
    fn the_same_content_under_the_same_name_is_no_change() {
        let same = vec![7; 40 * BUFFER];
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
