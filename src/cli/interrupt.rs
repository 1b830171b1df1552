//! The person, or the system, ends the program.

/// Hears that the program is to end, from the moment that it is made.
#[derive(Debug)]
pub struct Interruption {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
    #[cfg(windows)]
    signal: Option<tokio::signal::windows::CtrlC>,
}

impl Interruption {
    /// Listens for Ctrl-C, and where there is such a thing for the signals TERM and HUP. What cannot
    /// be listened for is logged, and ends the program as the system has it.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O.
    #[cfg(unix)]
    pub fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        let signals = kinds.into_iter().filter_map(|kind| heard(signal(kind)));
        Self {
            signals: signals.collect(),
        }
    }

    /// Listens for Ctrl-C.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O.
    #[cfg(windows)]
    pub fn listen() -> Self {
        Self {
            signal: heard(tokio::signal::windows::ctrl_c()),
        }
    }

    /// Waits for it. May be dropped and called again without losing one.
    pub async fn heard(&mut self) {
        #[cfg(unix)]
        if !self.signals.is_empty() {
            std::future::poll_fn(|context| {
                let came = |signal: &mut tokio::signal::unix::Signal| {
                    matches!(signal.poll_recv(context), std::task::Poll::Ready(Some(())))
                };
                // All are polled, so that each of them wakes this task.
                match self.signals.iter_mut().map(came).fold(false, |a, b| a | b) {
                    true => std::task::Poll::Ready(()),
                    false => std::task::Poll::Pending,
                }
            })
            .await;
            return;
        }
        #[cfg(windows)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

fn heard<T>(signal: std::io::Result<T>) -> Option<T> {
    signal
        .inspect_err(|error| tracing::warn!(%error, "a signal cannot be heard"))
        .ok()
}
