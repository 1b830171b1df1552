//! What earlier runs of the program left behind, brought back.

use super::Actor;
use super::intake::Found;
use crate::api::Service;
use crate::engine::intake;
use crate::engine::item::Item;
use crate::engine::journal::same_file;
use crate::engine::{FrontEnd, Turn};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, State, Upload};
use crate::store::ItemRecord;

impl<S: Service> Actor<S> {
    /// The window: the whole queue of runs that are over comes back. What was sent is
    /// followed, what was looked at is looked at again, the rest waits for the person.
    pub(super) fn restore(&mut self) {
        if self.options.front_end != FrontEnd::Window {
            return;
        }
        let left = self.journal.left_behind(None, &*self.options.is_alive);
        let mut to_look_at = vec![];
        for (record, upload) in left {
            let (id, position) = (record.id, record.position);
            let path = record.path.clone();
            let checking = self.adopt(record, upload.recovered(), position);
            self.by_identity.insert(intake::identity(&path), id);
            if checking {
                to_look_at.push(id);
            }
        }
        self.look(&to_look_at, std::time::Duration::ZERO);
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
        let left = self
            .journal
            .left_behind(Some(found.path()), &*self.options.is_alive);
        let looked = intake::look(found.path()).ok()?;
        let (record, upload) = left.into_iter().find(|(record, upload)| {
            let unfinished = upload.is_active() || matches!(upload.state, State::Paused { .. });
            unfinished && same_file(record, looked.stamp)
        })?;
        let id = record.id;
        self.by_identity.insert(found.identity().clone(), id);
        let mut upload = upload.recovered();
        let follows = matches!(upload.state, State::Processing { .. });
        if !follows {
            // What was counted stays, above all that it may be stored already.
            upload.state = State::Checking;
        }
        let media = upload.media;
        self.adopt(record, upload, position);
        if !follows {
            return Some(Some(id));
        }
        if let Some(media) = media {
            let turn = Turn::Accepted {
                size: media.stamp.size,
                kind: media.kind,
                route: self
                    .items
                    .get(&id)?
                    .upload
                    .route(self.options.policy.direct_limit),
                note: media.note,
            };
            self.follow(Some(id), found.path().to_owned(), turn);
            if let Some(asset) = self.items.get(&id)?.upload.asset().cloned() {
                self.follow(Some(id), found.path().to_owned(), Turn::Followed(asset));
            }
        }
        Some(None)
    }

    /// Makes a record a row of this run; true where it has to be looked at.
    fn adopt(&mut self, record: ItemRecord, upload: Upload, position: i64) -> bool {
        let id = record.id;
        let mut item = Item::new(id, record.path, position, upload);
        item.account = record.account;
        item.added_at_ms = record.added_at_ms;
        self.journal.stage_item(&item);
        let checking = item.upload.state == State::Checking;
        let follows = matches!(item.upload.state, State::Processing { .. });
        let attempt = item.upload.attempt;
        if follows {
            item.in_batch = true;
            item.started_at = Some(tokio::time::Instant::now());
            item.polled_since = item.started_at;
            let after = std::time::Duration::ZERO;
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
