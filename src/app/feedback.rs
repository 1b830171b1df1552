//! Toasts, "Copied" on a row, and screen reader announcements.

use std::time::{Duration, Instant};

use super::command::UiCommand;
use super::screen_reader::Announcer;
use crate::model::snapshot::ItemId;

/// Time that "Copied" is shown.
const COPIED_FOR: Duration = Duration::from_millis(1600);
/// Time that a toast is shown.
const TOAST_FOR: Duration = Duration::from_secs(8);

/// A short message at the foot of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Message.
    pub text: String,
    /// Button, if any.
    pub action: Option<UiCommand>,
    until: Instant,
}

/// Row whose ID was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopiedFrom {
    /// A row of the queue.
    Queue(ItemId),
    /// A row of the Library.
    Library(i64),
}

impl From<ItemId> for CopiedFrom {
    fn from(row: ItemId) -> Self {
        Self::Queue(row)
    }
}

impl From<i64> for CopiedFrom {
    fn from(row: i64) -> Self {
        Self::Library(row)
    }
}

/// Messages that go away by themselves.
#[derive(Debug, Default)]
pub struct Feedback {
    toast: Option<Toast>,
    copied: Option<(CopiedFrom, Instant)>,
    announcer: Announcer,
}

impl Feedback {
    /// Shows a toast, in place of any other, and announces it.
    pub fn say(&mut self, text: impl Into<String>, action: Option<UiCommand>, now: Instant) {
        let text = text.into();
        self.announcer.message(&text);
        self.toast = Some(Toast {
            text,
            action,
            until: now + TOAST_FOR,
        });
    }

    /// Shows that the row's id was copied.
    pub fn copied(&mut self, id: impl Into<CopiedFrom>, now: Instant) {
        self.copied = Some((id.into(), now + COPIED_FOR));
    }

    /// Ends messages whose time is over, and makes the next announcement.
    pub fn poll(&mut self, now: Instant) {
        self.copied.take_if(|(_, until)| *until <= now);
        self.toast.take_if(|toast| toast.until <= now);
        self.announcer.speak(now);
    }

    /// Returns the time until the next message ends or is announced.
    pub fn next_wakeup(&self, now: Instant) -> Option<Duration> {
        let copied = self.copied.map(|(_, until)| until);
        let toast = self.toast.as_ref().map(|toast| toast.until);
        let ends = copied.into_iter().chain(toast);
        ends.map(|end| end.saturating_duration_since(now))
            .chain(self.announcer.next_wakeup(now))
            .min()
    }

    pub fn dismiss_toast(&mut self) {
        self.toast = None;
    }

    /// Drops messages about rows that are not shown any more.
    pub fn clear(&mut self) {
        self.toast = None;
        self.copied = None;
    }

    pub fn toast(&self) -> Option<&Toast> {
        self.toast.as_ref()
    }

    /// Returns `true` just after a row's id was copied.
    pub fn was_copied(&self, id: impl Into<CopiedFrom>) -> bool {
        let id = id.into();
        self.copied.is_some_and(|(copied, _)| copied == id)
    }

    pub fn announcement(&self) -> &str {
        self.announcer.said()
    }

    /// Returns the announcer, which is told of snapshots and banners.
    pub fn announcer(&mut self) -> &mut Announcer {
        &mut self.announcer
    }
}

#[cfg(test)]
mod tests;
