//! State and logic of the window, independent of egui.
//!
//! [`state::App`] turns [`command::UiCommand`]s into engine commands and leaves
//! `WindowEffect`s for the drawing code.

pub(crate) mod backups;
pub(crate) mod banners;
pub mod command;
pub(crate) mod command_label;
pub(crate) mod deletion;
pub mod desktop_status;
pub(crate) mod dialog;
mod drop_preview;
pub(crate) mod effect;
mod engines;
pub mod environment;
pub(crate) mod export;
pub(crate) mod feedback;
mod finished_batches;
pub(crate) mod key_entry;
pub(crate) mod key_flow;
pub(crate) mod key_ring;
mod keychain_calls;
pub(crate) mod library;
pub(crate) mod list;
mod list_state;
mod notices;
pub(crate) mod open_external;
pub(crate) mod paste;
pub mod pending;
mod pickers;
pub(crate) mod queue;
mod report;
pub mod rows;
pub(crate) mod screen_reader;
pub mod selection;
pub mod settings;
pub(crate) mod skipped;
pub mod state;
pub(crate) mod status_bar;
pub mod thumbnails;
pub mod wording;
