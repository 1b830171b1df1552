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
