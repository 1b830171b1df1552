//! A task that ends with its owner.

use tokio::task::JoinHandle;

/// A task that is aborted on drop.
#[derive(Debug)]
pub(in crate::engine) struct Task(JoinHandle<()>);

impl Task {
    pub(super) fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(future))
    }

    /// Aborts the task and waits for its end, so that a message it is sending arrives first.
    pub async fn end(mut self) {
        self.0.abort();
        // An error means that it was aborted.
        let _ = (&mut self.0).await;
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
