use std::ops::ControlFlow;

use super::*;
use crate::model::asset::ContentHash;
use crate::model::fault::FaultKind;
use crate::model::media::{Kind, Route};

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Returns all events of a walk except folders being entered and skipped files.
fn found(paths: &[PathBuf]) -> Vec<WalkEvent> {
    let mut all = Vec::new();
    let flow = walk(paths, |found| {
        if !matches!(found, WalkEvent::Entering(_) | WalkEvent::Skipped(_)) {
            all.push(found);
        }
        ControlFlow::Continue(())
    });
    assert_eq!(flow, ControlFlow::Continue(()));
    all
}

fn check(path: &Path) -> Result<CheckedFile, Rejection> {
    super::check(path, false)
}

fn file(path: impl Into<PathBuf>) -> WalkEvent {
    WalkEvent::File(path.into())
}

fn walked(folder: &Path, skipped: u64) -> WalkEvent {
    WalkEvent::Walked {
        folder: folder.to_owned(),
        skipped,
        hidden: 0,
    }
}

fn stamp_of(path: &Path) -> FileStamp {
    FileStamp::of(&fs::metadata(path).unwrap())
}

fn hash_kind(path: &Path, stamp: FileStamp) -> FaultKind {
    hash(path, stamp, &Reading::default()).unwrap_err().kind
}

#[test]
fn a_folder_is_walked_in_order_and_other_extensions_are_counted() {
    let dir = folder();
    let root = dir.path();
    for name in [
        "b.mp4",
        "clip 10.MP4",
        "clip 9.mp4",
        "a/z.jpg",
        "a/notes.txt",
        "a/deep/海边.png",
        "a/deep/README",
        "a/m.heic",
    ] {
        write(&root.join(name), b"x");
    }
    let expected = [
        file(root.join("a/deep/海边.png")),
        file(root.join("a/z.jpg")),
        file(root.join("b.mp4")),
        file(root.join("clip 9.mp4")),
        file(root.join("clip 10.MP4")),
        walked(root, 3),
    ];
    assert_eq!(found(&[root.to_owned()]), expected);
}

#[test]
fn what_is_named_is_reported_whatever_it_is_and_in_its_place() {
    let dir = folder();
    let root = dir.path();
    write(&root.join(".hidden.mp4"), b"x");
    write(&root.join("notes.txt"), b"x");
    write(&root.join(".folder/a.mp4"), b"x");
    let named = [
        root.join("notes.txt"),
        root.join(".folder"),
        root.join(".hidden.mp4"),
        root.join("missing.mp4"),
    ];
    let expected = [
        file(&named[0]),
        file(root.join(".folder/a.mp4")),
        walked(&named[1], 0),
        file(&named[2]),
        file(&named[3]),
    ];
    assert_eq!(found(&named), expected);
}

#[test]
fn hidden_and_system_files_and_folders_are_passed_over_and_only_the_files_counted() {
    let dir = folder();
    let root = dir.path();
    for name in [
        "._film.mp4",
        ".cache/a.mp4",
        "__MACOSX/a.mp4",
        "$RECYCLE.BIN/a.mp4",
        "@eaDir/a.jpg",
        "System Volume Information/a.mp4",
        "Thumbs.db",
        "desktop.ini",
        ".DS_Store",
    ] {
        write(&root.join(name), b"x");
    }
    write(&root.join("film.mp4"), b"x");
    let walked = WalkEvent::Walked {
        folder: root.to_owned(),
        skipped: 0,
        hidden: 4,
    };
    let expected = [file(root.join("film.mp4")), walked];
    assert_eq!(found(&[root.to_owned()]), expected);
}

#[test]
fn skipped_files_are_named_in_the_order_of_the_walk() {
    let dir = folder();
    let root = dir.path();
    let names = ["10.R3D", "2.R3D", "a/notes", "b.mp4"];
    for name in names {
        write(&root.join(name), b"x");
    }
    let mut skipped = vec![];
    let _ = walk(&[root.to_owned(), root.join("2.R3D")], |found| {
        if let WalkEvent::Skipped(path) = found {
            skipped.push(path);
        }
        ControlFlow::Continue(())
    });
    let expected = ["2.R3D", "10.R3D", "a/notes"].map(|name| root.join(name));
    assert_eq!(skipped, expected);
}

#[test]
fn every_named_folder_says_once_what_was_skipped_in_it() {
    let dir = folder();
    let root = dir.path();
    write(&root.join("a/one.txt"), b"x");
    write(&root.join("a/two.txt"), b"x");
    write(&root.join("b/one.txt"), b"x");
    let [a, b] = [root.join("a"), root.join("b")];
    let expected = [walked(&a, 2), walked(&b, 1), walked(&a, 0)];
    assert_eq!(found(&[a.clone(), b, a]), expected);
}

