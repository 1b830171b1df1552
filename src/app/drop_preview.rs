//! Counts files dragged over the window, on a background thread.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pending::{Outcome, Pending};
use super::state::App;
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
pub(super) struct Hover {
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

impl App {
    /// Sets the paths dragged over the window.
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

    /// Returns the text for a drop; `None` if nothing is being dragged.
    pub fn hovering(&self) -> Option<String> {
        let hanging = self.hover.paths.len();
        (hanging > 0).then(|| match self.hover.count {
            Some(Count { files, all: true }) => words::drop(files),
            Some(Count { files, all: false }) => words::drop_or_more(files),
            None => words::drop_uncounted(hanging),
        })
    }
}

#[cfg(test)]
mod tests;
