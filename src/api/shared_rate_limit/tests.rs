//! Shared slots, on given times.

use std::fs;

use super::*;

const BOUNDS: (Duration, Duration) = (Duration::from_millis(1050), Duration::from_secs(32));
const SPACING: Duration = BOUNDS.0;
const OWN: Slowdown = Slowdown {
    spacing: SPACING,
    calm: Duration::ZERO,
};

const BASE_URL: &str = "https://service.test/serve/api/v2";

fn slots(directory: &Path) -> SharedRateLimit {
    SharedRateLimit::new(directory, &Account::from_fingerprint("0123abcd"), BASE_URL)
}

fn at(ms: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + ms)
}

fn claim(slots: &SharedRateLimit, ms: u64) -> Result<Duration, SlotRefusal> {
    claim_by(slots, at(ms), 1.0)
}

fn claim_by(
    slots: &SharedRateLimit,
    now: SystemTime,
    factor: f64,
) -> Result<Duration, SlotRefusal> {
    let claimed = slots.claim(now, OWN, factor, BOUNDS, false)?;
    assert!(!claimed.is_held);
    Ok(claimed.slowdown.spacing_now(SPACING))
}

fn held_for(ms: u64) -> Result<Duration, SlotRefusal> {
    Err(SlotRefusal::Held(Duration::from_millis(ms)))
}

fn not_for(ms: u64) -> Result<Duration, SlotRefusal> {
    Err(SlotRefusal::For(Duration::from_millis(ms)))
}

#[test]
fn two_programs_take_turns() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (slots(dir.path()), slots(dir.path()));
    assert_eq!(claim(&one, 0), Ok(SPACING));
    assert_eq!(claim(&two, 50), not_for(1000));
    assert_eq!(claim(&two, 1050), Ok(SPACING));
    assert_eq!(claim(&one, 1051), not_for(1049));
    let other = SharedRateLimit::new(dir.path(), &Account::from_fingerprint("ffff"), BASE_URL);
    assert_eq!(claim(&other, 1051), Ok(SPACING), "accounts are apart");
    let account = Account::from_fingerprint("0123abcd");
    let other = SharedRateLimit::new(dir.path(), &account, "https://other.test/serve/api/v2");
    assert_eq!(claim(&other, 1051), Ok(SPACING), "hosts are apart");
}

#[test]
fn one_program_learns_of_the_others_rate_limit() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (slots(dir.path()), slots(dir.path()));
    claim(&one, 0).unwrap();
    let double = SPACING * 2;
    assert!(one.slow_down(at(0), Duration::from_secs(9), double, BOUNDS));
    assert_eq!(claim(&two, 0), held_for(9000));
    assert_eq!(claim(&two, 9000), Ok(double));
    // Its own change of spacing enters the file with its next claim.
    assert_eq!(claim_by(&one, at(20_000), 0.9), Ok(double.mul_f64(0.9)));
    assert_eq!(claim(&two, 30_000), Ok(double.mul_f64(0.9)));
}

#[test]
fn what_is_kept_of_a_slow_down_halves_each_minute_and_is_gone_after_ten() {
    let kept = |minutes: u64| {
        let dir = tempfile::tempdir().unwrap();
        assert!(slots(dir.path()).slow_down(at(0), SPACING, BOUNDS.1, BOUNDS));
        let later = slots(dir.path());
        let spacing = claim(&later, minutes * 60_000 + 1050).unwrap();
        // The halving counts from the rate-limit response, not from this claim.
        let next = claim(&later, (minutes + 1) * 60_000 + 1050);
        assert_eq!(next, Ok((spacing / 2).max(SPACING)));
        spacing
    };
    let halved = [1, 2, 4, 8, 16].map(|by| BOUNDS.1 / by);
    assert_eq!([0, 1, 2, 3, 4].map(kept), halved);
    assert_eq!(kept(10), SPACING);
    // A response in between counts from the remaining spacing.
    let dir = tempfile::tempdir().unwrap();
    let slots = slots(dir.path());
    assert!(slots.slow_down(at(0), SPACING, BOUNDS.1, BOUNDS));
    assert!(slots.slow_down(at(240_000), SPACING, SPACING * 2, BOUNDS));
    assert_eq!(claim(&slots, 241_050), Ok(SPACING * 2));
}

