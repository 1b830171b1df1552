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
mod tests {
    use super::*;
    use crate::model::fault::FaultKind;

    #[test]
    fn a_wait_is_said_when_it_begins_and_when_it_gets_longer() {
        let now = Instant::now();
        let mut said = SaidWait::default();
        let mut is_news = |wait: Option<(FaultKind, u64)>| {
            let wait = wait.map(|(kind, seconds)| QueueWait {
                kind,
                until: now + Duration::from_secs(seconds),
            });
            said.news(wait, now).is_some()
        };
        let limited = |seconds| Some((FaultKind::RateLimited, seconds));
        assert!(!is_news(limited(2)), "short");
        assert!(is_news(limited(60)));
        assert!(!is_news(limited(60)), "said");
        assert!(!is_news(limited(61)), "longer by next to nothing");
        assert!(is_news(limited(90)), "longer");
        assert!(!is_news(limited(30)), "shorter");
        assert!(is_news(Some((FaultKind::Offline, 30))), "another cause");
        assert!(!is_news(None), "over");
        assert!(is_news(Some((FaultKind::Offline, 30))), "another one");
    }
}
