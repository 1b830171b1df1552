//! Thumbnails of the rows in view, made in the background.
//!
//! The drawing code asks for each visible row in every frame; nothing else is made. Each picture is
//! made on its own thread within limits, so a broken, hostile or slow file affects no other.

mod decode;
mod freedesktop;
mod maker;
mod posters;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use self::decode::Pixels;
pub use self::maker::PictureMaker;
pub use self::posters::Posters;
use super::pending::{Outcome, Pending, Wake};
use crate::model::media::{Kind, Note};
use crate::model::snapshot::{Row, Status};
use crate::store::AssetRecord;

/// Cached thumbnails: more than rows on the largest screen.
const KEPT: usize = 256;
/// Time limit per picture; slower ones get no thumbnail.
const TIME: Duration = Duration::from_secs(5);
/// Time limit per poster of a video.
const POSTER_TIME: Duration = Duration::from_secs(10);
/// Wait before a picture that took too long is tried once more.
const AGAIN: Duration = Duration::from_secs(60);
/// Overdue pictures, as on a hanging network drive, at which no others are begun.
const LATE: usize = 4;

/// A file whose thumbnail is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureRequest {
    /// Path of the file.
    pub path: PathBuf,
    /// Size in bytes: a file of another size is another file.
    pub size: u64,
    /// Video, audio or image; audio has no thumbnail.
    pub kind: Kind,
    /// The file may be read, if it is there. If not, only a picture that was kept is shown.
    pub may_read: bool,
    /// The picture may be kept on disk, for when the file is gone; not in a sandbox.
    pub may_keep: bool,
}

impl PictureRequest {
    /// Returns the request for a row; `None` before its file is accepted and for sound.
    pub fn of_row(row: &Row, may_keep: bool) -> Option<Self> {
        let is_accepted = !matches!(
            row.status,
            Status::Checking | Status::Settling | Status::Rejected(_)
        );
        let kind = row
            .kind
            .filter(|kind| is_accepted && *kind != Kind::Audio)?;
        Some(Self {
            path: row.path.clone(),
            size: row.size,
            kind,
            may_read: row.note != Some(Note::InCloud),
            may_keep,
        })
    }

    /// Returns the request for an asset's file; `None` for sound.
    pub fn of_asset(asset: &AssetRecord, may_keep: bool) -> Option<Self> {
        let kind = asset.kind.filter(|kind| *kind != Kind::Audio)?;
        Some(Self {
            path: asset.path.clone(),
            size: asset.size,
            kind,
            may_read: true,
            may_keep,
        })
    }

    fn time_limit(&self) -> Duration {
        match self.kind {
            Kind::Video => POSTER_TIME,
            Kind::Image | Kind::Audio => TIME,
        }
    }
}

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
    picture: Option<T>,
    /// The file was read, if it was there.
    was_read: bool,
    /// It took too long, and is tried once more from then on.
    again: Option<Instant>,
    /// Request counter at the last use.
    asked: u64,
}

struct Running {
    request: PictureRequest,
    since: Instant,
    /// The first try took too long.
    is_again: bool,
    pixels: Pending<Option<Pixels>>,
}

/// Path and size of a file.
type FileKey = (PathBuf, u64);

/// Thumbnail cache; `T` is the drawing code's texture.
pub struct Thumbnails<T> {
    wake: Wake,
    maker: Arc<PictureMaker>,
    made: HashMap<FileKey, CacheEntry<T>>,
    /// One for each kind: a large picture needs most of the memory, and one tool runs at a time.
    running: Vec<Running>,
    late: Vec<Pending<Option<Pixels>>>,
    asked: u64,
}

impl<T> Thumbnails<T> {
    /// Creates an empty cache; `wake` is called after each picture.
    pub fn new(maker: Arc<PictureMaker>, wake: Wake) -> Self {
        Self {
            wake,
            maker,
            made: HashMap::new(),
            running: Vec::new(),
            late: Vec::new(),
            asked: 0,
        }
    }

    /// Returns the thumbnail of a visible file, and starts making a missing one. `keep` converts
    /// pixels to `T`.
    pub fn of(
        &mut self,
        request: &PictureRequest,
        now: Instant,
        keep: impl Fn(&Path, &Pixels) -> T,
    ) -> Thumb<'_, T> {
        self.take_in(now, keep);
        self.asked += 1;
        let key = (request.path.clone(), request.size);
        let is_known = |entry: &CacheEntry<T>| {
            let is_due = entry.again.is_some_and(|at| at <= now);
            entry.picture.is_some() || !request.may_read || entry.was_read && !is_due
        };
        if !self.made.get(&key).is_some_and(is_known) {
            self.begin(request, now);
        }
        let picture = self.made.get_mut(&key).and_then(|entry| {
            entry.asked = self.asked;
            entry.picture.as_ref()
        });
        picture.map_or(Thumb::Kind, Thumb::Picture)
    }

    /// Returns the time until a picture becomes overdue.
    pub fn next_wakeup(&self, now: Instant) -> Option<Duration> {
        let ends = self.running.iter();
        let ends = ends.map(|one| one.since + one.request.time_limit());
        ends.min().map(|end| end.saturating_duration_since(now))
    }

    fn begin(&mut self, request: &PictureRequest, now: Instant) {
        let is_alike = |one: &Running| one.request.kind == request.kind;
        if self.late.len() >= LATE || self.running.iter().any(is_alike) {
            return;
        }
        let end = now + request.time_limit();
        let pixels = Pending::spawn("thumbnail", self.wake.clone(), {
            let (request, maker) = (request.clone(), Arc::clone(&self.maker));
            move || maker.make(&request, end)
        });
        let made = self.made.get(&(request.path.clone(), request.size));
        self.running.push(Running {
            request: request.clone(),
            since: now,
            is_again: made.is_some_and(|entry| entry.again.is_some()),
            pixels,
        });
    }

    /// Stores finished thumbnails and gives up overdue ones.
    fn take_in(&mut self, now: Instant, keep: impl Fn(&Path, &Pixels) -> T) {
        self.late.retain(|pending| pending.poll().is_none());
        for one in std::mem::take(&mut self.running) {
            let limit = one.request.time_limit();
            let is_late = now.saturating_duration_since(one.since) >= limit;
            let pixels = match one.pixels.poll() {
                Some(Outcome::Answer(pixels)) => pixels,
                Some(Outcome::Lost) => None,
                None if !is_late => {
                    self.running.push(one);
                    continue;
                }
                None => {
                    self.late.push(one.pixels);
                    None
                }
            };
            let PictureRequest { path, size, .. } = one.request;
            let is_tried_again = is_late && pixels.is_none() && !one.is_again;
            let entry = CacheEntry {
                again: is_tried_again.then(|| now + AGAIN),
                picture: pixels.map(|pixels| keep(&path, &pixels)),
                was_read: one.request.may_read,
                asked: self.asked,
            };
            self.made.insert((path, size), entry);
            self.forget();
        }
    }

    /// Evicts the least recently used thumbnail if there are too many.
    fn forget(&mut self) {
        if self.made.len() <= KEPT {
            return;
        }
        let oldest = self.made.iter().min_by_key(|(_, entry)| entry.asked);
        if let Some(key) = oldest.map(|(key, _)| key.clone()) {
            self.made.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests;
