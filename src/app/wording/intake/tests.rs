use std::time::Duration;

use super::*;
use crate::model::cost::StorageCost;

fn a_plan() -> Plan {
    Plan {
        files: 12,
        bytes: 3_900_000_000,
        located: 0,
        by_signed_url: 2,
        refused: 2,
        duplicates: 1,
        paused: 3,
        finish: Eta::Estimated(Duration::from_secs(130)),
        cost: StorageCost::of(3_900_000_000),
    }
}

#[test]
fn what_is_refused_is_said_once_with_its_reasons() {
    let reasons = BTreeMap::from([("too-large", 3), ("not-supported", 9)]);
    assert_eq!(
        refused(&reasons),
        "12 files can’t be uploaded: 9 not supported, 3 too large."
    );
}

#[test]
fn a_plan_says_how_many_files_say_where_they_were_taken() {
    for (files, located, said, at_length) in [
        (
            40,
            14,
            "14 of 40 files say where they were taken",
            "14 of 40 files say where they were taken, and this goes with them.",
        ),
        (
            40,
            1,
            "1 of 40 files says where it was taken",
            "1 of 40 files says where it was taken, and this goes with it.",
        ),
        (
            1,
            1,
            "says where it was taken",
            "The file says where it was taken, and this goes with it.",
        ),
    ] {
        let plan = Plan {
            files,
            located,
            ..a_plan()
        };
        let (_, second) = super::plan(&plan, Backend::Service);
        assert!(second.contains(&format!(" · {said} · ")), "{second}");
        let whole = plan_at_length(&plan, Backend::Service);
        assert!(whole.lines().any(|line| line == at_length), "{whole}");
    }
}

#[test]
fn a_plan_says_how_much_how_long_and_at_what_price() {
    let (first, second) = plan(&a_plan(), Backend::Service);
    assert_eq!(first, "12 files ready to upload · 3.9 GB");
    assert_eq!(
        second,
        "about 2 min 10 s · storage ≈ $0.12 a month · left out: 2 refused, 1 duplicate, 3 paused · 2 large files sent directly to storage"
    );
    let at_length = plan_at_length(&a_plan(), Backend::Service);
    assert!(
        at_length.contains("2 large files go directly to the storage"),
        "{at_length}"
    );
    assert!(at_length.contains("Takes about 2 min 10 s"), "{at_length}");
}

#[test]
fn without_a_measured_speed_no_time_is_promised() {
    let unmeasured = Plan {
        finish: Eta::AtLeast(Duration::from_secs(26)),
        by_signed_url: 0,
        refused: 0,
        duplicates: 0,
        paused: 0,
        ..a_plan()
    };
    assert_eq!(
        plan(&unmeasured, Backend::Service).1,
        "at least 26 s · storage ≈ $0.12 a month"
    );
    assert!(plan_at_length(&unmeasured, Backend::Service).contains("known once some have moved"));
}

#[test]
fn a_sandbox_names_no_price() {
    let (_, second) = plan(&a_plan(), Backend::Sandbox);
    let at_length = plan_at_length(&a_plan(), Backend::Sandbox);
    assert!(!second.contains('$'), "{second}");
    assert!(!at_length.contains('$'), "{at_length}");
}

#[test]
fn files_that_are_no_files_are_counted_in_plain_words() {
    let of = |files| refused(&BTreeMap::from([(refusal(&Rejection::NotAFile), files)]));
    assert_eq!(of(1), "1 file can’t be uploaded: 1 special system file.");
    assert_eq!(of(2), "2 files can’t be uploaded: 2 special system files.");
}

#[test]
fn files_that_come_in_are_counted_and_then_checked() {
    assert_eq!(coming_in(None, 0), None);
    assert_eq!(
        coming_in(Some(120), 7).as_deref(),
        Some("Looking for files: 120 found…")
    );
    assert_eq!(coming_in(None, 1).as_deref(), Some("Checking 1 file…"));
}
