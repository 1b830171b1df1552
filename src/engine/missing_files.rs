//! Failed rows whose file was missing, e.g. with its drive. Their folders are watched, and they
//! are retried once the files are back. Only the window watches; `upload` reports them and ends.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::queue::item::Item;
use super::tasks::task::Task;
use crate::model::fault::FaultKind;
use crate::model::snapshot::ItemId;
use crate::model::upload::UploadState;

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
        match &item.upload().state {
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
}
