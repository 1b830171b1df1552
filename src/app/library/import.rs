//! Brings the assets of a file into the Library, on a thread.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::jobs::{LibraryEvent, LibraryJobs};
use super::reader::open;

use crate::model::asset::AssetId;
use crate::store::History;
use crate::store::history::import::{ImportFile, ImportPlan};
use crate::text::messages::library as words;

/// Extensions of files that can be brought in.
pub const IMPORTED: [&str; 5] = ["csv", "tsv", "json", "jsonl", "txt"];

/// A file of assets that was read, and what it would add.
#[derive(Debug)]
pub struct ImportPreview {
    /// File name.
    pub name: String,
    /// Its assets.
    pub file: ImportFile,
    /// Assets that are new, and those that are known.
    pub plan: ImportPlan,
}

/// Outcome of bringing assets in.
#[derive(Debug)]
pub struct BroughtIn {
    /// Number of new assets.
    pub new: usize,
    /// First ones, to ask the service about.
    pub first: Vec<AssetId>,
}

/// Returns the file of a drop that is a list of assets by its name.
pub fn dropped_list(paths: &[PathBuf]) -> Option<&Path> {
    let [path] = paths else { return None };
    let extension = path.extension()?.to_str()?.to_lowercase();
    IMPORTED.contains(&extension.as_str()).then_some(path)
}

impl LibraryJobs {
    /// Reads a file of assets.
    pub fn read_import(&mut self, path: PathBuf, base_url: String) {
        self.run(move |dir| {
            let file = ImportFile::open(&path, &base_url).map_err(|error| error.to_string())?;
            let library = open(&dir)?;
            let plan = file.plan(library.as_ref(), &base_url);
            let name = path.file_name().unwrap_or(path.as_os_str());
            Ok(LibraryEvent::ImportRead(Box::new(ImportPreview {
                name: name.to_string_lossy().into_owned(),
                file,
                plan: plan.map_err(|error| words::unreadable(&error.to_string()))?,
            })))
        });
    }

    /// Brings in what was read.
    pub fn bring_in(&mut self) {
        let Some(ImportPreview { file, plan, .. }) = self.import.take() else {
            return;
        };
        self.run(move |dir| {
            let mut history = History::open(&dir)
                .map_err(|error| error.to_string())?
                .history;
            let written = history.import(&file, Timestamp::now().as_millisecond());
            written.map_err(|error| error.to_string())?;
            let ImportPlan { new, first, .. } = plan;
            Ok(LibraryEvent::BroughtIn(BroughtIn { new, first }))
        });
    }

    fn run(&mut self, work: impl FnOnce(PathBuf) -> Result<LibraryEvent, String> + Send + 'static) {
        let dir = self
            .dir
            .clone()
            .ok_or_else(|| words::no_history().to_owned());
        let work = move || dir.and_then(work).unwrap_or_else(LibraryEvent::Say);
        self.start(work);
    }
}
