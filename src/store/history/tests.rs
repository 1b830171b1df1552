//! The history's records, transactions and processes.

mod asset_queries;
mod asset_state;
mod batches;
mod corruption;
mod damage;
mod library;
mod migrations;

use std::path::{Path, PathBuf};

use super::*;
use crate::model::asset::{Account, AssetId, AssetMetadata, AssetStatus, ContentHash};
use crate::model::media::{FileStamp, MediaMetadata, Route, format_of};
use crate::model::upload_facts::{SeenMetadata, UploadFacts};

const URL: &str = "https://api.example/serve/api/v2";

fn account() -> Account {
    Account::from_fingerprint("0123456789abcdef")
}

fn item(id: u64, path: &str) -> ItemRecord {
    ItemRecord {
        id: ItemId(id),
        run: RunId::from_text("window"),
        path: PathBuf::from(path),
        given: None,
        position: 0,
        stamp: None,
        state: "{}".to_owned(),
        added_at_ms: 1,
        changed_at_ms: 1,
        account: None,
        base_url: None,
        batch: None,
        metadata: MediaMetadata::default(),
    }
}

pub(super) fn asset(id: &str, name: &str, at: i64) -> AssetRecord {
    AssetRecord {
        asset_id: AssetId::new(id).unwrap(),
        item: None,
        account: account(),
        base_url: URL.to_owned(),
        name: name.to_owned(),
        path: Path::new("/media").join(name),
        size: 100,
        content: None,
        status: None,
        uploaded_at_ms: Some(at),
        remark: None,
        note: None,
        batch: None,
        label: None,
        // As the ledger tells it.
        kind: format_of(Path::new(name)).ok().map(|format| format.kind),
        metadata: MediaMetadata::default(),
        deleted_at_ms: None,
        upload: UploadFacts::default(),
        batch_note: None,
    }
}

fn put(history: &mut History, assets: Vec<AssetRecord>) {
    let changes: Vec<_> = assets.into_iter().map(HistoryChange::PutAsset).collect();
    history.commit(&changes).unwrap();
}

fn ids(assets: &[AssetRecord]) -> Vec<&str> {
    assets.iter().map(|asset| asset.asset_id.as_str()).collect()
}

fn count(history: &History) -> usize {
    history.assets().unwrap().len()
}

fn open(dir: &Path) -> History {
    let opened = History::open(dir).unwrap();
    // A missing one may have been rebuilt.
    assert_eq!(opened.set_aside.and_then(|said| said.path), None);
    opened.history
}

#[test]
fn everything_of_a_row_comes_back_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let full = ItemRecord {
        given: Some("../clip one.mp4".to_owned()),
        position: 7,
        stamp: Some(FileStamp {
            size: 5_368_709_120,
            modified_ns: -5,
        }),
        state: r#"{"sending":{"attempt":2}}"#.to_owned(),
        added_at_ms: 1_700_000_000_000,
        changed_at_ms: 1_700_000_000_500,
        account: Some(account()),
        base_url: Some(URL.to_owned()),
        ..item(1, "/媒体/clip one.mp4")
    };
    let first = item(2, "/b.png");
    let sent = AssetRecord {
        item: Some(ItemId(1)),
        content: Some(ContentHash::from_bytes([7; 32])),
        status: Some(AssetStatus::Uploading),
        remark: Some(AssetRemark::MayBeStoredTwice),
        upload: UploadFacts {
            route: Some(Route::SignedUrl),
            tries: Some(2),
            service: Some(SeenMetadata::new(
                &AssetMetadata::new(AssetStatus::Uploading, Some(9)),
                1_700_000_000_000,
            )),
        },
        ..asset("re_1", "clip one.mp4", 3)
    };
    {
        let mut history = open(dir.path());
        history
            .commit(&[
                HistoryChange::PutItem(full.clone()),
                HistoryChange::PutItem(first.clone()),
                HistoryChange::PutAsset(sent.clone()),
                HistoryChange::KeyGood {
                    account: account(),
                    last4: "wxyz".to_owned(),
                    base_url: URL.to_owned(),
                    at_ms: 9,
                },
            ])
            .unwrap();
    }
    let history = open(dir.path());
    assert_eq!(history.items().unwrap(), [first, full]);
    assert_eq!(
        history.asset(URL, &sent.asset_id).unwrap(),
        Some(sent.clone())
    );
    assert_eq!(history.key_good_at(&account(), URL).unwrap(), Some(9));
    assert_eq!(
        history.key_good_at(&account(), "http://other").unwrap(),
        None
    );
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_utf8_is_found_by_its_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let odd = PathBuf::from(std::ffi::OsStr::from_bytes(b"/media/\xff\xfe.mp4"));
    let lossy = PathBuf::from(odd.to_string_lossy().into_owned());
    let one = ItemRecord {
        path: odd.clone(),
        ..item(1, "")
    };
    let two = ItemRecord {
        path: lossy.clone(),
        ..item(2, "")
    };
    history
        .commit(&[
            HistoryChange::PutItem(one.clone()),
            HistoryChange::PutItem(two.clone()),
        ])
        .unwrap();
    assert_eq!(history.items_by_path(&odd).unwrap(), [one]);
    assert_eq!(history.items_by_path(&lossy).unwrap(), [two]);
    let stored = AssetRecord {
        path: odd.clone(),
        ..asset("re_1", "\u{fffd}\u{fffd}.mp4", 1)
    };
    put(&mut history, vec![stored]);
    assert_eq!(history.assets().unwrap()[0].path, odd);
}

