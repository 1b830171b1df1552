//! Missing assets are added once, nothing is overwritten, and the copy stays as it is.

use std::fs;

use super::*;
use crate::model::asset::AssetStatus;
use crate::store::history::tests::asset;
use crate::store::history::{LEDGER_NAME, back_up, save_copy};

fn batch(id: u64, created_at_ms: i64, label: &str) -> Batch {
    Batch {
        id: BatchId(id),
        label: label.to_owned(),
        note: Some("a note".to_owned()),
        created_at_ms,
        skipped: Arc::default(),
    }
}

fn put(dir: &Path, batch: Batch, ids: &[&str]) -> History {
    let mut history = History::open(dir).unwrap().history;
    history.reserve_ids(10).unwrap();
    let of_batch = batch.id;
    let mut changes = vec![HistoryChange::PutBatch(Arc::new(batch))];
    changes.extend(ids.iter().map(|id| {
        let batch = Some(of_batch);
        let note = Some(format!("note of {id}"));
        HistoryChange::PutAsset(AssetRecord {
            batch,
            note,
            status: Some(AssetStatus::Success),
            ..asset(id, "clip.mp4", 1_000)
        })
    }));
    history.commit(&changes).unwrap();
    history
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn a_copy_of_another_computer_adds_what_is_missing_and_only_once() {
    let [dir, other, kept] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    // Both computers gave one id to different batches.
    drop(put(dir.path(), batch(1, 5, "Here"), &["re_1", "re_2"]));
    drop(put(other.path(), batch(1, 6, "There"), &["re_2", "re_3"]));
    let copy = kept.path().join("a copy? 100%#.db");
    save_copy(other.path(), &copy).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&copy).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let before = fs::read(&copy).unwrap();
    let one = Restored {
        assets: 1,
        batches: 1,
        is_damaged: false,
    };
    assert_eq!(plan_restore(dir.path(), &copy).unwrap(), one);
    assert_eq!(restore(dir.path(), &copy).unwrap(), one);
    assert_eq!(
        plan_restore(dir.path(), &copy).unwrap(),
        Restored::default()
    );
    let ledger = || fs::read_to_string(dir.path().join(LEDGER_NAME)).unwrap();
    let told = ledger();
    assert_eq!(told.matches(r#""imported""#).count(), 1);
    assert!(restore(dir.path(), &copy).unwrap().is_empty());
    assert_eq!(ledger(), told);
    assert_eq!(fs::read(&copy).unwrap(), before);
    assert_eq!(names(kept.path()).len(), 1, "nothing is written beside it");

    let read = |dir: &Path| {
        let history = History::open(dir).unwrap().history;
        let mut all = assets::select(&history.connection, "ORDER BY asset_id", ()).unwrap();
        (all.pop().unwrap(), all)
    };
    let (added, all) = read(dir.path());
    assert_eq!(added.asset_id.as_str(), "re_3");
    assert_eq!(added.note.as_deref(), Some("note of re_3"));
    assert_eq!(added.label.as_deref(), Some("There"));
    assert!(all.iter().all(|it| it.label.as_deref() == Some("Here")));
    // The ledger alone has it too.
    fs::remove_file(dir.path().join(FILE_NAME)).unwrap();
    let (rebuilt, _) = read(dir.path());
    assert_eq!(
        (rebuilt.status, rebuilt.uploaded_at_ms),
        (added.status, added.uploaded_at_ms)
    );
    assert_eq!(rebuilt.label, added.label);
}

#[test]
fn an_empty_computer_gets_all_of_a_copy() {
    let [dir, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    drop(put(other.path(), batch(7, 6, "There"), &["re_2", "re_3"]));
    let folder = other.path().join("backups");
    back_up(other.path(), &folder).unwrap();
    let listed = super::super::list_copies(&[folder]);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].assets, Some(2));
    let all = Restored {
        assets: 2,
        batches: 1,
        is_damaged: false,
    };
    assert_eq!(plan_restore(dir.path(), &listed[0].path).unwrap(), all);
    assert_eq!(
        names(dir.path()),
        Vec::<String>::new(),
        "a preview writes nothing"
    );
    assert_eq!(restore(dir.path(), &listed[0].path).unwrap(), all);
}

#[test]
fn what_is_no_copy_is_said_to_be_none() {
    let dir = tempfile::tempdir().unwrap();
    let history = put(dir.path(), batch(1, 5, "Here"), &["re_1"]);
    let kept = tempfile::tempdir().unwrap();
    let copy = kept.path().join("copy.db");
    let foreign = |copy: &Path| matches!(plan_restore(dir.path(), copy), Err(CopyError::Foreign));
    fs::write(
        &copy,
        "a text that is longer than the header of a database would be, which has a hundred bytes",
    )
    .unwrap();
    assert!(foreign(&copy));
    fs::write(&copy, "").unwrap();
    assert!(foreign(&copy));
    assert!(foreign(kept.path()), "a folder");
    fs::remove_file(&copy).unwrap();
    assert!(matches!(
        plan_restore(dir.path(), &copy),
        Err(CopyError::Unreadable(_))
    ));
    let other = Connection::open(&copy).unwrap();
    other
        .execute_batch("CREATE TABLE assets (id); PRAGMA user_version = 1")
        .unwrap();
    assert!(foreign(&copy));
    other.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(other);
    assert!(matches!(
        plan_restore(dir.path(), &copy),
        Err(CopyError::Newer)
    ));
    // The history itself is not overwritten, and a folder that is gone is said to be.
    let taken = save_copy(dir.path(), &dir.path().join(FILE_NAME)).unwrap_err();
    assert_eq!(taken.kind(), std::io::ErrorKind::AlreadyExists);
    save_copy(dir.path(), &kept.path().join("gone").join("copy.db")).unwrap_err();
    assert_eq!(names(kept.path()), ["copy.db"]);
    drop(history);
}

#[test]
fn of_a_damaged_copy_what_can_be_read_is_added() {
    let [dir, other, kept] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let ids: Vec<_> = (0..2_000).map(|n| format!("re_{n:04}")).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    drop(put(other.path(), batch(1, 6, "There"), &ids));
    let copy = kept.path().join("copy.db");
    save_copy(other.path(), &copy).unwrap();
    let bytes = fs::read(&copy).unwrap();
    let place = bytes
        .windows(15)
        .position(|it| it == b"note of re_1500")
        .unwrap();
    let mut damaged = bytes.clone();
    damaged[place / 4096 * 4096..][..4096].fill(0xAA);
    fs::write(&copy, damaged).unwrap();
    let added = restore(dir.path(), &copy).unwrap();
    assert!(added.is_damaged);
    assert!((1..2_000).contains(&added.assets), "{added:?}");
    fs::write(&copy, &bytes[..bytes.len() / 2]).unwrap();
    let cut = plan_restore(dir.path(), &copy);
    assert!(cut.map_or(true, |it| it.is_damaged));
}
