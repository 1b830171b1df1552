//! The ledger survives crashes, spreadsheets and other programs.

use std::fs;

use proptest::prelude::*;

use super::*;
use crate::model::asset::{Account, AssetRemark, ContentHash};
use crate::model::batch::BatchId;
use crate::model::cell_escaping::{is_formula, split_record};
use crate::model::media::{Kind, MediaMetadata, format_of};
use crate::model::upload_facts::UploadFacts;
use crate::store::history::records::AssetRecord;

const LIMIT: Duration = Duration::from_millis(20);

fn line_of(asset: &AssetRecord) -> String {
    to_line(LedgerEvent::of(asset), asset)
}

/// Returns the asset in a line.
fn asset_in(line: &str) -> AssetRecord {
    match read_line(line) {
        Some(LedgerEntry::Asset { asset, .. }) => *asset,
        other => panic!("{other:?}"),
    }
}

fn asset(id: &str) -> AssetRecord {
    AssetRecord {
        asset_id: AssetId::new(id).unwrap(),
        item: None,
        account: Account::from_fingerprint("0123456789abcdef"),
        base_url: "https://api.example/serve/api/v2".to_owned(),
        name: "clip.mp4".to_owned(),
        path: "/media/clip.mp4".into(),
        size: 100,
        content: None,
        status: None,
        uploaded_at_ms: Some(1_764_513_365_123),
        remark: None,
        note: None,
        batch: None,
        label: None,
        kind: Some(Kind::Video),
        metadata: MediaMetadata::default(),
        deleted_at_ms: None,
        upload: UploadFacts::default(),
        batch_note: None,
    }
}

fn tell(ledger: &mut Ledger, ids: &[&str]) {
    let changes: Vec<_> = ids
        .iter()
        .map(|id| HistoryChange::PutAsset(asset(id)))
        .collect();
    ledger.append_changes(&changes, LIMIT);
}

/// Returns the IDs in line order.
fn ids(ledger: &mut Ledger) -> Vec<String> {
    let mut ids = vec![];
    let read = |entry: LedgerEntry| {
        if let LedgerEntry::Asset { asset, .. } = entry {
            ids.push(asset.asset_id.to_string());
        }
        Ok(())
    };
    ledger.read_from(0, read).unwrap();
    ids
}

#[test]
fn a_line_says_what_became_known() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::new(dir.path());
    let stored = AssetRecord {
        name: "a \"b\".mp4".to_owned(),
        content: Some(ContentHash::from_bytes([0xab; 32])),
        status: Some(AssetStatus::Waiting),
        ..asset("re_1")
    };
    ledger.append_changes(&[HistoryChange::PutAsset(stored)], LIMIT);
    let text = fs::read_to_string(dir.path().join(LEDGER_NAME)).unwrap();
    let expected = format!(
        "\u{feff}time,event,asset_id,name,path,size,blake3,batch,label,account,base_url\r\n\
         \"2025-11-30T14:36:05.123Z\",\"stored\",\"re_1\",\"a \"\"b\"\".mp4\",\"/media/clip.mp4\",\
         \"100\",\"{}\",\"\",\"\",\"0123456789abcdef\",\"https://api.example/serve/api/v2\"\r\n",
        "ab".repeat(32)
    );
    assert_eq!(text, expected);
}

#[test]
fn the_event_follows_from_what_is_known() {
    let event = |status, remark, content| {
        LedgerEvent::of(&AssetRecord {
            status,
            remark,
            content,
            ..asset("re_1")
        })
        .as_str()
    };
    let content = Some(ContentHash::from_bytes([1; 32]));
    let (waiting, success) = (Some(AssetStatus::Waiting), Some(AssetStatus::Success));
    assert_eq!(event(None, None, None), "reserved");
    // Every byte was sent, and the answer was lost.
    assert_eq!(event(None, None, content), "reserved");
    // A storage session was found complete.
    assert_eq!(event(waiting, None, None), "stored");
    assert_eq!(event(waiting, None, content), "stored");
    let twice = Some(AssetRemark::MayBeStoredTwice);
    assert_eq!(event(success, twice, content), "ready");
    let mismatch = Some(AssetRemark::SizeMismatch);
    assert_eq!(event(success, mismatch, content), "failed");
    assert_eq!(event(Some(AssetStatus::Failed), None, content), "failed");
    let abandoned = Some(AssetRemark::Abandoned);
    assert_eq!(event(waiting, abandoned, None), "abandoned");
    let gone = Some(AssetRemark::Gone);
    assert_eq!(event(success, gone, content), "gone");
}

#[test]
fn names_of_any_kind_are_one_line_do_nothing_in_a_spreadsheet_and_come_back() {
    for name in [
        "=HYPERLINK(\"http://x\",\"y\").mp4",
        "'=quoted.mp4",
        "+1",
        "-1",
        "@a",
        "\tb",
        "two\r\nlines\\n.mp4",
        "\n",
        "C:\\new\\x41",
        "a,\"b\",,\"\"",
        "'",
        "媒体 🎬",
        "",
    ] {
        let record = AssetRecord {
            name: name.to_owned(),
            path: name.into(),
            kind: format_of(Path::new(name)).ok().map(|format| format.kind),
            ..asset("re_1")
        };
        let text = line_of(&record);
        assert_eq!(text.find(['\r', '\n']), Some(text.len() - 2), "{text:?}");
        let field = &split_record(text.trim_end()).unwrap()[3];
        assert!(!is_formula(field), "{field}");
        assert_eq!(asset_in(&text), record, "{name:?}");
    }
}

