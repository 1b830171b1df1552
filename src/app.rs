//! State and logic of the window, independent of egui.
//!
//! [`state::App`] turns [`command::UiCommand`]s into engine commands and leaves
//! [`effect::WindowEffect`]s for the drawing code.

pub mod banners;
pub mod command;
pub mod command_label;
pub mod desktop_status;
pub mod dialog;
mod drop_preview;
pub mod effect;
mod engines;
pub mod environment;
pub mod export;
pub mod feedback;
pub mod key_entry;
pub mod key_flow;
pub mod key_ring;
mod keychain_calls;
pub mod library;
pub mod list;
mod list_state;
mod notices;
pub mod open_external;
pub mod paste;
pub mod pending;
mod pickers;
pub mod queue;
pub mod rows;
pub mod screen_reader;
pub mod selection;
pub mod settings;
pub mod skipped;
pub mod state;
pub mod status_bar;
pub mod thumbnails;
pub mod wording;
