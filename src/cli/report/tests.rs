use super::*;
use crate::model::media::{Kind, Route};

/// A report of one file that an earlier run sent without confirmation.
struct Followed(Report);

impl Followed {
    fn new(no_wait: bool) -> Self {
        let report = Report::new(true, no_wait, Duration::from_secs(1800), vec![]);
        let mut followed = Self(report);
        followed.take(LifecycleEvent::IntakeDone);
        followed.take(LifecycleEvent::Accepted {
            size: 5,
            kind: Kind::Audio,
            route: Route::Direct,
            note: None,
        });
        followed.take(LifecycleEvent::Followed(None));
        followed
    }

    fn take(&mut self, event: LifecycleEvent) {
        self.0.take(LifecycleRecord {
            item: Some(ItemId(1)),
            path: "a.mp3".into(),
            event,
        });
    }
}

fn asset() -> AssetId {
    AssetId::new("re_1").unwrap()
}

#[tokio::test(start_paused = true)]
async fn without_waiting_a_file_in_doubt_is_not_called_uploaded_before_it_is_known() {
    let mut followed = Followed::new(true);
    assert!(!followed.0.is_over());
    assert_eq!(followed.0.counts.success, 0);
    followed.take(LifecycleEvent::Uploaded(asset()));
    assert!(followed.0.is_over());
    assert_eq!(followed.0.counts.success, 1);
}

#[tokio::test(start_paused = true)]
async fn what_another_key_sent_is_open_without_a_limit_until_it_is_sent() {
    let mut followed = Followed::new(true);
    followed.take(LifecycleEvent::OtherKey {
        last4: "1234".to_owned(),
    });
    assert!(!followed.0.is_over());
    assert_eq!(followed.0.next_limit(), None);
    followed.take(LifecycleEvent::Uploaded(asset()));
    assert!(followed.0.is_over());
    assert_eq!(
        (followed.0.counts.success, followed.0.counts.failed),
        (1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_the_wait_does_not_count_while_a_file_is_sent_again() {
    let mut followed = Followed::new(false);
    assert!(followed.0.next_limit().is_some());
    followed.take(LifecycleEvent::Retrying {
        attempt: 1,
        delay: Duration::ZERO,
        fault: Fault::new(FaultKind::AssetMissing),
    });
    assert_eq!(followed.0.next_limit(), None);
    followed.take(LifecycleEvent::Uploaded(asset()));
    assert!(followed.0.next_limit().is_some());
}

#[tokio::test(start_paused = true)]
async fn the_line_of_a_retry_rounds_its_delay_up() {
    let mut followed = Followed::new(false);
    let line = followed.0.take(LifecycleRecord {
        item: Some(ItemId(1)),
        path: "a.mp3".into(),
        event: LifecycleEvent::Retrying {
            attempt: 1,
            delay: Duration::from_millis(4300),
            fault: Fault::new(FaultKind::ServerError),
        },
    });
    let line = line.unwrap();
    assert!(line.ends_with("Next try in 5 s."), "{line}");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_run_tells_what_it_did_not_finish_from_what_failed() {
    let mut followed = Followed::new(false);
    followed.0.end_all(&Fault::new(FaultKind::Cancelled), &[]);
    assert_eq!(followed.0.counts.failed, 1);
    assert_eq!(
        followed.0.summary(true),
        "Interrupted: 0 ready, 1 not finished. The same command goes on with what is left."
    );
}
