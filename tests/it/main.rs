//! The integration tests, in one binary.

mod keys;
mod snapshots;
mod ui;
mod window;
