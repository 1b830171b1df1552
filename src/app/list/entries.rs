//! Headers and rows of the list in one order, as the keyboard goes through them.

use std::sync::Arc;

use super::{BatchGroup, List};
use crate::app::command::{CursorMove, EntryId, Pick};
use crate::model::snapshot::Row;

/// A line of the list.
#[derive(Clone, Copy, Debug)]
pub enum ListEntry<'a> {
    /// Header of a batch.
    Header(&'a BatchGroup),
    /// A row.
    Row(&'a Arc<Row>),
}

impl ListEntry<'_> {
    /// Returns its identity.
    pub fn id(&self) -> EntryId {
        match self {
            Self::Header(group) => EntryId::Header(group.batch),
            Self::Row(row) => EntryId::Row(row.id),
        }
    }
}

impl List {
    /// Returns the number of headers and rows.
    pub fn entries(&self) -> usize {
        self.headers().len() + self.shown.len()
    }

    /// Returns the groups that have a header: none if there is but one batch with nothing to say.
    pub fn headers(&self) -> &[BatchGroup] {
        match self.groups.has_headers {
            true => &self.groups.shown,
            false => &[],
        }
    }

    /// Returns the header or row at this place.
    pub fn entry(&self, place: usize) -> Option<ListEntry<'_>> {
        let headers = self.headers();
        let until = headers.partition_point(|group| group.header() <= place);
        match headers[..until].last() {
            Some(group) if group.header() == place => Some(ListEntry::Header(group)),
            _ => {
                let row = *self.shown.get(place - until)?;
                Some(ListEntry::Row(self.seen.get(row)?))
            }
        }
    }

    /// Returns the identity of the header or row at this place.
    pub fn entry_id(&self, place: usize) -> Option<EntryId> {
        self.entry(place).map(|entry| entry.id())
    }

    /// Returns the place of a header or row, if it is shown.
    pub fn place(&self, entry: EntryId) -> Option<usize> {
        let headers = self.headers();
        match entry {
            EntryId::Header(batch) => {
                let mut headers = headers.iter();
                let header = headers.find(|group| group.batch == batch)?;
                Some(header.header())
            }
            EntryId::Row(id) => {
                let row = self.rows().position(|row| row.id == id)?;
                Some(row + headers.partition_point(|group| group.first <= row))
            }
        }
    }

    /// Returns the header that stands for an entry while its group is folded.
    pub fn folded_over(&self, entry: EntryId) -> Option<EntryId> {
        let EntryId::Row(id) = entry else { return None };
        let row = self.seen.iter().find(|row| row.id == id)?;
        let batch = self.groups.group_of(row);
        let header = EntryId::Header(batch);
        (self.groups.is_folded(batch) && self.place(header).is_some()).then_some(header)
    }

    /// Returns the entry clicked or moved to last.
    pub fn cursor(&self) -> Option<EntryId> {
        self.cursor
    }

    /// Moves from an entry, or from the last position, and returns the new one. `page` is rows per
    /// page.
    pub fn step(
        &mut self,
        step: CursorMove,
        extend: bool,
        from: Option<EntryId>,
        page: usize,
    ) -> Option<EntryId> {
        let last = self.entries().checked_sub(1)?;
        let from = from.or(self.cursor);
        let shown = |from| {
            self.place(from)
                .or_else(|| self.place(self.folded_over(from)?))
        };
        let at = from.and_then(shown);
        let to = self.entry_id(step.target(at, last, page))?;
        match to {
            _ if extend => {
                self.anchor = self.anchor.or(from);
                self.extend_to(to);
                self.anchor = self.anchor.or(Some(to));
                self.cursor = Some(to);
                self.look_at_selection();
            }
            EntryId::Row(id) => self.pick(id, Pick::Only),
            EntryId::Header(_) => {
                self.select_none();
                (self.anchor, self.cursor) = (Some(to), Some(to));
            }
        }
        Some(to)
    }

    /// Selects the rows from the anchor to this entry.
    pub(super) fn extend_to(&mut self, to: EntryId) {
        let Some(end) = self.place(to) else { return };
        let start = self.anchor.and_then(|anchor| self.place(anchor));
        let start = start.unwrap_or(end);
        let range = start.min(end)..=start.max(end);
        let rows = range.filter_map(|place| match self.entry(place)? {
            ListEntry::Row(row) => Some(row.id),
            ListEntry::Header(_) => None,
        });
        self.selected = rows.collect();
    }
}
