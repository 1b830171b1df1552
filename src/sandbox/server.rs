//! Accepts connections and handles requests.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::answer::{AnswerBody, Reply, counted};
use super::intake::{IntakeStop, RequestBody};
use super::io::{Cut, FaultyStream, Link};
use super::plan::{Call, PlannedFault};
use super::state::State;
use super::{RequestRecord, calls, storage};

#[derive(Clone, Copy, Debug)]
pub(super) enum Port {
    Api,
    Storage,
}

/// Entrance for connections.
pub(super) enum Door {
    /// The system accepts them.
    Open(TcpListener),
    /// The port is bound, and the system refuses connections.
    Shut(TcpSocket),
}

/// Connections queued by the system before they are accepted.
const BACKLOG: u32 = 1024;

impl Door {
    /// Listens, unless the plan refuses connections to this port.
    pub(super) fn open(socket: TcpSocket, port: Port, state: &State) -> io::Result<Self> {
        match port {
            Port::Api if state.refuses_connections() => Ok(Self::Shut(socket)),
            Port::Api | Port::Storage => socket.listen(BACKLOG).map(Self::Open),
        }
    }

    /// Listens once the plan allows it.
    async fn opened(self, state: &State) -> io::Result<TcpListener> {
        let socket = match self {
            Self::Open(listener) => return Ok(listener),
            Self::Shut(socket) => socket,
        };
        let mut changes = state.changes();
        while state.refuses_connections() {
            // The state is borrowed here, so this cannot fail.
            let _ = changes.changed().await;
        }
        socket.listen(BACKLOG)
    }
}

/// Accepts connections until `stop`, then drops them all.
pub(super) async fn accept(
    single_instance: Door,
    port: Port,
    state: Arc<State>,
    stop: CancellationToken,
) {
    let listener = tokio::select! {
        () = stop.cancelled() => return,
        opened = single_instance.opened(&state) => match opened {
            Ok(listener) => listener,
            Err(error) => return tracing::error!(%error, "the sandbox cannot listen"),
        },
    };
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((tcp, _)) if matches!(port, Port::Api) && state.hangs_up() => {
                    let link = Link::new();
                    link.cut(Cut::Reset);
                    drop(FaultyStream::new(tcp, link));
                }
                Ok((tcp, _)) => {
                    connections.spawn(serve(tcp, port, Arc::clone(&state)));
                }
                Err(error) => {
                    // Out of file handles, or the connection died in the queue.
                    tracing::warn!(%error, "the sandbox could not take a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn serve(tcp: TcpStream, port: Port, state: Arc<State>) {
    // Replies are written whole, so Nagle's algorithm would only delay them.
    let _ = tcp.set_nodelay(true);
    let link = Link::new();
    let stream = FaultyStream::new(tcp, Arc::clone(&link));
    let handler = {
        let link = Arc::clone(&link);
        service_fn(move |request| handle(request, port, Arc::clone(&state), Arc::clone(&link)))
    };
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), handler);
    tokio::select! {
        biased;
        () = link.was_cut() => {}
        ended = connection => if let Err(error) = ended {
            tracing::debug!(%error, "a connection to the sandbox ended early");
        }
    }
}

async fn handle(
    request: Request<Incoming>,
    port: Port,
    state: Arc<State>,
    link: Arc<Link>,
) -> Result<Response<AnswerBody>, Infallible> {
    let (head, body) = request.into_parts();
    let exchange = Exchange::new(head, body, state, link);
    let answered = match port {
        Port::Api => calls::answer(&exchange).await,
        Port::Storage => storage::answer(&exchange).await,
    };
    let (reply, close) = match answered {
        Ok(reply) => {
            exchange.intake.linger().await;
            (reply, false)
        }
        Err(IntakeStop::Early { reply, linger }) => {
            if linger {
                exchange.intake.linger().await;
            }
            (reply, !linger)
        }
        Err(IntakeStop::Gone) => {
            exchange.link.cut(Cut::Close);
            // The connection's task drops this future together with the connection.
            std::future::pending().await
        }
    };
    let status = reply.status;
    exchange
        .state
        .note(exchange.record, |record| record.status = Some(status));
    let (state, record) = (Arc::clone(&exchange.state), exchange.record);
    let taken = move |bytes| state.note(record, |record| record.answered += bytes);
    Ok(reply.into_response(close).map(|body| counted(body, taken)))
}

/// One request and everything its handler needs.
pub(super) struct Exchange {
    pub(super) head: Parts,
    pub(super) intake: RequestBody,
    pub(super) state: Arc<State>,
    link: Arc<Link>,
    record: usize,
}

impl Exchange {
    fn new(head: Parts, body: Incoming, state: Arc<State>, link: Arc<Link>) -> Self {
        let key = head.headers.get(AUTHORIZATION);
        let key = key.and_then(|key| key.to_str().ok()).unwrap_or_default();
        let shown: Vec<char> = key.chars().rev().take(4).collect();
        let intake = RequestBody::new(body, Arc::clone(&link));
        let record = RequestRecord {
            at: Instant::now(),
            method: head.method.to_string(),
            call: None,
            key_end: shown.into_iter().rev().collect(),
            file_name: None,
            asset_id: None,
            status: None,
            body: 0,
            answered: 0,
            stalled: false,
            over: false,
        };
        let record = state.note_request(record, intake.counter());
        Self {
            intake,
            head,
            state,
            link,
            record,
        }
    }

    /// Records the request's call.
    pub(super) fn is(&self, call: Call) {
        self.state
            .note(self.record, |record| record.call = Some(call));
    }

    /// Records the asset that the request creates or concerns.
    pub(super) fn concerns(&self, asset_id: &str) {
        self.state.note(self.record, |record| {
            record.asset_id = Some(asset_id.to_owned());
        });
    }

    /// Takes the fault planned for this call, and arms it if it concerns reading the body.
    pub(super) async fn meet(&self, call: Call, name: Option<&str>) -> Option<PlannedFault> {
        self.state.note(self.record, |record| {
            record.file_name = name.map(str::to_owned);
        });
        let fault = self.state.fault(call, name)?;
        let (state, record) = (Arc::clone(&self.state), self.record);
        let stalls = move || state.note(record, |record| record.stalled = true);
        self.intake.arm(&fault, stalls).await;
        Some(fault)
    }

    /// Finishes a call whose body was read: `commit` performs it and returns its reply.
    pub(super) async fn conclude(
        &self,
        fault: Option<&PlannedFault>,
        commit: impl FnOnce() -> Reply,
    ) -> Result<Reply, IntakeStop> {
        match fault {
            Some(PlannedFault::Answer(reply)) => Ok(reply.clone()),
            Some(PlannedFault::StoreThenAnswer(reply)) => {
                commit();
                Ok(reply.clone())
            }
            Some(PlannedFault::LoseAnswer { stored, reset }) => {
                if *stored {
                    commit();
                }
                self.link.cut(if *reset { Cut::Reset } else { Cut::Close });
                Err(IntakeStop::Gone)
            }
            Some(PlannedFault::DelayAnswer(delay)) => {
                let reply = commit();
                tokio::time::sleep(*delay).await;
                Ok(reply)
            }
            _ => Ok(commit()),
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let body = self.intake.taken();
        self.state.note(self.record, |record| {
            record.body = body;
            record.over = true;
        });
    }
}
