//! Kinds of the files that the service does not take, by their extensions.

use std::path::Path;

use super::conversion_hints::suggested_format;
use crate::model::batch::SkippedKind;

/// Video as cameras record it, which plays only in editing programs.
const CAMERA_ORIGINALS: [&str; 11] = [
    "360", "ari", "arx", "braw", "cine", "crm", "insv", "mxf", "nev", "r3d", "rmf",
];

const PHOTOS: [&str; 41] = [
    "3fr", "arw", "avif", "cap", "cr2", "cr3", "crw", "dcr", "dng", "eip", "erf", "fff", "gpr",
    "heic", "heics", "heif", "heifs", "hif", "iiq", "insp", "jxl", "k25", "kdc", "mef", "mos",
    "mrw", "nef", "nrw", "orf", "ori", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw",
    "x3f", "mpo", "jxr",
];

/// Sidecars, caches and parts of card folders, which belong to other files, and system files.
const OTHER_FILES: [&str; 49] = [
    "aae",
    "asc",
    "bak",
    "bdm",
    "bdmv",
    "bim",
    "bin",
    "bup",
    "cache",
    "cfa",
    "cif",
    "cpf",
    "cpi",
    "crdownload",
    "ctg",
    "dat",
    "db",
    "dll",
    "idx",
    "ifo",
    "ind",
    "inf",
    "ini",
    "lck",
    "lnk",
    "lock",
    "log",
    "lrf",
    "lrv",
    "md5",
    "mhl",
    "mif",
    "mpl",
    "nfo",
    "pek",
    "part",
    "pkf",
    "ppn",
    "rmd",
    "sav",
    "sha1",
    "srt",
    "sys",
    "tdt",
    "thm",
    "tid",
    "tmp",
    "xml",
    "xmp",
];

/// Returns what a file of an unsupported format seems to be; `None` for sidecars, system files and
/// the like, which nobody misses.
pub fn skipped_kind(path: &Path) -> Option<SkippedKind> {
    let extension = path.extension().unwrap_or_default();
    let extension = extension.to_string_lossy().to_lowercase();
    let is_one_of = |known: &[&str]| known.contains(&&*extension);
    if is_one_of(&OTHER_FILES) {
        None
    } else if is_one_of(&CAMERA_ORIGINALS) {
        Some(SkippedKind::CameraOriginal)
    } else if is_one_of(&PHOTOS) {
        Some(SkippedKind::Photo)
    } else if suggested_format(&extension).is_some() {
        Some(SkippedKind::OtherMedia)
    } else {
        Some(SkippedKind::Document)
    }
}
