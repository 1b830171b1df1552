//! State and logic of the window, independent of egui.
//!
//! [`state::App`] turns [`command::UiCommand`]s into engine commands and leaves
//! [`state::WindowEffect`]s for the drawing code.

mod added;
pub mod banners;
mod bulk_actions;
pub mod command;
pub mod command_label;
pub mod desktop_status;
mod drop_preview;
pub mod environment;
pub mod export;
mod exporting;
pub mod key_entry;
pub mod list;
pub mod open_external;
pub mod paste;
pub mod pending;
mod poll;
pub mod queue;
mod relocate;
pub mod rows;
mod sandbox;
pub mod screen_reader;
pub mod settings;
pub mod state;
pub mod status_bar;
pub mod thumbnails;
mod update;
pub mod wording;
