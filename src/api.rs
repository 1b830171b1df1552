//! The service on the wire: calls, bodies, responses, and their conversion to a
//! [`Fault`](crate::model::fault::Fault).
//!
//! | module | duty |
//! |---|---|
//! | [`base_url`] | base URL of the service |
//! | [`client`] | calls over HTTP |
//! | [`network`] | proxy and certificates in use, for display |
//! | [`limiter`], [`shared_rate_limit`] | one request per second for all calls of all programs |
//! | [`paced`] | rate-limited calls |
//! | [`protocol`] | storage protocols, and those known to work per host |
//! | [`throttle`] | bandwidth limit |
//! | [`redact`] | removal of secrets from text |

pub mod base_url;
mod body;
pub mod client;
pub(crate) mod error;
mod exchange;
mod http_client;
pub mod limiter;
mod multipart;
pub mod network;
pub mod paced;
mod progress;
pub mod protocol;
mod reader;
pub mod redact;
pub(crate) mod resumable;
mod service;
pub mod shared_rate_limit;
pub(crate) mod signed_url;
mod spacing;
#[cfg(test)]
mod tests;
pub mod throttle;
pub(crate) mod wire;

pub use http_client::SETTING_UP;
pub use progress::TransferProgress;
pub use resumable::Session;
pub use service::{SecretUrl, Service, SignedUpload, UploadFile, Uploaded};
