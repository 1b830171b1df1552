//! The list as the window shows it: its rows, what "Upload" would do, and changes just made.

use std::collections::HashSet;

use super::list::List;
use crate::model::plan::Plan;
use crate::model::snapshot::{ItemId, Snapshot};
use crate::model::throughput::UnderWay;

/// News of added files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddedFiles {
    /// Scroll to the first of them.
    Shown(ItemId),
    /// So many were added; the first is hidden, or others are selected.
    Counted(usize, ItemId),
}

/// List, and the changes that the window comes back to.
#[derive(Debug, Default)]
pub struct ListState {
    list: List,
    /// Whole list rows in view, as last measured.
    page: Option<usize>,
    /// Rows before the added files whose rows are still missing.
    before_intake: Option<HashSet<ItemId>>,
    /// The engine can undo the last removal.
    can_undo: bool,
}

impl ListState {
    pub fn list(&self) -> &List {
        &self.list
    }

    /// Returns the list, for changes of filter, search, order and selection.
    pub fn list_mut(&mut self) -> &mut List {
        &mut self.list
    }

    pub fn plan(&self, snapshot: &Snapshot) -> Plan {
        let totals = &snapshot.totals;
        let under_way = UnderWay {
            bytes: totals.remaining,
            calls: totals.calls,
        };
        self.list.plan(under_way, totals.line)
    }

    /// Shows another engine's rows.
    pub fn replace(&mut self, snapshot: &Snapshot) {
        *self = Self {
            page: self.page,
            ..Self::default()
        };
        self.list.update(snapshot);
    }

    /// Returns `true` while rows of the list send bytes.
    pub fn moves_bytes(&self, snapshot: &Snapshot) -> bool {
        let tally = self.list.tally();
        snapshot.totals.active > 0 && tally.uploading + tally.finishing > 0
    }

    pub fn set_page(&mut self, rows: usize) {
        self.page = Some(rows);
    }

    /// Returns `true` if all headers and shown rows are in view.
    pub fn fits_in_view(&self) -> bool {
        self.page.is_none_or(|page| self.list.entries() <= page)
    }

    /// Starts a new intake, whose rows come with later snapshots.
    pub fn begin_intake(&mut self, snapshot: &Snapshot) {
        self.before_intake = Some(snapshot.rows.iter().map(|row| row.id).collect());
    }

    /// Ends an intake that found nothing.
    pub fn end_intake(&mut self) {
        self.before_intake = None;
    }

    /// Returns the files of the last intake: once the first has a row that can be shown without
    /// moving away from a selection, else once all are there.
    pub fn take_added(&mut self, snapshot: &Snapshot) -> Option<AddedFiles> {
        let before = self.before_intake.as_ref()?;
        let mut new = snapshot.rows.iter().filter(|row| !before.contains(&row.id));
        let first = new.next()?.id;
        let shown = self.list.rows().any(|row| row.id == first);
        let added = if shown && self.list.selected().is_empty() {
            AddedFiles::Shown(first)
        } else if snapshot.walking.is_none() {
            AddedFiles::Counted(1 + new.count(), first)
        } else {
            return None;
        };
        self.before_intake = None;
        Some(added)
    }

    /// Notes a removal that the engine can undo.
    pub fn removed(&mut self) {
        self.can_undo = true;
    }

    pub fn can_undo(&self) -> bool {
        self.can_undo
    }

    /// Returns `true` once if the last removal can be undone.
    pub fn take_undo(&mut self) -> bool {
        std::mem::take(&mut self.can_undo)
    }
}

#[cfg(test)]
mod tests;
