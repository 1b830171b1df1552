//! The window without its drawing: what is selected, what is asked, what is said.
//!
//! Nothing here knows egui. [`state::App`] is given [`command::UiCommand`]s, turns them into
//! commands of the engine, and leaves [`state::WindowEffect`]s for whoever draws.

mod added;
pub mod banners;
mod bulk_actions;
pub mod command;
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
