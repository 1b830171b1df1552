//! Unprompted screen reader announcements: ended uploads, refused files, batch progress by
//! quarters. Polite, and at most one every two seconds.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::banners::Banner;
use super::wording;
use crate::model::snapshot::{ItemId, Row, Snapshot, Status, changed_rows};

/// Time between announcements.
const GAP: Duration = Duration::from_secs(2);

/// The current announcement and the pending ones.
#[derive(Debug, Default)]
pub struct Announcer {
    said: String,
    at: Option<Instant>,
    message: Option<String>,
    ready: Vec<String>,
    failed: Vec<String>,
    refused: Vec<String>,
    found: Vec<String>,
    /// Shown banners, including new ones.
    banners: Vec<Banner>,
    new: Vec<String>,
    quarter: u64,
    progress: Option<String>,
}

impl Announcer {
    /// Returns the current announcement.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// Queues a toast's text.
    pub fn message(&mut self, text: &str) {
        self.message = Some(text.to_owned());
    }

    /// Queues new banners; a changed number does not make a banner new.
    pub fn look_at(&mut self, banners: &[Banner]) {
        let is_new = |banner: &&Banner| !self.banners.iter().any(|before| before.is_still(banner));
        let new = banners.iter().filter(is_new);
        for told in new.filter_map(|banner| banner.told.clone()) {
            // Another banner takes it over while files are still being looked at.
            if !self.new.contains(&told) {
                self.new.push(told);
            }
        }
        if self.banners != banners {
            self.banners = banners.to_vec();
        }
    }

