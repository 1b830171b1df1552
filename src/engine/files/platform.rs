//! Platform-specific file facts: hidden, in the cloud, folder identity, error numbers.

use std::ffi::OsStr;
use std::fs::{DirEntry, Metadata};
use std::io;

/// Names that systems and their tools leave in folders, in lower case.
const SYSTEM_NAMES: [&str; 10] = [
    "$recycle.bin",
    "#recycle",
    "@eadir",
    "__macosx",
    "desktop.ini",
    "ehthumbs.db",
    "icon\r",
    "lost+found",
    "system volume information",
    "thumbs.db",
];

/// Returns whether a walk skips this entry: hidden by name or attribute, or a system file.
pub(super) fn is_hidden(name: &OsStr, entry: &DirEntry) -> bool {
    name.as_encoded_bytes().starts_with(b".")
        || SYSTEM_NAMES
            .iter()
            .any(|system| name.eq_ignore_ascii_case(system))
        || has_hidden_mark(entry)
}

#[cfg(windows)]
fn has_hidden_mark(entry: &DirEntry) -> bool {
    use std::os::windows::fs::MetadataExt;

    const FILE_ATTRIBUTE_HIDDEN: u32 = 0x2;
    const FILE_ATTRIBUTE_SYSTEM: u32 = 0x4;
    // Folders with a custom icon or name have the system attribute without being hidden.
    entry.metadata().is_ok_and(|metadata| {
        let attributes = metadata.file_attributes();
        attributes & FILE_ATTRIBUTE_HIDDEN != 0
            || (attributes & FILE_ATTRIBUTE_SYSTEM != 0 && !metadata.is_dir())
    })
}

#[cfg(target_os = "macos")]
fn has_hidden_mark(entry: &DirEntry) -> bool {
    use std::os::macos::fs::MetadataExt;

    /// `chflags hidden`, in `sys/stat.h`.
    const UF_HIDDEN: u32 = 0x8000;
    entry
        .metadata()
        .is_ok_and(|metadata| metadata.st_flags() & UF_HIDDEN != 0)
}

#[cfg(not(any(windows, target_os = "macos")))]
fn has_hidden_mark(_entry: &DirEntry) -> bool {
    false
}

/// Returns whether a file's content is in the cloud, so that reading downloads it.
#[cfg(windows)]
pub(super) fn is_in_cloud(metadata: &Metadata) -> bool {
    use std::os::windows::fs::MetadataExt;

    const FILE_ATTRIBUTE_OFFLINE: u32 = 0x1000;
    const FILE_ATTRIBUTE_RECALL_ON_OPEN: u32 = 0x4_0000;
    const FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS: u32 = 0x40_0000;
    metadata.file_attributes()
        & (FILE_ATTRIBUTE_OFFLINE
            | FILE_ATTRIBUTE_RECALL_ON_OPEN
            | FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS)
        != 0
}

/// Returns whether a file's content is in the cloud, so that reading downloads it.
#[cfg(target_os = "macos")]
pub(super) fn is_in_cloud(metadata: &Metadata) -> bool {
    use std::os::macos::fs::MetadataExt;

    /// "File is dataless", in `sys/stat.h`.
    const SF_DATALESS: u32 = 0x4000_0000;
    metadata.st_flags() & SF_DATALESS != 0
}

/// Returns false: this system does not mark files in the cloud.
#[cfg(not(any(windows, target_os = "macos")))]
pub(super) fn is_in_cloud(_metadata: &Metadata) -> bool {
    false
}

#[cfg(unix)]
#[derive(PartialEq, Eq, Hash)]
pub(super) struct FolderId(u64, u64);

/// Returns the folder's identity, equal for all paths to it.
#[cfg(unix)]
pub(super) fn folder_id(_path: &std::path::Path, metadata: &Metadata) -> io::Result<FolderId> {
    use std::os::unix::fs::MetadataExt;

    Ok(FolderId(metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
#[derive(PartialEq, Eq, Hash)]
pub(super) struct FolderId(std::path::PathBuf);

/// Returns the folder's identity, equal for all paths to it.
#[cfg(not(unix))]
pub(super) fn folder_id(path: &std::path::Path, _metadata: &Metadata) -> io::Result<FolderId> {
    std::fs::canonicalize(path).map(FolderId)
}
