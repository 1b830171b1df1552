//! Walking folders on threads of their own, which may hang with their drive.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::Actor;
use super::intake::Found;
use super::told::Told;
use crate::api::Service;
use crate::engine::intake::{self, Identity};
use crate::engine::patience::{locked, no_answer, while_it_moves};

/// Files that are told of at once: a transaction each.
const BATCH: usize = 256;

/// How far a walk is.
#[derive(Default)]
struct Walk {
    /// The drive did not answer: whatever is found now is not told any more.
    is_given_up: bool,
    /// What was named and is walked now, by its place in the list.
    named: usize,
    /// What the drive is asked for.
    at: PathBuf,
    /// Rises with everything that the drive is asked for.
    steps: u64,
    /// Files so far.
    count: u64,
    /// Something was passed over.
    has_skipped: bool,
    /// Those that are not told yet.
    found: Vec<Found>,
}

/// A walk, from its thread.
struct Walker<'a> {
    walk: &'a Mutex<Walk>,
    told: &'a mpsc::UnboundedSender<Told>,
}

impl Walker<'_> {
    /// Notes something, and says so; breaks where nobody waits for it any more.
    fn note<const N: usize>(
        &self,
        work: impl FnOnce(&mut Walk) -> [Option<Told>; N],
    ) -> ControlFlow<()> {
        let mut walk = locked(self.walk);
        if walk.is_given_up {
            return ControlFlow::Break(());
        }
        walk.steps += 1;
        for message in work(&mut walk).into_iter().flatten() {
            if self.told.send(message).is_err() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    fn walk(&self, paths: &[PathBuf], may_start: bool) -> ControlFlow<()> {
        intake::walk(paths, |step| {
            let (path, rejection) = match step {
                intake::Found::File(path) => (path, None),
                intake::Found::Rejected { path, rejection } => (path, Some(rejection)),
                intake::Found::Entering(path) => {
                    return self.note(|walk| {
                        let left = paths.iter().enumerate().skip(walk.named);
                        walk.named = left
                            .into_iter()
                            .find(|(_, named)| **named == path)
                            .map_or(walk.named, |(place, _)| place);
                        walk.at = path;
                        [Some(Told::Walking(walk.count))]
                    });
                }
                intake::Found::Walked { folder, skipped } => {
                    return self.note(|walk| {
                        walk.has_skipped |= skipped > 0;
                        let found = std::mem::take(&mut walk.found);
                        let skipped = (skipped > 0).then_some(Told::Skipped(folder, skipped));
                        [Some(Told::Found(found)), skipped]
                    });
                }
            };
            let folder = locked(self.walk).at.clone();
            self.note(|walk| {
                walk.at.clone_from(&path);
                []
            })?;
            let found = Found {
                identity: intake::identity(&path),
                stamp: intake::stamp_now(&path),
                path,
                rejection,
                may_start,
            };
            self.note(|walk| {
                walk.at = folder;
                walk.count += 1;
                walk.found.push(found);
                if walk.found.len() < BATCH {
                    return [None, None];
                }
                let found = std::mem::take(&mut walk.found);
                [Some(Told::Walking(walk.count)), Some(Told::Found(found))]
            })
        })
    }
}

impl<S: Service> Actor<S> {
    /// Takes in what was named; `may_start` says whether by somebody who is here.
    pub(super) fn add(&mut self, paths: Vec<PathBuf>, may_start: bool) {
        self.walks += 1;
        self.walking = 0;
        self.intake_said = false;
        let (told, patience) = (self.told.clone(), self.options.policy.stall);
        self.errands.spawn(walk(paths, may_start, patience, told));
    }
}

/// Walks `paths`. What a drive that does not answer keeps from being walked is refused, and
/// the rest is walked without it.
async fn walk(
    mut paths: Vec<PathBuf>,
    may_start: bool,
    patience: Duration,
    told: mpsc::UnboundedSender<Told>,
) {
    let mut is_empty = true;
    while !paths.is_empty() {
        let walk = Arc::new(Mutex::new(Walk::default()));
        let thread = spawn_blocking({
            let (paths, walk, told) = (paths.clone(), Arc::clone(&walk), told.clone());
            move || {
                let (walk, told) = (&walk, &told);
                Walker { walk, told }.walk(&paths, may_start)
            }
        });
        let hangs = while_it_moves(thread, patience, || locked(&walk).steps)
            .await
            .is_none();
        let mut walk = locked(&walk);
        walk.is_given_up = true;
        let mut found = std::mem::take(&mut walk.found);
        is_empty &= !hangs && walk.count == 0 && !walk.has_skipped;
        if hangs {
            let at = std::mem::take(&mut walk.at);
            tracing::warn!(path = %at.display(), "a drive does not answer");
            found.push(Found {
                identity: Identity::unresolved(&at),
                stamp: None,
                path: at,
                rejection: Some(no_answer()),
                may_start,
            });
            paths.drain(..=walk.named);
        } else {
            paths.clear();
        }
        let _ = told.send(Told::Found(found));
    }
    let _ = told.send(Told::WalkEnded { is_empty });
}
