use super::*;

#[test]
fn a_file_that_is_not_written_says_why_and_what_to_do() {
    for kind in [
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::StorageFull,
        io::ErrorKind::NotFound,
        io::ErrorKind::Other,
    ] {
        let words = not_exported(Path::new("/a/ids.csv"), &kind.into());
        assert!(words.starts_with("ids.csv was not saved: "), "{words}");
        assert!(words.ends_with("copy the IDs instead."), "{words}");
    }
}

#[test]
fn what_a_selection_left_out_is_said() {
    assert_eq!(removed(1, 0, 0), "1 file removed from the list.");
    assert_eq!(
        removed(18, 13, 1982),
        "18 files removed from the list; the IDs stay in the Library. 1,982 are queued or under way: cancel them first."
    );
    assert_eq!(copied(2, 0, 0, 0), "2 IDs copied.");
    assert_eq!(
        copied(13, 5, 0, 1982),
        "13 IDs copied, 5 of them not ready yet; 1,982 files have none yet."
    );
}

#[test]
fn pausing_says_what_is_sent_again() {
    let (title, body) = pause(Some("a.mp4"), Some(1), 1, 73_000_000, 734_000_000);
    assert_eq!(title, "Pause this upload?");
    assert_eq!(
        body,
        "73 of 734 MB of a.mp4 were sent. The file starts again from the beginning when you resume."
    );
    let (title, body) = pause(None, None, 2, 73_000_000, 734_000_000);
    assert_eq!(title, "Pause all uploads?");
    assert_eq!(
        body,
        "73 of 734 MB of 2 files were sent. The files start again from the beginning when you resume."
    );
    let (title, _) = pause(Some("a.mp4"), Some(3), 1, 73_000_000, 734_000_000);
    assert_eq!(title, "Pause 3 uploads?");
}

#[test]
fn cancelling_names_one_file_and_counts_several() {
    let (title, body) = cancel(Some("a.mp4"), 1, 1, 260_000_000, 412_000_000);
    assert_eq!(title, "Cancel this upload?");
    assert!(body.starts_with("a.mp4 is under way. 260 of 412 MB"));
    assert_eq!(confirm_cancel(1), "Cancel upload");
    assert_eq!(confirm_cancel(3), "Cancel 3 uploads");
    assert_eq!(cancel(None, 3, 1, 1, 2).0, "Cancel 3 uploads?");
    assert_eq!(cancel(None, 3, 1, 0, 0).1, "What was sent is lost.");
}
