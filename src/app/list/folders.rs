//! Shortest folder suffixes that tell files of the same name apart.

use std::collections::HashMap;
use std::path::{Component, Path};
use std::sync::Arc;

use crate::model::snapshot::{ItemId, Row};

/// Folders of rows whose name is not unique.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Folders(HashMap<ItemId, String>);

impl Folders {
    /// Computes the folders of all rows.
    pub fn of(rows: &[Arc<Row>]) -> Self {
        let mut by_name: HashMap<&str, Vec<&Row>> = HashMap::with_capacity(rows.len());
        for row in rows {
            by_name.entry(&row.name).or_default().push(row);
        }
        let mut folders = HashMap::new();
        for same in by_name.into_values().filter(|same| same.len() > 1) {
            tell_apart(same, 1, &mut folders);
        }
        Self(folders)
    }

    /// Returns `true` if this change of a row affects the folders.
    pub fn changes(old: &Row, new: &Row) -> bool {
        old.name != new.name || old.path != new.path
    }

    /// Returns as many of the row's last folders as tell it from rows of the same name.
    pub fn get(&self, id: ItemId) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }
}

/// Gives each row its last `depth` folders, and more to rows that still look alike.
fn tell_apart(rows: Vec<&Row>, depth: usize, folders: &mut HashMap<ItemId, String>) {
    let mut alike: HashMap<String, Vec<&Row>> = HashMap::new();
    for row in rows {
        alike
            .entry(last_folders(&row.path, depth))
            .or_default()
            .push(row);
    }
    for (folder, mut rows) in alike {
        let is_alone = rows.len() == 1;
        rows.retain(|row| {
            // A path without further folders can't be told apart any better.
            let is_told = is_alone || row.path.components().count() <= depth + 1;
            if is_told && !folder.is_empty() {
                folders.insert(row.id, folder.clone());
            }
            !is_told
        });
        if !rows.is_empty() {
            tell_apart(rows, depth + 1, folders);
        }
    }
}

fn last_folders(path: &Path, depth: usize) -> String {
    let mut names: Vec<Component<'_>> = path.components().rev().skip(1).take(depth).collect();
    names.reverse();
    let folders: std::path::PathBuf = names.into_iter().collect();
    folders.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::app::rows::tests::row;
    use crate::model::snapshot::Status;

    fn folders(paths: &[&str]) -> Vec<Option<String>> {
        let rows = paths.iter().zip(1..).map(|(path, id)| {
            let path = PathBuf::from(path);
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = name.into_owned();
            let row = row(id, Status::ReadyToUpload);
            Arc::new(Row { name, path, ..row })
        });
        let rows: Vec<Arc<Row>> = rows.collect();
        let folders = Folders::of(&rows);
        let of = |row: &Arc<Row>| folders.get(row.id).map(str::to_owned);
        rows.iter().map(of).collect()
    }

    #[test]
    fn files_of_the_same_name_are_told_apart_by_their_last_folders() {
        let found = folders(&["/card/A/1.mp4", "/card/B/1.mp4", "/card/B/2.mp4"]);
        assert_eq!(found, [Some("A".to_owned()), Some("B".to_owned()), None]);
    }

    #[test]
    fn as_many_folders_are_named_as_tell_a_file_apart_and_no_more() {
        let found = folders(&["/a/DCIM/1.mp4", "/b/DCIM/1.mp4", "/b/last/1.mp4"]);
        let parted = |folders: [&str; 2]| PathBuf::from_iter(folders).display().to_string();
        let wanted = [parted(["a", "DCIM"]), parted(["b", "DCIM"]), "last".into()];
        assert_eq!(found, wanted.map(Some));
        // Paths without further folders, or without any.
        let found = folders(&["DCIM/1.mp4", "/a/DCIM/1.mp4", "1.mp4"]);
        let wanted = [Some("DCIM".to_owned()), Some(parted(["a", "DCIM"])), None];
        assert_eq!(found, wanted);
    }
}
