//! Settings of a client.

use std::sync::Arc;
use std::time::Duration;

use crate::api::base_url::BaseUrl;
use crate::api::throttle::RateLimit;
use crate::model::retry::Policy;

/// Settings of a [`Client`](super::Client).
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// The service's base URL.
    pub base_url: BaseUrl,
    /// Source of the stall and response timeouts.
    pub policy: Policy,
    /// `User-Agent` of calls to the service (not of the storage step).
    pub user_agent: String,
    /// Connection timeout, TLS included.
    pub connect_timeout: Duration,
    /// Timeout of a call without a file, from start to complete response.
    pub call_limit: Duration,
    /// Bandwidth limit of all transfers; may change at any time.
    pub rate_limit: Arc<RateLimit>,
}

impl ClientOptions {
    /// Returns the defaults: 10 s to connect, 60 s per call, no bandwidth limit.
    pub fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            policy: Policy::default(),
            user_agent: concat!("mavi-uploader/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(10),
            call_limit: Duration::from_secs(60),
            rate_limit: RateLimit::new(None),
        }
    }
}
