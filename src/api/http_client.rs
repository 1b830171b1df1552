//! The HTTP client of all calls. Building it reads the system's certificates, a hundred files on
//! some systems, so the window does not wait for it.

use std::time::Duration;

use tokio::sync::OnceCell;

use super::client::options::ClientOptions;
use super::error::{CallContext, CallKind};
use crate::model::fault::{Fault, FaultKind};

/// Connection timeout, TLS included.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Idle timeout of a connection. Servers close theirs after 5 s or more; a request on a closing
/// connection is lost.
const IDLE: Duration = Duration::from_secs(4);

/// HTTP client, built by the first call that needs it, and retried by the next one on failure.
#[derive(Debug, Default)]
pub(super) struct HttpClient(OnceCell<reqwest::Client>);

impl HttpClient {
    /// Returns the client, built at first use on a blocking thread.
    ///
    /// # Errors
    /// [`FaultKind::Tls`] if the system's certificates cannot be used, [`FaultKind::Stalled`] if
    /// reading them exceeds the call limit.
    pub(super) async fn get(&self, options: &ClientOptions) -> Result<&reqwest::Client, Fault> {
        let make = || async {
            let limit = options.call_limit;
            let options = options.clone();
            let making = tokio::task::spawn_blocking(move || build(&options));
            match tokio::time::timeout(limit, making).await {
                Ok(made) => made.unwrap_or_else(|_| Err(Fault::new(FaultKind::Tls))),
                // The blocked thread is abandoned.
                Err(_) => Err(SETUP.fault(FaultKind::Stalled)),
            }
        };
        self.0.get_or_try_init(make).await
    }
}

/// Name of the work before the first call, as of a call in a fault.
pub const SETTING_UP: &str = "setting up HTTP";

/// Context of faults before the first call.
const SETUP: CallContext<'static> = CallContext::new(SETTING_UP, CallKind::None, None);

fn build(options: &ClientOptions) -> Result<reqwest::Client, Fault> {
    let mut builder = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT_LIMIT)
        .tcp_nodelay(true)
        .pool_idle_timeout(IDLE);
    if options.base_url.is_loopback() {
        builder = builder.no_proxy();
        if !options.base_url.is_https() {
            // Plain HTTP on this computer needs no certificates, and must work on systems that have
            // none.
            builder = builder.tls_certs_only([]);
        }
    }
    builder.build().map_err(|error| {
        let mut fault = SETUP.transport(error);
        let tls = Fault::new(FaultKind::Tls);
        (fault.kind, fault.recovery) = (tls.kind, tls.recovery);
        fault
    })
}
