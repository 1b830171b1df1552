use std::io::{Cursor, Read};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::model::asset::{Account, AssetRemark, AssetStatus, ContentHash};
use crate::model::batch::Batch;
use crate::model::export_record::ExportRecord;
use crate::model::media::{Kind, MediaMetadata};
use crate::model::upload_facts::UploadFacts;
use crate::store::history::{LEDGER_NAME, LedgerEvent, asset_events};

const URL: &str = "https://mavi-backend.memories.ai/serve/api/v2";
const NOW: i64 = 1_767_000_000_000;

fn asset(id: &str) -> AssetRecord {
    AssetRecord {
        asset_id: AssetId::new(id).unwrap(),
        item: None,
        account: Account::from_fingerprint("0123456789abcdef"),
        base_url: URL.to_owned(),
        name: format!("=clip, \"{id}\"\n.mp4"),
        path: format!("/media/-{id}.mp4").into(),
        size: 412,
        content: Some(ContentHash::from_bytes([7; 32])),
        status: Some(AssetStatus::Success),
        uploaded_at_ms: Some(1_764_513_365_000),
        remark: None,
        note: Some("'a note'\nof two lines".to_owned()),
        batch: Some(BatchId(7)),
        label: Some("Shoot".to_owned()),
        kind: Some(Kind::Video),
        metadata: MediaMetadata {
            duration_ms: Some(84_123),
            width: Some(1920),
            height: Some(1080),
            captured_at: "2026-11-28T16:04:05+08:00".parse().ok(),
            has_location: true,
        },
        deleted_at_ms: None,
        upload: UploadFacts::default(),
        batch_note: None,
    }
}

/// Assets of every state that exports list.
fn assets() -> Vec<AssetRecord> {
    let mut gone = asset("re_200002");
    (gone.remark, gone.status) = (Some(AssetRemark::Gone), Some(AssetStatus::Other));
    let mut deleted = asset("re_200003");
    deleted.deleted_at_ms = Some(1_764_513_366_000);
    let mut wrong = asset("re_200004");
    (wrong.remark, wrong.label, wrong.batch) = (Some(AssetRemark::SizeMismatch), None, None);
    vec![asset("re_200001"), gone, deleted, wrong]
}

fn history(dir: &TempDir) -> History {
    History::open(dir.path()).unwrap().history
}

fn read(text: impl AsRef<[u8]>) -> Result<ImportFile, ImportError> {
    ImportFile::read(text.as_ref(), URL)
}

/// Returns the exported records of all assets, by ID.
fn exported(history: &History) -> Vec<ExportRecord> {
    let mut assets = history.assets().unwrap();
    assets.sort_by(|one, other| one.asset_id.cmp(&other.asset_id));
    assets.iter().map(ExportRecord::from).collect()
}

fn import(dir: &TempDir, text: impl AsRef<[u8]>) -> Vec<ExportRecord> {
    let mut history = history(dir);
    history.import(&read(text).unwrap(), NOW).unwrap();
    exported(&history)
}

fn ids(file: &ImportFile) -> Vec<&str> {
    file.assets.iter().map(|it| it.asset_id.as_str()).collect()
}

#[test]
fn the_programs_own_exports_give_the_same_rows() {
    let records: Vec<ExportRecord> = assets().iter().map(ExportRecord::from).collect();
    let mut csv = format!("\u{feff}{}\r\n", ExportRecord::COLUMNS.join(","));
    let mut lines = String::new();
    for record in &records {
        csv += &(record.csv_line(str::to_owned) + "\r\n");
        lines += &(serde_json::to_string(record).unwrap() + "\n");
    }
    let array = serde_json::to_string(&records).unwrap();
    for text in [csv, lines, array] {
        let dir = TempDir::new().unwrap();
        assert_eq!(import(&dir, &text), records);
        // Twice changes nothing, in the ledger either.
        let ledger = || std::fs::read(dir.path().join(LEDGER_NAME)).unwrap();
        let before = ledger();
        assert_eq!(import(&dir, &text), records);
        assert_eq!(ledger(), before);
        // One batch for the label.
        let batches = |it: &AssetRecord| it.batch;
        let all = history(&dir).assets().unwrap();
        let mut batches: Vec<_> = all.iter().filter_map(batches).collect();
        batches.dedup();
        assert_eq!(batches.len(), 1);
    }
}

