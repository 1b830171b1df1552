//! A connection that can be cut or slowed down from inside the handling of a request.

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

/// How often a slowed connection takes bytes: 20 times a second, so that a trickle is
/// seen as one by a watchdog that looks for bytes that move.
const TICK: Duration = Duration::from_millis(50);

/// How a connection ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// In order (FIN); the system makes a reset of it where unread bytes are left.
    Close,
    /// With a reset (RST).
    Reset,
}

/// The handle by which a request's handler gets at the connection that it came on.
#[derive(Debug)]
pub(super) struct Link {
    /// Bytes a second that are read; 0 is no limit.
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

    /// Ends the connection; what was not written yet is lost. The first call decides how.
    pub(super) fn cut(&self, how: Cut) {
        self.cut.send_if_modified(|cut| {
            let first = cut.is_none();
            cut.get_or_insert(how);
            first
        });
    }

    /// Resolves when [`Self::cut`] was called.
    pub(super) async fn was_cut(&self) {
        let mut cut = self.cut.subscribe();
        // An error would mean that the sender is gone, and it lives in `self`.
        let _ = cut.wait_for(Option::is_some).await;
    }

    /// Reads no more than this many bytes a second from now on; `None` is no limit.
    pub(super) fn set_pace(&self, bytes_per_second: Option<u64>) {
        let pace = bytes_per_second.map_or(0, |pace| pace.max(1));
        self.pace.store(pace, Ordering::Relaxed);
    }
}

/// A TCP connection under the rule of its [`Link`].
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
