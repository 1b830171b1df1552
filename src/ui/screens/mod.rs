//! The window's screens.

pub mod empty;
pub mod toolbar;
pub mod uploads;
