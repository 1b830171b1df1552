//! Files that were gone when it was their turn, with their drive perhaps: they go on by
//! themselves when they are back. Only the window waits; `upload` tells of them and ends.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc;

use super::Actor;
use super::message::ActorMessage;
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::intake;
use crate::engine::item::Task;
use crate::model::fault::FaultKind;
use crate::model::media::FileStamp;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, UploadState};

impl<S: Service> Actor<S> {
    /// Takes note of whether the file of a row is waited for. What an earlier run of the
    /// program left is not, as nothing of it starts by itself.
    pub(super) fn track_missing(&mut self, id: ItemId) {
        let is_gone = self.items.get(&id).is_some_and(|item| {
            matches!(&item.upload.state,
                UploadState::Failed { fault, .. } if fault.kind == FaultKind::FileGone)
        });
        match self.items.get(&id) {
            Some(item) if is_gone && self.options.front_end == FrontEnd::Window => {
                let folder = item.file.parent().unwrap_or(&item.file);
                self.missing.insert(id, folder.to_owned());
            }
            _ => {
                self.missing.remove(&id);
            }
        }
    }

    /// Looks for the files that are gone after a while, folder by folder, on threads for
    /// that: a drive that does not answer holds up nobody, and is asked again when it has
    /// answered. Costs nothing where none is missing.
    pub(super) fn watch_missing(&mut self) {
        if self.missing.is_empty() && self.watches.is_empty() {
            return;
        }
        let mut unwatched: BTreeMap<&Path, Vec<ItemId>> = BTreeMap::new();
        let mut folders: HashSet<&Path> = HashSet::new();
        for (id, folder) in &self.missing {
            folders.insert(folder);
            if !self.watches.contains_key(folder) {
                unwatched.entry(folder).or_default().push(*id);
            }
        }
        self.watches
            .retain(|folder, _| folders.contains(folder.as_path()));
        for (folder, rows) in unwatched {
            let files = rows.iter().filter_map(|id| {
                let item = self.items.get(id)?;
                Some((*id, item.file.clone(), item.upload.media?.stamp))
            });
            let (files, folder) = (files.collect(), folder.to_owned());
            let (messages, after) = (
                self.messages.clone(),
                self.options.policy.missing_file_interval,
            );
            let watch = watch(folder.clone(), files, after, messages);
            self.watches.insert(folder, Task::spawn(watch));
        }
    }

    pub(super) fn on_files_reappeared(&mut self, folder: &Path, rows: &[ItemId]) {
        self.watches.remove(folder);
        for id in rows {
            self.apply(*id, Event::FileReappeared);
        }
    }
}

/// Looks after a while which of these files of a folder are there again, and tells.
async fn watch(
    folder: PathBuf,
    files: Vec<(ItemId, PathBuf, FileStamp)>,
    after: Duration,
    messages: mpsc::UnboundedSender<ActorMessage>,
) {
    tokio::time::sleep(after).await;
    let look = tokio::task::spawn_blocking(move || {
        let back = files
            .iter()
            .filter(|(_, path, stamp)| intake::is_still(path, *stamp));
        back.map(|(id, ..)| *id).collect()
    });
    // An error means that the runtime ends.
    if let Ok(back) = look.await {
        let _ = messages.send(ActorMessage::Back(folder, back));
    }
}
