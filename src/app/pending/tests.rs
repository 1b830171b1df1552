use std::sync::mpsc;

use super::*;

fn counting() -> (Wake, mpsc::Receiver<()>) {
    let (tx, rx) = mpsc::channel();
    let wake: Wake = Arc::new(move || {
        let _ = tx.send(());
    });
    (wake, rx)
}

#[test]
fn an_answer_wakes_the_window_and_is_taken_once() {
    let (wake, woken) = counting();
    let mut slot = Some(Pending::spawn("test", wake, || 7));
    woken.recv().unwrap();
    assert_eq!(Pending::take_from(&mut slot), Some(Outcome::Answer(7)));
    assert!(slot.is_none());
}

#[test]
fn a_dropped_sender_is_an_answer_and_no_panic() {
    let (wake, woken) = counting();
    let (answer, pending) = Pending::<u8>::channel(wake);
    assert_eq!(pending.poll(), None);
    drop(answer);
    woken.recv().unwrap();
    assert_eq!(pending.poll(), Some(Outcome::Lost));
}

#[test]
fn a_thread_that_dies_is_an_answer_and_no_panic() {
    let (wake, woken) = counting();
    let mut slot = Some(Pending::<u8>::spawn("test", wake, || {
        std::panic::resume_unwind(Box::new("the thread ends here"))
    }));
    woken.recv().unwrap();
    assert_eq!(Pending::take_from(&mut slot), Some(Outcome::Lost));
}

#[test]
fn a_future_without_an_answer_is_lost() {
    let (wake, woken) = counting();
    let mut slot = Some(Pending::<u8>::wait_for("test", wake, async { None }));
    woken.recv().unwrap();
    assert_eq!(Pending::take_from(&mut slot), Some(Outcome::Lost));
}
