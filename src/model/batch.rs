//! Batches: the files that were added in one go.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Id of a batch, unique for the life of the data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchId(pub u64);

/// Files that were dropped, pasted or chosen in one go, and what was skipped among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Id of the batch.
    pub id: BatchId,
    /// The folder's name, or the day and time, unless the user renamed it.
    pub label: String,
    /// The user's own note.
    pub note: Option<String>,
    /// Time of adding, in milliseconds since the Unix epoch.
    pub created_at_ms: i64,
    /// Files in its folders that the service does not take.
    pub skipped: Arc<SkippedFiles>,
}

/// Most skipped files that are named in a batch.
const MAX_SKIPPED: usize = 10_000;
/// Longest label, in characters.
const MAX_LABEL: usize = 200;
/// Longest note, in characters.
const MAX_NOTE: usize = 10_000;

/// Returns a label as one line without control characters or those that turn the direction of
/// writing, of at most 200 characters; `None` if nothing visible is left.
pub fn clean_label(text: &str) -> Option<String> {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line = one_line(text).replace(turns, "");
    let line: String = line.trim().chars().take(MAX_LABEL).collect();
    let line = line.trim_end();
    let is_visible = |c: char| !c.is_whitespace() && !has_no_width(c);
    line.chars().any(is_visible).then(|| line.to_owned())
}

/// Returns true for joiners, marks of direction, fillers, tags and selectors, which show nothing by
/// themselves.
fn has_no_width(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Returns a note without control characters other than line breaks, of at most 10,000 characters;
/// `None` if nothing is left.
pub fn clean_note(text: &str) -> Option<String> {
    let lines: Vec<String> = text.lines().map(one_line).collect();
    let note = lines.join("\n");
    let note: String = note.trim().chars().take(MAX_NOTE).collect();
    (!note.is_empty()).then_some(note)
}

/// Replaces line breaks and other control characters by spaces.
fn one_line(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.replace("\r\n", " ").replace(is_break, " ")
}

/// Files in the folders of a batch that the service does not take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkippedFiles {
    /// The first ones, in the order of the walk.
    pub named: Vec<SkippedFile>,
    /// Number of the later ones of each kind.
    pub unnamed: BTreeMap<SkippedKind, usize>,
    /// Number of system files, sidecars and the like, which nobody misses.
    pub other_files: u64,
}

impl SkippedFiles {
    /// Adds a file, by its name as long as there is room.
    pub fn push(&mut self, file: SkippedFile) {
        if self.named.len() < MAX_SKIPPED {
            self.named.push(file);
        } else {
            *self.unnamed.entry(file.kind).or_default() += 1;
        }
    }

    /// Adds later ones.
    pub fn append(&mut self, later: Self) {
        later.named.into_iter().for_each(|file| self.push(file));
        for (kind, count) in later.unnamed {
            *self.unnamed.entry(kind).or_default() += count;
        }
        self.other_files += later.other_files;
    }

    /// Returns the number of files, without system files and the like.
    pub fn count(&self) -> usize {
        self.named.len() + self.unnamed.values().sum::<usize>()
    }
}

impl From<Vec<SkippedFile>> for SkippedFiles {
    fn from(named: Vec<SkippedFile>) -> Self {
        Self {
            named,
            ..Self::default()
        }
    }
}

/// A file in a folder that the service does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedFile {
    /// Path of the file.
    pub path: PathBuf,
    /// Kind of file that its extension suggests.
    pub kind: SkippedKind,
}

/// Kind of a skipped file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkippedKind {
    /// Video as a camera records it, which has to be converted first.
    CameraOriginal,
    /// A photo in a raw or HEIC format.
    Photo,
    /// Other video, audio or pictures in formats that the service does not take.
    OtherMedia,
    /// Anything else that a user may have made.
    Document,
}

impl SkippedKind {
    /// All kinds, those that users miss most first.
    pub const ALL: [Self; 4] = [
        Self::CameraOriginal,
        Self::Photo,
        Self::OtherMedia,
        Self::Document,
    ];

    /// Returns the word used in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CameraOriginal => "camera_original",
            Self::Photo => "photo",
            Self::OtherMedia => "other_media",
            Self::Document => "document",
        }
    }

    /// Reads the word used in the database; unknown ones count as documents.
    pub fn from_word(word: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.as_str() == word)
            .unwrap_or(Self::Document)
    }
}
