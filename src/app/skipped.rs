//! Files of a batch that were skipped, by kind, as the window lists them.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use super::wording::skipped as words;
use crate::model::batch::{Batch, SkippedFile, SkippedKind};
use crate::text::messages::{list, skipped as messages};

/// List of the skipped files of a batch.
#[derive(Debug, PartialEq, Eq)]
pub struct SkippedReport {
    /// Label of the batch.
    pub label: String,
    /// Number of files of each kind: "3 camera originals (R3D, MXF), 1 photo (HEIC)".
    pub summary: String,
    /// Each kind, followed by its files.
    pub lines: Vec<SkippedLine>,
    /// Number of system files, sidecars and the like.
    pub other_files: u64,
}

/// A line of the list.
#[derive(Debug, PartialEq, Eq)]
pub enum SkippedLine {
    /// A kind of files.
    Kind {
        /// Their number and formats.
        title: String,
        /// Advice for them.
        advice: &'static str,
    },
    /// Number of further files of the kind.
    Unnamed(String),
    /// A file.
    File {
        /// Its name.
        name: String,
        /// Its folder.
        folder: String,
    },
}

impl SkippedReport {
    /// Lists the skipped files of a batch.
    pub fn of(batch: &Batch) -> Self {
        let (mut titles, mut lines) = (Vec::new(), Vec::new());
        for kind in SkippedKind::ALL {
            let of_kind = batch.skipped.named.iter().filter(|file| file.kind == kind);
            let files: Vec<&SkippedFile> = of_kind.collect();
            let unnamed = batch
                .skipped
                .unnamed
                .get(&kind)
                .copied()
                .unwrap_or_default();
            let count = files.len() + unnamed;
            if count == 0 {
                continue;
            }
            let (title, advice) = words::kind(kind, count, &formats(&files));
            titles.push(title.clone());
            lines.push(SkippedLine::Kind { title, advice });
            lines.extend(files.iter().map(|file| SkippedLine::File {
                name: text(file.path.file_name().map(Path::new)),
                folder: text(file.path.parent()),
            }));
            if unnamed > 0 {
                lines.push(SkippedLine::Unnamed(messages::unnamed(unnamed)));
            }
        }
        Self {
            label: batch.label.clone(),
            summary: titles.join(list::items()),
            lines,
            other_files: batch.skipped.other_files,
        }
    }

    /// Returns the list as text: kinds, and the paths of their files.
    pub fn text(&self) -> String {
        let lines = self.lines.iter().map(|line| match line {
            SkippedLine::Kind { title, .. } => format!("\n{title}\n"),
            SkippedLine::Unnamed(text) => format!("{text}\n"),
            SkippedLine::File { name, folder } => {
                format!("{}\n", Path::new(folder).join(name).display())
            }
        });
        words::title(&self.label) + "\n" + &lines.collect::<String>()
    }
}

fn text(path: Option<&Path>) -> String {
    path.unwrap_or(Path::new("")).to_string_lossy().into_owned()
}

/// Returns the extensions of these files: "R3D, MXF".
fn formats(files: &[&SkippedFile]) -> String {
    let extensions = files.iter().filter_map(|file| file.path.extension());
    let extensions = extensions.map(|it| it.to_string_lossy().to_uppercase());
    let extensions: BTreeSet<String> = extensions.collect();
    let extensions: Vec<String> = extensions.into_iter().collect();
    extensions.join(list::items())
}
