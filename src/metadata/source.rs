//! File access with a budget.

use std::io::{self, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

/// Budget for a file, in bytes.
const BUDGET: usize = 8 << 20;
/// Share of the budget that each call takes, so that reading in circles ends.
const CALL: usize = 16;
/// Time after which every call fails.
const TIME: Duration = Duration::from_secs(3);

/// Reader of a file whose bytes, calls and time are limited. Past a limit every call fails.
pub(super) struct Source<R> {
    file: R,
    left: usize,
    deadline: Instant,
}

impl<R: Read + Seek> Source<R> {
    pub(super) fn new(file: R) -> Self {
        let deadline = Instant::now() + TIME;
        Self {
            file,
            left: BUDGET,
            deadline,
        }
    }

    /// Reads at most `length` bytes from an offset on.
    pub(super) fn bytes_at(&mut self, at: u64, length: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.seek(SeekFrom::Start(at)).ok()?;
        self.take(length).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn charge(&mut self, cost: usize) -> io::Result<()> {
        self.left = self.left.saturating_sub(cost);
        if self.left == 0 || Instant::now() > self.deadline {
            return Err(io::Error::other("the budget is spent"));
        }
        Ok(())
    }
}

impl<R: Read + Seek> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left);
        self.charge(CALL)?;
        let read = self.file.read(&mut buffer[..most])?;
        self.charge(read)?;
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Source<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.charge(CALL)?;
        self.file.seek(to)
    }
}
