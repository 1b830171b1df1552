//! A connection that a request's handler can cut or slow down.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Sleep;

/// Time between reads of a slowed connection: 20 times a second, so that a progress timeout sees
/// bytes moving.
const TICK: Duration = Duration::from_millis(50);

/// Early end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// In order (FIN); the system turns it into a reset if bytes are unread.
    Close,
    /// With a reset (RST).
    Reset,
}

/// Handle of a request's handler to its connection.
#[derive(Debug)]
pub(super) struct Link {
    /// Read limit in bytes per second; 0 is no limit.
    pace: AtomicU64,
    cut: watch::Sender<Option<Cut>>,
}

impl Link {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            pace: AtomicU64::new(0),
            cut: watch::Sender::new(None),
        })
    }

    /// Cuts the connection and drops unwritten bytes. The first call decides how.
    pub(super) fn cut(&self, how: Cut) {
        self.cut.send_if_modified(|cut| {
            let first = cut.is_none();
            cut.get_or_insert(how);
            first
        });
    }

    /// Waits until [`Self::cut`] was called.
    pub(super) async fn was_cut(&self) {
        let mut cut = self.cut.subscribe();
        // The sender lives in `self`, so this cannot fail.
        let _ = cut.wait_for(Option::is_some).await;
    }

    /// Limits reading to this many bytes per second; `None` is no limit.
    pub(super) fn set_pace(&self, bytes_per_second: Option<u64>) {
        let pace = bytes_per_second.map_or(0, |pace| pace.max(1));
        self.pace.store(pace, Ordering::Relaxed);
    }
}

/// A TCP connection controlled by its [`Link`].
#[derive(Debug)]
pub(super) struct FaultyStream {
    tcp: TcpStream,
    link: Arc<Link>,
    rest: Option<Pin<Box<Sleep>>>,
}

impl FaultyStream {
    pub(super) fn new(tcp: TcpStream, link: Arc<Link>) -> Self {
        Self {
            tcp,
            link,
            rest: None,
        }
    }
}

impl Drop for FaultyStream {
    fn drop(&mut self) {
        if *self.link.cut.borrow() == Some(Cut::Reset) {
            // Without it the connection would end in order, and a test would notice.
            let _ = socket2::SockRef::from(&self.tcp).set_linger(Some(Duration::ZERO));
        }
    }
}

impl AsyncRead for FaultyStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let pace = this.link.pace.load(Ordering::Relaxed);
        if pace == 0 {
            this.rest = None;
            return Pin::new(&mut this.tcp).poll_read(cx, buf);
        }
        if let Some(rest) = &mut this.rest {
            ready!(rest.as_mut().poll(cx));
            this.rest = None;
        }
        let ticks = TICK.as_secs_f64();
        let portion = ((pace as f64 * ticks) as usize).clamp(1, 64 * 1024);
        let portion = portion.min(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(portion));
        ready!(Pin::new(&mut this.tcp).poll_read(cx, &mut part))?;
        let taken = part.filled().len();
        buf.advance(taken);
        if taken > 0 {
            let pause = Duration::from_secs_f64(taken as f64 / pace as f64);
            this.rest = Some(Box::pin(tokio::time::sleep(pause)));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for FaultyStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
