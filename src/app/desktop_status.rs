//! Batch state shown by the desktop: progress, the notification at the end, and keeping the
//! computer awake.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::state::{App, WindowEffect};
use super::wording;
use crate::engine::BatchEnd;
use crate::model::snapshot::{Snapshot, Status};
use crate::text::messages::{batch, window};

/// Returns `true` while bytes are being sent. Only then must the computer stay awake: processing
/// and waiting go on without it.
pub fn bytes_move(snapshot: &Snapshot) -> bool {
    snapshot.totals.active > 0
        && snapshot
            .rows
            .iter()
            .any(|row| matches!(row.status, Status::Uploading | Status::Finishing))
}

/// Returns the window title, with the progress of a running batch.
pub fn title(snapshot: &Snapshot) -> String {
    let totals = &snapshot.totals;
    match totals.percent() {
        Some(percent) => batch::title(totals.batch, totals.done, percent),
        None => window::name().to_owned(),
    }
}

impl App {
    /// Sets whether the window is in front.
    pub fn set_in_front(&mut self, in_front: bool) {
        self.in_front = in_front;
    }

    /// Returns `true` while the shown list sends bytes.
    pub(super) fn moves_bytes(&self) -> bool {
        let tally = self.list.tally();
        self.snapshot.totals.active > 0 && tally.uploading + tally.finishing > 0
    }

    /// Keeps the computer awake while bytes are being sent.
    pub(super) fn keep_awake(&mut self) {
        let here = self.moves_bytes();
        let parked = self.parked.as_ref();
        let moving = here || parked.is_some_and(|engine| bytes_move(&engine.snapshot.borrow()));
        if moving != self.awake {
            self.awake = moving;
            self.outside.desktop.stay_awake(moving);
        }
    }

    /// Updates the desktop's progress at each new percent.
    pub(super) fn tell_progress(&mut self) {
        let now = self.snapshot.totals.percent();
        if now != self.progress {
            self.progress = now;
            self.outside.desktop.progress(now);
        }
    }

    /// Raises the window after a click on its notification.
    pub(super) fn raise_if_notification_clicked(&mut self) {
        if self.clicked.swap(false, Ordering::Relaxed) {
            self.effects.push(WindowEffect::Raise);
        }
    }

    /// Notifies the user that the batch has ended, if the window is not in front.
    pub(super) fn notify_batch_finished(&mut self, end: &BatchEnd) {
        if !self.in_front && self.settings().notifications {
            let (title, text) = wording::batch_ended(end, self.place());
            let (clicked, wake) = (Arc::clone(&self.clicked), Arc::clone(&self.outside.wake));
            let raise = Box::new(move || {
                clicked.store(true, Ordering::Relaxed);
                wake();
            });
            self.outside.desktop.notify(&title, &text, raise);
        }
    }
}

#[cfg(test)]
mod tests;
