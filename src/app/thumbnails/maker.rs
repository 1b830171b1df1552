//! Makes one thumbnail: from the cache, from the file, or from a video's poster.

use std::fs;
use std::sync::Arc;
use std::time::Instant;

use super::PictureRequest;
use super::decode::{self, Budget, Pixels};
use super::posters::Posters;
use crate::engine::files::is_in_cloud;
use crate::model::media::Kind;
use crate::store::ThumbnailCache;

/// Maker of thumbnails, shared by the threads that make them.
#[derive(Debug, Default)]
pub struct PictureMaker {
    cache: Option<ThumbnailCache>,
    posters: Posters,
    budget: Arc<Budget>,
}

impl PictureMaker {
    /// Creates a maker; without a cache no picture outlives the window.
    pub fn new(cache: Option<ThumbnailCache>, posters: Posters) -> Self {
        Self {
            cache,
            posters,
            budget: Arc::default(),
        }
    }

    /// Ends what runs for a thumbnail, and begins nothing more.
    pub fn stop(&self) {
        self.posters.stop();
    }

    /// Returns a file's thumbnail. `None` if nothing gives one by `end`. Blocks.
    pub(super) fn make(&self, wanted: &PictureRequest, end: Instant) -> Option<Pixels> {
        let path = &wanted.path;
        // A file of another size is not the one that is meant.
        let is_meant = |file: &fs::Metadata| file.is_file() && file.len() == wanted.size;
        let file = (wanted.may_read).then(|| fs::metadata(path).ok());
        let file = file.flatten().filter(is_meant);
        let modified = file.and_then(|file| file.modified().ok());
        let cached = self.cache.as_ref();
        let cached = cached.and_then(|cache| cache.read(path, wanted.size, modified));
        let cached = cached.and_then(|picture| decode::small(&picture, end));
        let (None, Some(modified)) = (&cached, modified) else {
            return cached;
        };
        let pixels = match wanted.kind {
            _ if is_in_cloud(path) => None,
            Kind::Image => decode::thumbnail(path, end, &self.budget),
            Kind::Video => self.posters.poster(path, modified, end),
            Kind::Audio => None,
        };
        if let (true, Some(cache), Some(pixels)) = (wanted.may_keep, &self.cache, &pixels)
            && let Some(picture) = pixels.encode()
        {
            cache.write(path, wanted.size, modified, &picture);
        }
        pixels
    }
}

#[cfg(test)]
mod tests;
