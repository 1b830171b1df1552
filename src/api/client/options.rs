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
    /// Timeout of a call without a file, from start to complete response.
    pub call_limit: Duration,
    /// Bandwidth limit of all transfers; may change at any time.
    pub rate_limit: Arc<RateLimit>,
}

impl ClientOptions {
    /// Returns the defaults: 60 s per call, no bandwidth limit.
    pub fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            policy: Policy::default(),
            call_limit: Duration::from_secs(60),
            rate_limit: RateLimit::new(None),
        }
    }
}
