use super::*;

/// A reader that gives one byte at a time, with interruptions.
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
        SourceFile::open(dir.path(), stamp).unwrap_err().kind,
        FaultKind::Unreadable
    );
    #[cfg(unix)]
    {
        let fifo = dir.path().join("fifo.mp4");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        assert_eq!(
            SourceFile::open(&fifo, stamp).unwrap_err().kind,
            FaultKind::Unreadable
        );
    }
    let gone = dir.path().join("gone.mp4");
    assert_eq!(
        SourceFile::open(&gone, stamp).unwrap_err().kind,
        FaultKind::FileGone
    );
}

#[test]
fn errors_of_the_system_are_told_in_plain_words() {
    let words = |kind: io::ErrorKind| cause(&io::Error::from(kind));
    assert_eq!(words(io::ErrorKind::PermissionDenied), "permission denied");
    assert_eq!(
        words(io::ErrorKind::StaleNetworkFileHandle),
        "the network drive cannot be reached"
    );
    // EFBIG and ERROR_INVALID_BLOCK have no words of ours.
    let other = cause(&io::Error::from_raw_os_error(if cfg!(unix) {
        27
    } else {
        9
    }));
    assert!(!other.is_empty() && !other.contains("os error"), "{other}");
}

/// Hashes a file of three blocks, and changes it after the first.
fn hash_while(meddle: impl FnOnce(&Path)) -> Result<(), Fault> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file.mp4");
    fs::write(&path, vec![7; 3 * BLOCK]).unwrap();
    let stamp = FileStamp::of(&fs::metadata(&path).unwrap());
    let mut file = SourceFile::open(&path, stamp)?;
    let mut meddle = Some(meddle);
    let hash = file.hash(&mut |_| {
        if let Some(meddle) = meddle.take() {
            // Some systems distinguish modification times only a tick apart.
            std::thread::sleep(std::time::Duration::from_millis(20));
            meddle(&path);
        }
        true
    })?;
    file.confirm(hash.unwrap(), &mut |_| true)
}

/// Rewrites a file without changing its modification time.
fn put(path: &Path, content: &[u8]) {
    let before = fs::metadata(path).unwrap().modified().unwrap();
    fs::write(path, content).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(before).unwrap();
}

#[cfg(unix)]
#[test]
fn content_that_changed_behind_the_reader_is_found_although_size_and_time_are_the_same() {
    let mut other = vec![7; 3 * BLOCK];
    other[0] = 8;
    let fault = hash_while(|path| put(path, &other)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::FileChanged);
    hash_while(|path| put(path, &[7; 3 * BLOCK])).unwrap();
}
