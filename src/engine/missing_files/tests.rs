use std::path::PathBuf;

use super::MissingFiles;
use crate::engine::queue::item::Item;
use crate::model::fault::{Fault, FaultKind};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Upload, UploadState};

impl<W> MissingFiles<W> {
    pub fn entries(&self) -> usize {
        self.folders.len() + self.watches.len()
    }
}

fn failed(id: u64, path: &str, kind: FaultKind) -> Item {
    let state = UploadState::Failed {
        fault: Fault::new(kind),
        asset: None,
    };
    let upload = Upload {
        state,
        ..Upload::new()
    };
    Item::new(ItemId(id), PathBuf::from(path), 0, upload)
}

fn missing(paths: &[&str]) -> MissingFiles<()> {
    let mut missing = MissingFiles::new();
    for (id, path) in (0..).zip(paths) {
        missing.on_change(&failed(id, path, FaultKind::FileGone));
    }
    missing
}

/// Begins the watches that are needed, and returns the rows of each.
fn watch(missing: &mut MissingFiles<()>) -> Vec<Vec<u64>> {
    let mut all: Vec<Vec<u64>> = vec![];
    missing.update_watches(|_, rows| all.push(rows.iter().map(|row| row.0).collect()));
    all.sort();
    all
}

#[test]
fn each_folder_is_watched_once_at_a_time() {
    let mut missing = missing(&["/a/1.mp3", "/b/2.mp3", "/a/3.mp3"]);
    assert_eq!(watch(&mut missing), [vec![0, 2], vec![1]]);
    missing.on_change(&failed(3, "/a/4.mp3", FaultKind::FileGone));
    assert!(watch(&mut missing).is_empty());

    let item = failed(0, "/a/1.mp3", FaultKind::FileGone);
    missing.on_watch_ended(item.file.parent().unwrap());
    assert_eq!(watch(&mut missing), [vec![0, 2, 3]]);
}

#[test]
fn a_watch_ends_with_the_last_file_that_is_missing_from_its_folder() {
    let mut missing = missing(&["/a/1.mp3", "/a/2.mp3", "/b/3.mp3"]);
    watch(&mut missing);
    missing.on_change(&failed(0, "/a/1.mp3", FaultKind::Unreadable));
    assert!(watch(&mut missing).is_empty());
    assert_eq!(missing.entries(), 4);
    missing.remove(ItemId(1));
    assert!(watch(&mut missing).is_empty());
    assert_eq!(missing.entries(), 2);
    missing.remove(ItemId(2));
    assert!(watch(&mut missing).is_empty());
    assert_eq!(missing.entries(), 0);
}

#[test]
fn only_files_that_are_gone_are_watched_for() {
    let mut missing = MissingFiles::new();
    missing.on_change(&failed(0, "/a/1.mp3", FaultKind::Unreadable));
    assert!(watch(&mut missing).is_empty());
}
