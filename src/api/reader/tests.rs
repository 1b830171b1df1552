use std::fs::{self, File, Metadata};
use std::path::Path;

use super::*;
#[cfg(unix)]
use crate::model::fault::FaultKind;

/// Creates a reader job without a body.
fn job(
    path: &Path,
    stamp: FileStamp,
    from: u64,
) -> (Job, mpsc::Receiver<Result<Bytes, BodyAborted>>) {
    let (out, buffers) = mpsc::channel(CHANNEL);
    let (_, unused) = mpsc::channel(1);
    let shared = Arc::new(ReaderState::new(unused));
    let job = Job {
        path: path.to_owned(),
        stamp,
        from,
        out,
        shared,
    };
    (job, buffers)
}

/// Reads a file and changes its path after the first buffer.
fn read_while(meddle: impl FnOnce(&Path)) -> Result<(), Fault> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file.mp4");
    fs::write(&path, vec![7; 40 * BLOCK]).unwrap();
    let stamp = FileStamp::of(&fs::metadata(&path).unwrap());
    let (job, mut buffers) = job(&path, stamp, 0);
    let file = SourceFile::open(&path, stamp).unwrap();
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let outcome = read(file, &job);
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
