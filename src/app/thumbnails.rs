//! Thumbnails of the rows in view, decoded in the background.
//!
//! The drawing code asks for each visible row in every frame; nothing else is decoded. Each picture
//! is decoded on its own thread within limits, so a broken, hostile or slow file affects no other.

mod decode;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::decode::Budget;
pub use self::decode::Pixels;
use super::pending::{Outcome, Pending, Wake};
use crate::model::media::{Kind, Note};
use crate::model::snapshot::{Row, Status};

/// Cached thumbnails: more than rows on the largest screen.
const KEPT: usize = 256;
/// Parallel decodes: one large picture may need most of the memory budget.
const AT_ONCE: usize = 1;
/// Time limit per picture; slower ones get no thumbnail.
const TIME: Duration = Duration::from_secs(5);
/// Overdue decodes, as on a hanging network drive, at which no others start.
const LATE: usize = 4;

/// Content of the thumbnail square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thumb<'a, T> {
    /// Icon of the file kind.
    Kind,
    /// Picture.
    Picture(&'a T),
}

/// A thumbnail, or a note that there is none.
struct CacheEntry<T> {
    size: u64,
    picture: Option<T>,
    /// Request counter at the last use.
    asked: u64,
}

struct Running {
    path: PathBuf,
    size: u64,
    since: Instant,
    pixels: Pending<Option<Pixels>>,
}

/// Thumbnail cache; `T` is the drawing code's texture.
pub struct Thumbnails<T> {
    wake: Wake,
    budget: Arc<Budget>,
    made: HashMap<PathBuf, CacheEntry<T>>,
    running: Vec<Running>,
    late: Vec<Pending<Option<Pixels>>>,
    asked: u64,
}

impl<T> Thumbnails<T> {
    /// Creates an empty cache; `wake` is called after each decode.
    pub fn new(wake: Wake) -> Self {
        Self {
            wake,
            budget: Arc::default(),
            made: HashMap::new(),
            running: Vec::new(),
            late: Vec::new(),
            asked: 0,
        }
    }

    /// Returns the thumbnail of a visible row, and starts decoding if missing. `keep` converts
    /// pixels to `T`.
    pub fn of(
        &mut self,
        row: &Row,
        now: Instant,
        keep: impl Fn(&Path, &Pixels) -> T,
    ) -> Thumb<'_, T> {
        self.take_in(now, keep);
        if !is_picture(row) {
            return Thumb::Kind;
        }
        self.asked += 1;
        let known = self.made.get(&row.path).map(|entry| entry.size);
        if known != Some(row.size) {
            self.begin(row, now);
        }
        let entry = self.made.get_mut(&row.path);
        let picture = entry
            .filter(|entry| entry.size == row.size)
            .and_then(|entry| {
                entry.asked = self.asked;
                entry.picture.as_ref()
            });
        picture.map_or(Thumb::Kind, Thumb::Picture)
    }

    /// Returns the time until a decode becomes overdue.
    pub fn next_wakeup(&self, now: Instant) -> Option<Duration> {
        let ends = self.running.iter().map(|one| one.since + TIME);
        ends.min().map(|end| end.saturating_duration_since(now))
    }

    fn begin(&mut self, row: &Row, now: Instant) {
        let is_running = |one: &Running| one.path == row.path && one.size == row.size;
        let full = self.running.len() >= AT_ONCE || self.late.len() >= LATE;
        if full || self.running.iter().any(is_running) {
            return;
        }
        let (path, size) = (row.path.clone(), row.size);
        let end = now + TIME;
        let pixels = Pending::spawn("thumbnail", self.wake.clone(), {
            let (path, budget) = (path.clone(), Arc::clone(&self.budget));
            move || decode::thumbnail(&path, end, &budget)
        });
        self.running.push(Running {
            path,
            size,
            since: now,
            pixels,
        });
    }

    /// Stores finished thumbnails and gives up overdue ones.
    fn take_in(&mut self, now: Instant, keep: impl Fn(&Path, &Pixels) -> T) {
        self.late = std::mem::take(&mut self.late)
            .into_iter()
            .filter_map(|pending| pending.poll().err())
            .collect();
        for one in std::mem::take(&mut self.running) {
            let pixels = match one.pixels.poll() {
                Ok(Outcome::Answer(pixels)) => pixels,
                Ok(Outcome::Lost) => None,
                Err(pixels) if now.saturating_duration_since(one.since) < TIME => {
                    self.running.push(Running { pixels, ..one });
                    continue;
                }
                Err(late) => {
                    self.late.push(late);
                    None
                }
            };
            let entry = CacheEntry {
                size: one.size,
                picture: pixels.map(|pixels| keep(&one.path, &pixels)),
                asked: self.asked,
            };
            self.made.insert(one.path, entry);
            self.forget();
        }
    }

    /// Evicts the least recently used thumbnail if there are too many.
    fn forget(&mut self) {
        if self.made.len() <= KEPT {
            return;
        }
        let oldest = self.made.iter().min_by_key(|(_, entry)| entry.asked);
        if let Some(path) = oldest.map(|(path, _)| path.clone()) {
            self.made.remove(&path);
        }
    }
}

/// Returns `true` for a complete, local picture.
fn is_picture(row: &Row) -> bool {
    row.kind == Some(Kind::Image)
        && row.note != Some(Note::InCloud)
        && !matches!(
            row.status,
            Status::Checking | Status::Settling | Status::Rejected(_)
        )
}

#[cfg(test)]
mod tests;