#[test]
fn a_call_that_tests_a_hold_is_let_through_and_its_answer_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (slots(dir.path()), slots(dir.path()));
    claim(&one, 0).unwrap();
    assert!(one.slow_down(at(0), Duration::from_secs(600), SPACING, BOUNDS));
    let test = |ms| two.claim(at(ms), OWN, 1.0, BOUNDS, true);
    assert_eq!(
        test(1000),
        Err(SlotRefusal::For(Duration::from_millis(50))),
        "a slot it needs"
    );
    assert!(test(1050).unwrap().is_held);
    assert_eq!(
        claim(&one, 3000),
        held_for(597_000),
        "for all others it stands"
    );
    two.end_hold(at(3000));
    assert_eq!(claim(&one, 3000), Ok(SPACING));
}

#[test]
fn a_clock_that_jumped_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let slots = slots(dir.path());
    let other = self::slots(dir.path());
    for (then, back) in [
        (20_000_000, 10_000_000),
        (40_000_000, 60_000),
        (60_000_000, 1000),
    ] {
        claim(&slots, then).unwrap();
        let now = then - back;
        // Exactly the rest of the last slot is waited for.
        assert_eq!(claim(&other, now), not_for(1050), "set back by {back} ms");
        assert_eq!(claim(&other, now + 1000), not_for(50));
        assert_eq!(claim(&other, now + 1050), Ok(SPACING));
        assert_eq!(claim(&slots, then + 1_000_000), Ok(SPACING), "set ahead");
    }
    // A wait requested by the service also survives the clock change.
    assert!(slots.slow_down(at(90_000_000), Duration::from_secs(700), SPACING, BOUNDS));
    assert_eq!(claim(&other, 0), held_for(700_000));
    assert_eq!(claim(&other, 700_000), Ok(SPACING));
    // Longer ones hold back their own program alone.
    assert!(slots.slow_down(at(0), Duration::from_secs(9999), SPACING, BOUNDS));
    assert_eq!(claim(&other, 0), Err(SlotRefusal::Held(MAX_FUTURE)));
}

#[test]
fn a_clock_before_1970_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (slots(dir.path()), slots(dir.path()));
    let at = |ms: u64| {
        // Ten years before the epoch, then past it.
        let before = Duration::from_secs(315_360_000);
        SystemTime::UNIX_EPOCH + Duration::from_millis(ms) - before
    };
    let claim = |slots: &SharedRateLimit, ms| claim_by(slots, at(ms), 1.0);
    assert_eq!(claim(&one, 0), Ok(SPACING));
    assert_eq!(claim(&two, 1000), not_for(50));
    assert_eq!(claim(&two, 1050), Ok(SPACING));
    let epoch = 315_360_000_000;
    assert_eq!(claim(&two, epoch - 50), Ok(SPACING));
    assert_eq!(claim(&one, epoch), not_for(1000));
    assert_eq!(claim(&one, epoch + 1000), Ok(SPACING));
    // Set back from today: no more than the spacing is left.
    self::claim(&one, 0).unwrap();
    assert_eq!(claim(&two, 0), not_for(1050));
    assert_eq!(claim(&two, 1050), Ok(SPACING));
}

