//! File access with a budget.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

/// Bytes per access to the file.
const BLOCK: usize = 16 * 1024;
/// Budget for a file, in bytes.
const BUDGET: usize = 8 << 20;
/// Share of the budget that each call takes, so that reading in circles ends.
const CALL: usize = 4;
/// Time after which nothing more is read.
const TIME: Duration = Duration::from_secs(3);

/// Reader of a file whose bytes, calls and time are limited. Past a limit every call fails.
pub(super) struct Source<R> {
    file: BufReader<R>,
    length: u64,
    position: u64,
    left: usize,
    deadline: Instant,
}

impl<R: Read + Seek> Source<R> {
    pub(super) fn new(mut file: R) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(Self {
            file: BufReader::with_capacity(BLOCK, file),
            length,
            position: 0,
            left: BUDGET,
            deadline: Instant::now() + TIME,
        })
    }

    /// Reads at most `length` bytes from an offset on.
    pub(super) fn bytes_at(&mut self, at: u64, length: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.seek(SeekFrom::Start(at)).ok()?;
        self.take(length).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn charge(&mut self, cost: usize) -> io::Result<()> {
        let left = self.left.checked_sub(cost);
        self.left = left.ok_or_else(|| io::Error::other("the budget is spent"))?;
        Ok(())
    }
}

impl<R: Read + Seek> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.file.buffer().is_empty() {
            let is_late = Instant::now() > self.deadline;
            self.charge(if is_late { usize::MAX } else { BLOCK })?;
        }
        self.charge(CALL)?;
        let most = buffer.len().min(BLOCK);
        let read = self.file.read(&mut buffer[..most])?;
        self.position += read as u64;
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Source<R> {
    /// Seeks, and keeps the block if the place is within it.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.charge(CALL)?;
        let target = match to {
            SeekFrom::Start(target) => Some(target),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        // Beyond this, systems refuse to seek.
        let target = target.filter(|target| i64::try_from(*target).is_ok());
        let target = target.ok_or(io::ErrorKind::InvalidInput)?;
        self.file
            .seek_relative(target.cast_signed() - self.position.cast_signed())?;
        self.position = target;
        Ok(target)
    }
}
