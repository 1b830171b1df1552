//! Batch state shown by the desktop: progress, the notification at the end, and keeping the
//! computer awake.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::environment::Clicked;
use super::pending::Wake;
use crate::model::snapshot::{Snapshot, Status};
use crate::text::messages::{batch, window};

/// Change that the desktop should show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DesktopEvent {
    /// Keep the computer awake, or no longer.
    StayAwake(bool),
    /// Show this progress in percent.
    Progress(Option<u8>),
    /// Raise the window: its notification was clicked.
    Raise,
}

/// State of the desktop around the window, as last told.
#[derive(Debug, Default)]
pub struct DesktopStatus {
    in_background: bool,
    /// The notification was clicked.
    clicked: Arc<AtomicBool>,
    /// Percent shown in the taskbar.
    progress: Option<u8>,
    /// The computer is kept awake.
    awake: bool,
}

impl DesktopStatus {
    /// Sets whether the window is in front.
    pub fn set_in_front(&mut self, in_front: bool) {
        self.in_background = !in_front;
    }

    /// Returns `true` if the window is in the background, so that the user needs a notification.
    pub fn is_in_background(&self) -> bool {
        self.in_background
    }

    /// Compares with what the desktop was told last: `moving` while bytes are being sent, and the
    /// progress of the batch.
    pub fn poll(&mut self, moving: bool, percent: Option<u8>) -> Vec<DesktopEvent> {
        let mut events = Vec::new();
        if std::mem::replace(&mut self.awake, moving) != moving {
            events.push(DesktopEvent::StayAwake(moving));
        }
        if std::mem::replace(&mut self.progress, percent) != percent {
            events.push(DesktopEvent::Progress(percent));
        }
        if self.clicked.swap(false, Ordering::Relaxed) {
            events.push(DesktopEvent::Raise);
        }
        events
    }

    /// Returns what a click on a notification does, on any thread: [`DesktopEvent::Raise`] follows.
    pub fn on_click(&self, wake: Wake) -> Clicked {
        let clicked = Arc::clone(&self.clicked);
        Box::new(move || {
            clicked.store(true, Ordering::Relaxed);
            wake();
        })
    }
}

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
        Some(percent) => batch::title(totals.started, totals.done, percent),
        None => window::name().to_owned(),
    }
}

#[cfg(test)]
mod tests;