#[test]
fn a_walk_ends_where_the_sink_breaks() {
    let dir = folder();
    for name in ["a.mp4", "b/c.txt", "b/d.mp4"] {
        write(&dir.path().join(name), b"x");
    }
    let paths = [dir.path().to_owned()];
    for stop in 1..=3 {
        let mut calls = 0;
        let flow = walk(&paths, |_| {
            calls += 1;
            if calls == stop {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!((flow, calls), (ControlFlow::Break(()), stop));
    }
}

#[test]
fn a_folder_that_goes_away_during_the_walk_is_reported() {
    let dir = folder();
    let root = dir.path().to_owned();
    write(&root.join("a.mp4"), b"x");
    write(&root.join("b/c.mp4"), b"x");
    let mut all = Vec::new();
    let flow = walk(std::slice::from_ref(&root), |found| {
        if found == file(root.join("a.mp4")) {
            fs::remove_dir_all(root.join("b")).unwrap();
        }
        all.push(found);
        ControlFlow::Continue(())
    });
    assert_eq!(flow, ControlFlow::Continue(()));
    assert!(all.contains(&WalkEvent::Rejected {
        path: root.join("b"),
        rejection: Rejection::NotFound
    }));
    assert_eq!(all.last(), Some(&walked(&root, 0)));
}

#[test]
fn ten_thousand_files_are_found_each_once_and_in_order() {
    let dir = folder();
    let root = dir.path();
    let mut expected = Vec::new();
    for sub in 0..100 {
        let sub = root.join(format!("folder {sub}"));
        fs::create_dir(&sub).unwrap();
        for number in 0..100 {
            let path = sub.join(format!("clip {number}.mp4"));
            fs::write(&path, b"").unwrap();
            expected.push(file(path));
        }
        fs::write(sub.join("list.txt"), b"").unwrap();
    }
    expected.push(walked(root, 100));
    assert!(found(&[root.to_owned()]) == expected);
}

#[test]
fn a_good_file_is_taken_with_its_stamp() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media/good/clip.mp4");
    let checked = check(&path).unwrap();
    assert_eq!(checked.stamp, stamp_of(&path));
    assert_eq!(
        checked.accepted,
        Accepted {
            kind: Kind::Video,
            mime: "video/mp4",
            route: Route::Direct,
            note: None
        }
    );
    assert!(!checked.is_cloud_placeholder);
}

#[test]
fn a_file_in_the_cloud_is_judged_without_being_fetched_and_has_a_note() {
    let folder = folder();
    let path = folder.path().join("clip.mp4");
    // Reading it would reject it.
    write(&path, b"%PDF-1.7\n");
    assert!(check(&path).is_err());
    let checked = check_with(&path, false, |_| true).unwrap();
    assert!(checked.is_cloud_placeholder);
    assert_eq!(checked.accepted.note, Some(media::Note::InCloud));
    assert_eq!(checked.stamp, stamp_of(&path));
    // Name and size are known all the same.
    let other = folder.path().join("notes.pdf");
    write(&other, b"%PDF-1.7\n");
    assert!(check_with(&other, false, |_| true).is_err());
    let empty = folder.path().join("empty.mp4");
    write(&empty, b"");
    assert_eq!(check_with(&empty, false, |_| true), Err(Rejection::Empty));
}

#[test]
fn every_sample_is_found_and_taken_without_a_note() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
    let mut kinds = Vec::new();
    for found in found(std::slice::from_ref(&samples)) {
        match found {
            WalkEvent::File(path) => {
                let checked = check(&path).unwrap();
                assert_eq!(checked.accepted.note, None, "{}", path.display());
                kinds.push(checked.accepted.kind);
            }
            other => assert_eq!(
                other,
                walked(&samples, 0),
                "nothing else lies beside the samples"
            ),
        }
    }
    kinds.sort_unstable();
    let expected = [Kind::Video, Kind::Audio, Kind::Image].map(|kind| [kind; 2]);
    assert_eq!(kinds, expected.concat());
}

#[test]
fn content_is_checked_at_and_names_count_before_it() {
    let dir = folder();
    let path = dir.path().join("a.jpg");
    write(&path, PNG);
    let Err(Rejection::ContentMismatch { rename_to, .. }) = check(&path) else {
        panic!("{:?}", check(&path));
    };
    assert_eq!(rename_to.as_deref(), Some("png"));
    let path = dir.path().join("a.txt");
    write(&path, b"");
    let Err(Rejection::UnsupportedFormat { extension, .. }) = check(&path) else {
        panic!("{:?}", check(&path));
    };
    assert_eq!(extension, "txt");
}

#[test]
fn content_that_is_not_recognised_is_taken_as_named_where_that_is_wished() {
    let dir = folder();
    let path = dir.path().join("a.mp4");
    write(&path, b"not a film..");
    let extension = "mp4".to_owned();
    assert_eq!(check(&path), Err(Rejection::NotRecognised { extension }));
    let checked = super::check(&path, true).unwrap();
    assert_eq!(checked.accepted.note, Some(media::Note::UnknownContent));
    assert_eq!(checked.accepted.kind, Kind::Video);
    assert_eq!(checked.stamp, stamp_of(&path));
    // Content that is certainly something else is rejected.
    write(&path, b"%PDF-1.7\n");
    assert!(super::check(&path, true).is_err());
}

#[test]
fn an_empty_a_missing_and_a_too_large_file_are_told_apart() {
    let dir = folder();
    let path = dir.path().join("a.mp4");
    assert_eq!(check(&path), Err(Rejection::NotFound));
    assert_eq!(check(&dir.path().join("typo")), Err(Rejection::NotFound));
    write(&path, b"");
    assert_eq!(check(&path), Err(Rejection::Empty));
    assert_eq!(
        check(&path.join("under-a-file.mp4")),
        Err(Rejection::NotFound)
    );
    // Sparse: it takes no disk space.
    let size = media::SIZE_LIMIT + 1;
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(size)
        .unwrap();
    assert_eq!(check(&path), Err(Rejection::TooLarge { size }));
}

#[test]
fn a_folder_with_the_name_of_a_film_is_not_a_file() {
    let dir = folder();
    let path = dir.path().join("a.mp4");
    fs::create_dir(&path).unwrap();
    assert_eq!(check(&path), Err(Rejection::NotAFile));
}

#[test]
fn the_same_file_has_one_identity_by_whatever_path() {
    let dir = folder();
    let path = dir.path().join("a.mp4");
    write(&path, b"x");
    write(&dir.path().join("sub/b.mp4"), b"x");
    let same = identity(&dir.path().join("sub/../a.mp4"));
    assert_eq!(identity(&path), same);
    assert_ne!(identity(&dir.path().join("sub/b.mp4")), same);
    let missing = dir.path().join("missing.mp4");
    assert_eq!(identity(&missing), identity(&missing));
    assert_ne!(identity(&missing), same);
}

#[test]
fn a_file_hashes_to_what_b3sum_prints() {
    let dir = folder();
    let path = dir.path().join("a.mp4");
    // The longest of BLAKE3's own test vectors: bytes 0..=250 over and over.
    let bytes: Vec<u8> = (0..102_400_u32)
        .map(|n| u8::try_from(n % 251).unwrap())
        .collect();
    write(&path, &bytes);
    let hash = hash(&path, stamp_of(&path), &Reading::default()).unwrap();
    let expected = "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085";
    assert_eq!(hash, ContentHash::from_hex(expected).unwrap());
}

#[test]
fn a_hash_covers_files_longer_than_one_read() {
    let dir = folder();
    let path = dir.path().join("a.mp4");
    let bytes = vec![7; 700_001];
    write(&path, &bytes);
    let hash = hash(&path, stamp_of(&path), &Reading::default()).unwrap();
    assert_eq!(hash, ContentHash::from_bytes(blake3::hash(&bytes).into()));
}

#[test]
fn a_file_that_changed_since_its_look_has_no_hash() {
    let dir = folder();
    let path = dir.path().join("a.mp4");
    write(&path, b"before");
    let stamp = stamp_of(&path);
    write(&path, b"after it");
    assert_eq!(hash_kind(&path, stamp), FaultKind::FileChanged);
    // Equal size, another time.
    let older = FileStamp {
        modified_ns: stamp.modified_ns - 1,
        ..stamp_of(&path)
    };
    assert_eq!(hash_kind(&path, older), FaultKind::FileChanged);
    fs::remove_file(&path).unwrap();
    assert_eq!(hash_kind(&path, stamp), FaultKind::FileGone);
    fs::create_dir(&path).unwrap();
    assert_eq!(hash_kind(&path, stamp_of(&path)), FaultKind::Unreadable);
}

#[test]
fn a_cancelled_hash_ends_before_the_file_does() {
    let dir = folder();
    let path = dir.path().join("a.mp4");
    // A sparse file of 1 TB, which takes minutes to read.
    File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let reading = Reading::default();
    let result = std::thread::scope(|scope| {
        let hashing = scope.spawn(|| hash(&path, stamp_of(&path), &reading));
        let unwanted = &reading.is_unwanted;
        unwanted.store(true, std::sync::atomic::Ordering::Relaxed);
        hashing.join().unwrap()
    });
    assert_eq!(result.unwrap_err().kind, FaultKind::Cancelled);
}

pub mod drive;
pub mod passes;
#[cfg(unix)]
mod unix;
