//! Files that were gone when it was their turn, with their drive perhaps: they go on by
//! themselves when they are back. Only the window waits; `upload` tells of them and ends.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc;

use super::Actor;
use super::message::ActorMessage;
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::files;
use crate::engine::item::{Item, Task};
use crate::model::fault::FaultKind;
use crate::model::media::FileStamp;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, UploadState};

/// Rows whose file is missing, and the watches of their folders.
#[derive(Debug)]
pub(super) struct MissingFiles<W = Task> {
    /// The folder of each missing file.
    folders: BTreeMap<ItemId, PathBuf>,
    watches: HashMap<PathBuf, W>,
}

impl<W> MissingFiles<W> {
    pub fn new() -> Self {
        let (folders, watches) = (BTreeMap::new(), HashMap::new());
        Self { folders, watches }
    }

    /// Takes note of whether the file of a row is missing.
    pub fn on_change(&mut self, item: &Item) {
        match &item.upload.state {
            UploadState::Failed { fault, .. } if fault.kind == FaultKind::FileGone => {
                let folder = item.file.parent().unwrap_or(&item.file);
                self.folders.insert(item.id, folder.to_owned());
            }
            _ => self.remove(item.id),
        }
    }

    pub fn remove(&mut self, id: ItemId) {
        self.folders.remove(&id);
    }

    /// Ends the watches of folders that miss no file, and begins one for each other folder that
    /// has none: a drive that does not answer is asked again when it has answered.
    pub fn update_watches(&mut self, mut begin: impl FnMut(&Path, &[ItemId]) -> W) {
        let mut rows: BTreeMap<&PathBuf, Vec<ItemId>> = BTreeMap::new();
        for (id, folder) in &self.folders {
            rows.entry(folder).or_default().push(*id);
        }
        self.watches.retain(|folder, _| rows.contains_key(folder));
        for (folder, rows) in rows {
            let watch = self.watches.entry(folder.clone());
            watch.or_insert_with_key(|folder| begin(folder, &rows));
        }
    }

    pub fn on_watch_ended(&mut self, folder: &Path) {
        self.watches.remove(folder);
    }

    #[cfg(test)]
    pub fn entries(&self) -> usize {
        self.folders.len() + self.watches.len()
    }
}

impl<S: Service> Actor<S> {
    /// Looks for the files that are gone after a while, on threads for that. Costs nothing where
    /// none is missing.
    pub(super) fn watch_missing(&mut self) {
        if self.options.front_end != FrontEnd::Window {
            return;
        }
        let after = self.options.policy.missing_file_interval;
        self.missing_files.update_watches(|folder, rows| {
            let files = rows.iter().filter_map(|id| {
                let item = self.items.get(id)?;
                Some((*id, item.file.clone(), item.upload.media?.stamp))
            });
            let files = files.collect();
            Task::spawn(watch(
                folder.to_owned(),
                files,
                after,
                self.messages.clone(),
            ))
        });
    }

    pub(super) fn on_files_reappeared(&mut self, folder: &Path, rows: &[ItemId]) {
        self.missing_files.on_watch_ended(folder);
        self.each(rows, &Event::FileReappeared);
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
            .filter(|(_, path, stamp)| files::is_still(path, *stamp));
        back.map(|(id, ..)| *id).collect()
    });
    // An error means that the runtime ends.
    if let Ok(back) = look.await {
        let _ = messages.send(ActorMessage::Back(folder, back));
    }
}
