//! Mavi Uploader: gets video, audio and images into memories.ai's MAVI service.
//!
//! | module | duty |
//! |---|---|
//! | [`model`] | what the program knows and decides; no I/O, no clock |
//! | [`api`] | the service, on the wire |
//! | [`engine`] | the background runtime: queue, transfers, polls |
//! | [`sandbox`] | the service in this process, for trying out and for tests |
//! | [`app`] | the window without its drawing: state, commands, words |
//! | [`store`] | what is kept: history, settings, the API key |
//! | [`cli`] | the commands: the engine without a window |
//! | `source_file` | the file that is uploaded: reading it, and whether it is still the same |
//! | [`setup`], [`logging`] | the layers put together for a run; its log |
//! | [`ui`] | the window, and only its drawing |

pub mod api;
pub mod app;
pub mod cli;
pub mod engine;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
pub mod logging;
pub mod model;
pub mod sandbox;
pub mod setup;
mod source_file;
pub mod store;
pub mod ui;
