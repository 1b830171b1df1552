//! Input of each frame: snapshots, notices, results.

use std::sync::Arc;
use std::time::Instant;

use super::environment::{DialogResult, VaultError};
use super::pending::{Outcome, Pending};
use super::state::{App, WindowEffect};
use super::wording;
use crate::engine::{Command, Notice};
use crate::model::snapshot::{KeySource, KeyState};
use crate::model::throughput::UnderWay;
use crate::store::ForwardedPaths;

impl App {
    /// Applies the new snapshot.
    pub(super) fn take_in(&mut self) {
        self.list.update(&self.snapshot);
        if self.snapshot.needs.is_none() {
            self.needs = None;
        }
        let refused: usize = self.list.refused().values().sum();
        self.refused_seen = self.refused_seen.min(refused);
        let totals = &self.snapshot.totals;
        let under_way = UnderWay {
            bytes: totals.remaining,
            calls: totals.calls,
        };
        self.plan = self.list.plan(under_way, totals.line);
    }

    /// Handles everything since the last call: snapshot, notices, results.
    pub fn tick(&mut self, now: Instant) {
        if self.engine.snapshot.has_changed().unwrap_or(false) {
            let before = Arc::clone(&self.snapshot);
            self.snapshot = self.engine.snapshot.borrow_and_update().clone();
            self.announcer.compare(&before, &self.snapshot);
            self.take_in();
            self.show_added(now);
        }
        self.left_out_ends(now);
        self.keep_awake();
        self.tell_progress();
        self.raise_if_notification_clicked();
        while let Ok(notice) = self.engine.notices.try_recv() {
            self.notice(notice, now);
        }
        self.arrivals();
        self.answers(now);
        self.saved(now);
        self.browsed(now);
        self.pasted(now);
        self.located(now);
        if self.copied.is_some_and(|(_, until)| until <= now) {
            self.copied = None;
        }
        if self.toast.as_ref().is_some_and(|toast| toast.until <= now) {
            self.toast = None;
        }
        self.announcer.speak(now);
    }

    /// Adds paths forwarded by later starts of the program.
    fn arrivals(&mut self) {
        while let Some(ForwardedPaths { paths, taken }) = self
            .outside
            .arrivals
            .as_mut()
            .and_then(|arrivals| arrivals.try_recv().ok())
        {
            if !paths.is_empty() {
                self.begin_intake();
                self.engine.send(Command::AddFromOutside(paths));
            }
            // The other process may have timed out.
            let _ = taken.send(());
            self.effects.push(WindowEffect::Raise);
        }
    }

    fn notice(&mut self, notice: Notice, now: Instant) {
        match notice {
            Notice::BatchFinished(end) => {
                self.say(wording::batch_done(&end), None, now);
                self.notify_batch_finished(&end);
                self.effects.push(WindowEffect::Attention);
            }
            Notice::Needs(_, fault) => self.needs = Some(fault),
            Notice::NotLocated(path, misfit) => self.not_located(path, &misfit, now),
            Notice::NothingFound => {
                self.added_after = None;
                self.say(wording::selection::nothing_added(), None, now);
            }
            Notice::HistorySetAside(path) => self.set_aside = Some(path),
        }
    }

    fn answers(&mut self, now: Instant) {
        self.key_answers(now);
        self.key_removed(now);
        self.settings_answers(now);
        match Pending::take_from(&mut self.choosing) {
            Some(Outcome::Answer(DialogResult::Chosen(paths))) => self.add(paths),
            Some(Outcome::Answer(DialogResult::Unavailable)) => {
                self.say(wording::foot::NO_FILE_DIALOG, None, now);
            }
            Some(Outcome::Answer(DialogResult::Cancelled) | Outcome::Lost) | None => {}
        }
        match Pending::take_from(&mut self.starting_sandbox) {
            Some(Outcome::Answer(Ok(engine))) => self.enter_sandbox(engine),
            Some(Outcome::Answer(Err(why))) => {
                self.say(wording::foot::no_sandbox(Some(&why)), None, now);
            }
            Some(Outcome::Lost) => self.say(wording::foot::no_sandbox(None), None, now),
            None => {}
        }
    }

    /// Handles results about the key, which belong to the account's engine even during a sandbox.
    fn key_answers(&mut self, now: Instant) {
        let account = self.parked.as_ref().unwrap_or(&self.engine);
        let is_for_session = self.key_is_for_session();
        // An empty keychain does not replace a session key entered meanwhile.
        let has_key = matches!(account.snapshot.borrow().key, KeyState::Present { .. });
        match Pending::take_from(&mut self.loading_key) {
            Some(Outcome::Answer(Ok(Some(key)))) => {
                account.send(Command::SetKey(key, KeySource::Keychain));
                self.session_only = None;
                // A key dialog opened meanwhile, still untouched.
                let idle = self.key.draft.is_empty() && self.key.busy().is_none();
                if idle && let Some(then) = self.after_key.take() {
                    account.send(then);
                    self.dialog = None;
                }
            }
            Some(_) if has_key => {}
            Some(Outcome::Answer(Ok(None)) | Outcome::Lost) => account.send(Command::NoKey),
            Some(Outcome::Answer(Err(error))) => {
                // A missing keychain is reported when a key is entered.
                self.keychain =
                    (error != VaultError::Absent).then(|| wording::vault(&error).to_owned());
                account.send(Command::NoKey);
            }
            None => {}
        }
        let vault = self.outside.vault.as_ref().filter(|_| !is_for_session);
        if let Some(entered) = self.key.poll(account, vault, &self.outside.wake, now) {
            self.key_entered(entered, now);
        }
    }

    /// Reports the result of removing the key from the keychain.
    fn key_removed(&mut self, now: Instant) {
        let trouble = match Pending::take_from(&mut self.removing_key) {
            None => return,
            Some(Outcome::Answer(Ok(()))) => {
                let account = self.parked.as_ref().unwrap_or(&self.engine);
                account.send(Command::NoKey);
                self.session_only = None;
                self.say(wording::KEY_REMOVED, None, now);
                return;
            }
            Some(Outcome::Answer(Err(error))) => error,
            Some(Outcome::Lost) => VaultError::Absent,
        };
        self.say(wording::key_stays(wording::vault(&trouble)), None, now);
    }
}
