//! Accepts connections and handles requests.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::answer::{AnswerBody, counted};
use super::exchange::Exchange;
use super::intake::IntakeStop;
use super::io::{Cut, FaultyStream, Link};
use super::state::State;
use super::{calls, storage};

#[derive(Clone, Copy, Debug)]
pub(super) enum Port {
    Api,
    Storage,
}

/// A bound port.
pub(super) enum BoundPort {
    /// The system accepts connections.
    Listening(TcpListener),
    /// The system refuses connections.
    Refusing(TcpSocket),
}

/// Connections queued by the system before they are accepted.
const BACKLOG: u32 = 1024;

impl BoundPort {
    /// Listens, unless the plan refuses connections to this port.
    pub(super) fn open(socket: TcpSocket, port: Port, state: &State) -> io::Result<Self> {
        match port {
            Port::Api if state.refuses_connections() => Ok(Self::Refusing(socket)),
            Port::Api | Port::Storage => socket.listen(BACKLOG).map(Self::Listening),
        }
    }

    /// Listens once the plan allows it.
    async fn opened(self, state: &State) -> io::Result<TcpListener> {
        let socket = match self {
            Self::Listening(listener) => return Ok(listener),
            Self::Refusing(socket) => socket,
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
    listener: BoundPort,
    port: Port,
    state: Arc<State>,
    stop: CancellationToken,
) {
    let listener = tokio::select! {
        () = stop.cancelled() => return,
        opened = listener.opened(&state) => match opened {
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
            exchange.cut(Cut::Close);
            // The connection's task drops this future together with the connection.
            std::future::pending().await
        }
    };
    let taken = exchange.on_answer(reply.status);
    Ok(reply.into_response(close).map(|body| counted(body, taken)))
}
