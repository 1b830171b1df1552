use super::*;
use crate::model::fault::{FaultKind, RequiredAction};

#[test]
fn files_already_in_the_list_are_reported_for_a_while_once_the_folders_are_walked() {
    let start = Instant::now();
    let mut notices = Notices::default();
    let mut snapshot = Snapshot::default();
    let listed = BTreeSet::from([ItemId(1), ItemId(2)]);
    notices.already_listed([ItemId(2), ItemId(1)]);
    notices.already_listed([ItemId(2)]);
    snapshot.walking = Some(9);
    notices.poll(&snapshot, start);
    assert_eq!(notices.listed(&snapshot), None);
    assert_eq!(notices.next_wakeup(start), None);
    snapshot.walking = None;
    notices.poll(&snapshot, start);
    assert_eq!(notices.listed(&snapshot), Some(&listed));
    assert_eq!(notices.next_wakeup(start), Some(start + LISTED_FOR));
    notices.poll(&snapshot, start + LISTED_FOR);
    assert_eq!(notices.listed(&snapshot), None);
    assert_eq!(notices.next_wakeup(start), None);
}

#[test]
fn a_new_intake_ends_the_report_of_the_one_before() {
    let mut notices = Notices::default();
    let snapshot = Snapshot::default();
    notices.already_listed([ItemId(1)]);
    notices.poll(&snapshot, Instant::now());
    notices.begin_intake(7);
    assert_eq!(notices.listed(&snapshot), None);
    assert!(!notices.reports_refused(7, false));
    assert!(notices.reports_refused(8, false));
}

#[test]
fn refused_files_are_reported_unless_they_are_few_and_in_view() {
    let mut notices = Notices::default();
    assert!(!notices.reports_refused(2, true));
    assert!(notices.reports_refused(2, false));
    assert!(notices.reports_refused(MANY_REFUSED, true));
    notices.forget_refused(5);
    assert!(!notices.reports_refused(5, true));
    // Some were removed: the next ones are news again.
    notices.update(&Snapshot::default(), 0);
    assert!(notices.reports_refused(4, true));
}

#[test]
fn a_fault_counts_while_the_queue_is_blocked() {
    let mut notices = Notices::default();
    let blocked = Snapshot {
        needs: Some(RequiredAction::Balance),
        ..Snapshot::default()
    };
    notices.block(Arc::new(Fault::new(FaultKind::InsufficientBalance)));
    notices.update(&blocked, 0);
    assert!(notices.needs().is_some());
    notices.update(&Snapshot::default(), 0);
    assert!(notices.needs().is_none());
}

#[test]
fn what_is_dismissed_stays_away() {
    let mut notices = Notices::default();
    let snapshot = Snapshot::default();
    notices.already_listed([ItemId(1)]);
    notices.dismiss(Dismissible::NoDrop, 0);
    assert!(!notices.is_wanted(Dismissible::NoDrop));
    assert!(notices.is_wanted(Dismissible::EnvironmentKey));
    notices.set_aside(SetAside::default());
    notices.dismiss(Dismissible::SetAside, 0);
    assert_eq!(notices.history_set_aside(), None);
    notices.dismiss(Dismissible::Refused, 4);
    let listed = notices.listed(&snapshot);
    assert_eq!(listed, None, "it is in the banner too");
    assert!(!notices.reports_refused(4, false));
}

#[test]
fn a_history_that_takes_long_to_open_is_reported_until_it_is_open() {
    let start = Instant::now();
    let mut notices = Notices::default();
    let mut snapshot = Snapshot {
        journal: JournalState::Opening,
        ..Snapshot::default()
    };
    notices.poll(&snapshot, start);
    assert_eq!(notices.next_wakeup(start), Some(start + LONG_OPENING));
    assert!(!notices.is_opening_long(start));
    let later = start + LONG_OPENING;
    notices.poll(&snapshot, later);
    assert!(notices.is_opening_long(later));
    assert_eq!(notices.next_wakeup(later), None, "nothing more to wait for");
    snapshot.journal = JournalState::Good;
    notices.poll(&snapshot, later);
    assert!(!notices.is_opening_long(later));
}
