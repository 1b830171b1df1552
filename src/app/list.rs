//! Which rows are shown and which are selected.

use std::collections::BTreeSet;

use super::command::Pick;
use super::rows;
use crate::model::snapshot::{ItemId, Row, Snapshot, Status};

/// A chip above the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Filter {
    /// Everything.
    #[default]
    All,
    /// Refused and failed.
    Attention,
    /// Bytes move, or the service works.
    InProgress,
    /// Not started, or held.
    Waiting,
    /// Has an asset that is ready, its own or that of an equal file.
    Ready,
}

impl Filter {
    /// In the order of their chips.
    pub const EACH: [Self; 5] = [
        Self::All,
        Self::Attention,
        Self::InProgress,
        Self::Waiting,
        Self::Ready,
    ];

    /// On the chip.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Attention => "Needs attention",
            Self::InProgress => "In progress",
            Self::Waiting => "Waiting",
            Self::Ready => "Ready",
        }
    }

    /// The chip, besides "All", under which a row stands; `None` for one that was given up.
    pub fn of(status: &Status) -> Option<Self> {
        match status {
            Status::Rejected(_) | Status::Failed(_) => Some(Self::Attention),
            Status::Uploading
            | Status::Finishing
            | Status::Waiting { .. }
            | Status::Processing { .. } => Some(Self::InProgress),
            Status::Checking
            | Status::Settling
            | Status::ReadyToUpload
            | Status::Queued
            | Status::Paused
            | Status::Duplicate { of: None } => Some(Self::Waiting),
            Status::Ready | Status::Duplicate { of: Some(_) } => Some(Self::Ready),
            Status::Cancelled => None,
        }
    }
}

/// How many rows are in the states that the bar at the foot asks about. Counted once for
/// every snapshot, not for every frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tally {
    /// Their bytes move.
    pub uploading: usize,
    /// Their bytes are out, the answer is not there.
    pub finishing: usize,
    /// They wait before the next try.
    pub waiting: usize,
    /// The service works on them.
    pub processing: usize,
    /// They ended without success.
    pub failed: usize,
    /// They ended for good, ready or cancelled, and are on disk.
    pub finished: usize,
    /// They have an id that is not on disk.
    pub unsaved: usize,
}

impl Tally {
    fn count(&mut self, row: &Row) {
        self.unsaved += usize::from(rows::is_unsaved(row));
        let place = match &row.status {
            Status::Uploading => &mut self.uploading,
            Status::Finishing => &mut self.finishing,
            Status::Waiting { .. } => &mut self.waiting,
            Status::Processing { .. } => &mut self.processing,
            Status::Failed(_) => &mut self.failed,
            _ if rows::is_finished(row) => &mut self.finished,
            _ => return,
        };
        *place += 1;
    }
}

/// The list as it is looked at.
#[derive(Debug, Default)]
pub struct List {
    filter: Filter,
    tally: Tally,
    counts: [usize; Filter::EACH.len()],
    shown: Vec<usize>,
    selected: BTreeSet<ItemId>,
    anchor: Option<ItemId>,
}

impl List {
    /// The chip that is on.
    pub fn filter(&self) -> Filter {
        self.filter
    }

    /// How many rows stand under a chip.
    pub fn count(&self, filter: Filter) -> usize {
        self.counts[filter as usize]
    }

    /// How many rows are in which state.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The rows that are shown, as positions in the snapshot.
    pub fn shown(&self) -> &[usize] {
        &self.shown
    }

    /// The rows that are selected.
    pub fn selected(&self) -> &BTreeSet<ItemId> {
        &self.selected
    }

    /// Whether a row is selected.
    pub fn is_selected(&self, id: ItemId) -> bool {
        self.selected.contains(&id)
    }

    /// Turns a chip on.
    pub fn show(&mut self, filter: Filter, snapshot: &Snapshot) {
        self.filter = filter;
        self.update(snapshot);
    }

    /// Takes a new snapshot in: counts, what is shown, and what of the selection is left.
    pub fn update(&mut self, snapshot: &Snapshot) {
        self.counts = [0; Filter::EACH.len()];
        self.tally = Tally::default();
        self.shown.clear();
        let mut still_selected = 0;
        for (position, row) in snapshot.rows.iter().enumerate() {
            let under = Filter::of(&row.status);
            self.tally.count(row);
            still_selected += usize::from(self.selected.contains(&row.id));
            self.counts[Filter::All as usize] += 1;
            if let Some(under) = under {
                self.counts[under as usize] += 1;
            }
            if self.filter == Filter::All || under == Some(self.filter) {
                self.shown.push(position);
            }
        }
        if self.filter != Filter::All && self.shown.is_empty() {
            self.show(Filter::All, snapshot);
        }
        if still_selected < self.selected.len() {
            let there: BTreeSet<ItemId> = snapshot.rows.iter().map(|row| row.id).collect();
            self.selected.retain(|id| there.contains(id));
        }
    }

