//! Interruption of the program by the user or the system.

#[cfg(unix)]
use futures_util::future::select_all;

use super::EXIT_INTERRUPTED;
use crate::engine::shutdown::LONGEST;

/// Receiver of the signals to end the program, which it catches from its creation on.
#[derive(Debug)]
pub struct Interruption {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
    #[cfg(windows)]
    signal: Option<tokio::signal::windows::CtrlC>,
}

impl Interruption {
    /// Listens for Ctrl-C and, on Unix, TERM and HUP. Signals ignored from the start (`nohup`) stay
    /// ignored; those that cannot be caught are logged and keep the system's default.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O.
    #[cfg(unix)]
    pub fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        let ours = kinds.into_iter().filter(|kind| !is_ignored(*kind));
        let signals = ours.filter_map(|kind| heard(signal(kind)));
        Self {
            signals: signals.collect(),
        }
    }

    /// Listens for Ctrl-C.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O.
    #[cfg(windows)]
    pub fn listen() -> Self {
        Self {
            signal: heard(tokio::signal::windows::ctrl_c()),
        }
    }

    /// Exits soon after a signal, from a task of its own, even if a blocked terminal, pipe or disk
    /// holds up the regular end.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O.
    pub fn ends_in_any_case() {
        let mut interruption = Self::listen();
        tokio::spawn(async move {
            interruption.heard().await;
            tokio::time::sleep(LONGEST).await;
            tracing::warn!("the end takes too long");
            std::process::exit(EXIT_INTERRUPTED.into());
        });
    }

    /// Waits for a signal. Cancel safe.
    pub async fn heard(&mut self) {
        #[cfg(unix)]
        if !self.signals.is_empty() {
            let signals = self.signals.iter_mut();
            select_all(signals.map(|signal| Box::pin(signal.recv()))).await;
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

/// Returns true if the program was started with this signal ignored. Only Linux tells so without
/// `unsafe`.
#[cfg(unix)]
fn is_ignored(kind: tokio::signal::unix::SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let masks = status
        .lines()
        .filter_map(|line| line.strip_prefix("SigIgn:"));
    let masks = masks.filter_map(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    masks.fold(0, |all, mask| all | mask) >> (kind.as_raw_value() - 1) & 1 == 1
}

fn heard<T>(signal: std::io::Result<T>) -> Option<T> {
    signal
        .inspect_err(|error| tracing::warn!(%error, "a signal cannot be heard"))
        .ok()
}
