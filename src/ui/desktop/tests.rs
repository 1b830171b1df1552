use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::*;

struct AwakeGuard(Arc<AtomicUsize>);

impl Drop for AwakeGuard {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn until(what: &str, so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !so() {
        assert!(Instant::now() < end, "{what} did not come");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn what_is_held_outlasts_a_gap_and_nothing_more() {
    let (now, ever) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (request, requests) = mpsc::channel();
    let (holds, held) = (Arc::clone(&ever), Arc::clone(&now));
    let watcher = thread::spawn(move || {
        watch(&requests, Duration::from_millis(300), || {
            holds.fetch_add(1, Ordering::SeqCst);
            held.fetch_add(1, Ordering::SeqCst);
            Some(AwakeGuard(Arc::clone(&held)))
        });
    });
    // Released before anything was held.
    for awake in [false, true, false, true] {
        request.send(awake).unwrap();
    }
    until("the hold", || now.load(Ordering::SeqCst) == 1);
    request.send(false).unwrap();
    until("the release", || now.load(Ordering::SeqCst) == 0);
    assert_eq!(ever.load(Ordering::SeqCst), 1, "a gap lets nothing go");
    request.send(true).unwrap();
    until("the next hold", || now.load(Ordering::SeqCst) == 1);
    drop(request);
    watcher.join().unwrap();
    assert_eq!(now.load(Ordering::SeqCst), 0, "the end lets everything go");
}

#[test]
fn a_computer_that_can_not_be_kept_awake_is_asked_again_the_next_time() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (request, requests) = mpsc::channel();
    for awake in [true, false, true, false] {
        request.send(awake).unwrap();
    }
    drop(request);
    watch(&requests, Duration::from_millis(1), || {
        asked.fetch_add(1, Ordering::SeqCst);
        None::<()>
    });
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