#[test]
fn a_row_changes_its_state_and_leaves_while_its_assets_stay() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    history
        .commit(&[HistoryChange::PutItem(item(1, "/a.mp4"))])
        .unwrap();
    history
        .commit(&[HistoryChange::PutItem(ItemRecord {
            state: "\"done\"".to_owned(),
            changed_at_ms: 20,
            ..item(1, "/a.mp4")
        })])
        .unwrap();
    let rows = history.items().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].state.as_str(), rows[0].changed_at_ms),
        ("\"done\"", 20)
    );
    put(&mut history, vec![asset("re_1", "a.mp4", 1)]);
    history
        .commit(&[HistoryChange::DropItem(ItemId(1))])
        .unwrap();
    assert_eq!(history.items().unwrap(), []);
    assert_eq!(count(&history), 1);
}

#[test]
fn a_row_that_is_not_understood_is_set_aside_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    history
        .commit(&[
            HistoryChange::PutItem(ItemRecord {
                state: "garbage".to_owned(),
                ..item(3, "/a.mp4")
            }),
            HistoryChange::PutItem(item(4, "/b.mp4")),
        ])
        .unwrap();
    history
        .commit(&[HistoryChange::SetAside {
            id: ItemId(3),
            why: "no such state".to_owned(),
        }])
        .unwrap();
    assert_eq!(history.items().unwrap().len(), 1);
    assert_eq!(
        history.damaged_items().unwrap(),
        [DamagedItem {
            id: ItemId(3),
            path: PathBuf::from("/a.mp4"),
            state: "garbage".to_owned(),
            why: "no such state".to_owned(),
        }]
    );
}

#[test]
fn an_asset_never_loses_what_is_known_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let known = AssetRecord {
        item: Some(ItemId(5)),
        content: Some(ContentHash::from_bytes([1; 32])),
        status: Some(AssetStatus::Success),
        remark: Some(AssetRemark::MayBeStoredTwice),
        ..asset("re_1", "a.mp4", 10)
    };
    let bare = AssetRecord {
        name: String::new(),
        path: PathBuf::new(),
        size: 0,
        ..asset("re_1", "", 99)
    };
    put(&mut history, vec![known.clone(), bare.clone()]);
    assert_eq!(history.assets().unwrap(), std::slice::from_ref(&known));
    // The id at another service is another asset.
    let elsewhere = AssetRecord {
        base_url: "http://127.0.0.1:1/serve/api/v2".to_owned(),
        ..asset("re_1", "b.mp4", 1)
    };
    put(&mut history, vec![elsewhere]);
    assert_eq!(count(&history), 2);
    history
        .commit(&[HistoryChange::PutAsset(known.clone().into_gone(100))])
        .unwrap();
    let failed = AssetRecord {
        status: Some(AssetStatus::Failed),
        ..bare
    };
    put(&mut history, vec![failed]);
    let now = history.asset(URL, &known.asset_id).unwrap().unwrap();
    assert_eq!(now.remark, Some(AssetRemark::Gone));
    assert_eq!(now.status, Some(AssetStatus::Failed));
}

#[test]
fn a_refused_key_is_not_known_as_good_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let good = |at_ms| HistoryChange::KeyGood {
        account: account(),
        last4: "wxyz".to_owned(),
        base_url: URL.to_owned(),
        at_ms,
    };
    history.commit(&[good(50), good(40)]).unwrap();
    assert_eq!(history.key_good_at(&account(), URL).unwrap(), Some(50));
    history
        .commit(&[HistoryChange::KeyRefused {
            account: account(),
            base_url: URL.to_owned(),
        }])
        .unwrap();
    assert_eq!(history.key_good_at(&account(), URL).unwrap(), None);
}

