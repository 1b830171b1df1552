//! The fingerprint of a file, where it is wanted before the file is sent.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::api::reader;
use crate::model::asset::ContentHash;
use crate::model::fault::{Diagnostics, Fault, FaultKind};
use crate::model::media::FileStamp;

/// Bytes of one read: more is no faster, less is slower (measured: 256 KiB against 64 KiB and 1 MiB).
const BLOCK: usize = 256 * 1024;

/// How a reading goes, and whether anybody waits for it.
#[derive(Debug, Default)]
pub struct Reading {
    /// Bytes so far.
    pub read: AtomicU64,
    /// Nobody waits for it any more: it ends soon.
    pub is_unwanted: AtomicBool,
}

/// Hashes a whole file with BLAKE3, one pass, on this thread.
///
/// `stamp` is what the file was when it was looked at. A file in the cloud is fetched.
///
/// # Errors
///
/// [`FaultKind::FileChanged`] where the file is not that of `stamp` before, during or after the
/// pass; [`FaultKind::FileGone`]; [`FaultKind::Unreadable`]; [`FaultKind::Cancelled`] soon after
/// `reading` is not wanted any more.
pub fn hash(path: &Path, stamp: FileStamp, reading: &Reading) -> Result<ContentHash, Fault> {
    #[cfg(test)]
    super::drive::answers_reading(path);
    // By path first: what has become a FIFO or a device is never opened.
    expect_stamp(path, stamp)?;
    let mut file = File::open(path).map_err(|error| fault(&error))?;
    #[cfg(test)]
    passes::note(path);
    let mut hasher = blake3::Hasher::new();
    let mut block = vec![0; BLOCK];
    let mut left = stamp.size;
    loop {
        if reading.is_unwanted.load(Ordering::Relaxed) {
            return Err(Fault::new(FaultKind::Cancelled));
        }
        let read = match file.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(fault(&error)),
        };
        hasher.update(&block[..read]);
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        left = left
            .checked_sub(read)
            .ok_or_else(|| Fault::new(FaultKind::FileChanged))?;
        reading.read.fetch_add(read, Ordering::Relaxed);
    }
    if left > 0 {
        return Err(Fault::new(FaultKind::FileChanged));
    }
    expect_stamp(path, stamp)?;
    Ok(ContentHash::from_bytes(hasher.finalize().into()))
}

/// Whether the file at the path is that of `stamp`.
///
/// # Errors
///
/// [`FaultKind::FileChanged`], [`FaultKind::FileGone`], [`FaultKind::Unreadable`].
pub fn expect_stamp(path: &Path, stamp: FileStamp) -> Result<(), Fault> {
    let metadata = fs::metadata(path).map_err(|error| fault(&error))?;
    if metadata.is_file() && FileStamp::of(&metadata) == stamp {
        Ok(())
    } else {
        Err(Fault::new(FaultKind::FileChanged))
    }
}

fn fault(error: &io::Error) -> Fault {
    let kind = if reader::is_gone(error) {
        FaultKind::FileGone
    } else {
        FaultKind::Unreadable
    };
    Fault::new(kind).with_diagnostics(Diagnostics {
        causes: vec![super::cause(error)],
        ..Diagnostics::default()
    })
}

/// How often files were read for their fingerprint, for tests that count.
#[cfg(test)]
pub mod passes {
    use std::collections::HashMap;
    use std::path::{Path, PathBuf};
    use std::sync::{LazyLock, Mutex};

    static PASSES: LazyLock<Mutex<HashMap<PathBuf, u32>>> = LazyLock::new(Mutex::default);

    pub(super) fn note(path: &Path) {
        *PASSES.lock().unwrap().entry(path.to_owned()).or_default() += 1;
    }

    /// Passes over this file so far.
    pub fn over(path: &Path) -> u32 {
        PASSES.lock().unwrap().get(path).copied().unwrap_or(0)
    }
}
