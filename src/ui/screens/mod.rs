//! The window's screens.

pub mod empty;
pub mod uploads;
