//! Ends a run: stops tasks, and saves what they told last.

use tokio::time::Instant;

use super::Actor;
use crate::api::Service;
use crate::engine::message::ActorMessage;
use crate::engine::tasks::task::Task;
use crate::engine::{FrontEnd, shutdown};

impl<S: Service> Actor<S> {
    /// Leaves the journal ready for the next run: aborts tasks, saves their last results, and
    /// reports what cannot be saved.
    pub(super) async fn shut_down(&mut self) {
        // No more files are taken in.
        self.intake.discard();
        self.forget_removed();
        let running = self.queue.items_mut().filter_map(|item| {
            item.transfer.end();
            item.running.take()
        });
        let ended = futures_util::future::join_all(running.map(Task::end));
        if tokio::time::timeout(shutdown::TASKS, ended).await.is_err() {
            tracing::warn!("a task does not end");
        }
        // Aborting its thread in mid-work would leave files behind.
        let open_until = Instant::now() + shutdown::OPENING;
        while self.journal.is_away()
            && let Ok(Some(message)) = tokio::time::timeout_at(open_until, self.inbox.recv()).await
        {
            self.handle_last_message(message);
        }
        self.drain_inbox();
        if self.options.front_end == FrontEnd::CommandLine {
            self.journal.drop_ended(self.queue.items());
        }
        self.journal.try_at_once(shutdown::DATABASE);
        self.commit_journal();
        self.publish();
        self.drain_keychain().await;
    }

    /// Waits briefly for pending keychain calls and journals their results.
    async fn drain_keychain(&mut self) {
        self.call_keychain();
        if let Some(drained) = self.sessions.drained() {
            let _ = tokio::time::timeout(shutdown::KEYCHAIN, drained).await;
        }
        self.drain_inbox();
        self.commit_journal();
        self.publish();
    }

    /// Takes in pending messages on ids, sessions and the history; starts nothing.
    fn drain_inbox(&mut self) {
        while let Ok(message) = self.inbox.try_recv() {
            self.handle_last_message(message);
        }
    }

    fn handle_last_message(&mut self, message: ActorMessage) {
        if matches!(
            message,
            ActorMessage::Stored(..)
                | ActorMessage::SignedUpload { .. }
                | ActorMessage::Stray(..)
                | ActorMessage::Fingerprint { .. }
                | ActorMessage::Session { .. }
                | ActorMessage::Keychain(_)
                | ActorMessage::OpenOutcome(..)
        ) {
            self.handle_message(message);
        }
    }
}
