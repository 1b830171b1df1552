//! Mavi Uploader: uploads video, audio and images to memories.ai's MAVI service.
//!
//! | module | duty |
//! |---|---|
//! | [`model`] | types and decisions; no I/O, no clock |
//! | [`api`] | client of the service |
//! | [`engine`] | background runtime: queue, transfers, polls |
//! | [`sandbox`] | the service in this process, for trials and tests |
//! | [`app`] | the window without its drawing: state, commands, wording |
//! | [`metadata`] | reads what a media file is from the file itself |
//! | [`store`] | persistence: history, settings, the API key |
//! | [`text`] | words that users read |
//! | [`cli`] | command line: the engine without a window |
//! | `source_file` | reads the uploaded file and detects changes to it |
//! | [`setup`], [`logging`] | wiring of the layers for a run; its log |
//! | [`ui`] | drawing of the window |

pub mod api;
pub mod app;
pub mod cli;
pub mod engine;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
pub mod logging;
pub mod metadata;
pub mod model;
pub mod sandbox;
pub mod setup;
mod source_file;
pub mod store;
pub mod text;
pub mod ui;
