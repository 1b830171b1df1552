//! The window's screens.

pub mod empty;
pub mod settings;
pub mod toolbar;
pub mod uploads;
