//! Files that were gone when it was their turn, with their drive perhaps: they go on by
//! themselves when they are back. Only the window waits; `upload` tells of them and ends.

use std::path::PathBuf;

use super::Actor;
use super::told::Told;
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::item::Task;
use crate::model::fault::FaultKind;
use crate::model::media::FileStamp;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, State};

impl<S: Service> Actor<S> {
    /// Takes note of whether the file of a row is waited for. What an earlier run of the
    /// program left is not, as nothing of it starts by itself.
    pub(super) fn may_be_missing(&mut self, id: ItemId) {
        let is_gone = self.items.get(&id).is_some_and(|item| {
            matches!(&item.upload.state,
                State::Failed { fault, .. } if fault.kind == FaultKind::FileGone)
        });
        if is_gone && self.options.front_end == FrontEnd::Window {
            self.missing.insert(id);
        } else {
            self.missing.remove(&id);
        }
    }

    /// Looks for the files that are gone after a while, on a thread for that: a drive that
    /// does not answer holds up nobody. Costs nothing where none is missing.
    pub(super) fn watch_for_missing(&mut self) {
        if self.missing.is_empty() {
            self.watch = None;
            return;
        }
        if self.watch.is_some() {
            return;
        }
        let files: Vec<(ItemId, PathBuf, FileStamp)> = self
            .missing
            .iter()
            .filter_map(|id| {
                let item = self.items.get(id)?;
                Some((*id, item.file.clone(), item.upload.media?.stamp))
            })
            .collect();
        let (told, after) = (self.told.clone(), self.options.policy.drive);
        self.watch = Some(Task::spawn(async move {
            tokio::time::sleep(after).await;
            let look = tokio::task::spawn_blocking(move || {
                let is_back = |path: &PathBuf, stamp: FileStamp| {
                    std::fs::metadata(path).is_ok_and(|now| {
                        // Another file in its place is the person's to judge.
                        now.is_file() && FileStamp::of(&now) == stamp
                    })
                };
                let back = files
                    .iter()
                    .filter(|(_, path, stamp)| is_back(path, *stamp));
                back.map(|(id, ..)| *id).collect()
            });
            // An error means that the runtime ends.
            if let Ok(back) = look.await {
                let _ = told.send(Told::Back(back));
            }
        }));
    }

    pub(super) fn are_back(&mut self, rows: &[ItemId]) {
        self.watch = None;
        for id in rows {
            self.apply(*id, Event::FileBack);
        }
    }
}
