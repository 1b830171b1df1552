//! Scrolls added files into view.

use std::time::Instant;

use super::command::UiCommand;
use super::state::{App, WindowEffect};
use super::wording::selection as words;
use crate::model::snapshot::ItemId;

impl App {
    /// Starts a new intake: the notes about earlier ones are cleared.
    pub(super) fn begin_intake(&mut self) {
        self.forget_left_out();
        self.forget_refused();
        self.added_after = Some(self.last_row());
    }

    fn last_row(&self) -> ItemId {
        let rows = self.snapshot.rows.iter();
        rows.map(|row| row.id).max().unwrap_or(ItemId(0))
    }

    /// Scrolls the first added row into view. If it is hidden or rows are selected, announces the
    /// count once all are there.
    pub(super) fn show_added(&mut self, now: Instant) {
        let Some(after) = self.added_after else {
            return;
        };
        let new = self.snapshot.rows.iter().filter(|row| row.id > after);
        let Some(first) = new.clone().map(|row| row.id).min() else {
            return;
        };
        let shown = self.list.rows(&self.snapshot).any(|row| row.id == first);
        if shown && self.list.selected().is_empty() {
            self.added_after = None;
            self.effects.push(WindowEffect::Scroll(first));
        } else if self.snapshot.walking.is_none() {
            let files = new.count();
            self.added_after = None;
            self.say(words::added(files), Some(UiCommand::ShowAdded(first)), now);
        }
    }
}
