//! Private files and folders, and paths as bytes.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Creates a folder and its missing parents with mode 0700. An existing one stays as it is.
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

/// Creates a folder of the program's own as [`create_private_dir`] does, but rejects a link: its
/// target is not the program's.
pub(crate) fn create_own_dir(dir: &Path) -> io::Result<()> {
    create_private_dir(dir)?;
    if fs::symlink_metadata(dir)?.is_dir() {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::NotADirectory, "it is a link"))
    }
}

/// Restricts a file's permissions to its owner. A missing file or a link is left alone.
///
/// Works on the path: opening and closing a database file would release the locks that SQLite holds
/// on it in this process.
#[cfg(unix)]
pub(super) fn restrict_file(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() && found.permissions().mode() & 0o777 != 0o600 => {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Does nothing: files inherit the permissions of the user's folder.
#[cfg(not(unix))]
pub(super) fn restrict_file(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Options to open a file with mode 0600 that follow no link.
pub(crate) fn private_options() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
        options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options
}

/// Opens a lock file, created if missing; its content is never read.
pub(super) fn open_lock_file(path: &Path) -> io::Result<File> {
    private_options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

/// Syncs a folder's entries to disk, best effort.
pub(super) fn sync_dir(dir: &Path) {
    #[cfg(unix)]
    if let Ok(dir) = File::open(dir) {
        let _ = dir.sync_all();
    }
    #[cfg(not(unix))]
    let _ = dir;
}

/// Returns an unused name beside `path`: stem, `.damaged-`, UTC time, extension, and a number if
/// that is taken. The name with each ending of `also` is unused too.
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

/// Returns a path's exact bytes: the system's on Unix, little-endian UTF-16 on Windows.
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
}

/// Reverses [`path_to_bytes`].
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
}

#[cfg(test)]
mod tests;
