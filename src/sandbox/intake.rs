//! Reads a request's body under its planned fault.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::{Stream, stream};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::Mutex;

use super::answer::Reply;
use super::io::{Cut, Link};
use super::plan::PlannedFault;

/// Reason why a body is not read to its end.
#[derive(Clone, Debug)]
pub(super) enum IntakeStop {
    /// The connection is closed: no reply is possible.
    Gone,
    /// The reply comes before the body's end.
    Early {
        /// The reply.
        reply: Reply,
        /// Reads and drops the rest if true.
        linger: bool,
    },
}

struct Inner {
    body: Incoming,
    link: Arc<Link>,
    /// Bytes received so far.
    taken: Arc<AtomicU64>,
    /// Bytes of the body after which the fault takes effect.
    trap: Option<(u64, PlannedFault)>,
    on_stall: Option<Box<dyn FnOnce() + Send>>,
    stopped: Option<IntakeStop>,
    finished: bool,
}

/// A request's body. Clones share it.
#[derive(Clone)]
pub(super) struct RequestBody(Arc<Mutex<Inner>>, Arc<AtomicU64>);

impl RequestBody {
    pub(super) fn new(body: Incoming, link: Arc<Link>) -> Self {
        let taken = Arc::new(AtomicU64::new(0));
        let inner = Inner {
            body,
            link,
            taken: Arc::clone(&taken),
            trap: None,
            on_stall: None,
            stopped: None,
            finished: false,
        };
        Self(Arc::new(Mutex::new(inner)), taken)
    }

    /// Arms a fault that concerns reading the body; `stalls` is called when reading stalls.
    pub(super) async fn arm(&self, fault: &PlannedFault, stalls: impl FnOnce() + Send + 'static) {
        let mut inner = self.0.lock().await;
        let at = match fault {
            PlannedFault::ResetAfter { bytes } => *bytes,
            PlannedFault::AnswerEarly { after, .. } | PlannedFault::Stall { after, .. } => *after,
            PlannedFault::Trickle { bytes_per_second } => {
                return inner.link.set_pace(Some(*bytes_per_second));
            }
            _ => return,
        };
        inner.trap = Some((at, fault.clone()));
        inner.on_stall = Some(Box::new(stalls));
    }

    /// Returns the next bytes; `None` at the body's end.
    pub(super) async fn next(&self) -> Result<Option<Bytes>, IntakeStop> {
        self.0.lock().await.next().await
    }

    /// Reads and drops the rest.
    pub(super) async fn drain(&self) -> Result<(), IntakeStop> {
        while self.next().await?.is_some() {}
        Ok(())
    }

    /// Bytes received so far.
    pub(super) fn taken(&self) -> u64 {
        self.1.load(Ordering::Relaxed)
    }

    /// Returns a live counter of the received bytes.
    pub(super) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.1)
    }

    /// Drops the rest of the body in the background, so that a client that is still sending does
    /// not lose the reply.
    pub(super) async fn linger(&self) {
        let mut inner = self.0.lock().await;
        inner.trap = None;
        inner.stopped = None;
        let finished = inner.finished;
        drop(inner);
        if !finished {
            let rest = self.clone();
            // Ends with the body or the connection.
            tokio::spawn(async move { rest.drain().await });
        }
    }

    /// Converts the body into a stream; after an error, [`Self::next`] gives the reason.
    pub(super) fn into_stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::unfold(self, |intake| async move {
            // Its reader takes all that is there before it looks at it.
            tokio::task::yield_now().await;
            let item = match intake.next().await {
                Ok(bytes) => Ok(bytes?),
                Err(_) => Err(io::Error::other("the body was stopped")),
            };
            Some((item, intake))
        })
    }
}

impl Inner {
    async fn next(&mut self) -> Result<Option<Bytes>, IntakeStop> {
        loop {
            if let Some(stop) = &self.stopped {
                return Err(stop.clone());
            }
            if self
                .trap
                .as_ref()
                .is_some_and(|(at, _)| self.finished || self.taken.load(Ordering::Relaxed) >= *at)
            {
                self.spring().await;
                continue;
            }
            if self.finished {
                return Ok(None);
            }
            let frame = self.body.frame().await;
            let bytes = match frame {
                None => {
                    self.finished = true;
                    self.link.set_pace(None);
                    continue;
                }
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => bytes,
                    Err(_trailers) => continue,
                },
                Some(Err(_)) => {
                    self.stopped = Some(IntakeStop::Gone);
                    continue;
                }
            };
            let bytes = self.count(bytes);
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    /// Counts bytes; returns those before a trap that ends the body.
    fn count(&mut self, mut bytes: Bytes) -> Bytes {
        let more = bytes.len() as u64;
        let before = self.taken.fetch_add(more, Ordering::Relaxed);
        if let Some((at, fault)) = &self.trap
            && !matches!(fault, PlannedFault::Stall { .. })
            && (before..before + more).contains(at)
            && let Ok(head) = usize::try_from(at - before)
        {
            bytes.truncate(head);
        }
        bytes
    }

    async fn spring(&mut self) {
        match self.trap.take() {
            Some((_, PlannedFault::ResetAfter { .. })) => {
                self.link.cut(Cut::Reset);
                self.stopped = Some(IntakeStop::Gone);
            }
            Some((_, PlannedFault::AnswerEarly { reply, linger, .. })) => {
                self.stopped = Some(IntakeStop::Early { reply, linger });
            }
            Some((_, PlannedFault::Stall { lasting, .. })) => {
                if let Some(tell) = self.on_stall.take() {
                    tell();
                }
                match lasting {
                    Some(lasting) => tokio::time::sleep(lasting).await,
                    None => std::future::pending().await,
                }
            }
            _ => {}
        }
    }
}