#[test]
fn keys_of_one_account_are_known_as_such_at_their_service() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let of = |name: &str| Account::from_fingerprint(name);
    let join = |one: &str, other: &str| HistoryChange::JoinAccounts {
        base_url: URL.to_owned(),
        one: of(one),
        other: of(other),
    };
    history
        .commit(&[HistoryChange::KeyGood {
            account: of("a"),
            last4: "wxyz".to_owned(),
            base_url: URL.to_owned(),
            at_ms: 1,
        }])
        .unwrap();
    assert_eq!(history.joined(&of("a"), URL).unwrap(), [of("a")]);
    history
        .commit(&[
            join("a", "b"),
            join("c", "d"),
            join("b", "d"),
            join("a", "b"),
        ])
        .unwrap();
    for one in ["a", "b", "c", "d"] {
        let mut joined = history.joined(&of(one), URL).unwrap();
        joined.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        assert_eq!(joined, ["a", "b", "c", "d"].map(of), "{one}");
    }
    assert_eq!(history.joined(&of("a"), "http://other").unwrap(), []);
    let last4 = |name| history.last4(&of(name), URL).unwrap();
    assert_eq!(last4("a").as_deref(), Some("wxyz"));
    assert_eq!((last4("b").as_deref(), last4("e")), (Some(""), None));
}

#[test]
fn an_account_is_found_by_its_name_and_by_the_last_characters_of_each_of_its_keys() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let of = |name: &str| Account::from_fingerprint(name);
    let good = |account: &str, last4: &str| HistoryChange::KeyGood {
        account: of(account),
        last4: last4.to_owned(),
        base_url: URL.to_owned(),
        at_ms: 1,
    };
    let name = |account: &str, name: Option<&str>| HistoryChange::NameAccount {
        base_url: URL.to_owned(),
        account: of(account),
        name: name.map(str::to_owned),
    };
    let join = HistoryChange::JoinAccounts {
        base_url: URL.to_owned(),
        one: of("a"),
        other: of("b"),
    };
    let changes = [good("a", "1111"), good("b", "2222"), good("c", "3333")];
    history.commit(&changes).unwrap();
    history.commit(&[name("b", Some("Ärzte GmbH"))]).unwrap();
    history.commit(&[join, name("new", Some("B"))]).unwrap();
    let names = history.accounts(URL).unwrap().into_iter();
    let names: Vec<_> = names
        .map(|it| (it.account, it.name.unwrap_or_default()))
        .collect();
    let expected = [
        ("new", "B"),
        ("a", "Ärzte GmbH"),
        ("b", "Ärzte GmbH"),
        ("c", ""),
    ];
    assert_eq!(names, expected.map(|(it, name)| (of(it), name.to_owned())));
    let library = super::library::Library::open(dir.path()).unwrap().unwrap();
    for called in ["ärzte gmbh", "1111", "2222"] {
        let found = library.accounts_called(called).unwrap();
        assert_eq!(found, [of("a"), of("b")], "{called}");
    }
    assert_eq!(library.accounts_called("3333").unwrap(), [of("c")]);
    for nobodys in ["", "111", "Ärzte"] {
        assert_eq!(library.accounts_called(nobodys).unwrap(), [], "{nobodys}");
    }
    history.commit(&[name("a", None)]).unwrap();
    assert_eq!(library.accounts_called("Ärzte GmbH").unwrap(), []);
}

#[test]
fn what_works_at_a_storage_host_is_kept_by_host_and_kind_of_url() {
    let dir = tempfile::tempdir().unwrap();
    let worked = |host: &str, kind: &str, protocol: &str| ProtocolRecord {
        host: host.to_owned(),
        kind: kind.to_owned(),
        protocol: protocol.to_owned(),
    };
    let mut history = open(dir.path());
    let changes = [
        worked("b", "v4", "put"),
        worked("a", "v4", "put"),
        worked("a", "v2", "put"),
        worked("a", "v4", "form"),
    ];
    history
        .commit(&changes.map(HistoryChange::PutProtocol))
        .unwrap();
    history
        .commit(&[HistoryChange::DropProtocol {
            host: "a".to_owned(),
            kind: "v2".to_owned(),
        }])
        .unwrap();
    let kept = open(dir.path()).protocols().unwrap();
    assert_eq!(kept, [worked("a", "v4", "form"), worked("b", "v4", "put")]);
}

