//! Taking in what was named: found on one thread, looked at on others, shown as it comes.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;

use super::{Actor, Told};
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::intake::{self, Identity, Looked};
use crate::engine::item::Item;
use crate::model::media::Rejection;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Media, Upload};

/// Files that are told of at once: a transaction each.
const BATCH: usize = 256;

/// Something that a walk came upon.
pub(in crate::engine) struct Found {
    path: PathBuf,
    identity: Identity,
    /// Why it is refused without a look.
    rejection: Option<Rejection>,
}

impl Found {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn is_rejected(&self) -> bool {
        self.rejection.is_some()
    }
}

/// What a look found.
pub(in crate::engine) struct LookedAt {
    item: ItemId,
    outcome: Result<Looked, Rejection>,
    /// When that was, and so how old the file's last change is.
    at: SystemTime,
}

/// Walks `paths` on a thread of its own.
pub(super) fn start_walk(paths: Vec<PathBuf>, told: mpsc::UnboundedSender<Told>) {
    tokio::task::spawn_blocking(move || {
        let mut found = Vec::with_capacity(BATCH);
        let mut count = 0;
        // Breaking off means that the actor is gone.
        let tell = |message: Told| match told.send(message) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let ended = intake::walk(&paths, |step| {
            let (path, rejection) = match step {
                intake::Found::File(path) => (path, None),
                intake::Found::Rejected { path, rejection } => (path, Some(rejection)),
                intake::Found::Entering(_) => return tell(Told::Walking(count)),
                intake::Found::Walked { folder, skipped } => {
                    tell(Told::Found(std::mem::take(&mut found)))?;
                    return if skipped > 0 {
                        tell(Told::Skipped(folder, skipped))
                    } else {
                        ControlFlow::Continue(())
                    };
                }
            };
            count += 1;
            found.push(Found {
                identity: intake::identity(&path),
                path,
                rejection,
            });
            if found.len() >= BATCH {
                tell(Told::Walking(count))?;
                tell(Told::Found(std::mem::take(&mut found)))?;
            }
            ControlFlow::Continue(())
        });
        if ended.is_continue() {
            let _ = tell(Told::Found(found));
            let _ = tell(Told::WalkEnded);
        }
    });
}

impl<S: Service> Actor<S> {
    /// Adds rows for what was found, except for files that stand in the queue already.
    pub(super) fn take_in(&mut self, found: Vec<Found>) {
        let new: Vec<Found> = found
            .into_iter()
            .filter(|found| !self.stands_in_queue(&found.identity))
            .collect();
        let ids = self.journal.new_ids(new.len());
        let mut to_look_at = vec![];
        for (found, id) in new.into_iter().zip(ids) {
            let position = self.order.last().map_or(0, |(last, _)| last + 1);
            if let Some(id) = self.continue_left_behind(&found, position) {
                to_look_at.extend(id);
                continue;
            }
            let item = Item::new(id, found.path, position, Upload::new());
            self.by_identity.insert(found.identity, id);
            self.journal.stage_item(&item);
            self.put_back(item);
            match found.rejection {
                Some(rejection) => {
                    self.apply(id, Event::Checked(Err(rejection)));
                }
                None => to_look_at.push(id),
            }
        }
        self.look(&to_look_at, Duration::ZERO);
    }

    /// A file that stands in the queue and has not left it is not queued twice.
    fn stands_in_queue(&self, identity: &Identity) -> bool {
        let row = self.by_identity.get(identity);
        let Some(item) = row.and_then(|id| self.items.get(id)) else {
            return false;
        };
        // In the window a row that ended well stands for the file as it was then.
        self.options.front_end == FrontEnd::CommandLine || !item.has_changed_since()
    }

    /// Puts a row where its position says.
    pub(super) fn put_back(&mut self, item: Item) {
        let id = item.id;
        self.order.insert((item.position, id));
        if let Some(media) = item.upload.media {
            self.by_size.entry(media.stamp.size).or_default().push(id);
        }
        self.items.insert(id, item);
        self.dirty.insert(id);
        self.order_changed = true;
    }

    /// Looks at files after a while, on a thread for that.
    pub(super) fn look(&mut self, ids: &[ItemId], after: Duration) {
        let paths: Vec<(ItemId, PathBuf)> = ids
            .iter()
            .filter_map(|id| Some((*id, self.items.get(id)?.path.clone())))
            .collect();
        if paths.is_empty() {
            return;
        }
        self.looks += 1;
        let told = self.told.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let looks = tokio::task::spawn_blocking(move || {
                let look = |(item, path): (ItemId, PathBuf)| LookedAt {
                    item,
                    outcome: intake::look(&path),
                    at: SystemTime::now(),
                };
                paths.into_iter().map(look).collect()
            });
            if let Ok(looked) = looks.await {
                let _ = told.send(Told::Looked(looked));
            }
        });
    }

    pub(super) fn looked_at(&mut self, looked: Vec<LookedAt>) {
        self.looks = self.looks.saturating_sub(1);
        for LookedAt {
            item: id,
            outcome,
            at,
        } in looked
        {
            let Some(item) = self.items.get_mut(&id) else {
                continue;
            };
            let outcome = outcome.map(|looked| Media {
                stamp: looked.stamp,
                kind: looked.accepted.kind,
                note: looked.accepted.note,
            });
            if let Ok(media) = &outcome {
                let before = item.looked.replace(media.stamp);
                let still = before == Some(media.stamp)
                    || media.stamp.is_older_than(self.options.policy.still, at);
                if !still {
                    self.apply(id, Event::StillChanging);
                    continue;
                }
                let rows = self.by_size.entry(media.stamp.size).or_default();
                if !rows.contains(&id) {
                    rows.push(id);
                }
            }
            if self.apply(id, Event::Checked(outcome)) && self.options.start_at_once {
                self.apply(id, Event::Start);
            }
        }
    }
}
