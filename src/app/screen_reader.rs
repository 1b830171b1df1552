//! Unprompted screen reader announcements: ended uploads, refused files, progress of all
//! uploads by quarters. Polite, and at most one every two seconds.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::banners::Banner;
use super::wording::ended;
use crate::model::snapshot::{ItemId, JournalState, Row, Snapshot, Status, changed_rows};
use crate::text::messages::{list, skipped, status, uploads};

/// Time between announcements.
const GAP: Duration = Duration::from_secs(2);

/// News to announce.
#[derive(Debug, Default, PartialEq)]
struct News {
    message: Option<String>,
    /// Texts of new banners.
    banners: Vec<String>,
    /// Names of files that came into this state.
    ready: Vec<String>,
    failed: Vec<String>,
    refused: Vec<String>,
    found: Vec<String>,
    /// Files that folders held and that were skipped.
    skipped: usize,
    progress: Option<String>,
}

/// The current announcement and the pending ones.
#[derive(Debug, Default)]
pub struct Announcer {
    said: String,
    at: Option<Instant>,
    news: News,
    /// Shown banners, including new ones.
    banners: Vec<Banner>,
    quarter: u64,
    /// Skipped files of folders that are still walked.
    skipped: usize,
}

impl Announcer {
    pub fn said(&self) -> &str {
        &self.said
    }

    /// Queues a toast's text.
    pub fn message(&mut self, text: &str) {
        self.news.message = Some(text.to_owned());
    }

    /// Queues new banners; a changed number does not make a banner new.
    pub fn look_at(&mut self, banners: &[Banner]) {
        let is_new = |banner: &&Banner| !self.banners.iter().any(|before| before.is_still(banner));
        let new = banners.iter().filter(is_new);
        for told in new.filter_map(|banner| banner.told.clone()) {
            // Another banner takes it over while files are still being looked at.
            if !self.news.banners.contains(&told) {
                self.news.banners.push(told);
            }
        }
        if self.banners != banners {
            self.banners = banners.to_vec();
        }
    }

    /// Queues ended uploads and the progress of all between two snapshots.
    pub fn compare(&mut self, before: &Snapshot, after: &Snapshot) {
        match changed_rows(&before.rows, &after.rows) {
            Some(places) => {
                for place in places {
                    if let (Some(before), Some(after)) =
                        (before.rows.get(place), after.rows.get(place))
                    {
                        self.compare_row(before, after);
                    }
                }
            }
            None => self.compare_rows(&before.rows, &after.rows),
        }
        self.compare_batches(before, after);
        let totals = &after.totals;
        let Some(percent) = totals.percent() else {
            // All have ended, so their progress starts again.
            self.quarter = 0;
            self.news.progress = None;
            return;
        };
        let quarter = u64::from(percent / 25);
        if quarter > self.quarter {
            let percent = quarter * 25;
            self.news.progress = Some(uploads::so_far(totals.started, totals.done, percent));
        }
        self.quarter = quarter;
    }

    fn compare_rows(&mut self, before: &[Arc<Row>], after: &[Arc<Row>]) {
        let earlier: HashMap<ItemId, &Arc<Row>> = before.iter().map(|row| (row.id, row)).collect();
        for row in after {
            match earlier.get(&row.id) {
                Some(earlier) if Arc::ptr_eq(earlier, row) => {}
                Some(earlier) => self.compare_row(earlier, row),
                // Some files are refused by name, without a check.
                None if matches!(row.status, Status::Rejected(_)) => {
                    self.news.refused.push(row.name.clone());
                }
                None => {}
            }
        }
    }

    /// Queues the number of skipped files once the folders are walked. Those of earlier runs are no
    /// news.
    fn compare_batches(&mut self, before: &Snapshot, after: &Snapshot) {
        let is_new = !Arc::ptr_eq(&before.batches, &after.batches);
        if is_new && before.journal != JournalState::Opening {
            let skipped = |snapshot: &Snapshot| -> usize {
                let batches = snapshot.batches.iter();
                batches.map(|batch| batch.skipped.count()).sum()
            };
            self.skipped += skipped(after).saturating_sub(skipped(before));
        }
        if after.walking.is_none() {
            self.news.skipped += std::mem::take(&mut self.skipped);
        }
    }

    fn compare_row(&mut self, before: &Row, after: &Row) {
        match (&before.status, &after.status) {
            (Status::Rejected(_), Status::Rejected(_)) => {}
            (_, Status::Rejected(_)) => self.news.refused.push(after.name.clone()),
            (
                Status::Checking | Status::Settling | Status::ReadyToUpload,
                Status::FoundDuplicate(_),
            ) => self.news.found.push(after.name.clone()),
            (Status::Ready, _) | (Status::Failed(_), Status::Failed(_)) => {}
            (_, Status::Ready) => self.news.ready.push(after.name.clone()),
            (_, Status::Failed(_)) => self.news.failed.push(after.name.clone()),
            _ => {}
        }
    }

    fn has_news(&self) -> bool {
        self.news != News::default()
    }

    /// Makes the next announcement once the gap has passed.
    pub fn speak(&mut self, now: Instant) {
        if !self.has_news() || self.wait(now).is_some() {
            return;
        }
        let news = std::mem::take(&mut self.news);
        let parts = [
            news.message,
            (!news.banners.is_empty()).then(|| news.banners.join(list::sentences())),
            ended(&news.ready, status::ready()),
            ended(&news.failed, status::failed()),
            ended(&news.refused, status::rejected()),
            ended(&news.found, status::duplicate()),
            (news.skipped > 0).then(|| skipped::announced(news.skipped)),
            news.progress,
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        self.said = parts.join(list::sentences());
        self.at = Some(now);
    }

    fn wait(&self, now: Instant) -> Option<Duration> {
        let end = self.at? + GAP;
        (end > now).then(|| end - now)
    }

    /// Returns the time until a pending announcement is due.
    pub fn next_wakeup(&self, now: Instant) -> Option<Duration> {
        self.has_news().then(|| self.wait(now).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
