//! The window without its drawing: what is selected, what is asked, what is said.
//!
//! Nothing here knows egui. [`state::App`] is given [`command::UiCommand`]s, turns them into
//! commands of the engine, and leaves [`state::Effect`]s for whoever draws.

mod act;
mod added;
pub mod announce;
pub mod banners;
pub mod browse;
pub mod command;
pub mod desktop;
pub mod export;
mod exporting;
pub mod foot;
mod hover;
pub mod keys;
pub mod list;
mod locating;
mod many;
pub mod outside;
pub mod paste;
pub mod pending;
pub mod rows;
mod sandbox;
pub mod settings;
pub mod state;
pub mod thumbnails;
mod tick;
pub mod wording;
