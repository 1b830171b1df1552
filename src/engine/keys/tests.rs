use super::*;
use crate::model::fault::FaultKind;

const NOW: i64 = 1_000_000_000_000;

fn key(text: &str) -> ApiKey {
    ApiKey::from_pasted(&format!("sk-mavi-{text}")).unwrap()
}

fn keys() -> Keys {
    Keys::new(Some((key("one"), KeySource::Keychain)))
}

fn fails(kind: FaultKind) -> Result<(), Fault> {
    Err(Fault::new(kind))
}

/// A key whose check is under way.
fn checking() -> Keys {
    let mut keys = keys();
    assert!(keys.begin_check());
    keys
}

#[test]
fn a_check_begins_once_and_only_where_one_is_needed() {
    let mut keys = checking();
    assert!(!keys.begin_check());
    assert!(keys.on_checked(&key("one").account(), &Ok(())));
    assert_eq!(keys.on_valid(), Some(&key("one")));
    assert_eq!(keys.on_valid(), None, "it is no news");
    assert!(!keys.begin_check());
    keys.set(key("two"), KeySource::Session);
    assert!(keys.begin_check());
    assert!(!Keys::new(None).begin_check());
}

#[test]
fn one_probe_runs_at_a_time_beside_a_check() {
    let mut keys = checking();
    assert!(keys.begin_probe());
    assert!(!keys.begin_probe());
    let limited = fails(FaultKind::RateLimited);
    keys.on_checked(&key("one").account(), &limited);
    assert!(keys.begin_probe());
    keys.set(key("two"), KeySource::Session);
    assert!(keys.begin_probe());
    assert!(!Keys::new(None).begin_probe());
}

#[test]
fn the_outcome_of_a_check_decides_how_far_a_key_is_trusted() {
    for (outcome, check) in [
        (fails(FaultKind::Offline), KeyCheck::Unverified),
        (fails(FaultKind::ServerError), KeyCheck::Unverified),
        (fails(FaultKind::Unauthorized), KeyCheck::Unchecked),
        (fails(FaultKind::InsufficientBalance), KeyCheck::Unchecked),
    ] {
        let mut keys = checking();
        assert!(keys.on_checked(&key("one").account(), &outcome));
        assert_eq!(keys.check(), check, "{outcome:?}");
        assert_eq!(keys.max_transfers(3), 1);
    }
    let mut keys = checking();
    keys.on_valid();
    assert_eq!([3, 0].map(|wanted| keys.max_transfers(wanted)), [3, 1]);
    let offline = fails(FaultKind::Offline);
    keys.on_checked(&key("one").account(), &offline);
    assert_eq!(keys.check(), KeyCheck::Valid, "it was valid before");
}

#[test]
fn a_key_that_passed_before_it_came_into_use_is_prechecked_once() {
    let mut keys = keys();
    let two = key("two").account();
    assert!(!keys.on_checked(&two, &Ok(())));
    assert!(keys.set(key("two"), KeySource::Session));
    assert!(!keys.set(key("two"), KeySource::Session));
    keys.on_checked(&key("three").account(), &Ok(()));
    assert!(!keys.set(key("four"), KeySource::Session));
}

#[test]
fn a_key_that_was_valid_within_the_hour_needs_no_check() {
    let hour = 3_600_000;
    let is_valid = |source, good_at| {
        let mut keys = Keys::new(Some((key("one"), source)));
        keys.restore_check(good_at, NOW);
        keys.check() == KeyCheck::Valid
    };
    assert!(is_valid(KeySource::Keychain, Some(NOW - hour + 1)));
    assert!(!is_valid(KeySource::Keychain, Some(NOW - hour)));
    assert!(!is_valid(KeySource::Keychain, Some(NOW + 1)), "a clock");
    assert!(!is_valid(KeySource::Keychain, None));
    assert!(is_valid(KeySource::Sandbox, None));
    let mut rejected = keys();
    rejected.on_rejected();
    rejected.restore_check(Some(NOW - 1), NOW);
    assert_eq!(rejected.check(), KeyCheck::Rejected);
    rejected.recheck_rejected();
    assert_eq!(rejected.check(), KeyCheck::Unchecked);
}
