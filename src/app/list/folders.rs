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
mod tests;
