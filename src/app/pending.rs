//! One-shot results from other threads: dialogs, keychain, key checks.

use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread;

/// Wakes the window to poll its results.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Result of a one-shot.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// The answer.
    Answer(T),
    /// The sender was dropped, as by a dead thread or desktop portal.
    Lost,
}

impl<T> Outcome<T> {
    /// Returns the answer, else what a lost one counts as.
    pub fn or(self, lost: T) -> T {
        match self {
            Self::Answer(answer) => answer,
            Self::Lost => lost,
        }
    }
}

/// A result that may not have arrived yet.
pub struct Pending<T>(Receiver<T>);

/// Sender of a [`Pending`]; dropping it yields [`Outcome::Lost`].
pub struct Answer<T> {
    /// Always there until dropped, which must precede the wake.
    sender: Option<Sender<T>>,
    wake: Wake,
}

impl<T> Answer<T> {
    /// Sends the answer and wakes the window.
    pub fn send(self, value: T) {
        if let Some(sender) = &self.sender {
            // Nobody may wait any more.
            let _ = sender.send(value);
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        self.sender = None;
        (self.wake)();
    }
}

impl<T: Send + 'static> Pending<T> {
    /// Creates a sender and its receiver.
    pub fn channel(wake: Wake) -> (Answer<T>, Self) {
        let (sender, receiver) = mpsc::channel();
        let sender = Some(sender);
        (Answer { sender, wake }, Self(receiver))
    }

    /// Runs blocking work on a new thread. A panic, or failure to create the thread, yields
    /// [`Outcome::Lost`].
    pub fn spawn(name: &str, wake: Wake, work: impl FnOnce() -> T + Send + 'static) -> Self {
        let (answer, pending) = Self::channel(wake);
        // If no thread starts, the closure and its sender are dropped.
        let _ = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || answer.send(work()));
        pending
    }

    /// Awaits a future on a new thread.
    pub fn wait_for(
        name: &str,
        wake: Wake,
        future: impl Future<Output = Option<T>> + Send + 'static,
    ) -> Self {
        let (answer, pending) = Self::channel(wake);
        let _ = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            if let Some(value) = runtime.ok().and_then(|runtime| runtime.block_on(future)) {
                answer.send(value);
            }
        });
        pending
    }

    /// Returns the result once it has arrived. After an answer, the sender is gone.
    pub fn poll(&self) -> Option<Outcome<T>> {
        match self.0.try_recv() {
            Ok(value) => Some(Outcome::Answer(value)),
            Err(TryRecvError::Disconnected) => Some(Outcome::Lost),
            Err(TryRecvError::Empty) => None,
        }
    }

    /// Blocks until the result has arrived; not for the UI thread.
    pub fn wait(self) {
        let _ = self.0.recv();
    }

    /// Takes an arrived result out of a slot, leaving the slot empty.
    pub fn take_from(slot: &mut Option<Self>) -> Option<Outcome<T>> {
        let outcome = slot.as_ref()?.poll()?;
        *slot = None;
        Some(outcome)
    }
}

#[cfg(test)]
mod tests;
