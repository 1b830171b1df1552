//! One-shot results from other threads: dialogs, keychain, key checks.
//!
//! A [`poll_promise::Promise`] panics when polled after its sender was dropped. Here, dropping the
//! sender yields [`Outcome::Lost`], so a dead thread or desktop portal can be handled.

use std::future::Future;
use std::sync::Arc;
use std::thread;

use poll_promise::{Promise, Sender};

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
pub struct Pending<T: Send + 'static>(Promise<Option<T>>);

/// Sender of a [`Pending`]; dropping it yields [`Outcome::Lost`].
pub struct Answer<T: Send + 'static> {
    /// Taken by the answer.
    sender: Option<Sender<Option<T>>>,
    wake: Wake,
}

impl<T: Send + 'static> Answer<T> {
    /// Sends the answer and wakes the window.
    pub fn send(mut self, value: T) {
        self.end(Some(value));
    }

    fn end(&mut self, outcome: Option<T>) {
        if let Some(sender) = self.sender.take() {
            sender.send(outcome);
            (self.wake)();
        }
    }
}

impl<T: Send + 'static> Drop for Answer<T> {
    fn drop(&mut self) {
        self.end(None);
    }
}

impl<T: Send + 'static> Pending<T> {
    /// Creates a sender and its receiver.
    pub fn channel(wake: Wake) -> (Answer<T>, Self) {
        let (sender, promise) = Promise::new();
        let sender = Some(sender);
        (Answer { sender, wake }, Self(promise))
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

    /// Returns the result once it has arrived. After an answer, it counts as lost.
    pub fn poll(&mut self) -> Option<Outcome<T>> {
        let outcome = self.0.ready_mut()?.take();
        Some(outcome.map_or(Outcome::Lost, Outcome::Answer))
    }

    /// Blocks until the result has arrived; not for the UI thread.
    pub fn wait(self) {
        self.0.block_until_ready();
    }

    /// Takes an arrived result out of a slot, leaving the slot empty.
    pub fn take_from(slot: &mut Option<Self>) -> Option<Outcome<T>> {
        let outcome = slot.as_mut()?.poll()?;
        *slot = None;
        Some(outcome)
    }
}

#[cfg(test)]
mod tests;
