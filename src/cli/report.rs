//! Results of every file of an `upload`: printed as they happen, counted for the summary.

mod open_files;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use self::open_files::{OpenFile, OpenFiles};
use super::events::{Counts, EventPath, JsonEvent, JsonLine};
use super::said_wait::SaidWait;
use super::wording;
use super::{EXIT_GOOD, EXIT_SOME_FAILED};
use crate::api::SETTING_UP;
use crate::engine::{LifecycleEvent, LifecycleRecord};
use crate::model::asset::{AssetId, ContentHash};
use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::model::snapshot::{ItemId, QueueWait, Row};
use crate::model::terminal::escape;
use crate::text::messages::banner;
use crate::text::{self, Backend};

/// Output and counts of a run.
pub struct Report {
    json: bool,
    no_wait: bool,
    wait_limit: Duration,
    began: Instant,
    files: OpenFiles,
    /// Ids reported as not saved.
    unsaved: HashSet<AssetId>,
    /// Paths from the arguments that were not reported yet.
    named: BTreeSet<PathBuf>,
    counts: Counts,
    /// Failed files of an interrupted run, which only had no time.
    stopped: u64,
    /// All paths were searched and checked.
    taken_in: bool,
    waiting: SaidWait,
    /// There is no key that could be rejected.
    key_is_missing: bool,
    /// Error of standard output, after which nothing more is printed.
    stdout_error: Option<std::io::Error>,
}

impl Report {
    /// Starts a report on the files under `named`.
    pub fn new(json: bool, no_wait: bool, wait_limit: Duration, named: Vec<PathBuf>) -> Self {
        Self {
            json,
            no_wait,
            wait_limit,
            began: Instant::now(),
            files: OpenFiles::default(),
            unsaved: HashSet::new(),
            named: named.into_iter().collect(),
            counts: Counts::default(),
            stopped: 0,
            taken_in: false,
            waiting: SaidWait::default(),
            key_is_missing: false,
            stdout_error: None,
        }
    }

    /// Returns true once every file was checked and has ended.
    pub fn is_over(&self) -> bool {
        self.taken_in && self.files.is_empty()
    }

    /// Returns true once every file was checked.
    pub fn is_taken_in(&self) -> bool {
        self.taken_in
    }

    /// Marks the key as missing, so that key failures are reported as such.
    pub fn key_is_missing(&mut self) {
        self.key_is_missing = true;
    }

