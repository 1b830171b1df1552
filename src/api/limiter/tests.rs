//! Priorities on paused time; sharing between limiters in real time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::model::asset::Account;

const BASE_URL: &str = "https://service.test/serve/api/v2";
const SPACING: Duration = Duration::from_millis(1050);

fn limiter() -> Arc<Limiter> {
    Arc::new(Limiter::new(LimiterOptions::default()))
}

/// Runs on paused time, with tasks of this thread.
fn paused(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, test);
}

type Log = Rc<RefCell<Vec<(u32, Priority, Instant)>>>;

/// Spawns a waiter that logs its permit.
fn wait(
    limiter: &Arc<Limiter>,
    log: &Log,
    name: u32,
    turn: Priority,
) -> tokio::task::JoinHandle<()> {
    let (limiter, log) = (Arc::clone(limiter), Rc::clone(log));
    tokio::task::spawn_local(async move {
        limiter.enqueue(turn).acquired().await;
        log.borrow_mut().push((name, turn, Instant::now()));
    })
}

fn names(log: &Log) -> Vec<u32> {
    log.borrow().iter().map(|(name, ..)| *name).collect()
}

fn assert_spaced(log: &Log) {
    for pair in log.borrow().windows(2) {
        let gap = pair[1].2 - pair[0].2;
        assert!(gap >= SPACING, "{gap:?}");
    }
}