#[test]
fn a_damaged_file_is_written_anew() {
    let dir = tempfile::tempdir().unwrap();
    let slots = slots(dir.path());
    for content in [
        &b"rubbish\n"[..],
        b"\xff\xff",
        br#"{"next_free_ms":1700000009999,"spacing_ms":1050"#,
        br#"{"next_free_ms":1700000009999,"spacing_ms":1050}"#,
        &[b'9'; 999],
    ] {
        fs::write(&slots.path, content).unwrap();
        assert_eq!(claim(&slots, 0), Ok(SPACING), "{content:?}");
        assert!(claim(&slots, 1).is_err());
    }
    let far_ms = 99_999_999_999_999;
    let far = SlotRecord {
        next_free_ms: far_ms,
        held_ms: far_ms,
        ..SlotRecord::fresh(0)
    };
    fs::write(&slots.path, serde_json::to_vec(&far).unwrap()).unwrap();
    assert_eq!(claim(&slots, 0), Ok(SPACING), "in a thousand years");
    let slow = SlotRecord {
        spacing_ms: 99_999_999_999_999_999,
        limited_ms: 1_700_000_000_000,
        ..SlotRecord::fresh(0)
    };
    fs::write(&slots.path, serde_json::to_vec(&slow).unwrap()).unwrap();
    assert_eq!(claim(&slots, 0), Ok(BOUNDS.1), "within the bounds");
}

#[test]
fn without_a_usable_file_the_program_goes_on_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let slots = slots(&file.join("below a file"));
    assert_eq!(claim(&slots, 0), Ok(SPACING));
    assert_eq!(claim(&slots, 0), Ok(SPACING));
    assert!(!slots.slow_down(at(0), SPACING, SPACING, BOUNDS));
}

#[cfg(unix)]
#[test]
fn a_link_or_a_pipe_in_the_files_place_is_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let slots = slots(dir.path());
    let foreign = dir.path().join("foreign");
    fs::write(&foreign, "words").unwrap();
    std::os::unix::fs::symlink(&foreign, &slots.path).unwrap();
    assert_eq!(claim(&slots, 0), Ok(SPACING));
    assert!(!slots.slow_down(at(0), SPACING, SPACING, BOUNDS));
    assert_eq!(fs::read(&foreign).unwrap(), b"words");
    fs::remove_file(&slots.path).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(&slots.path)
        .status();
    assert!(made.unwrap().success());
    assert_eq!(claim(&slots, 0), Ok(SPACING));
}

#[test]
fn a_file_that_another_program_holds_is_waited_for_shortly() {
    let dir = tempfile::tempdir().unwrap();
    let slots = slots(dir.path());
    let LockAttempt::Locked(held) = slots.open() else {
        panic!("free");
    };
    assert_eq!(claim(&slots, 0), Err(SlotRefusal::Busy));
    drop(held);
    assert_eq!(claim(&slots, 0), Ok(SPACING));
}

#[test]
fn a_program_that_waits_has_its_turn_before_the_one_that_had_the_last() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (slots(dir.path()), slots(dir.path()));
    claim(&one, 0).unwrap();
    assert_eq!(claim(&two, 10), not_for(1040));
    // It asks first when the slot is free, but comes a little later all the same.
    assert_eq!(claim(&one, 1050), not_for(50));
    assert_eq!(claim(&two, 1051), Ok(SPACING));
    assert_eq!(claim(&one, 1100), not_for(1001));
    assert_eq!(claim(&two, 2101), not_for(50));
    assert_eq!(claim(&one, 2102), Ok(SPACING));
    // A program that stopped waiting, or was killed, costs that delay once.
    assert_eq!(claim(&two, 2200), not_for(952));
    assert_eq!(claim(&one, 3152), not_for(50));
    assert_eq!(claim(&one, 3202), Ok(SPACING));
    assert_eq!(claim(&one, 4252), Ok(SPACING));
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_was_killed_while_it_held_the_file_stops_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let slots = slots(dir.path());
    claim(&slots, 0).unwrap();
    // `flock` holds the same lock as long as its command lives.
    let mut holder = std::process::Command::new("flock")
        .arg("--no-fork")
        .arg(&slots.path)
        .args(["sleep", "600"])
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(30);
    while claim(&slots, 5000) != Err(SlotRefusal::Busy) {
        // A claim in between may hold the file for a moment before `flock` gets it.
        assert!(std::time::Instant::now() < until, "it never holds the file");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(claim(&slots, 9000), Err(SlotRefusal::Busy));
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(claim(&slots, 99_000), Ok(SPACING));
}
