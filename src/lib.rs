//! Mavi Uploader: gets video, audio and images into memories.ai's MAVI service.
//!
//! | module | duty |
//! |---|---|
//! | [`model`] | what the program knows and decides; no I/O, no clock |
//! | [`api`] | the service, on the wire |
//! | [`engine`] | the background runtime: queue, transfers, polls |
//! | [`app`] | the window without its drawing: state, commands, words |
//! | [`ui`] | the window, and only its drawing |

pub mod api;
pub mod app;
pub mod engine;
pub mod model;
pub mod ui;
