//! Draws the window: egui, eframe and the system's file dialogs.
//!
//! Draw functions read [`crate::app::state::App`] and push [`crate::app::command::UiCommand`]s;
//! they decide and fetch nothing.

mod account_menu;
mod banners;
mod clipboard;
mod desktop;
mod dialogs;
mod files;
mod focus;
mod fonts;
mod icons;
mod input;
mod overlays;
mod reduced_motion;
mod run;
mod screens;
mod shortcuts;
pub mod startup_error;
mod system_preferences;
pub mod theme;
mod thumbnails;
mod widgets;
mod window;

pub use desktop::SystemDesktop;
pub use files::SystemDialogs;
pub use run::{Window, WindowError};
pub use window::MaviApp;
