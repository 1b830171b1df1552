//! Screens of the window.

pub mod empty;
pub mod settings;
pub mod toolbar;
pub mod uploads;
