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
        let known = self.made.get_mut(&row.path);
        if known.as_ref().is_none_or(|entry| entry.size != row.size) {
            self.begin(row, now);
            return Thumb::Kind;
        }
        let Some(entry) = known else {
            return Thumb::Kind;
        };
        entry.asked = self.asked;
        match self
            .made
            .get(&row.path)
            .and_then(|entry| entry.picture.as_ref())
        {
            Some(picture) => Thumb::Picture(picture),
            None => Thumb::Kind,
        }
    }

    /// Returns the time until a decode becomes overdue.
    pub fn next_look(&self, now: Instant) -> Option<Duration> {
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
            let Running {
                path,
                size,
                since,
                pixels,
            } = one;
            let pixels = match pixels.poll() {
                Ok(Outcome::Answer(pixels)) => pixels,
                Ok(Outcome::Lost) => None,
                Err(pixels) if now.saturating_duration_since(since) < TIME => {
                    self.running.push(Running {
                        path,
                        size,
                        since,
                        pixels,
                    });
                    continue;
                }
                Err(late) => {
                    self.late.push(late);
                    None
                }
            };
            let picture = pixels.map(|pixels| keep(&path, &pixels));
            let entry = CacheEntry {
                size,
                picture,
                asked: self.asked,
            };
            self.made.insert(path, entry);
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
mod tests {
    use super::*;
    use crate::app::rows::tests::row;

    fn picture_row(id: u64, path: &Path) -> Row {
        Row {
            kind: Some(Kind::Image),
            path: path.to_owned(),
            ..row(id, Status::ReadyToUpload)
        }
    }

    fn write(dir: &Path, name: &str, colour: [u8; 3]) -> PathBuf {
        let path = dir.join(name);
        image::RgbImage::from_pixel(8, 8, image::Rgb(colour))
            .save(&path)
            .unwrap();
        path
    }

    fn sides(_: &Path, pixels: &Pixels) -> u32 {
        pixels.side
    }

    /// Polls until no picture is being decoded.
    fn settle(thumbnails: &mut Thumbnails<u32>, rows: &[Row]) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let now = Instant::now();
            let waiting = rows.iter().any(|row| {
                thumbnails.of(row, now, sides);
                !thumbnails.made.contains_key(&row.path)
            });
            if !waiting {
                return;
            }
            assert!(now < end, "the thumbnails were not made");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn none() -> Thumbnails<u32> {
        Thumbnails::new(Arc::new(|| {}))
    }

    #[test]
    fn a_picture_in_sight_gets_its_thumbnail_and_a_broken_one_its_icon() {
        let dir = tempfile::tempdir().unwrap();
        let good = write(dir.path(), "good.png", [1, 2, 3]);
        let broken = dir.path().join("broken.png");
        let mut bytes = std::fs::read(&good).unwrap();
        bytes.truncate(40);
        std::fs::write(&broken, bytes).unwrap();
        let rows = [picture_row(1, &good), picture_row(2, &broken)];
        let mut thumbnails = none();
        settle(&mut thumbnails, &rows);
        let now = Instant::now();
        assert_eq!(thumbnails.of(&rows[0], now, sides), Thumb::Picture(&8));
        assert_eq!(thumbnails.of(&rows[1], now, sides), Thumb::Kind);
        assert!(
            thumbnails.running.is_empty(),
            "a broken one is not tried twice"
        );
        assert_eq!(thumbnails.next_look(now), None, "idle is idle");
    }

    #[test]
    fn a_file_that_was_replaced_is_looked_at_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = write(dir.path(), "a.png", [1, 2, 3]);
        let mut thumbnails = none();
        let before = picture_row(1, &path);
        settle(&mut thumbnails, std::slice::from_ref(&before));
        let after = Row { size: 1, ..before };
        assert_eq!(thumbnails.of(&after, Instant::now(), sides), Thumb::Kind);
        assert_eq!(thumbnails.running.len(), 1);
    }

    #[test]
    fn what_is_no_picture_or_is_not_here_is_not_read() {
        let path = Path::new("/nowhere/a.png");
        let mut thumbnails = none();
        let video = Row {
            kind: Some(Kind::Video),
            ..picture_row(1, path)
        };
        let cloud = Row {
            note: Some(Note::InCloud),
            ..picture_row(2, path)
        };
        let unfinished = Row {
            status: Status::Settling,
            ..picture_row(3, path)
        };
        for row in [video, cloud, unfinished] {
            thumbnails.of(&row, Instant::now(), sides);
        }
        assert!(thumbnails.running.is_empty());
    }

    #[test]
    fn few_are_made_at_once_and_few_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut thumbnails = none();
        let rows: Vec<Row> = (0..KEPT + 20)
            .map(|n| picture_row(1, &dir.path().join(format!("{n}.png"))))
            .collect();
        for row in &rows {
            thumbnails.of(row, Instant::now(), sides);
            assert!(thumbnails.running.len() <= AT_ONCE);
        }
        for row in &rows {
            settle(&mut thumbnails, std::slice::from_ref(row));
        }
        assert_eq!(thumbnails.made.len(), KEPT);
        assert!(
            !thumbnails.made.contains_key(&rows[0].path),
            "the oldest went"
        );
    }

    #[test]
    fn one_that_is_late_makes_room_for_the_next() {
        let mut thumbnails = none();
        let start = Instant::now();
        let mut hung = Vec::new();
        for n in 0..AT_ONCE {
            let (answer, pixels) = Pending::channel(Arc::new(|| {}));
            hung.push(answer);
            thumbnails.running.push(Running {
                path: PathBuf::from(format!("/hung/{n}.png")),
                size: 1,
                since: start,
                pixels,
            });
        }
        let dir = tempfile::tempdir().unwrap();
        let next = picture_row(9, &write(dir.path(), "a.png", [1, 2, 3]));
        thumbnails.of(&next, start, sides);
        assert_eq!(thumbnails.next_look(start), Some(TIME));
        assert!(!thumbnails.running.iter().any(|one| one.path == next.path));
        thumbnails.of(&next, start + TIME, sides);
        assert!(thumbnails.running.iter().any(|one| one.path == next.path));
        assert_eq!(thumbnails.late.len(), AT_ONCE);
        drop(hung);
        thumbnails.of(&next, start + TIME, sides);
        assert!(thumbnails.late.is_empty());
    }
}
