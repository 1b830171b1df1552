//! What earlier runs of the program left behind, brought back.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

use super::Actor;
use super::intake::Found;
use super::told::Told;
use crate::api::Service;
use crate::engine::intake::{self, Identity};
use crate::engine::item::Item;
use crate::engine::{FrontEnd, Turn};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, State, Upload};
use crate::store::ItemRecord;

impl<S: Service> Actor<S> {
    /// The window: the whole queue of runs that are over comes back. What was sent is
    /// followed, what was looked at is looked at again, the rest waits for the person.
    /// What went to another service stays in the journal, for when that one is back.
    pub(super) fn restore(&mut self) {
        if self.options.front_end != FrontEnd::Window {
            return;
        }
        let left = self
            .journal
            .left_behind(None, &*self.options.is_alive, |_, _| true);
        let mut to_look_at = vec![];
        let mut files = vec![];
        for (record, upload) in left {
            let (id, position) = (record.id, record.position);
            let path = record.path.clone();
            files.push((id, path.clone()));
            if self.adopt(record, path, upload.recovered(), position) {
                to_look_at.push(id);
            }
        }
        self.look(&to_look_at, Duration::ZERO);
        self.recall(files);
    }

    /// Finds out which files these rows are; a drive that does not answer holds up nothing
    /// but what is added meanwhile.
    fn recall(&mut self, files: Vec<(ItemId, std::path::PathBuf)>) {
        if files.is_empty() {
            return;
        }
        self.recalling = true;
        let told = self.told.clone();
        tokio::task::spawn_blocking(move || {
            let identities = files
                .into_iter()
                .map(|(id, path)| (id, intake::identity(&path)))
                .collect();
            // An error means that the actor is gone.
            let _ = told.send(Told::Recalled(identities));
        });
    }

    pub(super) fn recalled(&mut self, identities: Vec<(ItemId, Identity)>) {
        self.recalling = false;
        for (id, identity) in identities {
            if self.items.contains_key(&id) {
                self.by_identity.insert(identity, id);
            }
        }
        let found = std::mem::take(&mut self.found_early);
        self.take_in(found);
    }

    /// The command line: what an earlier run of this path left unfinished goes on. The
    /// inner value is the row that has to be looked at.
    pub(super) fn continue_left_behind(
        &mut self,
        found: &Found,
        position: i64,
    ) -> Option<Option<ItemId>> {
        if self.options.front_end != FrontEnd::CommandLine || found.is_rejected() {
            return None;
        }
        let stamp = found.stamp()?;
        let file = std::path::absolute(found.path()).ok()?;
        let (account, asks) = (self.account(), self.options.ask_history);
        let taken = Cell::new(false);
        let left =
            self.journal
                .left_behind(Some(&file), &*self.options.is_alive, |record, upload| {
                    // Another account's asset cannot be asked about; one that is not to be
                    // asked about stays behind for a run that may.
                    let asked_about =
                        matches!(upload.clone().recovered().state, State::Processing { .. });
                    let unfinished =
                        upload.is_active() || matches!(upload.state, State::Paused { .. });
                    // Killed before it was looked at: nothing is known of it, and its row
                    // would stay behind for ever.
                    let unseen = record.stamp.is_none()
                        && matches!(upload.state, State::Checking | State::Settling);
                    (record.stamp == Some(stamp) && unfinished || unseen)
                        && (!asked_about
                            || (asks && (record.account.is_none() || record.account == account)))
                        && !taken.replace(true)
                });
        let (record, upload) = left.into_iter().next()?;
        let id = record.id;
        self.by_identity.insert(found.identity().clone(), id);
        let mut upload = upload.recovered();
        let follows = matches!(upload.state, State::Processing { .. });
        if !follows {
            // What was counted stays, above all that it may be stored already.
            upload.state = State::Checking;
        }
        let path = found.path().to_owned();
        self.adopt(record, path.clone(), upload, position);
        if !follows {
            return Some(Some(id));
        }
        let item = self.items.get(&id)?;
        let asset = item.upload.asset().cloned();
        if let Some(media) = item.upload.media {
            let turn = Turn::Accepted {
                size: media.stamp.size,
                kind: media.kind,
                route: item.upload.route(self.options.policy.direct_limit),
                note: media.note,
            };
            self.follow(Some(id), path.clone(), turn);
        }
        if let Some(asset) = asset {
            self.follow(Some(id), path, Turn::Followed(asset));
        }
        Some(None)
    }

    /// Makes a record a row of this run; true where it has to be looked at.
    fn adopt(
        &mut self,
        record: ItemRecord,
        path: std::path::PathBuf,
        upload: Upload,
        position: i64,
    ) -> bool {
        let id = record.id;
        let mut item = Item::new(id, path, position, upload);
        item.file = record.path;
        item.account = record.account;
        item.added_at_ms = record.added_at_ms;
        if let Some(asset) = item.upload.asset() {
            self.journal.knows(asset);
        }
        self.journal.stage_item(&item);
        let checking = item.upload.state == State::Checking;
        if matches!(item.upload.state, State::Processing { .. }) {
            let attempt = item.upload.attempt;
            let after = Duration::ZERO;
            item.in_batch = true;
            item.started_at = Some(Instant::now());
            item.polled_since = item.started_at;
            self.pending
                .effects
                .push((id, Effect::Poll { attempt, after }));
        }
        self.put_back(item);
        checking
    }

    /// Leaves the journal as the next run should find it.
    pub(super) fn leave(&mut self) {
        if self.options.front_end == FrontEnd::CommandLine {
            self.journal.drop_ended(&self.items);
            self.journal.commit();
        }
    }
}
