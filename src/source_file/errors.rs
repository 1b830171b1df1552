//! File errors of the operating systems, in plain words.

use std::io::{self, ErrorKind};

/// Cause of a failure on a drive that gives no data.
pub(crate) const NO_ANSWER: &str = "the drive did not answer in time";

/// Returns whether the error means that the file or its drive is gone.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::StaleNetworkFileHandle
            | ErrorKind::NotConnected
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
    ) || error.raw_os_error().is_some_and(is_of_a_drive_that_is_gone)
}

#[cfg(unix)]
fn is_of_a_drive_that_is_gone(code: i32) -> bool {
    const ENXIO: i32 = 6;
    const ENODEV: i32 = 19;
    matches!(code, ENXIO | ENODEV)
}

#[cfg(windows)]
fn is_of_a_drive_that_is_gone(code: i32) -> bool {
    const ERROR_INVALID_DRIVE: i32 = 15;
    const ERROR_NOT_READY: i32 = 21;
    const ERROR_BAD_NETPATH: i32 = 53;
    const ERROR_DEV_NOT_EXIST: i32 = 55;
    const ERROR_NETNAME_DELETED: i32 = 64;
    const ERROR_BAD_NET_NAME: i32 = 67;
    const ERROR_DEVICE_NOT_CONNECTED: i32 = 1167;
    matches!(
        code,
        ERROR_INVALID_DRIVE
            | ERROR_NOT_READY
            | ERROR_BAD_NETPATH
            | ERROR_DEV_NOT_EXIST
            | ERROR_NETNAME_DELETED
            | ERROR_BAD_NET_NAME
            | ERROR_DEVICE_NOT_CONNECTED
    )
}

#[cfg(not(any(unix, windows)))]
fn is_of_a_drive_that_is_gone(_code: i32) -> bool {
    false
}

/// Describes the system's error in a few plain words.
pub(crate) fn cause(error: &io::Error) -> String {
    if let Some(words) = error.raw_os_error().and_then(words) {
        return words.to_owned();
    }
    let words = match error.kind() {
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::TimedOut => NO_ANSWER,
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::StaleNetworkFileHandle => "the network drive cannot be reached",
        ErrorKind::ResourceBusy => "it is in use by another program",
        ErrorKind::InvalidFilename => "the name is too long",
        ErrorKind::InvalidInput => "the name is not one that the system allows",
        _ => {
            let words = error.to_string();
            // The standard library appends an error number, which does not help the user.
            let plain = words.split(" (os error").next().unwrap_or(&words);
            return plain.trim_end_matches('.').to_lowercase();
        }
    };
    words.to_owned()
}

/// Returns plain words for errors without a kind in the standard library.
#[cfg(unix)]
fn words(code: i32) -> Option<&'static str> {
    const EIO: i32 = 5;
    const ELOOP: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };
    match code {
        EIO => Some("the drive reports a read error"),
        ELOOP => Some("the link leads back to itself"),
        _ => None,
    }
}

#[cfg(windows)]
fn words(code: i32) -> Option<&'static str> {
    const ERROR_NOT_READY: i32 = 21;
    const ERROR_CRC: i32 = 23;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    const ERROR_LOCK_VIOLATION: i32 = 33;
    const ERROR_VIRUS_INFECTED: i32 = 225;
    const ERROR_CLOUD_FILE_PROVIDER_NOT_RUNNING: i32 = 362;
    const ERROR_IO_DEVICE: i32 = 1117;
    const ERROR_CANT_RESOLVE_FILENAME: i32 = 1921;
    match code {
        ERROR_NOT_READY => Some("the drive is not ready"),
        ERROR_CRC | ERROR_IO_DEVICE => Some("the drive reports a read error"),
        ERROR_SHARING_VIOLATION | ERROR_LOCK_VIOLATION => Some("it is in use by another program"),
        ERROR_VIRUS_INFECTED => Some("the virus scanner blocks it"),
        ERROR_CLOUD_FILE_PROVIDER_NOT_RUNNING => {
            Some("it is in the cloud, and the cloud drive's program does not run")
        }
        ERROR_CANT_RESOLVE_FILENAME => Some("the link leads back to itself"),
        _ => None,
    }
}

#[cfg(not(any(unix, windows)))]
fn words(_code: i32) -> Option<&'static str> {
    None
}
