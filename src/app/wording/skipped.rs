//! Texts about skipped files.

use crate::model::batch::SkippedKind;
pub(crate) use crate::text::messages::skipped::*;

/// Names so many files of a kind with their formats, and says what to do with them.
pub fn kind(kind: SkippedKind, files: usize, formats: &str) -> (String, &'static str) {
    let (said, advice) = match kind {
        SkippedKind::CameraOriginal => (camera_originals(files), camera_advice()),
        SkippedKind::Photo => (photos(files), photo_advice()),
        SkippedKind::OtherMedia => (other_media(files), other_media_advice()),
        SkippedKind::Document => (documents(files), document_advice()),
    };
    match formats {
        "" => (said, advice),
        formats => (with_formats(&said, formats), advice),
    }
}