    /// Selects everything that is shown.
    pub fn select_all(&mut self, snapshot: &Snapshot) {
        self.selected = self.rows(snapshot).map(|row| row.id).collect();
    }

    /// Selects nothing.
    pub fn select_none(&mut self) {
        self.selected.clear();
        self.anchor = None;
    }

    /// A click on a row.
    pub fn pick(&mut self, id: ItemId, pick: Pick, snapshot: &Snapshot) {
        match pick {
            Pick::Only => self.selected = BTreeSet::from([id]),
            Pick::Toggle => {
                if !self.selected.remove(&id) {
                    self.selected.insert(id);
                }
            }
            Pick::Range => {
                let ids: Vec<ItemId> = self.rows(snapshot).map(|row| row.id).collect();
                let place = |wanted: ItemId| ids.iter().position(|id| *id == wanted);
                let Some(end) = place(id) else { return };
                let start = self.anchor.and_then(place).unwrap_or(end);
                self.selected = ids[start.min(end)..=start.max(end)]
                    .iter()
                    .copied()
                    .collect();
                return;
            }
        }
        self.anchor = Some(id);
    }

    /// The rows that are shown.
    pub fn rows<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Row> {
        self.shown
            .iter()
            .filter_map(|position| snapshot.rows.get(*position).map(AsRef::as_ref))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::rows::tests::row;
    use crate::model::asset::AssetId;
    use crate::model::media::Rejection;

    fn snapshot() -> Snapshot {
        let statuses = [
            Status::Ready,
            Status::Uploading,
            Status::Rejected(Rejection::Empty),
            Status::Queued,
            Status::Cancelled,
        ];
        let rows = statuses
            .into_iter()
            .zip(1..)
            .map(|(status, id)| Arc::new(row(id, status)))
            .collect();
        Snapshot {
            rows: Arc::new(rows),
            ..Snapshot::default()
        }
    }

    fn ids(list: &List) -> Vec<u64> {
        list.selected().iter().map(|id| id.0).collect()
    }

    #[test]
    fn chips_count_and_show_their_rows() {
        let snapshot = snapshot();
        let mut list = List::default();
        list.update(&snapshot);
        let counts = Filter::EACH.map(|filter| list.count(filter));
        assert_eq!(counts, [5, 1, 1, 1, 1]);
        list.show(Filter::Attention, &snapshot);
        assert_eq!(list.shown(), [2]);
        list.select_all(&snapshot);
        assert_eq!(ids(&list), [3]);
    }

    #[test]
    fn a_twin_without_an_id_waits_and_one_with_an_id_is_ready() {
        let id = AssetId::new("re_1");
        assert_eq!(
            Filter::of(&Status::Duplicate { of: None }),
            Some(Filter::Waiting)
        );
        assert_eq!(
            Filter::of(&Status::Duplicate { of: id }),
            Some(Filter::Ready)
        );
    }

    #[test]
    fn a_row_that_is_gone_is_no_longer_selected() {
        let mut list = List::default();
        list.update(&snapshot());
        list.select_all(&snapshot());
        let mut fewer = snapshot();
        Arc::make_mut(&mut fewer.rows).remove(0);
        list.update(&fewer);
        assert_eq!(ids(&list), [2, 3, 4, 5]);
        let tally = Tally {
            uploading: 1,
            finished: 1,
            ..Tally::default()
        };
        assert_eq!(*list.tally(), tally);
    }

    #[test]
    fn a_chip_whose_rows_are_gone_gives_way_to_all() {
        let mut list = List::default();
        list.show(Filter::Attention, &snapshot());
        list.select_all(&snapshot());
        list.update(&Snapshot::default());
        assert_eq!(list.filter(), Filter::All);
        assert!(list.selected().is_empty());
    }

    #[test]
    fn shift_selects_from_the_last_pick_and_ctrl_adds() {
        let snapshot = snapshot();
        let mut list = List::default();
        list.update(&snapshot);
        list.pick(ItemId(4), Pick::Only, &snapshot);
        list.pick(ItemId(2), Pick::Range, &snapshot);
        assert_eq!(ids(&list), [2, 3, 4]);
        list.pick(ItemId(3), Pick::Toggle, &snapshot);
        list.pick(ItemId(1), Pick::Toggle, &snapshot);
        assert_eq!(ids(&list), [1, 2, 4]);
    }
}
