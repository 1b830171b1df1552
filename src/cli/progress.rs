//! A progress bar on a terminal; hidden if standard error is none.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::model::snapshot::Snapshot;
use crate::text;

/// The progress bar of a command.
pub struct ProgressDisplay(ProgressBar);

impl ProgressDisplay {
    /// Creates a bar, drawn only on a terminal.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Shows the run's progress.
    pub fn show(&self, snapshot: &Snapshot) {
        let totals = &snapshot.totals;
        if totals.started == 0 {
            return;
        }
        self.0.set_length(totals.bytes);
        self.0.set_position(totals.sent);
        let mut words = format!(
            "{} of {} · {}",
            totals.done,
            totals.started,
            text::size_of(totals.sent, totals.bytes)
        );
        if let Some(rate) = totals.rate {
            words += &format!(" · {}", text::rate(rate));
        }
        let left = snapshot.time_left(Instant::now());
        if let Some(left) = left.filter(|left| *left > Duration::ZERO) {
            words += &format!(" · {}", text::left(Some(left)));
        }
        self.0.set_message(words);
    }

    /// Shows the progress of calls about assets.
    pub fn show_assets(&self, done: u64, total: u64) {
        if total == 0 {
            return;
        }
        self.0.set_length(total);
        self.0.set_position(done);
        self.0.set_message(format!("{done} of {total}"));
    }

    /// Prints a line for the user without tearing the bar.
    pub fn say(&self, line: &str) {
        self.0.suspend(|| super::say(line));
    }

    /// Prints a line to standard output without tearing the bar.
    ///
    /// # Errors
    /// The system's.
    pub fn print(&self, line: &str) -> std::io::Result<()> {
        self.0.suspend(|| super::print(line))
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
