//! Program version, as `--version`, the log and "Details" show it.

/// Bare version number.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Version, commit and target, as `0.1.0 (commit 0123456789ab, x86_64-unknown-linux-gnu)`.
pub const BUILD: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (",
    env!("MAVI_UPLOADER_FROM"),
    ", ",
    env!("MAVI_UPLOADER_TARGET"),
    ")"
);
