//! The service in this process, for trials and tests.
//!
//! Two HTTP/1.1 servers on loopback: the API, and the storage that signed URLs point to. Both check
//! requests against the wire protocol on their own, sharing no parser or type with the client. A
//! [`FaultPlan`] lists the faults, in order.
//!
//! Times are real: a paused runtime clock would run ahead of the sockets.

mod answer;
mod assets;
mod calls;
pub(crate) mod content_range;
mod exchange;
mod intake;
mod io;
mod multipart;
mod plan;
mod resumable;
mod server;
mod session;
mod state;
mod storage;
mod ticket;

#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use answer::{EnvelopeStyle, Reply};
pub use plan::{Call, FaultPlan, PlannedFault, RuleBuilder};
pub use ticket::OfferedProtocol;

use server::{BoundPort, Port};
use state::State;

/// A valid key, like any other that starts with `sk-`.
const KEY: &str = "sk-sandbox-try-it-out-without-an-account";

/// Delays of an asset's status changes, counted from its bytes' arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Time until UPLOADING; WAITING before that.
    pub uploading: Duration,
    /// Time until SUCCESS.
    pub success: Duration,
}

impl Default for Timing {
    /// Sets SUCCESS after 1.5 s, so that a client's first poll after 2 s finds it.
    fn default() -> Self {
        Self {
            uploading: Duration::from_millis(500),
            success: Duration::from_millis(1500),
        }
    }
}

impl Timing {
    /// SUCCESS as soon as the bytes are there.
    pub const AT_ONCE: Self = Self {
        uploading: Duration::ZERO,
        success: Duration::ZERO,
    };

    /// Scales the delays; below 1 is faster. `factor` must be finite and not negative.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            uploading: self.uploading.mul_f64(factor),
            success: self.success.mul_f64(factor),
        }
    }

    /// Returns the status of an asset whose bytes arrived `age` ago.
    fn status(self, age: Duration) -> &'static str {
        if age >= self.success {
            "SUCCESS"
        } else if age >= self.uploading {
            "UPLOADING"
        } else {
            "WAITING"
        }
    }
}

/// Options of a sandbox.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Port of the API; 0 takes a free one.
    pub port: u16,
    /// Minimum interval between two requests of one key; the service's is 1 s.
    pub interval: Duration,
    /// Delays of status changes.
    pub timing: Timing,
    /// Size limit of a direct upload; the service's is taken to be 500,000,000 bytes.
    pub direct_limit: u64,
    /// Protocol of the signed URLs.
    pub protocol: OfferedProtocol,
    /// Receive buffer of a connection in bytes. The system's default (`None`) is megabytes: senders
    /// of smaller files would not notice a stall or a trickle.
    pub receive_buffer: Option<u32>,
    /// Planned faults.
    pub plan: FaultPlan,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            port: 0,
            interval: Duration::from_secs(1),
            timing: Timing::default(),
            direct_limit: 500_000_000,
            protocol: OfferedProtocol::default(),
            receive_buffer: None,
            plan: FaultPlan::default(),
        }
    }
}

/// Route of a stored file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Via {
    /// `POST /upload`.
    Direct,
    /// A signed URL of this protocol.
    SignedUrl(OfferedProtocol),
}

/// A file that was received in full. Its bytes are not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredCopy {
    /// Its asset.
    pub asset_id: String,
    /// Name sent by the client.
    pub file_name: String,
    /// Size in bytes.
    pub size: u64,
    /// BLAKE3 of its bytes, 64 hexadecimal digits.
    pub blake3: String,
    /// `Content-Type` of the part, or of the request to a signed URL.
    pub content_type: Option<String>,
    /// Its route.
    pub via: Via,
    /// Its current status.
    pub status: String,
    /// Number of complete uploads to the asset; more than 1 after a repeated `PUT`.
    pub writes: u32,
}

/// A request that reached the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestRecord {
    /// Arrival of its head.
    #[serde(skip)]
    pub at: Instant,
    /// HTTP method.
    pub method: String,
    /// The call; `None` if the request was rejected earlier.
    pub call: Option<Call>,
    /// Last four characters of its key; empty without one.
    pub key_end: String,
    /// Name of its file, if known.
    pub file_name: Option<String>,
    /// Asset created or polled.
    pub asset_id: Option<String>,
    /// HTTP status of the reply; `None` without one.
    pub status: Option<u16>,
    /// Bytes received of its body including framing, final once [`RequestRecord::over`].
    pub body: u64,
    /// Bytes of the reply's body written so far.
    pub answered: u64,
    /// Reading its body stopped at a [`PlannedFault::Stall`].
    pub stalled: bool,
    /// It was answered, or its connection is closed.
    pub over: bool,
}

/// A running sandbox. Dropping it stops it.
#[derive(Debug)]
pub struct Sandbox {
    state: Arc<State>,
    address: SocketAddr,
    stop: CancellationToken,
    servers: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts both servers on loopback, on the current runtime.
    ///
    /// # Errors
    /// A port is taken, or the system cannot listen.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O and time.
    pub fn start(options: SandboxOptions) -> std::io::Result<Self> {
        let api = bind(options.port, options.receive_buffer)?;
        let storage = bind(0, options.receive_buffer)?;
        let address = api.local_addr()?;
        let storage_origin = format!("http://{}", storage.local_addr()?);
        let state = Arc::new(State::new(options, storage_origin));
        let stop = CancellationToken::new();
        let servers = [(api, Port::Api), (storage, Port::Storage)]
            .into_iter()
            .map(|(socket, port)| {
                let listener = BoundPort::open(socket, port, &state)?;
                let serving = server::accept(listener, port, Arc::clone(&state), stop.clone());
                Ok(tokio::spawn(serving))
            })
            .collect::<std::io::Result<_>>()?;
        Ok(Self {
            state,
            address,
            stop,
            servers,
        })
    }

    /// Returns the base URL for a client.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, calls::BASE_PATH)
    }

    /// Returns a valid key.
    pub fn key(&self) -> &'static str {
        KEY
    }

    /// Replaces the planned faults.
    pub fn set_plan(&self, plan: FaultPlan) {
        self.state.set_plan(plan);
    }

    /// Returns the requests so far in order of arrival, including storage.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.state.requests()
    }

    /// Returns the stored files in order of asset id.
    pub fn stored(&self) -> Vec<StoredCopy> {
        self.state.stored()
    }

    /// Returns path and query of every signed URL and session issued: secrets that a client must
    /// never write anywhere.
    pub fn secret_targets(&self) -> Vec<String> {
        self.state.secret_targets()
    }

    /// Returns a receiver that is notified of each request, reply and stored file, but not of timed
    /// status changes; its value only counts.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.state.changes()
    }

    /// Waits until `reached` holds, checked at each change. Has no timeout.
    pub async fn wait_until(&self, reached: impl Fn(&Self) -> bool) {
        let mut changes = self.changes();
        while !reached(self) {
            // `self` holds the state, so this cannot fail.
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Stops both servers and waits until their connections are closed.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        for server in std::mem::take(&mut self.servers) {
            // An error means that it panicked, so it has ended.
            let _ = server.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Binds a socket without listening yet.
fn bind(port: u16, receive_buffer: Option<u32>) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // On Windows the option means something else, and a closed port is free at once.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    if let Some(bytes) = receive_buffer {
        // Connections inherit it from the listening socket.
        socket.set_recv_buffer_size(bytes)?;
    }
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    Ok(socket)
}
