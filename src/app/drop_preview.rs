//! Tells how many files a drop would add, counted on a background thread while they are dragged over
//! the window.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::pending::{Outcome, Pending, Wake};
use crate::engine::files::{self, WalkEvent};
use crate::text::messages::window as words;

/// Time limit for counting.
const TIME: Duration = Duration::from_secs(2);
/// File limit for counting.
const FILES: usize = 10_000;

/// Number of files that a drop would add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    files: usize,
    /// `false` if counting stopped at a limit.
    all: bool,
}

/// Files dragged over the window.
#[derive(Default)]
pub struct DropPreview {
    paths: Vec<PathBuf>,
    counting: Option<Pending<Count>>,
    count: Option<Count>,
}

fn count(paths: &[PathBuf]) -> Count {
    let (mut files, end) = (0, Instant::now() + TIME);
    let walked = files::walk(paths, |found| {
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

impl DropPreview {
    /// Sets the paths dragged over the window; `wake` is called once they are counted.
    pub fn hover(&mut self, paths: Vec<PathBuf>, wake: &Wake) {
        if paths != self.paths {
            let counting = (!paths.is_empty()).then(|| {
                let paths = paths.clone();
                Pending::spawn("hover", wake.clone(), move || count(&paths))
            });
            *self = Self {
                paths,
                counting,
                count: None,
            };
        }
        if let Some(Outcome::Answer(count)) = Pending::take_from(&mut self.counting) {
            self.count = Some(count);
        }
    }

    /// Returns the text for a drop; `None` if nothing is being dragged.
    pub fn text(&self) -> Option<String> {
        let hanging = self.paths.len();
        (hanging > 0).then(|| match self.count {
            Some(Count { files, all: true }) => words::drop(files),
            Some(Count { files, all: false }) => words::drop_or_more(files),
            None => words::drop_uncounted(hanging),
        })
    }
}

#[cfg(test)]
mod tests;
