//! Walks folders on their own threads, which may block with their drive.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::engine::blocking_io::{join_unless_stalled, locked, no_answer};
use crate::engine::files::{self, CanonicalPath};
use crate::engine::intake::{AddId, FoundFile};
use crate::engine::message::ActorMessage;
use crate::model::batch::{SkippedFile, SkippedFiles};
use crate::model::media::skipped_kind;

/// Files reported at once, each batch in one transaction.
const BATCH: usize = 256;

/// The paths of one `Add` command.
#[derive(Clone)]
pub(in crate::engine) struct AddedPaths {
    pub add: AddId,
    pub paths: Vec<PathBuf>,
    /// Files may start by themselves.
    pub may_start: bool,
    /// The user gave their batch a label.
    pub is_labelled: bool,
}

#[derive(Default)]
struct Walk {
    /// Abandoned for an unresponsive drive: later results are discarded.
    is_given_up: bool,
    /// Index of the added path that is being walked.
    named: usize,
    at: PathBuf,
    /// Grows with every step of the walk, to detect a stall.
    steps: u64,
    count: u64,
    skipped: SkippedFiles,
    /// A file was skipped that a user may miss.
    has_skipped: bool,
    found: Vec<FoundFile>,
}

impl Walk {
    /// Names a file that is not taken, or counts it.
    fn skip(&mut self, path: PathBuf) {
        match skipped_kind(&path) {
            Some(kind) => {
                self.has_skipped = true;
                self.skipped.push(SkippedFile { path, kind });
            }
            None => self.skipped.other_files += 1,
        }
    }
}

/// The walking thread's access to its walk.
struct FolderWalk<'a> {
    walk: &'a Mutex<Walk>,
    messages: &'a mpsc::UnboundedSender<ActorMessage>,
}

impl FolderWalk<'_> {
    /// Updates the progress and reports it; breaks if the walk was abandoned.
    fn note(&self, work: impl FnOnce(&mut Walk) -> Vec<ActorMessage>) -> ControlFlow<()> {
        let mut walk = locked(self.walk);
        if walk.is_given_up {
            return ControlFlow::Break(());
        }
        walk.steps += 1;
        for message in work(&mut walk) {
            if self.messages.send(message).is_err() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// Reports the name of a folder that was added alone.
    fn name_folder(&self, added: &AddedPaths) -> ControlFlow<()> {
        let [folder] = &added.paths[..] else {
            return ControlFlow::Continue(());
        };
        self.note(|walk| {
            walk.at.clone_from(folder);
            vec![]
        })?;
        let name = files::folder_name(folder);
        self.note(|_| {
            let named = |name| ActorMessage::FolderNamed(added.add, name);
            name.map(named).into_iter().collect()
        })
    }

    fn walk(&self, added: &AddedPaths) -> ControlFlow<()> {
        if !added.is_labelled {
            self.name_folder(added)?;
        }
        let paths = &added.paths;
        files::walk(paths, |step| {
            let (path, rejection) = match step {
                files::WalkEvent::File(path) => (path, None),
                files::WalkEvent::Rejected { path, rejection } => (path, Some(rejection)),
                files::WalkEvent::Entering(path) => {
                    return self.note(|walk| {
                        let mut left = paths.iter().skip(walk.named);
                        walk.named += left.position(|named| *named == path).unwrap_or(0);
                        walk.at = path;
                        vec![ActorMessage::WalkProgress(walk.count)]
                    });
                }
                files::WalkEvent::Skipped(path) => {
                    return self.note(|walk| {
                        walk.skip(path);
                        vec![]
                    });
                }
                files::WalkEvent::Walked {
                    folder,
                    skipped: count,
                    hidden,
                } => {
                    return self.note(|walk| {
                        let found = std::mem::take(&mut walk.found);
                        let mut skipped = std::mem::take(&mut walk.skipped);
                        skipped.other_files += hidden;
                        let skipped = ActorMessage::Skipped {
                            add: added.add,
                            folder,
                            count,
                            skipped,
                        };
                        vec![ActorMessage::FilesFound(found), skipped]
                    });
                }
            };
            let folder = locked(self.walk).at.clone();
            self.note(|walk| {
                walk.at.clone_from(&path);
                vec![]
            })?;
            let found = FoundFile {
                add: added.add,
                identity: files::identity(&path),
                stamp: files::stamp_now(&path),
                path,
                rejection,
                may_start: added.may_start,
            };
            self.note(|walk| {
                walk.at = folder;
                walk.count += 1;
                walk.found.push(found);
                if walk.found.len() < BATCH {
                    return vec![];
                }
                let found = std::mem::take(&mut walk.found);
                let progress = ActorMessage::WalkProgress(walk.count);
                vec![progress, ActorMessage::FilesFound(found)]
            })
        })
    }
}

/// Walks added paths. Paths on an unresponsive drive are rejected, and the walk goes on without them.
pub(super) async fn walk(
    mut added: AddedPaths,
    blocking_io: Duration,
    messages: mpsc::UnboundedSender<ActorMessage>,
) {
    let mut is_empty = true;
    added.is_labelled |= added.paths.len() > 1;
    while !added.paths.is_empty() {
        let walk = Arc::new(Mutex::new(Walk::default()));
        let thread = spawn_blocking({
            let (added, walk, messages) = (added.clone(), Arc::clone(&walk), messages.clone());
            move || {
                let (walk, messages) = (&walk, &messages);
                FolderWalk { walk, messages }.walk(&added)
            }
        });
        let hangs = join_unless_stalled(thread, blocking_io, || locked(&walk).steps)
            .await
            .is_none();
        let mut walk = locked(&walk);
        walk.is_given_up = true;
        let mut found = std::mem::take(&mut walk.found);
        is_empty &= !hangs && walk.count == 0 && !walk.has_skipped;
        if hangs {
            let at = std::mem::take(&mut walk.at);
            tracing::warn!(path = %at.display(), "a drive does not answer");
            found.push(FoundFile {
                add: added.add,
                identity: CanonicalPath::unresolved(&at),
                stamp: None,
                path: at,
                rejection: Some(no_answer()),
                may_start: added.may_start,
            });
            added.paths.drain(..=walk.named);
        } else {
            added.paths.clear();
        }
        let _ = messages.send(ActorMessage::FilesFound(found));
    }
    let _ = messages.send(ActorMessage::WalkEnded { is_empty });
}
