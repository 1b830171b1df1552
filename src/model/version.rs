//! Which program this is: what `--version`, the log and "Details" say.

/// The version alone.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version, the commit that it was built from and the system it was built for, as
/// `0.1.0 (commit 0123456789ab, x86_64-unknown-linux-gnu)`.
pub const BUILD: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (",
    env!("MAVI_UPLOADER_FROM"),
    ", ",
    env!("MAVI_UPLOADER_TARGET"),
    ")"
);
