//! Finds files: added files are reported as they are, folders are walked.

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

/// Event of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalkEvent {
    /// A file to [`check`](super::check): added itself, or regular with a supported extension.
    File(PathBuf),
    /// An entry rejected without a check: no regular file, or an unreadable folder.
    Rejected {
        /// Path of the entry.
        path: PathBuf,
        /// Reason.
        rejection: Rejection,
    },
    /// A regular file with another extension.
    Skipped(PathBuf),
    /// A path is about to be checked or a folder read. Lets a caller stop a walk through folders
    /// that hold nothing of interest.
    Entering(PathBuf),
    /// An added folder is finished; sent once for each.
    Walked {
        /// Path as it was added.
        folder: PathBuf,
        /// Files with other extensions and folders that are never walked, at any depth.
        skipped: u64,
        /// Hidden and system files, at any depth.
        hidden: u64,
    },
}

/// System folders without user files, skipped with all below them.
const NEVER_WALKED: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Walks the added paths in order, until `sink` breaks.
///
/// Paths in folders are the added path joined with the relative one. Entries come sorted by name,
/// numbers in names by value. Links are followed, except to a folder above the added one or above
/// the link, and each folder is walked once per call. Hidden and system files are skipped, unless
/// added themselves.
pub fn walk(
    paths: &[PathBuf],
    mut sink: impl FnMut(WalkEvent) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut walker = Walker {
        sink: &mut sink,
        seen: HashSet::new(),
        skipped: 0,
        hidden: 0,
    };
    for path in paths {
        (walker.sink)(WalkEvent::Entering(path.clone()))?;
        #[cfg(test)]
        super::tests::drive::answers(path);
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
    hidden: u64,
}

impl<S: FnMut(WalkEvent) -> ControlFlow<()>> Walker<'_, S> {
    fn named_folder(&mut self, folder: &Path, metadata: &Metadata) -> ControlFlow<()> {
        (self.skipped, self.hidden) = (0, 0);
        // Remaining entries of each open folder; no recursion, since the depth is unbounded.
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
            hidden: self.hidden,
        })
    }

    /// Reports an entry of the last of the `open` folders; returns a folder to walk.
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
                    // A broken link matters if its name has a supported extension. Entries behind a
                    // permission error are unknown, and so are always reported.
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
            (true, false) => {
                self.skipped += 1;
                (self.sink)(WalkEvent::Skipped(path))?;
            }
            (false, true) => self.reject(path, Rejection::NotAFile)?,
            (false, false) => {}
        }
        ControlFlow::Continue(None)
    }

    /// Opens a folder, unless it was walked before or must not be walked. `real` is its path
    /// without links, if known.
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
        // A link to a folder above would walk far more than was added.
        let is_above = open.iter().any(|folder| folder.real.starts_with(&real));
        if is_above || NEVER_WALKED.iter().any(|never| real.starts_with(never)) {
            self.skipped += 1;
            return ControlFlow::Continue(None);
        }
        self.seen.insert(id);
        (self.sink)(WalkEvent::Entering(path.clone()))?;
        let Listing {
            mut entries,
            hidden,
            error,
        } = list(&path);
        self.hidden += hidden;
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

struct Folder {
    /// Path without links.
    real: PathBuf,
    entries: std::vec::IntoIter<Entry>,
}

/// An entry of a folder, before links are followed.
struct Entry {
    path: PathBuf,
    kind: FileType,
    name: OsString,
    /// Lower-case name, for sorting.
    key: String,
}

impl Entry {
    /// Compares names in natural order; ties are broken by their bytes.
    fn order(&self, other: &Self) -> Ordering {
        compare_str(&self.key, &other.key).then_with(|| self.name.cmp(&other.name))
    }
}

/// The readable entries of a folder.
#[derive(Default)]
struct Listing {
    entries: Vec<Entry>,
    /// Number of hidden and system files, which are not among the entries.
    hidden: u64,
    /// The error that ended the reading early.
    error: Option<io::Error>,
}

fn list(folder: &Path) -> Listing {
    let mut found = Listing::default();
    found.error = fs::read_dir(folder)
        .and_then(|mut entries| entries.try_for_each(|entry| found.add(folder, &entry?)))
        .err();
    found
}

impl Listing {
    /// Adds an entry; one that vanished meanwhile is ignored.
    fn add(&mut self, folder: &Path, entry: &fs::DirEntry) -> io::Result<()> {
        let (name, kind) = (entry.file_name(), entry.file_type());
        if platform::is_hidden(&name, entry) {
            self.hidden += u64::from(kind.is_ok_and(|kind| kind.is_file()));
        } else if let Ok(kind) = kind {
            self.entries.push(Entry {
                path: folder.join(&name),
                kind,
                key: name.to_string_lossy().to_lowercase(),
                name,
            });
        }
        Ok(())
    }
}
