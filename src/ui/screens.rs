//! Screens of the window.

pub mod empty;
pub mod library;
pub mod settings;
pub mod toolbar;
pub mod uploads;
