//! Causes of banners that the snapshot alone does not tell: faults, and news that stay until they
//! are dismissed, seen or over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::command::Dismissible;
use crate::model::fault::Fault;
use crate::model::set_aside::SetAside;
use crate::model::snapshot::{ItemId, JournalState, Snapshot};

/// Refused files from this number on get a banner, even if their rows are in view.
const MANY_REFUSED: usize = 3;
/// Time for which added files that were already in the list are reported.
const LISTED_FOR: Duration = Duration::from_secs(30);

/// Time after which the opening of the history is reported; usually it is over sooner.
const LONG_OPENING: Duration = Duration::from_secs(1);

/// News above the list, and how much of them the user knows. Files are counted by the engine since
/// its start; a number is news as far as it exceeds the one seen.
#[derive(Debug, Default)]
pub struct Notices {
    /// Fault that blocks the queue until the user acts.
    needs: Option<Arc<Fault>>,
    /// The damaged history that was set aside.
    set_aside: Option<SetAside>,
    /// Time from which the opening of the history is reported.
    opening_is_long: Option<Instant>,
    /// Rows of added files that were already in the list.
    already_listed: BTreeSet<ItemId>,
    /// Refused files in the list.
    refused_seen: usize,
    /// End of the report of files already in the list.
    listed_until: Option<Instant>,
    /// Banners dismissed until the program ends.
    put_away: BTreeSet<Dismissible>,
}

impl Notices {
    /// Notes the fault that blocks the queue.
    pub fn block(&mut self, fault: Arc<Fault>) {
        self.needs = Some(fault);
    }

    pub fn set_aside(&mut self, set_aside: SetAside) {
        self.set_aside = Some(set_aside);
    }

    /// Notes added files that were already in the list.
    pub fn already_listed(&mut self, rows: impl IntoIterator<Item = ItemId>) {
        self.already_listed.extend(rows);
    }

    /// Applies a new snapshot, whose list has this many refused files.
    pub fn update(&mut self, snapshot: &Snapshot, refused: usize) {
        if snapshot.needs.is_none() {
            self.needs = None;
        }
        self.refused_seen = self.refused_seen.min(refused);
    }

    /// Shows another engine's queue.
    pub fn replace(&mut self, snapshot: &Snapshot, refused: usize) {
        self.needs = None;
        self.update(snapshot, refused);
        self.forget_listed();
    }

    /// Starts a new intake, whose news take the place of the earlier ones.
    pub fn begin_intake(&mut self, refused: usize) {
        self.forget_listed();
        self.forget_refused(refused);
    }

    /// Marks refused files as known.
    pub fn forget_refused(&mut self, refused: usize) {
        self.refused_seen = refused;
    }

    fn forget_listed(&mut self) {
        self.already_listed.clear();
        self.listed_until = None;
    }

    /// Ends the report of files already in the list after [`LISTED_FOR`], and follows the opening of
    /// the history.
    pub fn poll(&mut self, snapshot: &Snapshot, now: Instant) {
        let is_opening = snapshot.journal == JournalState::Opening;
        let is_long = self.opening_is_long.unwrap_or(now + LONG_OPENING);
        self.opening_is_long = is_opening.then_some(is_long);
        match self.listed_until {
            Some(until) if until <= now => self.forget_listed(),
            None if self.listed(snapshot).is_some() => {
                self.listed_until = Some(now + LISTED_FOR);
            }
            Some(_) | None => {}
        }
    }

    /// Returns when a report begins or ends by itself.
    pub fn next_wakeup(&self, now: Instant) -> Option<Instant> {
        let opening = self.opening_is_long.filter(|at| *at > now);
        self.listed_until.into_iter().chain(opening).min()
    }

    /// Returns `true` while the opening of the history takes long.
    pub fn is_opening_long(&self, now: Instant) -> bool {
        self.opening_is_long.is_some_and(|at| at <= now)
    }

    pub fn dismiss(&mut self, banner: Dismissible, refused: usize) {
        match banner {
            Dismissible::SetAside => self.set_aside = None,
            Dismissible::AlreadyListed => self.forget_listed(),
            // Files already in the list are in the same banner.
            Dismissible::Refused => self.begin_intake(refused),
            other => {
                self.put_away.insert(other);
            }
        }
    }

    /// Returns `true` unless the banner was dismissed until the program ends.
    pub fn is_wanted(&self, banner: Dismissible) -> bool {
        !self.put_away.contains(&banner)
    }

    pub fn needs(&self) -> Option<&Fault> {
        self.needs.as_deref()
    }

    pub fn history_set_aside(&self) -> Option<&SetAside> {
        self.set_aside.as_ref()
    }

    /// Returns the rows of added files to report that were already in the list; none while folders
    /// are walked.
    pub fn listed(&self, snapshot: &Snapshot) -> Option<&BTreeSet<ItemId>> {
        let is_any = !self.already_listed.is_empty();
        (is_any && snapshot.walking.is_none()).then_some(&self.already_listed)
    }

    /// Returns `true` if refused files are to be reported. A few are only if the list is too long
    /// to show them.
    pub fn reports_refused(&self, refused: usize, fits_in_view: bool) -> bool {
        let in_sight = refused < MANY_REFUSED && fits_in_view;
        !in_sight && refused > self.refused_seen
    }
}

#[cfg(test)]
mod tests;
