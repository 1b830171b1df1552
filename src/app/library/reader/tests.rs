//! Answers that a later search has overtaken.

use std::time::Duration;

use super::*;
use crate::store::History;

fn reader(dir: &Path) -> (LibraryReader, Receiver<()>) {
    let (sender, woken) = channel();
    let wake: Wake = Arc::new(move || {
        let _ = sender.send(());
    });
    let mut reader = LibraryReader::new(Some(dir.to_owned()), wake);
    reader.newest_find = 2;
    (reader, woken)
}

#[test]
fn a_peek_that_a_search_interrupted_is_asked_again() {
    let dir = tempfile::tempdir().unwrap();
    History::open(dir.path()).unwrap();
    let (mut reader, woken) = reader(dir.path());
    let interrupted = LibraryAnswer::Peeked("two".to_owned(), None);
    reader.sender.send((1, interrupted)).unwrap();
    assert!(reader.answer().is_none());
    woken.recv_timeout(Duration::from_secs(20)).unwrap();
    match reader.answer() {
        Some(LibraryAnswer::Peeked(words, found)) => {
            assert_eq!((words.as_str(), found), ("two", Some(0)));
        }
        _ => panic!("no answer"),
    }
}

#[test]
fn an_error_of_records_is_told_and_their_interruption_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (mut reader, _woken) = reader(dir.path());
    let failed = || LibraryAnswer::Records(Err("broken".to_owned()));
    reader.sender.send((1, failed())).unwrap();
    assert!(reader.answer().is_none());
    reader.sender.send((2, failed())).unwrap();
    assert!(matches!(
        reader.answer(),
        Some(LibraryAnswer::Records(Err(_)))
    ));
}
