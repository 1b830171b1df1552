//! Files and folders that nobody else on the computer may read, and paths as bytes.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Creates a folder and what is missing above it, mode 0700. One that is there already
/// is left as it is.
pub(super) fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(dir)
}

/// Takes a folder's rights from everyone but its owner.
pub(super) fn restrict_dir(dir: &Path) -> io::Result<()> {
    set_mode(dir, 0o700)
}

/// Takes a file's rights from everyone but its owner. A file that is missing is fine.
///
/// Goes by the path: opening and closing a database's file would release the locks that
/// SQLite holds on it in this process.
pub(super) fn restrict_file(path: &Path) -> io::Result<()> {
    match set_mode(path, 0o600) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(path)?.permissions().mode() & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Elsewhere the rights of the person's own folder are inherited.
#[cfg(not(unix))]
fn set_mode(path: &Path, _mode: u32) -> io::Result<()> {
    fs::metadata(path).map(drop)
}

/// Options that make a file which only its owner may read and write.
pub(super) fn private_options() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Opens a file for locking, made if need be; its content is never looked at.
pub(super) fn open_lock_file(path: &Path) -> io::Result<File> {
    private_options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

/// A folder's new names reach the disk. Where that is not possible, it is left.
pub(super) fn sync_dir(dir: &Path) {
    #[cfg(unix)]
    if let Ok(dir) = File::open(dir) {
        let _ = dir.sync_all();
    }
    #[cfg(not(unix))]
    let _ = dir;
}

/// A name beside `path` that nothing has yet: its stem, `.damaged-`, the time in UTC, its
/// extension, and a number where that is taken; `also` are endings that have to be free too.
pub(super) fn aside_name(path: &Path, also: &[&str]) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let time = jiff::Timestamp::now()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string();
    let mut number = 1_u64;
    loop {
        let counter = match number {
            1 => String::new(),
            n => format!("-{n}"),
        };
        let name = format!("{stem}.damaged-{time}{counter}.{extension}");
        let taken = std::iter::once("")
            .chain(also.iter().copied())
            .any(|ending| fs::symlink_metadata(path.with_file_name(name.clone() + ending)).is_ok());
        if !taken {
            return path.with_file_name(name);
        }
        number += 1;
    }
}

/// A path's exact bytes: those of the system on Unix, UTF-16 in little-endian order on
/// Windows.
pub(super) fn path_to_bytes(path: &Path) -> Vec<u8> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        path.as_os_str().as_bytes().to_vec()
    }
    #[cfg(windows)]
    {
        use std::os::windows::ffi::OsStrExt;
        path.as_os_str()
            .encode_wide()
            .flat_map(u16::to_le_bytes)
            .collect()
    }
    #[cfg(not(any(unix, windows)))]
    {
        path.to_string_lossy().into_owned().into_bytes()
    }
}

/// The path that [`path_to_bytes`] was given.
pub(super) fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
    }
    #[cfg(windows)]
    {
        use std::os::windows::ffi::OsStringExt;
        let wide: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        PathBuf::from(std::ffi::OsString::from_wide(&wide))
    }
    #[cfg(not(any(unix, windows)))]
    {
        PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf8_keeps_its_bytes() {
        let bytes = b"/media/\xff\xfe \xe4\xb8\xad.mp4";
        assert_eq!(path_to_bytes(&path_from_bytes(bytes)), bytes);
    }

    #[test]
    fn a_name_aside_is_never_one_that_exists() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.db");
        let first = aside_name(&path, &["-wal"]);
        File::create(format!("{}-wal", first.display())).unwrap();
        let second = aside_name(&path, &["-wal"]);
        assert_ne!(first, second);
        let name = first.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name.starts_with("history.damaged-20"), "{name}");
        assert!(name.ends_with("Z.db"), "{name}");
    }
}
