//! Finding files: what is named is reported as it is, folders are walked.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use alphanumeric_sort::compare_str;

use super::platform::{self, FolderId};
use super::rejection;
use crate::model::media::{self, Rejection};

/// What a walk comes upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalkEvent {
    /// Something to [`look`](super::look) at: it was named, or is a regular file in a folder
    /// with an extension of the service's.
    File(PathBuf),
    /// Something in a folder that is not taken, known without a look: no regular file although
    /// its extension is the service's, or a folder that cannot be read.
    Rejected {
        /// Where.
        path: PathBuf,
        /// Why.
        rejection: Rejection,
    },
    /// What was named is about to be looked at, or a folder to be read. Nothing to do, but a
    /// chance to stop where folders hold nothing of interest.
    Entering(PathBuf),
    /// A folder that was named is through; comes once for each.
    Walked {
        /// As it was named.
        folder: PathBuf,
        /// What was passed over in it, at any depth: regular files for their extension, and
        /// folders that are never walked.
        skipped: u64,
    },
}

/// Folders of the system that hold no files of anyone: not walked, nor what is below them.
const NEVER_WALKED: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Walks through what was named, in the order of its naming, until `sink` breaks.
///
/// Paths in folders are the named path joined with what was found under it. Entries of a
/// folder come sorted by name, numbers in names by their value. Links are followed, except to
/// a folder above the one that was named or above the link. Each folder is walked once in a
/// call by whatever paths it is reached. What is hidden or the system's own is passed over,
/// unless it was named itself.
pub fn walk(
    paths: &[PathBuf],
    mut sink: impl FnMut(WalkEvent) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut walker = Walker {
        sink: &mut sink,
        seen: HashSet::new(),
        skipped: 0,
    };
    for path in paths {
        (walker.sink)(WalkEvent::Entering(path.clone()))?;
        #[cfg(test)]
        super::drive::answers(path);
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walker.named_folder(path, &metadata)?,
            _ => (walker.sink)(WalkEvent::File(path.clone()))?,
        }
    }
    ControlFlow::Continue(())
}

struct Walker<'a, S> {
    sink: &'a mut S,
    seen: HashSet<FolderId>,
    skipped: u64,
}

impl<S: FnMut(WalkEvent) -> ControlFlow<()>> Walker<'_, S> {
    fn named_folder(&mut self, folder: &Path, metadata: &Metadata) -> ControlFlow<()> {
        self.skipped = 0;
        // The entries that are left of each folder on the way down: no recursion, for the
        // depth of folders is not ours to limit.
        let mut open: Vec<Folder> = Vec::new();
        open.extend(self.enter(folder.to_owned(), None, metadata, &open)?);
        while let Some(top) = open.last_mut() {
            match top.entries.next() {
                Some(entry) => {
                    let below = self.entry(entry, &open)?;
                    open.extend(below);
                }
                None => {
                    open.pop();
                }
            }
        }
        (self.sink)(WalkEvent::Walked {
            folder: folder.to_owned(),
            skipped: self.skipped,
        })
    }

    /// Reports an entry of the last of the `open` folders; gives the folder that it is, where
    /// that is one to walk.
    fn entry(&mut self, entry: Entry, open: &[Folder]) -> ControlFlow<(), Option<Folder>> {
        let Entry {
            path, kind, name, ..
        } = entry;
        let ours = media::format_of(&path).is_ok();
        let kind = if kind.is_symlink() || kind.is_dir() {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => {
                    let parent = open.last().filter(|_| kind.is_dir());
                    let real = parent.map(|parent| parent.real.join(name));
                    return self.enter(path, real, &metadata, open);
                }
                Ok(metadata) => metadata.file_type(),
                Err(error) => {
                    // A broken link matters where its name promises one of our files; what is
                    // behind a refusal cannot be known, and so is told of.
                    if ours || kind.is_dir() || error.kind() == io::ErrorKind::PermissionDenied {
                        self.reject(path, rejection(&error))?;
                    }
                    return ControlFlow::Continue(None);
                }
            }
        } else {
            kind
        };
        match (kind.is_file(), ours) {
            (true, true) => (self.sink)(WalkEvent::File(path))?,
            (true, false) => self.skipped += 1,
            (false, true) => self.reject(path, Rejection::NotAFile)?,
            (false, false) => {}
        }
        ControlFlow::Continue(None)
    }

    /// A folder with its sorted entries, unless it was walked before or is not to be walked.
    /// `real` is its path without links, where that is known.
    fn enter(
        &mut self,
        path: PathBuf,
        real: Option<PathBuf>,
        metadata: &Metadata,
        open: &[Folder],
    ) -> ControlFlow<(), Option<Folder>> {
        let real = real.map_or_else(|| fs::canonicalize(&path), Ok);
        let (id, real) = match platform::folder_id(&path, metadata).and_then(|id| Ok((id, real?))) {
            Ok(known) => known,
            Err(error) => {
                self.reject(path, rejection(&error))?;
                return ControlFlow::Continue(None);
            }
        };
        if self.seen.contains(&id) {
            return ControlFlow::Continue(None);
        }
        // A link to a folder above would walk far more than what was named.
        let is_above = open.iter().any(|folder| folder.real.starts_with(&real));
        if is_above || NEVER_WALKED.iter().any(|never| real.starts_with(never)) {
            self.skipped += 1;
            return ControlFlow::Continue(None);
        }
        self.seen.insert(id);
        (self.sink)(WalkEvent::Entering(path.clone()))?;
        let (mut entries, error) = entries(&path);
        if let Some(error) = error {
            self.reject(path, rejection(&error))?;
        }
        entries.sort_unstable_by(Entry::order);
        ControlFlow::Continue(Some(Folder {
            real,
            entries: entries.into_iter(),
        }))
    }

    fn reject(&mut self, path: PathBuf, rejection: Rejection) -> ControlFlow<()> {
        (self.sink)(WalkEvent::Rejected { path, rejection })
    }
}

/// A folder that is walked.
struct Folder {
    /// Its path without links.
    real: PathBuf,
    /// Entries that are left.
    entries: std::vec::IntoIter<Entry>,
}

/// An entry of a folder, before links are followed.
struct Entry {
    path: PathBuf,
    kind: FileType,
    name: OsString,
    /// The name for sorting, in lower case.
    key: String,
}

impl Entry {
    /// By name as people sort; names that are equal so are told apart by their bytes.
    fn order(&self, other: &Self) -> Ordering {
        compare_str(&self.key, &other.key).then_with(|| self.name.cmp(&other.name))
    }
}

/// Returns what can be read of a folder, without what is hidden, and the error that ended it early.
fn entries(folder: &Path) -> (Vec<Entry>, Option<io::Error>) {
    let mut entries = Vec::new();
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) => return (entries, Some(error)),
    };
    for entry in listing {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return (entries, Some(error)),
        };
        let name = entry.file_name();
        if platform::is_hidden(&name, &entry) {
            continue;
        }
        // An entry that is gone by now was not there.
        if let Ok(kind) = entry.file_type() {
            entries.push(Entry {
                path: folder.join(&name),
                kind,
                key: name.to_string_lossy().to_lowercase(),
                name,
            });
        }
    }
    (entries, None)
}