#[test]
fn two_processes_get_different_ids_and_a_row_goes_to_one_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let (mut one, mut two) = (open(dir.path()), open(dir.path()));
    assert_eq!(one.reserve_ids(3).unwrap(), ItemId(1));
    assert_eq!(two.reserve_ids(2).unwrap(), ItemId(4));
    assert_eq!(one.reserve_ids(1).unwrap(), ItemId(6));
    one.commit(&[HistoryChange::PutItem(item(1, "/a.mp4"))])
        .unwrap();
    assert_eq!(two.items().unwrap().len(), 1);
    let (window, a, b) = (
        RunId::from_text("window"),
        RunId::from_text("a"),
        RunId::from_text("b"),
    );
    assert_eq!(
        one.claim(&[ItemId(1), ItemId(2)], &window, &a).unwrap(),
        [ItemId(1)]
    );
    assert_eq!(two.claim(&[ItemId(1)], &window, &b).unwrap(), []);
    assert_eq!(two.items().unwrap()[0].run, a);
    // An id is not reused, though its row is gone.
    one.commit(&[HistoryChange::DropItem(ItemId(1))]).unwrap();
    drop((one, two));
    assert_eq!(open(dir.path()).reserve_ids(1).unwrap(), ItemId(7));
}

#[test]
fn two_writers_at_once_both_succeed() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let dir = dir.path();
            scope.spawn(move || {
                let mut history = open(dir);
                for n in 0..50 {
                    put(
                        &mut history,
                        vec![asset(&format!("re_{writer}_{n}"), "a.mp4", n)],
                    );
                }
            });
        }
    });
    assert_eq!(count(&open(dir.path())), 100);
}

#[test]
fn a_database_that_stays_busy_is_said_to_be_and_nothing_is_half_written() {
    let dir = tempfile::tempdir().unwrap();
    let short = Duration::from_millis(20);
    let opened = History::open_within(dir.path(), short, None, Ledger::new(dir.path()));
    let mut history = opened.unwrap().history;
    let other = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let changes = [
        HistoryChange::PutItem(item(1, "/a.mp4")),
        HistoryChange::PutAsset(asset("re_1", "a.mp4", 1)),
    ];
    assert_eq!(history.commit(&changes), Err(StoreError::Busy));
    assert_eq!(history.items().unwrap(), [], "readers are not held up");
    other.execute_batch("COMMIT").unwrap();
    history.commit(&changes).unwrap();
    assert_eq!(count(&history), 1);
}

#[test]
fn a_full_disk_saves_nothing_and_what_was_not_saved_can_be_written_later() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    history
        .connection
        .pragma_update_and_check(None, "max_page_count", 16, |_| Ok(()))
        .unwrap();
    let big = |n: i64| HistoryChange::PutAsset(asset(&format!("re_{n}"), &"x".repeat(20_000), n));
    let failed = history.commit(&[big(1), big(2), big(3)]);
    assert!(matches!(failed, Err(StoreError::NotSaved(_))), "{failed:?}");
    assert_eq!(count(&history), 0);
    history
        .connection
        .pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(()))
        .unwrap();
    history.commit(&[big(1), big(2), big(3)]).unwrap();
    assert_eq!(count(&history), 3);
}

#[cfg(unix)]
#[test]
fn every_file_of_the_database_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("data");
    let mut history = open(&dir);
    put(&mut history, vec![asset("re_1", "a.mp4", 1)]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    for name in ["history.db", "history.db-wal", "history.db-shm"] {
        assert!(files.iter().any(|file| file == name), "{files:?}");
    }
    drop(history);
    // A file with other permissions is restricted at the next start.
    let file = dir.join(FILE_NAME);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    drop(open(&dir));
    assert_eq!(mode(&file), 0o600);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_file_of_the_database_is_refused() {
    for name in ["history.db", "history.db-wal", "history.db-journal"] {
        let dir = tempfile::tempdir().unwrap();
        let foreign = dir.path().join("foreign");
        std::fs::write(&foreign, "").unwrap();
        std::os::unix::fs::symlink(&foreign, dir.path().join(name)).unwrap();
        let error = History::open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("it is a link"), "{error}");
        assert_eq!(std::fs::read(&foreign).unwrap(), b"", "{name}");
    }
}

#[test]
fn what_was_committed_is_on_the_disk_for_a_process_that_dies() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    put(&mut history, vec![asset("re_1", "a.mp4", 1)]);
    let sync: i64 = history
        .connection
        .query_row("PRAGMA synchronous", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sync, 2, "FULL");
    // Nothing is closed: the files are as a killed process leaves them.
    let after = tempfile::tempdir().unwrap();
    for name in ["history.db", "history.db-wal"] {
        std::fs::copy(dir.path().join(name), after.path().join(name)).unwrap();
    }
    assert_eq!(ids(&open(after.path()).assets().unwrap()), ["re_1"]);
}
