//! One-shot results from other threads: dialogs, keychain, key checks. A sender that is dropped,
//! as by a thread or desktop portal that dies, yields [`Outcome::Lost`].

use std::future::Future;
use std::sync::Arc;
use std::thread;

use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::oneshot::{self, Receiver, Sender};

/// Wakes the window to poll its results.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Result of a one-shot.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// The answer.
    Answer(T),
    /// The sender was dropped.
    Lost,
}

/// A result that may not have arrived yet.
pub struct Pending<T: Send + 'static>(Receiver<T>);

/// Sender of a [`Pending`]; dropping it yields [`Outcome::Lost`].
pub struct Answer<T: Send + 'static> {
    sender: Option<Sender<T>>,
    wake: Wake,
}

impl<T: Send + 'static> Answer<T> {
    /// Sends the answer and wakes the window.
    pub fn send(mut self, value: T) {
        if let Some(sender) = self.sender.take() {
            // The receiver is gone if nobody waits any more.
            let _ = sender.send(value);
        }
    }
}

impl<T: Send + 'static> Drop for Answer<T> {
    fn drop(&mut self) {
        self.sender = None;
        (self.wake)();
    }
}

impl<T: Send + 'static> Pending<T> {
    /// Creates a sender and its receiver.
    pub fn channel(wake: Wake) -> (Answer<T>, Self) {
        let (sender, receiver) = oneshot::channel();
        let answer = Answer {
            sender: Some(sender),
            wake,
        };
        (answer, Self(receiver))
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

    /// Returns the result if it has arrived.
    ///
    /// # Errors
    /// Gives `self` back while the result is pending.
    pub fn poll(mut self) -> Result<Outcome<T>, Self> {
        match self.0.try_recv() {
            Ok(value) => Ok(Outcome::Answer(value)),
            Err(TryRecvError::Closed) => Ok(Outcome::Lost),
            Err(TryRecvError::Empty) => Err(self),
        }
    }

    /// Blocks until the result arrives; not for the UI thread.
    pub fn wait(self) -> Outcome<T> {
        self.0
            .blocking_recv()
            .map_or(Outcome::Lost, Outcome::Answer)
    }

    /// Takes an arrived result out of a slot, leaving the slot empty.
    pub fn take_from(slot: &mut Option<Self>) -> Option<Outcome<T>> {
        match slot.take()?.poll() {
            Ok(outcome) => Some(outcome),
            Err(pending) => {
                *slot = Some(pending);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