#[test]
fn the_ledger_of_another_computer_gives_its_assets() {
    let there = TempDir::new().unwrap();
    let mut other = history(&there);
    let batch = Batch {
        id: BatchId(7),
        label: "Shoot".to_owned(),
        note: None,
        created_at_ms: 1,
        skipped: Default::default(),
    };
    other
        .commit(&[HistoryChange::PutBatch(batch.into())])
        .unwrap();
    let mut changes = Vec::new();
    for of in assets().into_iter().filter(|it| it.deleted_at_ms.is_none()) {
        let reserved = AssetRecord {
            status: None,
            remark: None,
            ..of.clone()
        };
        changes.extend([
            HistoryChange::PutAsset(reserved),
            HistoryChange::PutAsset(of),
        ]);
    }
    changes.push(HistoryChange::PutAsset(asset("re_200009")));
    changes.push(HistoryChange::RemoveAsset(asset("re_200009")));
    other.commit(&changes).unwrap();
    other
        .commit(&[HistoryChange::EditBatch {
            batch: BatchId(7),
            label: "Renamed".to_owned(),
            note: None,
            renamed_at_ms: Some(5),
        }])
        .unwrap();
    let ledger = std::fs::read(there.path().join(LEDGER_NAME)).unwrap();
    // A line that a crash cut short swallows no other.
    let torn = [
        &ledger[..],
        b"\"2026-11-28T16:04:05Z\",\"ready\",\"re_2\r\n",
    ]
    .concat();
    let file = read(&torn).unwrap();
    assert_eq!(file.malformed(), 1);
    assert_eq!(ids(&file), ["re_200001", "re_200002", "re_200004"]);

    // The ledger knows neither notes nor what media state about themselves.
    let here = TempDir::new().unwrap();
    let known = import(&here, &torn);
    let expected = exported(&other).into_iter().map(|it| ExportRecord {
        note: None,
        duration_s: None,
        width: None,
        height: None,
        captured_at: None,
        has_location: false,
        ..it
    });
    let expected: Vec<_> = expected.collect();
    let brief = |all: &[ExportRecord]| -> Vec<_> {
        let state = |it: &ExportRecord| (it.asset_id.clone(), it.status.clone(), it.label.clone());
        all.iter().map(state).collect()
    };
    assert_eq!(brief(&known)[0], brief(&expected)[0]);
    assert_eq!(
        (known[0].name.as_str(), known[0].size),
        (asset("re_200001").name.as_str(), Some(412))
    );
    assert_eq!(known[0].label.as_deref(), Some("Renamed"));
    assert_eq!(known.len(), 3);
    assert_eq!(import(&here, &torn), known, "twice");
}

#[test]
fn nothing_known_changes_and_what_is_missing_is_added() {
    let dir = TempDir::new().unwrap();
    let mut known = asset("re_300001");
    (known.content, known.note, known.batch, known.label) = (None, None, None, None);
    let mut history = history(&dir);
    history
        .commit(&[HistoryChange::PutAsset(known.clone())])
        .unwrap();
    let mut other = asset("re_300001");
    (other.size, other.status) = (1, Some(AssetStatus::Failed));
    other.name = "other.mp4".to_owned();
    other.remark = Some(AssetRemark::Gone);
    let text = serde_json::to_string(&ExportRecord::from(&other)).unwrap();
    history.import(&read(text).unwrap(), NOW).unwrap();
    let after = history.assets().unwrap().remove(0);
    let added = (after.content, after.note.clone(), after.label.clone());
    assert_eq!(added, (other.content, other.note, other.label));
    assert_eq!(
        (after.name, after.size, after.status),
        (known.name, known.size, known.status)
    );
    assert_eq!(after.remark, None);
}

#[test]
fn a_list_has_an_id_a_line_and_perhaps_a_name() {
    let file = read("re_400001\r\nre_400002\tclip.mp4\r\n\r\nno id\r\nre_400001\r\n").unwrap();
    assert_eq!(ids(&file), ["re_400001", "re_400002"]);
    assert_eq!((file.malformed(), file.named_lines().as_str()), (1, "4"));
    let of_list = &file.assets[1];
    assert_eq!(
        (of_list.name.as_str(), of_list.kind),
        ("clip.mp4", Some(Kind::Video))
    );
    assert_eq!(
        of_list.account.as_str(),
        "",
        "nobody's until the service confirms it"
    );
    assert_eq!(of_list.uploaded_at_ms, None);
    // The date stays unknown, also when the ledger is all that is left.
    let dir = TempDir::new().unwrap();
    let known = import(&dir, "re_400001");
    assert_eq!(
        (known[0].uploaded_at, known[0].status.as_str()),
        (None, "processing")
    );
    std::fs::remove_file(dir.path().join(crate::store::history::FILE_NAME)).unwrap();
    let restored = history(&dir).assets().unwrap();
    assert_eq!((restored.len(), restored[0].uploaded_at_ms), (1, None));
    let events = asset_events(dir.path(), &restored[0]).unwrap();
    assert_eq!((events.len(), events[0].at_ms), (1, NOW));
    assert_eq!(events[0].event, Some(LedgerEvent::Imported));
}

#[test]
fn tables_of_others_need_only_a_column_of_ids() {
    let texts = [
        "Title,Asset ID,Size,File Name\n=x,re_500001,12 MB,a.mp4\n",
        "\u{feff}asset-id;name;label;size\nre_500001;a.mp4;;\n",
        "name\tID\nother,thing\t\na.mp4\tre_500001\n",
    ];
    for text in texts {
        let file = read(text).unwrap();
        assert_eq!(ids(&file), ["re_500001"], "{text}");
        assert_eq!(
            (file.assets[0].name.as_str(), file.assets[0].size),
            ("a.mp4", 0)
        );
    }
    // A formula that an export made inert, and one that somebody did not.
    let file = read("asset_id,name\nre_500001,'=1+1.mp4\nre_500002,=1+1.mp4\n").unwrap();
    assert!(file.assets.iter().all(|it| it.name == "=1+1.mp4"));
}

