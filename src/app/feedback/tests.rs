use super::*;

#[test]
fn a_toast_is_announced_and_goes_when_its_time_is_over() {
    let start = Instant::now();
    let mut feedback = Feedback::default();
    feedback.say("1 removed.", Some(UiCommand::UndoRemove), start);
    feedback.poll(start);
    assert_eq!(feedback.announcement(), "1 removed.");
    let toast = feedback.toast().expect("it is shown");
    assert_eq!(toast.action, Some(UiCommand::UndoRemove));
    assert_eq!(feedback.next_wakeup(start), Some(TOAST_FOR));
    feedback.poll(start + TOAST_FOR - Duration::from_millis(1));
    assert!(feedback.toast().is_some());
    feedback.poll(start + TOAST_FOR);
    assert_eq!(feedback.toast(), None);
    assert_eq!(feedback.next_wakeup(start + TOAST_FOR), None);
}

#[test]
fn copied_stands_on_one_row_for_a_moment() {
    let start = Instant::now();
    let mut feedback = Feedback::default();
    feedback.copied(ItemId(1), start);
    feedback.copied(ItemId(2), start);
    assert!(!feedback.was_copied(ItemId(1)) && feedback.was_copied(ItemId(2)));
    assert_eq!(feedback.next_wakeup(start), Some(COPIED_FOR));
    feedback.poll(start + COPIED_FOR);
    assert!(!feedback.was_copied(ItemId(2)));
}

#[test]
fn another_list_has_no_messages_of_this_one() {
    let now = Instant::now();
    let mut feedback = Feedback::default();
    feedback.say("1 removed.", None, now);
    feedback.copied(ItemId(1), now);
    feedback.clear();
    assert_eq!(feedback.toast(), None);
    assert!(!feedback.was_copied(ItemId(1)));
}
