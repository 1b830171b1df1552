//! The end of a turn: starts rows, commits the journal, publishes, and begins the work that follows.

use super::Actor;
use crate::api::Service;
use crate::engine::gate::QueueStep;
use crate::engine::lifecycle::LifecycleEvent;
use crate::engine::{FrontEnd, Notice};
use crate::model::upload::Event;

impl<S: Service> Actor<S> {
    /// Starts what may start, writes, publishes, and begins the work that follows.
    pub(super) fn commit(&mut self) {
        self.tasks.reap();
        // Work may move uploads again at once, as where the queue is on hold by now; that is
        // journaled in a transaction of its own.
        while self.commit_once() {}
        self.end_busy_period();
    }

    /// Returns whether there is more to finish.
    fn commit_once(&mut self) -> bool {
        self.report_intake();
        self.start_uploads();
        self.ask_for_key_of_check();
        self.pass_over_deletions();
        let was_good = self.journal.is_good();
        let saved = self.commit_journal();
        if (!saved || self.journal.is_ledger_behind())
            && let Some(after) = self.journal.try_again_in()
        {
            self.tasks.retry_commit(after);
        }
        if !saved {
            self.journal_is_unwritable();
        }
        if let Some(accounts) = self.journal.take_accounts() {
            self.keys.set_known(accounts);
        }
        self.regroup();
        let came_back = !was_good && self.journal.is_good();
        self.publish();
        self.call_keychain();
        let work = self.outbox.take_work();
        let any = !work.is_empty();
        self.carry_out(work);
        any || came_back
    }

    /// One transaction; false where it is not on disk.
    pub(super) fn commit_journal(&mut self) -> bool {
        self.stage_sessions();
        let mut saved = self.journal.commit();
        if let Some(set_aside) = self.journal.take_replaced() {
            self.write_anew(set_aside);
            self.stage_sessions();
            saved = self.journal.commit();
        }
        let (missing, written) = self.journal.unsaved_ids();
        for (id, asset) in missing {
            self.publisher.on_change(id);
            if let Some(item) = self.queue.get(id) {
                let path = item.path.clone();
                self.follow(Some(id), path, LifecycleEvent::NotSaved(asset));
            }
        }
        for id in written {
            self.publisher.on_change(id);
        }
        saved
    }

    fn stage_sessions(&mut self) {
        for (asset, at_ms) in self.sessions.take_notes() {
            self.journal.stage_session(&asset, at_ms);
        }
    }

    /// Makes the turn's keychain calls, once the history records them.
    pub(super) fn call_keychain(&mut self) {
        if self.journal.is_good() {
            for call in self.sessions.take_calls() {
                self.sessions.make(call, self.tasks.keychain_reply());
            }
        }
    }

    /// Journals which storage protocols were learned since the last call.
    pub(super) fn save_protocols(&mut self) {
        let learned = self.tasks.service().service().learned();
        for change in self.storage_protocols.update(learned) {
            self.journal.stage(change);
        }
    }

    /// Says once that everything that was started has ended.
    fn end_busy_period(&mut self) {
        if self.publisher.totals().totals.active > 0 {
            return;
        }
        if let Some(end) = self
            .queue
            .end_busy_period(self.throughput.moved_in_busy_period())
        {
            self.publisher.notify(Notice::QueueFinished(end));
            (self.options.wake)();
        }
    }

    /// Fills the free places from the queue, in its order.
    fn start_uploads(&mut self) {
        if self.queue.next_queued().is_none() || !self.may_begin(QueueStep::StartUpload) {
            return;
        }
        let places = self.keys.max_transfers(self.options.jobs);
        while self.queue.active_transfers().len() < places
            && let Some(id) = self.queue.next_queued()
        {
            let event = match self.has_duplicate_candidates(id) {
                true => Event::Compare,
                false => Event::Begin,
            };
            if !self.apply(id, event) {
                self.queue.pass_over(id);
            }
        }
    }

    /// The journal cannot be written: nothing new starts; the command line ends, but for
    /// files that are still being looked at.
    fn journal_is_unwritable(&mut self) {
        let is_final = self.journal.has_answered() && !self.journal.is_locked();
        if self.options.front_end == FrontEnd::CommandLine && is_final {
            let known = self.queue.ids_where(|item| !item.is_being_checked());
            self.each(&known, &Event::CannotSave);
        }
    }
}