#[test]
fn what_is_no_list_is_refused_with_the_reason() {
    let cases: [(&[u8], ImportError); 8] = [
        (b"", ImportError::NoIds),
        (b"name,size\na,1\n", ImportError::NoIds),
        (b"asset_id,name\n,a\n", ImportError::NoIds),
        (b"Dear all,\nthe clips are ready.\n", ImportError::NoIds),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ImportError::NotText),
        (b"r\0e\0_\0", ImportError::NotText),
        (
            b"[{\"asset_id\": \"re_1\"},\n{\"asset",
            ImportError::BrokenJson(2),
        ),
        (b"{\n \"a\": 1\n}", ImportError::NoIds),
    ];
    for (text, error) in cases {
        assert_eq!(
            read(text).unwrap_err(),
            error,
            "{}",
            String::from_utf8_lossy(text)
        );
    }
}

#[test]
fn damaged_lines_are_counted_and_the_rest_comes_in() {
    let file = read(b"asset_id,name\nre_600001,a\xff.mp4\nre_\x00,b\nre_600002,c\n").unwrap_err();
    assert_eq!(file, ImportError::NotText);
    let file = read(b"asset_id,name\nre_600001,a\xff.mp4\nre 6,b\nre_600002,c\n").unwrap();
    assert_eq!(
        (ids(&file), file.named_lines()),
        (vec!["re_600001", "re_600002"], "3".to_owned())
    );
    assert_eq!(file.assets[0].name, "a\u{fffd}.mp4");
    let file = read(
        "{\"asset_id\":\"re_600001\"}\n[]\n{\"asset_id\"\n{\"asset_id\":\"re_600002\",\"size\":\"?\"}\n",
    );
    let file = file.unwrap();
    assert_eq!(
        (ids(&file).len(), file.named_lines()),
        (2, "2, 3".to_owned())
    );
    let many = "re_600001\n".to_owned() + &"?\n".repeat(30);
    let file = read(many).unwrap();
    assert_eq!(
        (file.malformed(), file.malformed_lines.len()),
        (30, NAMED_LINES)
    );
}

/// Gives the same line again and again.
fn repeated(first: &str, line: &'static str, bytes: u64) -> impl Read {
    let lines = line.repeat(1 << 10).into_bytes();
    let mut inner = Cursor::new(lines);
    let endless = std::iter::from_fn(move || {
        inner.set_position(0);
        Some(inner.clone())
    });
    let mut endless = endless;
    struct Endless<I>(I, Cursor<Vec<u8>>);
    impl<I: Iterator<Item = Cursor<Vec<u8>>>> Read for Endless<I> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let read = self.1.read(buffer)?;
            if read == 0 {
                self.1 = self.0.next().unwrap();
                return self.1.read(buffer);
            }
            Ok(read)
        }
    }
    let now = endless.next().unwrap();
    Cursor::new(first.as_bytes().to_vec()).chain(Endless(endless, now).take(bytes))
}

#[test]
fn large_files_go_through_or_are_refused() {
    // 100 MB of one asset.
    let line = "re_700001,some clip of a long name that goes on and on and on.mp4\n";
    let file = ImportFile::read(repeated("asset_id,name\n", line, 100_000_000), URL).unwrap();
    assert_eq!(ids(&file), ["re_700001"]);
    for first in [
        "asset_id,name\nre_700001,",
        "asset_id,name\nre_700001,\"",
        "re_700001\n",
        "{",
    ] {
        let endless = ImportFile::read(repeated(first, "endless", 100_000_000), URL);
        assert!(
            matches!(endless, Err(ImportError::LongLine(1..=3))),
            "{first} {endless:?}"
        );
    }
    let large = ImportFile::read(repeated("re_700001\n", "?\n", MAX_BYTES), URL);
    assert_eq!(large.unwrap_err(), ImportError::TooLarge);
    let million: String = (0..1_000_000).map(|n| format!("re_{n:07}\n")).collect();
    assert_eq!(read(million).unwrap_err(), ImportError::TooManyAssets);
}

#[test]
fn the_plan_counts_and_names_the_first_new_ones() {
    let dir = TempDir::new().unwrap();
    import(&dir, "re_800001\nre_800002");
    let list: String = (0..150).map(|n| format!("re_80{n:04}\n")).collect();
    let file = read(list).unwrap();
    let library = Library::open(dir.path()).unwrap();
    let plan = file.plan(library.as_ref(), URL).unwrap();
    assert_eq!(
        (plan.new, plan.known, plan.first.len()),
        (148, 2, CHECKED_AT_ONCE)
    );
    assert_eq!(plan.first[0].as_str(), "re_800000");
    assert_eq!(file.plan(None, "https://other.example").unwrap().first, []);
}

proptest! {
    #[test]
    fn no_bytes_break_the_reading(bytes: Vec<u8>) {
        let _ = read(&bytes);
        let _ = read([b"asset_id,name\n", &bytes[..]].concat());
        let _ = read([b"[", &bytes[..]].concat());
    }
}
