use super::*;
use crate::model::media::{FileStamp, Kind};

fn media(size: u64, modified_ns: i64, kind: Kind) -> Media {
    Media {
        stamp: FileStamp { size, modified_ns },
        kind,
        note: None,
    }
}

#[test]
fn a_file_stands_in_by_size_kind_and_content_whenever_it_was_written() {
    let hash = |byte| Some(ContentHash::from_bytes([byte; 32]));
    let gone = media(7, 1, Kind::Video);
    let same = media(7, 2, Kind::Video);
    for (content, chosen_content) in [
        (None, None),
        (hash(1), None),
        (None, hash(1)),
        (hash(1), hash(1)),
    ] {
        let verdict = compare(Some(gone), content, same, chosen_content);
        assert_eq!(verdict, Ok(()), "{content:?} {chosen_content:?}");
    }
    assert_eq!(
        compare(Some(gone), hash(1), same, hash(2)),
        Err(RelocationError::OtherContent)
    );
    assert_eq!(
        compare(Some(gone), None, media(7, 1, Kind::Audio), None),
        Err(RelocationError::OtherContent)
    );
    let larger = media(8, 1, Kind::Video);
    let other_size = RelocationError::OtherSize { gone: 7, chosen: 8 };
    assert_eq!(compare(Some(gone), None, larger, None), Err(other_size));
    assert_eq!(compare(None, None, larger, None), Ok(()));
}