proptest! {
    #[test]
    fn any_name_comes_back_from_one_line(name in any::<String>(), path in any::<String>()) {
        let record = AssetRecord {
            kind: format_of(Path::new(&name)).ok().map(|format| format.kind),
            batch: Some(BatchId(7)),
            label: Some(name.clone()).filter(|label| !label.is_empty()),
            name,
            path: path.into(),
            ..asset("re_1")
        };
        let renamed = renamed_line(BatchId(7), &record.name, 1);
        let known = Some(LedgerEntry::Renamed { batch: BatchId(7), label: record.name.clone() });
        prop_assert_eq!(read_line(&renamed), known.filter(|_| !record.name.is_empty()));
        let text = line_of(&record);
        prop_assert_eq!(text.find('\n'), Some(text.len() - 1));
        prop_assert_eq!(asset_in(&text), record);
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_utf8_keeps_its_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::OsStr::from_bytes(b"/media/\xff\\xff\xe4\n.mp4");
    let record = AssetRecord {
        path: path.into(),
        ..asset("re_1")
    };
    assert_eq!(asset_in(&line_of(&record)), record);
}

#[test]
fn a_line_that_is_cut_short_anywhere_is_passed_over_and_swallows_nothing() {
    let whole = line_of(&asset("re_2"));
    for length in 1..whole.len() - 2 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(LEDGER_NAME);
        tell(&mut Ledger::new(dir.path()), &["re_1"]);
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend_from_slice(&whole.as_bytes()[..length]);
        fs::write(&path, &bytes).unwrap();
        let mut ledger = Ledger::new(dir.path());
        assert_eq!(ids(&mut ledger), ["re_1"]);
        tell(&mut ledger, &["re_3"]);
        assert_eq!(ids(&mut ledger), ["re_1", "re_3"], "{length}");
    }
}

#[test]
fn lines_of_other_programs_and_other_versions_are_read_as_far_as_they_can_be() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(LEDGER_NAME);
    tell(&mut Ledger::new(dir.path()), &["re_1"]);
    let mut bytes = fs::read(&path).unwrap();
    let odd = [
        "\r\n",
        "garbage\r\n",
        "\0\0\0\n",
        // As a spreadsheet saves it.
        "2026-11-30T14:36:05Z,ready,re_2,a.mp4,/a.mp4,5,,,,f,https://x\n",
        "2026-11-30T14:36:05Z,polished,re_3,a.mp4,/a.mp4,5,,,,f,https://x,more\r\n",
        "2026-11-30T14:36:05Z,ready,re 4,a.mp4,/a.mp4,5,,,,f,https://x\r\n",
        "2026-11-30T14:36:05Z,ready,re_5,a.mp4,/a.mp4,many,,,,f,https://x\r\n",
    ];
    bytes.extend(odd.concat().bytes());
    bytes.extend(b"\xff\xff\n");
    fs::write(&path, &bytes).unwrap();
    assert_eq!(ids(&mut Ledger::new(dir.path())), ["re_1", "re_2", "re_3"]);
}

#[test]
fn what_cannot_be_appended_is_held_back_and_written_in_its_order_when_it_can() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(LEDGER_NAME);
    fs::create_dir(&path).unwrap();
    let mut ledger = Ledger::new(dir.path());
    tell(&mut ledger, &["re_1"]);
    tell(&mut ledger, &["re_1", "re_2"]);
    assert!(ledger.is_behind());
    assert_eq!(ledger.unconfirmed().count(), 0);
    fs::remove_dir(&path).unwrap();
    ledger.append_changes(&[], LIMIT);
    assert!(!ledger.is_behind());
    assert_eq!(ledger.unconfirmed().count(), 2);
    tell(&mut ledger, &["re_2", "re_3"]);
    assert_eq!(ids(&mut ledger), ["re_1", "re_2", "re_3"]);
}

#[cfg(unix)]
#[test]
fn a_ledger_that_is_taken_away_in_use_is_not_written_to() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(LEDGER_NAME);
    let mut ledger = Ledger::new(dir.path());
    tell(&mut ledger, &["re_1"]);
    let aside = dir.path().join("aside.csv");
    fs::rename(&path, &aside).unwrap();
    tell(&mut ledger, &["re_2"]);
    assert!(!fs::read_to_string(&aside).unwrap().contains("re_2"));
    assert_eq!(ids(&mut ledger), ["re_2"]);

    // Links are not followed.
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&aside, &path).unwrap();
    tell(&mut ledger, &["re_3"]);
    assert!(ledger.is_behind());
    assert!(!fs::read_to_string(&aside).unwrap().contains("re_3"));
}

#[test]
fn two_programs_at_once_write_whole_lines() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let mut ledger = Ledger::new(dir.path());
            scope.spawn(move || {
                for n in 0..50 {
                    let change = HistoryChange::PutAsset(asset(&format!("re_{writer}_{n}")));
                    ledger.append_changes(&[change], Duration::from_secs(10));
                    assert!(!ledger.is_behind());
                }
            });
        }
    });
    let mut found = ids(&mut Ledger::new(dir.path()));
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 200);
    let text = fs::read_to_string(dir.path().join(LEDGER_NAME)).unwrap();
    assert_eq!(text.lines().count(), 201);
}
