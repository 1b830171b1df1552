//! Filter for waits of the whole queue that are news: new, longer, or with another cause.

use std::time::{Duration, Instant};

use crate::model::snapshot::QueueWait;

/// Shorter waits are over before they are read.
const SHORT: Duration = Duration::from_secs(3);
/// Extension from which a wait is news again.
const LONGER: Duration = Duration::from_secs(2);

/// The last reported wait, while the queue waits.
#[derive(Debug, Default)]
pub struct SaidWait(Option<QueueWait>);

impl SaidWait {
    /// Records the current wait; returns it if it is news.
    pub fn news(&mut self, wait: Option<QueueWait>, now: Instant) -> Option<QueueWait> {
        let Some(wait) = wait else {
            self.0 = None;
            return None;
        };
        let is_news = match self.0 {
            Some(said) => said.kind != wait.kind || wait.until >= said.until + LONGER,
            None => wait.left(now) >= SHORT,
        };
        if is_news {
            self.0 = Some(wait);
        }
        is_news.then_some(wait)
    }
}

#[cfg(test)]
mod tests;
