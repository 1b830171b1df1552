//! The HTTP client beneath all calls. Making it reads the system's certificates, a hundred
//! files on some systems: the window is not kept waiting for that.

use std::time::Duration;

use tokio::sync::OnceCell;

use super::client::ClientOptions;
use super::error::{CallContext, CallKind};
use crate::model::fault::{Fault, FaultKind};

/// An unused connection is closed after this time. Servers close theirs after 5 s and
/// more; a request on a connection that is just being closed is a lost one.
const IDLE: Duration = Duration::from_secs(4);

/// Connections, made ready when the first call needs them. Where that does not work the
/// next call tries again.
#[derive(Debug, Default)]
pub(super) struct Connections(OnceCell<reqwest::Client>);

impl Connections {
    /// Makes everything ready, on this thread.
    ///
    /// # Errors
    /// [`FaultKind::Tls`] where the system's certificates cannot be used.
    pub(super) fn ready(options: &ClientOptions) -> Result<Self, Fault> {
        build(options).map(|client| Self(OnceCell::new_with(Some(client))))
    }

    /// The client; the first time it is made, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// [`FaultKind::Tls`] where the system's certificates cannot be used, and
    /// [`FaultKind::Stalled`] where they are not read within the limit of a call.
    pub(super) async fn client(&self, options: &ClientOptions) -> Result<&reqwest::Client, Fault> {
        let make = || async {
            let limit = options.call_limit;
            let options = options.clone();
            let making = tokio::task::spawn_blocking(move || build(&options));
            match tokio::time::timeout(limit, making).await {
                Ok(made) => made.unwrap_or_else(|_| Err(Fault::new(FaultKind::Tls))),
                // The thread is left to the system.
                Err(_) => Err(SETUP.fault(FaultKind::Stalled)),
            }
        };
        self.0.get_or_try_init(make).await
    }
}

/// What goes wrong before the first call.
const SETUP: CallContext<'static> = CallContext {
    name: "setting up HTTP",
    effect: CallKind::None,
    key: None,
};

/// Prepares connections; nothing is sent.
fn build(options: &ClientOptions) -> Result<reqwest::Client, Fault> {
    let mut builder = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .tcp_nodelay(true)
        .pool_idle_timeout(IDLE);
    if options.base_url.is_loopback() {
        builder = builder.no_proxy();
        if !options.base_url.is_https() {
            // Plain HTTP on this computer needs no certificates, and must work where the
            // system has none.
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
