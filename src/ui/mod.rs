//! The window, and only its drawing: egui, eframe and the system's file dialogs.
//!
//! Draw functions look at [`crate::app::state::App`] and push
//! [`crate::app::command::UiCommand`]s; nothing is decided or fetched here.

pub mod alone;
mod banners;
mod clipboard;
mod desktop;
mod dialogs;
mod files;
mod focus;
pub mod fonts;
mod icons;
mod input;
mod motion;
mod run;
mod screens;
mod shell;
mod shortcuts;
pub mod theme;
mod thumbnails;
mod widgets;
mod wishes;

pub use desktop::SystemDesktop;
pub use files::SystemDialogs;
pub use run::{Window, WindowError};
pub use shell::MaviApp;
