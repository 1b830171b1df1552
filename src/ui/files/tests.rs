use super::*;

#[test]
fn a_missing_dialog_is_told_from_a_closed_one() {
    let file = PathBuf::from("/a.mp4");
    let soon = Duration::from_millis(2);
    let later = Duration::from_secs(3);
    assert_eq!(
        outcome(Some(vec![file.clone()]), later),
        DialogResult::Chosen(vec![file])
    );
    assert_eq!(outcome(Some(vec![]), soon), DialogResult::Cancelled);
    assert_eq!(outcome(None, later), DialogResult::Cancelled);
    assert_eq!(outcome(None, soon), DialogResult::Unavailable);
}