async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_place_that_was_taken_first_goes_first_whoever_waits_first() {
    paused(async {
        let limiter = Arc::new(Limiter::new(LimiterOptions::default()));
        let order = Rc::new(RefCell::new(Vec::new()));
        let places = [1, 2, 3].map(|name| (name, limiter.enqueue(Priority::Upload)));
        let mut tasks = Vec::new();
        for (name, place) in places.into_iter().rev() {
            let order = Rc::clone(&order);
            tasks.push(tokio::task::spawn_local(async move {
                place.acquired().await;
                order.borrow_mut().push(name);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.borrow(), [1, 2, 3]);
        // An abandoned place blocks no other.
        drop(limiter.enqueue(Priority::Upload));
        limiter.enqueue(Priority::Upload).acquired().await;
    });
}

#[test]
fn uploads_go_before_polls_and_each_in_its_order() {
    paused(async {
        let (limiter, log) = (limiter(), Log::default());
        let mut tasks = Vec::new();
        for (name, turn) in [
            (1, Priority::Poll),
            (2, Priority::Poll),
            (3, Priority::Upload),
            (4, Priority::Poll),
            (5, Priority::Upload),
        ] {
            tasks.push(wait(&limiter, &log, name, turn));
        }
        let start = Instant::now();
        for task in tasks {
            task.await.unwrap();
        }
        // The first slot is free when the first one asks.
        assert_eq!(names(&log), [1, 3, 5, 2, 4]);
        assert_spaced(&log);
        assert_eq!(start.elapsed(), SPACING * 4);
    });
}

#[test]
fn a_lookup_goes_after_all_else_however_long_it_waits() {
    paused(async {
        let (limiter, log) = (limiter(), Log::default());
        let turns = [(1, Priority::Lookup), (2, Priority::Poll)];
        let uploads = (3..30).map(|name| (name, Priority::Upload));
        limiter.enqueue(Priority::Upload).acquired().await;
        let waits = turns.into_iter().chain(uploads);
        let waits: Vec<_> = waits
            .map(|(name, turn)| wait(&limiter, &log, name, turn))
            .collect();
        for wait in waits {
            wait.await.unwrap();
        }
        assert_eq!(names(&log).last(), Some(&1));
        assert_spaced(&log);
    });
}

#[test]
fn a_poll_is_not_starved_and_neither_are_uploads() {
    paused(async {
        let (limiter, log) = (limiter(), Log::default());
        for name in 0..40 {
            drop(wait(&limiter, &log, name, Priority::Upload));
        }
        for name in 100..140 {
            drop(wait(&limiter, &log, name, Priority::Poll));
        }
        tokio::time::sleep(Duration::from_secs(100)).await;
        assert_eq!(log.borrow().len(), 80);
        assert_spaced(&log);
        let turns: Vec<Priority> = log.borrow().iter().map(|(_, turn, _)| *turn).collect();
        assert!(turns[..10].iter().all(|turn| *turn == Priority::Upload));
        // From then on the two classes alternate.
        for pair in turns[10..68].windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    });
}

#[test]
fn a_cancelled_wait_takes_no_slot_and_holds_up_nobody() {
    paused(async {
        let (limiter, log) = (limiter(), Log::default());
        limiter.enqueue(Priority::Upload).acquired().await;
        let start = Instant::now();
        let first = wait(&limiter, &log, 1, Priority::Upload);
        drop(wait(&limiter, &log, 2, Priority::Poll));
        drop(wait(&limiter, &log, 3, Priority::Poll));
        settle().await;
        first.abort();
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(names(&log), [2, 3]);
        assert_eq!(log.borrow()[0].2 - start, SPACING);
    });
}

#[test]
fn rate_limit_answers_double_the_spacing_and_good_ones_bring_it_back() {
    paused(async {
        let limiter = limiter();
        limiter.enqueue(Priority::Upload).acquired().await;
        let start = Instant::now();
        limiter.rate_limited(Some(Duration::from_secs(7)));
        assert_eq!(limiter.spacing(), SPACING * 2);
        limiter.enqueue(Priority::Upload).acquired().await;
        assert_eq!(start.elapsed().as_millis(), 7000);
        limiter.enqueue(Priority::Upload).acquired().await;
        assert_eq!(start.elapsed().as_millis(), 9100);
        for _ in 0..10 {
            limiter.rate_limited(None);
        }
        assert_eq!(limiter.spacing(), Duration::from_secs(32));
        limiter.on_success();
        assert_eq!(limiter.spacing(), Duration::from_millis(28_800));
        for _ in 0..100 {
            limiter.on_success();
        }
        assert_eq!(limiter.spacing(), SPACING);
    });
}

#[test]
fn a_delay_reaches_whoever_waits_already() {
    paused(async {
        let (limiter, log) = (limiter(), Log::default());
        limiter.enqueue(Priority::Upload).acquired().await;
        let start = Instant::now();
        drop(wait(&limiter, &log, 1, Priority::Upload));
        settle().await;
        limiter.rate_limited(Some(Duration::from_secs(20)));
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(log.borrow()[0].2 - start, Duration::from_secs(20));
    });
}

#[test]
fn a_slow_down_ends_with_its_cause() {
    paused(async {
        let limiter = limiter();
        // Seventy seconds of rate-limit responses.
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(70) {
            limiter.enqueue(Priority::Upload).acquired().await;
            limiter.rate_limited(None);
        }
        assert_eq!(limiter.spacing(), Duration::from_secs(32));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(limiter.spacing(), Duration::from_secs(16));
        tokio::time::sleep(Duration::from_secs(9 * 60)).await;
        let start = Instant::now();
        for _ in 0..4 {
            limiter.enqueue(Priority::Upload).acquired().await;
        }
        assert_eq!(start.elapsed(), SPACING * 3);
    });
}

#[test]
fn a_hold_is_told_and_a_probe_goes_through_it() {
    paused(async {
        let limiter = limiter();
        let hold = limiter.hold();
        limiter.enqueue(Priority::Upload).acquired().await;
        assert_eq!(*hold.borrow(), None, "calls are apart anyway");
        let start = Instant::now();
        limiter.rate_limited(Some(Duration::from_secs(600)));
        let until = start + Duration::from_secs(600);
        let is_untested = false;
        assert_eq!(*hold.borrow(), Some(RateHold { until, is_untested }));
        let log = Log::default();
        drop(wait(&limiter, &log, 1, Priority::Upload));
        settle().await;
        assert!(limiter.enqueue(Priority::Probe).acquired().await);
        assert_eq!(start.elapsed(), SPACING, "it takes a slot");
        assert!(names(&log).is_empty(), "the others wait");
        limiter.tested(true);
        assert_eq!(*hold.borrow(), None);
        assert!(!limiter.enqueue(Priority::Probe).acquired().await);
        tokio::time::sleep(SPACING * 3).await;
        assert_eq!(names(&log), [1]);
    });
}

#[test]
fn only_a_long_hold_of_an_earlier_run_is_untested() {
    paused(async {
        for (seconds, other, wanted) in [(600, true, true), (50, true, false), (600, false, false)]
        {
            let dir = tempfile::tempdir().unwrap();
            let one = program(dir.path());
            let two = if other {
                program(dir.path())
            } else {
                Arc::clone(&one)
            };
            one.enqueue(Priority::Upload).acquired().await;
            one.rate_limited(Some(Duration::from_secs(seconds)));
            drop(wait(&two, &Log::default(), 1, Priority::Poll));
            tokio::time::sleep(SPACING).await;
            let hold = two.hold().borrow().unwrap();
            assert_eq!(hold.is_untested, wanted, "{seconds} {other}");
            // Once tested, it stands.
            assert!(two.enqueue(Priority::Probe).acquired().await);
            two.tested(false);
            assert!(!two.hold().borrow().unwrap().is_untested);
        }
    });
}

/// Spacing of 32 s, whose last slot was taken just now.
async fn slowed(limiter: &Arc<Limiter>) {
    for _ in 0..5 {
        limiter.rate_limited(None);
    }
    limiter.enqueue(Priority::Upload).acquired().await;
    assert!(limiter.spacing() >= Duration::from_secs(16));
}

fn told(limiter: &Limiter) -> Option<u64> {
    let hold = *limiter.hold().borrow();
    let left = hold.map(|hold| hold.until.saturating_duration_since(Instant::now()));
    left.map(|left| left.as_secs_f64().round() as u64)
}

#[test]
fn a_long_gap_of_a_slow_down_is_told_while_a_call_waits() {
    paused(async {
        for dir in [None, Some(tempfile::tempdir().unwrap())] {
            let limiter = match &dir {
                Some(dir) => program(dir.path()),
                None => limiter(),
            };
            slowed(&limiter).await;
            let gap = limiter.spacing().as_secs();
            assert_eq!(told(&limiter), None, "no call waits");
            let log = Log::default();
            let left = wait(&limiter, &log, 1, Priority::Poll);
            settle().await;
            assert_eq!(told(&limiter), Some(gap));
            left.abort();
            settle().await;
            assert_eq!(told(&limiter), None, "the call is gone");
            drop(wait(&limiter, &log, 2, Priority::Poll));
            tokio::time::sleep(Duration::from_secs(gap - 2)).await;
            drop(wait(&limiter, &log, 3, Priority::Poll));
            settle().await;
            assert_eq!(told(&limiter), Some(2), "told to its end");
            tokio::time::sleep(Duration::from_millis(2100)).await;
            assert_eq!(names(&log), [2]);
            assert!(told(&limiter) >= Some(7), "the next gap, of another call");
        }
    });
}

#[test]
fn a_short_gap_is_not_told() {
    paused(async {
        let limiter = limiter();
        limiter.rate_limited(None);
        tokio::time::sleep(Duration::from_secs(3)).await;
        limiter.enqueue(Priority::Upload).acquired().await;
        let hold = limiter.hold();
        let log = Log::default();
        for name in 0..4 {
            drop(wait(&limiter, &log, name, Priority::Upload));
        }
        tokio::time::sleep(SPACING * 10).await;
        assert_eq!(names(&log).len(), 4);
        assert!(!hold.has_changed().unwrap());
    });
}

#[test]
fn a_gap_ends_on_command_for_all_programs_and_the_slow_down_stays() {
    paused(async {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (program(dir.path()), program(dir.path()));
        slowed(&one).await;
        let log = Log::default();
        drop(wait(&two, &log, 1, Priority::Poll));
        settle().await;
        assert!(told(&two) >= Some(16), "{:?}", told(&two));
        let start = Instant::now();
        assert!(!two.try_now(), "nothing to probe");
        assert_eq!(told(&two), None);
        tokio::time::sleep(SPACING + Duration::from_millis(60)).await;
        assert_eq!(names(&log), [1]);
        assert!(log.borrow()[0].2 - start >= SPACING);
        assert!(two.spacing() >= Duration::from_secs(16));
        two.rate_limited(Some(Duration::from_secs(60)));
        assert!(two.try_now());
    });
}

#[derive(Clone, Copy, Debug)]
enum LimiterAction {
    Ask(Priority),
    Cancel(usize),
    Sleep(u64),
    Limited(Option<u64>),
    Good,
}

fn steps() -> impl Strategy<Value = Vec<LimiterAction>> {
    let step = prop_oneof![
        4 => Just(LimiterAction::Ask(Priority::Upload)),
        4 => Just(LimiterAction::Ask(Priority::Poll)),
        2 => (0usize..50).prop_map(LimiterAction::Cancel),
        4 => (0u64..4000).prop_map(LimiterAction::Sleep),
        1 => proptest::option::of(0u64..5).prop_map(LimiterAction::Limited),
        1 => Just(LimiterAction::Good),
    ];
    proptest::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_two_slots_are_closer_than_the_spacing_and_everyone_gets_one(steps in steps()) {
        paused(async {
            let (limiter, log) = (limiter(), Log::default());
            let mut tasks = Vec::new();
            for step in steps {
                match step {
                    LimiterAction::Ask(turn) => {
                        let name = u32::try_from(tasks.len()).unwrap();
                        tasks.push(wait(&limiter, &log, name, turn));
                    }
                    LimiterAction::Cancel(index) => if let Some(task) = tasks.get(index) {
                        task.abort();
                    },
                    LimiterAction::Sleep(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
                    LimiterAction::Limited(wait) => limiter.rate_limited(wait.map(Duration::from_secs)),
                    LimiterAction::Good => limiter.on_success(),
                }
            }
            for task in tasks {
                match tokio::time::timeout(Duration::from_secs(10_000), task).await {
                    Ok(ended) => assert!(ended.map_or_else(|error| error.is_cancelled(), |()| true)),
                    Err(_) => panic!("a waiter was forgotten"),
                }
            }
            assert_spaced(&log);
            let state = limiter.lock();
            assert!(state.line.is_empty());
        });
    }
}

#[tokio::test]
async fn two_programs_share_one_slot_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let account = Account::from_fingerprint("0123");
    let mut tasks = tokio::task::JoinSet::new();
    let start = Instant::now();
    for _program in 0..2 {
        // 1.05 s / 20: 52.5 ms.
        let limiter = Arc::new(Limiter::new(LimiterOptions::default().faster(20)));
        limiter.share(Some(SharedRateLimit::new(dir.path(), &account, BASE_URL)));
        for _ in 0..6 {
            let limiter = Arc::clone(&limiter);
            tasks.spawn(async move { limiter.enqueue(Priority::Upload).acquired().await });
        }
    }
    tasks.join_all().await;
    let elapsed = start.elapsed();
    assert!(elapsed >= Duration::from_millis(11 * 52), "{elapsed:?}");
}

#[test]
fn a_poll_waits_no_longer_than_its_patience_and_the_slots_of_those_before_it() {
    paused(async {
        let limiter = limiter();
        let (uploads, polls) = (Log::default(), Log::default());
        // Always more uploads than slots.
        for _ in 0..20 {
            let (limiter, uploads) = (Arc::clone(&limiter), Rc::clone(&uploads));
            tokio::task::spawn_local(async move {
                loop {
                    limiter.enqueue(Priority::Upload).acquired().await;
                    uploads
                        .borrow_mut()
                        .push((0, Priority::Upload, Instant::now()));
                }
            });
        }
        // Three files polled for an hour, as in `docs/contract.md`.
        for _ in 0..3 {
            let (limiter, polls) = (Arc::clone(&limiter), Rc::clone(&polls));
            tokio::task::spawn_local(async move {
                for wait in [2, 4, 8, 16].into_iter().chain(std::iter::repeat(32)) {
                    tokio::time::sleep(Duration::from_secs(wait)).await;
                    let asked = Instant::now();
                    limiter.enqueue(Priority::Poll).acquired().await;
                    let waited = u32::try_from(asked.elapsed().as_millis()).unwrap();
                    polls
                        .borrow_mut()
                        .push((waited, Priority::Poll, Instant::now()));
                }
            });
        }
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let longest = names(&polls).into_iter().max().unwrap();
        // From then on every second slot is a poll's, and two others may come first.
        let limit = Duration::from_secs(10) + 6 * SPACING;
        assert!(u128::from(longest) <= limit.as_millis(), "{longest} ms");
        assert!(polls.borrow().len() > 3 * 70, "{}", polls.borrow().len());
        assert_spaced(&uploads);
        assert_spaced(&polls);
        // No slot is wasted.
        let slots = uploads.borrow().len() + polls.borrow().len();
        assert!(slots >= 3600 * 1000 / 1050 - 1, "{slots}");
    });
}

thread_local! {
    /// Wall clock of a test: the paused clock plus an offset in milliseconds.
    static DAY: Cell<(Option<(Instant, SystemTime)>, i64)> = const { Cell::new((None, 0)) };
}

fn wall() -> SystemTime {
    let (began, set) = DAY.get();
    let began = began.unwrap_or_else(|| (Instant::now(), SystemTime::now()));
    DAY.set((Some(began), set));
    let now = began.1 + began.0.elapsed();
    let by = Duration::from_millis(set.unsigned_abs());
    if set < 0 { now - by } else { now + by }
}

/// Moves the wall clock by `by` milliseconds.
fn set_clock(by: i64) {
    let (began, set) = DAY.get();
    DAY.set((began, set + by));
}

/// Creates the limiter of a separate program that shares its slots through this folder.
fn program(folder: &std::path::Path) -> Arc<Limiter> {
    let limiter = Arc::new(Limiter {
        wall,
        ..Limiter::new(LimiterOptions::default())
    });
    let account = Account::from_fingerprint("0123");
    limiter.share(Some(SharedRateLimit::new(folder, &account, BASE_URL)));
    limiter
}

#[test]
fn two_programs_with_uploads_and_polls_take_turns_and_waste_nothing() {
    paused(async {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::default();
        let mut tasks = Vec::new();
        let start = Instant::now();
        for name in [1, 2] {
            let limiter = program(dir.path());
            for n in 0..60 {
                let turn = if n % 2 == 0 {
                    Priority::Upload
                } else {
                    Priority::Poll
                };
                tasks.push(wait(&limiter, &log, name, turn));
            }
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_spaced(&log);
        let took = start.elapsed();
        assert!(took <= (SPACING * 119).mul_f64(1.01), "{took:?}");
        let names = names(&log);
        for many in (10..=120).step_by(10) {
            let first = names[..many].iter().filter(|name| **name == 1).count();
            assert!(first.abs_diff(many / 2) <= 1, "{first} of {many}");
        }
    });
}

#[test]
fn what_one_program_learns_slows_and_quickens_the_other() {
    paused(async {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (program(dir.path()), program(dir.path()));
        one.enqueue(Priority::Upload).acquired().await;
        let start = Instant::now();
        one.rate_limited(Some(Duration::from_secs(20)));
        two.enqueue(Priority::Upload).acquired().await;
        assert!(start.elapsed() >= Duration::from_secs(20));
        assert_eq!(two.spacing(), SPACING * 2);
        two.enqueue(Priority::Poll).acquired().await;
        assert!(start.elapsed() >= Duration::from_secs(20) + SPACING * 2);
        for _ in 0..30 {
            two.on_success();
        }
        two.enqueue(Priority::Upload).acquired().await;
        one.enqueue(Priority::Upload).acquired().await;
        assert_eq!(one.spacing(), SPACING);
    });
}

#[test]
fn one_that_ends_while_it_waits_costs_the_other_next_to_nothing() {
    paused(async {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (program(dir.path()), program(dir.path()));
        one.enqueue(Priority::Upload).acquired().await;
        let log = Log::default();
        // It waits, has noted so in the file, and is gone.
        let killed = wait(&two, &log, 2, Priority::Upload);
        tokio::time::sleep(Duration::from_millis(500)).await;
        killed.abort();
        let start = Instant::now();
        for _ in 0..20 {
            one.enqueue(Priority::Upload).acquired().await;
        }
        let took = start.elapsed();
        assert!(took <= SPACING * 20 + Duration::from_millis(60), "{took:?}");
    });
}

#[test]
fn a_file_that_is_held_for_good_is_given_up_after_a_while() {
    paused(async {
        let dir = tempfile::tempdir().unwrap();
        let limiter = program(dir.path());
        limiter.enqueue(Priority::Upload).acquired().await;
        let file = std::fs::read_dir(dir.path()).unwrap().next().unwrap();
        let held = std::fs::File::open(file.unwrap().path()).unwrap();
        held.lock().unwrap();
        let start = Instant::now();
        let mut last = start;
        for n in 0..10 {
            limiter.enqueue(Priority::Upload).acquired().await;
            let gap = last.elapsed();
            assert!(gap >= SPACING - Duration::from_millis(1), "{n}: {gap:?}");
            last = Instant::now();
        }
        let took = start.elapsed();
        let alone = SPACING * 10 + BUSY_LIMIT;
        assert!(took <= alone + Duration::from_millis(60), "{took:?}");
    });
}

#[test]
fn a_clock_that_is_set_stops_no_program_and_lets_none_hurry() {
    for by in [-3_600_000, -30_000, -2_000, 2_000, 30_000, 3_600_000] {
        paused(async {
            let dir = tempfile::tempdir().unwrap();
            let log = Log::default();
            let mut tasks = Vec::new();
            for name in [1, 2] {
                let limiter = program(dir.path());
                for _ in 0..20 {
                    tasks.push(wait(&limiter, &log, name, Priority::Upload));
                }
            }
            let start = Instant::now();
            tokio::time::sleep(Duration::from_millis(7700)).await;
            set_clock(by);
            for task in tasks {
                task.await.unwrap();
            }
            // Waiting programs keep their state; at most one slot is lost.
            assert_spaced(&log);
            let took = start.elapsed();
            assert!(
                took <= SPACING * 40 + Duration::from_millis(200),
                "{by}: {took:?}"
            );
        });
    }
}
