//! The service in this process, for trying the program out and for its tests.
//!
//! Two HTTP/1.1 servers on loopback: one with the API's calls, one that stands for the
//! storage that signed URLs point to. Both hold what a client sends against the wire
//! protocol themselves and share no parser or type with the client's side of it. A
//! [`FaultPlan`] says what is to go wrong, in order.
//!
//! Times are real ones: a runtime with a paused clock would jump ahead of the sockets.

mod answer;
mod calls;
mod intake;
mod io;
mod multipart;
mod plan;
mod server;
pub(crate) mod session;
mod state;
mod storage;
mod ticket;

#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use answer::{EnvelopeStyle, Reply};
pub use plan::{Call, FaultPlan, PlannedFault, RuleBuilder};
pub use ticket::OfferedProtocol;

use server::{Door, Port};
use state::State;

/// A key that the server takes, as it takes any other that begins with `sk-`.
const KEY: &str = "sk-sandbox-try-it-out-without-an-account";

/// How long after its bytes an asset changes its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Until it is UPLOADING; WAITING before that.
    pub uploading: Duration,
    /// Until it is SUCCESS.
    pub success: Duration,
}

impl Default for Timing {
    /// SUCCESS after 1.5 s: a client's first poll after 2 s finds it.
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

    /// The same in another scale: below 1 is faster. `factor` must be finite and not negative.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            uploading: self.uploading.mul_f64(factor),
            success: self.success.mul_f64(factor),
        }
    }

    /// The status of an asset whose bytes have been there for `age`.
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

/// How a sandbox is to be.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Port of the API; 0 is any that is free.
    pub port: u16,
    /// Port of the storage server; 0 is any that is free.
    pub storage_port: u16,
    /// Least time between two requests of one key; the service's is 1 s.
    pub interval: Duration,
    /// When statuses change.
    pub timing: Timing,
    /// Most bytes of a direct upload; the service's are taken to be 500,000,000.
    pub direct_limit: u64,
    /// Flavour of the signed URLs.
    pub protocol: OfferedProtocol,
    /// Bytes that the system takes in for a connection before they are read. The system's
    /// own choice (`None`) is some megabytes: a stall or a trickle is then not felt by the
    /// sender of a smaller file.
    pub receive_buffer: Option<u32>,
    /// Digits of the first asset's id; `None` counts on from the clock, so that ids do not
    /// come again after a new start.
    pub first_id: Option<u64>,
    /// What is to go wrong.
    pub plan: FaultPlan,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            port: 0,
            storage_port: 0,
            interval: Duration::from_secs(1),
            timing: Timing::default(),
            direct_limit: 500_000_000,
            protocol: OfferedProtocol::default(),
            receive_buffer: None,
            first_id: None,
            plan: FaultPlan::default(),
        }
    }
}

/// By which way a file came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// `POST /upload`.
    Direct,
    /// A signed URL of this flavour.
    SignedUrl(OfferedProtocol),
}

/// A file that the server took in whole. Its bytes are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCopy {
    /// The asset that it is.
    pub asset_id: String,
    /// Its name, as sent by the client.
    pub file_name: String,
    /// Its bytes.
    pub size: u64,
    /// BLAKE3 of its bytes, 64 hexadecimal digits.
    pub blake3: String,
    /// `Content-Type` of the part, or of the request to a signed URL.
    pub content_type: Option<String>,
    /// The way that it came.
    pub via: Via,
    /// What the service says of it now.
    pub status: String,
    /// How often it was sent whole to the same asset: more than 1 for a repeated `PUT`.
    pub writes: u32,
}

/// A request that reached the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// When its head had come.
    pub at: Instant,
    /// Its HTTP method.
    pub method: String,
    /// What was called; `None` for a request that is refused before that is known.
    pub call: Option<Call>,
    /// The last four characters of its key; empty without one.
    pub key_end: String,
    /// Name of the file that it is about, where that is known.
    pub file_name: Option<String>,
    /// The asset that was given with the answer, or asked about.
    pub asset_id: Option<String>,
    /// HTTP status that was answered; `None` while, or because, there was none.
    pub status: Option<u16>,
    /// Bytes of its body that came, framing included: so far, until [`RequestRecord::over`].
    pub body: u64,
    /// Bytes of the answer's body that the connection has taken so far.
    pub answered: u64,
    /// Its body came to where a [`PlannedFault::Stall`] reads no further.
    pub stalled: bool,
    /// Nothing is done for it any more: it was answered, or its connection is gone.
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
    /// Starts both servers on loopback, on the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// A port that is taken, and whatever else keeps the system from listening.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O and time.
    pub fn start(options: SandboxOptions) -> std::io::Result<Self> {
        let api = bind(options.port, options.receive_buffer)?;
        let storage = bind(options.storage_port, options.receive_buffer)?;
        let address = api.local_addr()?;
        let storage_origin = format!("http://{}", storage.local_addr()?);
        let state = Arc::new(State::new(options, storage_origin));
        let stop = CancellationToken::new();
        let servers = [(api, Port::Api), (storage, Port::Storage)]
            .into_iter()
            .map(|(socket, port)| {
                let single_instance = Door::open(socket, port, &state)?;
                let serving =
                    server::accept(single_instance, port, Arc::clone(&state), stop.clone());
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

    /// The base URL to give to a client.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, calls::BASE_PATH)
    }

    /// A key that the server takes.
    pub fn key(&self) -> &'static str {
        KEY
    }

    /// Replaces what is to go wrong from now on.
    pub fn set_plan(&self, plan: FaultPlan) {
        self.state.set_plan(plan);
    }

    /// The requests so far, in the order of their arrival, storage included.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.state.requests()
    }

    /// Returns what is stored, in the order of the assets' ids.
    pub fn stored(&self) -> Vec<StoredCopy> {
        self.state.stored()
    }

    /// Path and query of every signed URL and every session that was given out: what must
    /// show up in nothing that a client writes.
    pub fn secret_targets(&self) -> Vec<String> {
        self.state.secret_targets()
    }

    /// A receiver that is told of each request, each answer and each file that is stored;
    /// its value only counts. Statuses that change by time are not told.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.state.changes()
    }

    /// Waits until `reached` holds, looking again at each change. Has no limit of its own.
    pub async fn wait_until(&self, reached: impl Fn(&Self) -> bool) {
        let mut changes = self.changes();
        while !reached(self) {
            // An error would mean that the state is gone, and `self` holds it.
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Stops both servers, and waits until their connections are closed.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        for server in std::mem::take(&mut self.servers) {
            // An error would mean that it ended by a panic: it has ended.
            let _ = server.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A socket that has its port, and does not listen yet.
fn bind(port: u16, receive_buffer: Option<u32>) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // On Windows the option means something else, and a closed port is free at once.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    if let Some(bytes) = receive_buffer {
        // Connections have what the listening socket had when they came.
        socket.set_recv_buffer_size(bytes)?;
    }
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    Ok(socket)
}
