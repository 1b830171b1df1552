//! What hangs over the window: counted before it is dropped, off this thread.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pending::{Outcome, Pending};
use super::state::App;
use super::wording::screens as words;
use crate::engine::intake::{self, WalkEvent};

/// No folder is counted for longer.
const TIME: Duration = Duration::from_secs(2);
/// Nor further.
const FILES: usize = 10_000;

/// How many files a drop would bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    files: usize,
    /// That is all.
    all: bool,
}

/// What hangs over the window.
#[derive(Default)]
pub(super) struct Hover {
    paths: Vec<PathBuf>,
    counting: Option<Pending<Count>>,
    count: Option<Count>,
}

fn count(paths: &[PathBuf]) -> Count {
    let (mut files, end) = (0, Instant::now() + TIME);
    let walked = intake::walk(paths, |found| {
        files += usize::from(matches!(
            found,
            WalkEvent::File(_) | WalkEvent::Rejected { .. }
        ));
        if files >= FILES || Instant::now() >= end {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    Count {
        files,
        all: walked.is_continue(),
    }
}

impl App {
    /// Says what hangs over the window now.
    pub fn hover(&mut self, paths: Vec<PathBuf>) {
        if paths != self.hover.paths {
            let counting = (!paths.is_empty()).then(|| {
                let (paths, wake) = (paths.clone(), Arc::clone(&self.outside.wake));
                Pending::spawn("hover", wake, move || count(&paths))
            });
            self.hover = Hover {
                paths,
                counting,
                count: None,
            };
        }
        if let Some(Outcome::Answer(count)) = Pending::take_from(&mut self.hover.counting) {
            self.hover.count = Some(count);
        }
    }

    /// Returns what a drop would do; `None` where nothing hangs over the window.
    pub fn hovering(&self) -> Option<String> {
        let hanging = self.hover.paths.len();
        (hanging > 0).then(|| match self.hover.count {
            Some(Count { files, all }) => words::drop(files, all),
            None => words::drop_uncounted(hanging),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_counts_what_is_in_it_that_can_be_uploaded() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        for name in ["a.mp4", "b.mov", "notes.txt", ".hidden.mp4"] {
            std::fs::write(inner.join(name), "x").unwrap();
        }
        let loose = folder.path().join("c.pdf");
        std::fs::write(&loose, "x").unwrap();
        let of = |paths: &[PathBuf]| count(paths);
        let in_folder = of(std::slice::from_ref(&inner));
        assert_eq!(
            in_folder,
            Count {
                files: 2,
                all: true
            }
        );
        // What is named is added, and says why it can't be uploaded.
        assert_eq!(of(&[inner, loose]).files, 3);
    }
}