    /// Records and prints a lifecycle event; returns its message for the user, if any.
    pub fn take(&mut self, lifecycle: LifecycleRecord) -> Option<String> {
        let LifecycleRecord { item, path, event } = lifecycle;
        self.named.remove(&path);
        let shown = super::one_line(&path.to_string_lossy());
        let message = match event {
            LifecycleEvent::Accepted {
                size,
                kind,
                route,
                note,
            } => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                let note = note.map(|note| text::note(note, Backend::Service));
                let event = JsonEvent::Accepted {
                    name: name.to_string_lossy().into_owned(),
                    size,
                    kind,
                    route,
                    note: note.clone(),
                };
                self.event(path.as_path(), event);
                if let Some(item) = item {
                    self.files.add(item, path);
                }
                note
            }
            LifecycleEvent::Rejected(rejection) => {
                self.files.close(item);
                self.counts.rejected += 1;
                let message = text::rejection_line(&rejection);
                let event = JsonEvent::Rejected {
                    reason: rejection.reason(),
                    message: message.clone(),
                };
                self.event(path.as_path(), event);
                Some(message)
            }
            LifecycleEvent::Skipped { count } => {
                self.counts.skipped += count;
                self.event(path.as_path(), JsonEvent::Skipped { count });
                Some(banner::passed_over(count))
            }
            LifecycleEvent::AlreadyUploaded(asset) => {
                if !self.files.close(item) {
                    return None;
                }
                self.counts.already_uploaded += 1;
                self.id(&asset, &path);
                self.event(
                    path.as_path(),
                    JsonEvent::AlreadyUploaded { asset_id: asset },
                );
                Some(wording::duplicate().to_owned())
            }
            LifecycleEvent::Followed(Some(asset)) if self.no_wait => {
                self.uploaded(item, &path, asset);
                Some(wording::uploaded_earlier().to_owned())
            }
            LifecycleEvent::Followed(Some(asset)) => {
                let message = wording::uploaded_earlier_as(asset.as_str());
                self.files.wait_for(item, Some(asset), self.wait_limit);
                Some(message)
            }
            LifecycleEvent::Followed(None) => {
                self.files.wait_for(item, None, self.wait_limit);
                Some(wording::sent_earlier().to_owned())
            }
            LifecycleEvent::OtherKey { last4 } => {
                self.files.lift_limit(item);
                Some(wording::sent_with_this_key(&text::other_key(&last4)))
            }
            LifecycleEvent::Uploaded(asset) => {
                self.uploaded(item, &path, asset);
                None
            }
            LifecycleEvent::Retrying {
                attempt,
                delay,
                fault,
            } => {
                self.files.lift_limit(item);
                let event = JsonEvent::Retrying {
                    attempt,
                    delay_ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                    reason: fault.kind.reason(),
                };
                self.event(path.as_path(), event);
                let wait = text::duration(text::whole_seconds(delay));
                let cause = text::fault(&fault, Backend::Service).cause;
                Some(wording::retrying(&cause, &wait))
            }
            LifecycleEvent::Finished {
                asset,
                size,
                content,
                took,
            } => {
                if self.files.close(item) {
                    self.counts.success += 1;
                    self.id(&asset, &path);
                    let event = JsonEvent::Finished {
                        asset_id: asset,
                        upload_status: "SUCCESS",
                        size,
                        blake3: content.map(ContentHash::to_hex),
                        seconds: super::seconds(took),
                    };
                    self.event(path.as_path(), event);
                }
                None
            }
            LifecycleEvent::Failed { asset, fault } => {
                // A file may fail before it was accepted, if nothing can be saved.
                return self
                    .files
                    .close(item)
                    .then(|| self.fail(&path, asset, &fault));
            }
            LifecycleEvent::NotSaved(asset) => return self.not_saved(&path, &asset),
            LifecycleEvent::IntakeDone => {
                self.taken_in = true;
                None
            }
            LifecycleEvent::NeedsUser(_)
            | LifecycleEvent::AssetChecked(..)
            | LifecycleEvent::AssetDeleted(..) => None,
        };
        message.map(|message| wording::file(&shown, &message))
    }

    /// Prints a wait of the whole queue if it is news; returns the message for the user.
    pub fn wait(&mut self, wait: Option<QueueWait>) -> Option<String> {
        let now = Instant::now().into_std();
        let wait = self.waiting.news(wait, now)?;
        let (kind, left) = (wait.kind, wait.left(now));
        let event = JsonEvent::Waiting {
            reason: kind.reason(),
            seconds: text::whole_seconds(left).as_secs(),
        };
        self.event(None, event);
        Some(wording::all_wait(kind, left))
    }

    /// Returns the message for an id that is not on disk, so that the user copies it; `None` if it
    /// was reported before.
    pub fn not_saved(&mut self, path: &Path, asset: &AssetId) -> Option<String> {
        let path = super::one_line(&path.to_string_lossy());
        let is_news = self.unsaved.insert(asset.clone());
        is_news.then(|| wording::not_saved(asset.as_str(), &path))
    }

    /// Returns the earliest deadline for processing.
    pub fn next_limit(&self) -> Option<Instant> {
        self.files.next_limit()
    }

    /// Ends the files whose deadline has passed. They stay in the journal.
    pub fn give_up_waiting(&mut self) -> Vec<String> {
        let late = self.files.take_late();
        self.fail_all(late, &Fault::new(FaultKind::StillProcessing))
    }

    /// Ends every open file, including unchecked ones of `rows` and paths not found yet.
    pub fn end_all(&mut self, fault: &Fault, rows: &[Arc<Row>]) -> Vec<String> {
        for row in rows {
            self.named.remove(&row.path);
            self.files.add(row.id, row.path.clone());
        }
        let open = self.files.take_all();
        let mut messages = self.fail_all(open, fault);
        if !self.taken_in {
            let named = std::mem::take(&mut self.named);
            let files = named.iter().filter(|path| !path.is_dir());
            messages.extend(files.map(|path| self.fail(path, None, fault)));
        }
        messages
    }

    fn fail_all(&mut self, files: Vec<OpenFile>, fault: &Fault) -> Vec<String> {
        let fail = |file: OpenFile| self.fail(&file.path, file.asset, fault);
        files.into_iter().map(fail).collect()
    }

    /// Prints the end of the run as an event; returns the summary for the user.
    pub fn summary(&mut self, is_interrupted: bool) -> String {
        let counts = self.counts;
        let event = JsonEvent::Summary {
            total: counts.success + counts.already_uploaded + counts.failed + counts.rejected,
            counts,
            seconds: super::seconds(self.began.elapsed()),
        };
        self.event(None, event);
        let ready = counts.success.to_string();
        let first = match self.no_wait {
            true => wording::sum_uploaded(&ready),
            false => wording::sum_ready(&ready),
        };
        let others: [wording::Sum; 5] = [
            (counts.already_uploaded, wording::sum_duplicates),
            (counts.failed - self.stopped, wording::sum_failed),
            (self.stopped, wording::sum_stopped),
            (counts.rejected, wording::sum_not_taken),
            (counts.skipped, wording::sum_passed_over),
        ];
        let parts = wording::sums(first, &others);
        match is_interrupted {
            true => wording::interrupted(&parts),
            false => wording::done(&parts),
        }
    }

    /// Returns the exit status; `needs` is the action that stopped the run.
    pub fn exit(&self, needs: Option<RequiredAction>) -> u8 {
        match needs {
            Some(fix) => super::stop_status(fix),
            None if self.counts.failed + self.counts.rejected > 0 => EXIT_SOME_FAILED,
            None if self.stdout_error().is_some() => EXIT_SOME_FAILED,
            None => EXIT_GOOD,
        }
    }

    /// Reports an upload, which ends the file with `no_wait`.
    fn uploaded(&mut self, item: Option<ItemId>, path: &Path, asset: AssetId) {
        self.files
            .wait_for(item, Some(asset.clone()), self.wait_limit);
        if self.no_wait && self.files.close(item) {
            self.counts.success += 1;
            self.id(&asset, path);
        }
        self.event(path, JsonEvent::Uploaded { asset_id: asset });
    }

    fn fail(&mut self, path: &Path, asset: Option<AssetId>, fault: &Fault) -> String {
        self.counts.failed += 1;
        let id = asset
            .as_ref()
            .map_or(String::new(), |id| format!(" ({id})"));
        let message = if self.key_is_missing && fault.fix() == Some(RequiredAction::Key) {
            wording::without_key().to_owned()
        } else if fault.kind == FaultKind::Cancelled {
            // No single file can be cancelled here.
            self.stopped += 1;
            wording::run_interrupted().to_owned()
        } else {
            let line = text::fault(fault, Backend::Service).line();
            let details = &fault.diagnostics;
            match (details.call.as_deref(), details.causes.last()) {
                // The words are those of a wrong certificate, not of missing ones.
                (Some(SETTING_UP), Some(cause)) => format!("{line} ({cause})"),
                _ => line,
            }
        };
        let shown = super::one_line(&path.to_string_lossy());
        let line = wording::file(&format!("{shown}{id}"), &message);
        let event = JsonEvent::Failed {
            asset_id: asset,
            reason: fault.kind.reason(),
            message,
        };
        self.event(path, event);
        line
    }

    /// Prints `asset_id<TAB>path` of a finished file.
    fn id(&mut self, asset: &AssetId, path: &Path) {
        if !self.json {
            let path = super::one_line(&path.to_string_lossy());
            self.line(&format!("{}\t{path}", escape(asset.as_str())));
        }
    }

    fn event<'a>(&mut self, path: impl Into<Option<&'a Path>>, event: JsonEvent) {
        if !self.json {
            return;
        }
        let path = path.into().map(EventPath::new);
        match super::json_line(&JsonLine { event, path }) {
            Ok(line) => self.line(&line),
            Err(error) => tracing::error!(%error, "an event has no JSON"),
        }
    }

    fn line(&mut self, line: &str) {
        if self.stdout_error.is_none() {
            self.stdout_error = super::print(line).err();
        }
    }

    /// Returns the error of writing to standard output, if any but that its reader is gone.
    pub fn stdout_error(&self) -> Option<&std::io::Error> {
        let error = self.stdout_error.as_ref()?;
        (!super::is_deaf(error)).then_some(error)
    }
}
