//! Mavi Uploader: gets video, audio and images into memories.ai's MAVI service.
//!
//! | module | duty |
//! |---|---|
//! | [`model`] | what the program knows and decides; no I/O, no clock |
//! | [`api`] | the service, on the wire |
//! | [`engine`] | the background runtime: queue, transfers, polls |
//! | [`store`] | what is kept: history, settings, the API key |

pub mod api;
pub mod engine;
pub mod model;
pub mod store;