    /// Queues ended uploads and batch progress between two snapshots.
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
        let totals = &after.totals;
        let Some(percent) = totals.percent() else {
            // The batch is over, so its progress starts again.
            self.quarter = 0;
            self.progress = None;
            return;
        };
        let quarter = u64::from(percent / 25);
        if quarter > self.quarter {
            let percent = quarter * 25;
            self.progress = Some(wording::so_far(percent, totals.done, totals.batch));
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
                    self.refused.push(row.name.clone());
                }
                None => {}
            }
        }
    }

    fn compare_row(&mut self, before: &Row, after: &Row) {
        match (&before.status, &after.status) {
            (Status::Rejected(_), Status::Rejected(_)) => {}
            (_, Status::Rejected(_)) => self.refused.push(after.name.clone()),
            (
                Status::Checking | Status::Settling | Status::ReadyToUpload,
                Status::FoundDuplicate(_),
            ) => self.found.push(after.name.clone()),
            (Status::Ready, _) | (Status::Failed(_), Status::Failed(_)) => {}
            (_, Status::Ready) => self.ready.push(after.name.clone()),
            (_, Status::Failed(_)) => self.failed.push(after.name.clone()),
            _ => {}
        }
    }

    fn has_news(&self) -> bool {
        self.message.is_some()
            || !self.new.is_empty()
            || self.progress.is_some()
            || !self.ready.is_empty()
            || !self.failed.is_empty()
            || !self.refused.is_empty()
            || !self.found.is_empty()
    }

    /// Makes the next announcement once the gap has passed.
    pub fn speak(&mut self, now: Instant) {
        if !self.has_news() || self.wait(now).is_some() {
            return;
        }
        let ready = std::mem::take(&mut self.ready);
        let failed = std::mem::take(&mut self.failed);
        let refused = std::mem::take(&mut self.refused);
        let found = std::mem::take(&mut self.found);
        let new = std::mem::take(&mut self.new);
        let parts = [
            self.message.take(),
            (!new.is_empty()).then(|| new.join(" ")),
            wording::ended(&ready, wording::status_word(&Status::Ready)),
            wording::ended(&failed, wording::FAILED),
            wording::ended(&refused, wording::REFUSED),
            wording::ended(&found, wording::FOUND),
            self.progress.take(),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        self.said = parts.join(" ");
        self.at = Some(now);
    }

    fn wait(&self, now: Instant) -> Option<Duration> {
        let end = self.at? + GAP;
        (end > now).then(|| end - now)
    }

    /// Returns the time until a pending announcement is due.
    pub fn next_look(&self, now: Instant) -> Option<Duration> {
        self.has_news().then(|| self.wait(now).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::banners::Tone;
    use crate::app::command::Dismissible;
    use crate::app::rows::tests::row;
    use crate::model::fault::{Fault, FaultKind};
    use crate::model::media::Rejection;
    use crate::model::snapshot::Totals;

    fn snapshot(statuses: &[Status], sent: u64) -> Snapshot {
        let active = |status: &&Status| matches!(status, Status::Uploading | Status::Queued);
        let rows = statuses.iter().cloned().zip(1..);
        Snapshot {
            rows: Arc::new(rows.map(|(status, id)| Arc::new(row(id, status))).collect()),
            totals: Totals {
                active: statuses.iter().filter(active).count(),
                batch: 4,
                done: 1,
                sent: sent * 1_000_000_000,
                bytes: 100_000_000_000,
                ..Totals::default()
            },
            ..Snapshot::default()
        }
    }

    fn failed() -> Status {
        Status::Failed(Arc::new(Fault::new(FaultKind::ServerError)))
    }

    #[test]
    fn ends_are_said_together_and_not_faster_than_one_can_listen() {
        let start = Instant::now();
        let mut announcer = Announcer::default();
        let uploading = snapshot(&[Status::Uploading, Status::Uploading, Status::Queued], 0);
        let one = snapshot(&[Status::Ready, Status::Uploading, Status::Queued], 10);
        announcer.compare(&uploading, &one);
        announcer.speak(start);
        assert_eq!(announcer.said(), "clip-1.mp4: Ready.");

        let more = snapshot(&[Status::Ready, Status::Ready, failed()], 20);
        announcer.compare(&one, &more);
        announcer.speak(start + Duration::from_secs(1));
        assert_eq!(announcer.said(), "clip-1.mp4: Ready.", "too soon");
        let wait = announcer.next_look(start + Duration::from_secs(1));
        assert_eq!(wait, Some(Duration::from_secs(1)));
        announcer.speak(start + GAP);
        assert_eq!(announcer.said(), "clip-2.mp4: Ready. clip-3.mp4: Failed.");
        assert_eq!(announcer.next_look(start + GAP), None);
        announcer.compare(&more, &more);
        announcer.speak(start + 2 * GAP);
        assert_eq!(announcer.said(), "clip-2.mp4: Ready. clip-3.mp4: Failed.");
    }

    #[test]
    fn many_ends_are_counted() {
        let start = Instant::now();
        let mut announcer = Announcer::default();
        let before = snapshot(&vec![Status::Uploading; 9], 0);
        announcer.compare(&before, &snapshot(&vec![Status::Ready; 9], 100));
        announcer.speak(start);
        assert_eq!(announcer.said(), "9 files: Ready.");
    }

    #[test]
    fn progress_is_said_by_quarters() {
        let mut announcer = Announcer::default();
        let mut now = Instant::now();
        let mut before = snapshot(&[Status::Uploading], 0);
        let mut said = Vec::new();
        for sent in 0..=100 {
            now += GAP;
            let after = snapshot(&[Status::Uploading], sent);
            announcer.compare(&before, &after);
            announcer.speak(now);
            if said.last().map(String::as_str) != Some(announcer.said()) {
                said.push(announcer.said().to_owned());
            }
            before = after;
        }
        assert_eq!(
            said,
            [
                "",
                "25 % uploaded, 1 of 4 done.",
                "50 % uploaded, 1 of 4 done.",
                "75 % uploaded, 1 of 4 done.",
            ]
        );
    }

    #[test]
    fn a_batch_that_is_over_is_not_said_to_be_under_way() {
        let start = Instant::now();
        let mut announcer = Announcer::default();
        let all = snapshot(&vec![Status::Uploading; 4], 0);
        let one = snapshot(&[failed(), Status::Uploading, Status::Queued], 10);
        announcer.compare(&all, &one);
        announcer.speak(start);
        // The last files end within the gap: all bytes are sent.
        let nearly = snapshot(&[failed(), Status::Ready, Status::Uploading], 99);
        announcer.compare(&one, &nearly);
        announcer.speak(start + Duration::from_secs(1));
        announcer.compare(
            &nearly,
            &snapshot(&[failed(), Status::Ready, failed()], 100),
        );
        announcer.message("Done: 1 file ready, 2 need attention.");
        announcer.speak(start + GAP);
        assert_eq!(
            announcer.said(),
            "Done: 1 file ready, 2 need attention. clip-2.mp4: Ready. clip-3.mp4: Failed."
        );
    }

    #[test]
    fn refused_files_are_said_once_whether_they_were_looked_at_or_not() {
        let refused = || Status::Rejected(Rejection::Empty);
        let mut announcer = Announcer::default();
        let start = Instant::now();
        let looked_at = snapshot(&[Status::Checking], 0);
        let one = snapshot(&[refused()], 0);
        announcer.compare(&looked_at, &one);
        announcer.speak(start);
        assert_eq!(announcer.said(), "clip-1.mp4: Can’t upload.");
        let more = snapshot(&[refused(), refused(), refused()], 0);
        announcer.compare(&one, &more);
        announcer.speak(start + GAP);
        assert_eq!(announcer.said(), "2 files: Can’t upload.");
    }

    #[test]
    fn a_banner_is_said_when_it_comes_and_not_with_each_number() {
        let banner = |text: &str, dismiss| Banner {
            tone: Tone::Notice,
            text: text.to_owned(),
            told: Some(text.to_owned()),
            actions: Vec::new(),
            dismiss,
        };
        let passed_over = |text| banner(text, Some(Dismissible::PassedOver));
        let mut announcer = Announcer::default();
        let mut now = Instant::now();
        let mut said = |banners: &[Banner]| {
            announcer.look_at(banners);
            now += GAP;
            announcer.speak(now);
            announcer.said().to_owned()
        };
        let offline = banner("Offline.", None);
        assert_eq!(said(&[passed_over("1 file.")]), "1 file.");
        assert_eq!(said(&[passed_over("2 files.")]), "1 file.");
        let both = [offline.clone(), passed_over("3 files.")];
        assert_eq!(said(&both), "Offline.");
        let mut refused = banner("9 are empty.", Some(Dismissible::Refused));
        refused.told = None;
        assert_eq!(
            said(std::slice::from_ref(&refused)),
            "Offline.",
            "they are said by name"
        );
        refused.told = Some("4 files of other kinds.".to_owned());
        assert_eq!(
            said(&[refused]),
            "4 files of other kinds.",
            "it came with it"
        );
        assert_eq!(said(&[passed_over("1 file.")]), "1 file.");
        assert_eq!(said(&[offline]), "Offline.", "it came again");
    }

    #[test]
    fn what_moves_to_another_banner_is_said_once() {
        let left_out = |dismiss| Banner {
            tone: Tone::Notice,
            text: "6 items passed over.".to_owned(),
            told: Some("6 items passed over.".to_owned()),
            actions: Vec::new(),
            dismiss: Some(dismiss),
        };
        let mut announcer = Announcer::default();
        announcer.look_at(&[left_out(Dismissible::PassedOver)]);
        announcer.look_at(&[left_out(Dismissible::Refused)]);
        announcer.speak(Instant::now());
        assert_eq!(announcer.said(), "6 items passed over.");
    }

    #[test]
    fn files_that_come_to_the_list_hide_no_end() {
        let mut announcer = Announcer::default();
        let before = snapshot(&[Status::Uploading], 0);
        let after = snapshot(&[Status::Ready, Status::Checking], 0);
        announcer.compare(&before, &after);
        announcer.speak(Instant::now());
        assert_eq!(announcer.said(), "clip-1.mp4: Ready.");
    }
}
