use super::*;
use crate::model::media::Rejection;

#[test]
fn each_says_which_file_and_what_is_different() {
    let say = |it: &RelocationError| misfit(Path::new("/media/clip.mp4"), it);
    let sizes = |gone, chosen| RelocationError::OtherSize { gone, chosen };
    let added = "clip.mp4 is not the file that was added: ";
    assert_eq!(
        say(&sizes(412_000_000, 3_000_000)),
        format!("{added}it is 3 MB, not 412 MB.")
    );
    assert_eq!(
        say(&sizes(412_000_000, 412_000_001)),
        format!("{added}it is 1 byte larger.")
    );
    assert_eq!(
        say(&sizes(412_000_000, 411_998_800)),
        format!("{added}it is 1,200 bytes smaller.")
    );
    assert_eq!(
        say(&RelocationError::OtherContent),
        format!("{added}its content is another.")
    );
    assert!(say(&RelocationError::InTheList).starts_with("clip.mp4 is in the list already"));
    assert_eq!(
        say(&RelocationError::Refused(Rejection::Empty)),
        "clip.mp4 can’t be uploaded. The file holds no data at all. Export or copy the file again, then try again."
    );
}
