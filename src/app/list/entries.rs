//! Headers and rows of the list in one order, as the keyboard goes through them.

use std::sync::Arc;

use super::{BatchGroup, List};
use crate::app::command::{CursorMove, EntryId};
use crate::model::batch::BatchId;
use crate::model::snapshot::{ItemId, Row};

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

    /// Returns the only group, while it has no header.
    pub fn without_header(&self) -> Option<&BatchGroup> {
        match &self.groups.shown[..] {
            [group] if !self.groups.has_headers => Some(group),
            _ => None,
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
        let is_folded = self.groups.is_folded(self.batch_of(entry));
        self.header_of(id).filter(|_| is_folded)
    }

    /// Returns the header that a row stands under, if its batch has one.
    fn header_of(&self, row: ItemId) -> Option<EntryId> {
        let row = self.seen.iter().find(|it| it.id == row)?;
        let header = EntryId::Header(self.groups.group_of(row));
        self.place(header).is_some().then_some(header)
    }

    /// Returns the batch of a header or row.
    pub fn batch_of(&self, entry: EntryId) -> Option<BatchId> {
        match entry {
            EntryId::Header(batch) => batch,
            EntryId::Row(id) => {
                let row = self.seen.iter().find(|row| row.id == id)?;
                self.groups.group_of(row)
            }
        }
    }

    /// Returns all headers and rows in order.
    pub(super) fn entry_ids(&self) -> Vec<EntryId> {
        let places = 0..self.entries();
        places.filter_map(|place| self.entry_id(place)).collect()
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
        let from = from.or(self.selection.cursor());
        let from = from.map(|from| self.folded_over(from).unwrap_or(from));
        let entries = self.entry_ids();
        let to = self.selection.step(&entries, step, extend, from, page);
        self.settle_selection();
        to
    }

    /// Deselects headers, on which no command acts, and counts the rest.
    pub(super) fn settle_selection(&mut self) {
        self.selection
            .retain(|entry| matches!(entry, EntryId::Row(_)));
        self.look_at_selection();
    }

    /// Goes to the header of a row's batch, and returns it.
    pub fn go_to_header(&mut self, row: ItemId) -> Option<EntryId> {
        let header = self.header_of(row)?;
        self.selection.clear();
        self.selection.go_to(Some(header));
        self.look_at_selection();
        Some(header)
    }
}
