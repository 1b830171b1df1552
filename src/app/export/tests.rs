use super::*;
use crate::app::library::tests::asset;
use crate::app::rows::tests::row;
use crate::model::asset::{AssetStatus, ContentHash};
use crate::model::batch::BatchId;
use crate::model::media::MediaMetadata;
use crate::store::{History, HistoryChange};

fn rows() -> Vec<Row> {
    let mut ready = row(1, Status::Ready);
    ready.asset_id = AssetId::new("re_1");
    let mut formula = row(2, Status::Ready);
    formula.asset_id = AssetId::new("re_2");
    formula.name = "=cmd|'/c calc'!A1, \"x\".mp4".to_owned();
    let sending = row(3, Status::Uploading);
    vec![ready, formula, sending]
}

fn queue(rows: Vec<Row>) -> QueueExport {
    QueueExport {
        rows: rows.into_iter().map(Arc::new).collect(),
        batches: Arc::default(),
        data_dir: None,
        base_url: String::new(),
    }
}

fn copied(rows: &[Row], format: ExportFormat) -> String {
    let files: Vec<_> = rows.iter().map(CopiedFile::of_row).collect();
    for_clipboard(&files, format, true).unwrap().text
}

fn file(queue: QueueExport, format: ExportFormat) -> String {
    let mut text = Vec::new();
    ExportSource::Rows(queue)
        .write_to(&mut text, format, true)
        .unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn ids_are_copied_as_they_are_asked_for() {
    assert_eq!(copied(&rows(), ExportFormat::Lines), "re_1\nre_2");
    assert_eq!(copied(&rows(), ExportFormat::Commas), "re_1, re_2");
    assert_eq!(copied(&rows(), ExportFormat::Json), r#"["re_1","re_2"]"#);
    let sending = &rows()[2];
    let none = for_clipboard(&[CopiedFile::of_row(sending)], ExportFormat::Lines, false);
    assert_eq!(none, None);
}

#[test]
fn names_in_tables_stay_in_their_cells_and_do_nothing() {
    assert_eq!(
        copied(&rows(), ExportFormat::Csv),
        "asset_id,name,path\nre_1,clip-1.mp4,/media/clip-1.mp4\nre_2,\"'=cmd|'/c calc'!A1, \"\"x\"\".mp4\",/media/clip-2.mp4\n"
    );
    let table = copied(&rows(), ExportFormat::Markdown);
    assert!(
        table.ends_with("| `re_2` | =cmd\\|'/c calc'!A1, \"x\".mp4 | /media/clip-2.mp4 |\n"),
        "{table}"
    );
}

#[test]
fn a_file_holds_every_row_whole_or_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids.csv");
    let source = ExportSource::Rows(queue(rows()));
    source.write(&path, ExportFormat::Csv, true).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 4);
    assert!(text.starts_with("\u{feff}asset_id,name,path,size,blake3,"));
    assert!(text.contains("\r\n,clip-3.mp4,/media/clip-3.mp4,412000000,,"));
    assert!(text.ends_with(",false,uploading,\r\n"), "{text}");
    let records: Vec<ExportRecord> =
        serde_json::from_str(&file(queue(rows()), ExportFormat::Json)).unwrap();
    assert_eq!(records[1].asset_id, AssetId::new("re_2"));
    assert_eq!(records[2].status, "uploading");
    let empty = file(queue(vec![]), ExportFormat::Json);
    assert_eq!(empty, "[\n]\n");
    let nowhere = folder.path().join("missing").join("ids.csv");
    assert!(source.write(&nowhere, ExportFormat::Csv, true).is_err());
    assert!(!nowhere.exists());
}

#[test]
fn a_file_holds_only_name_and_folder_unless_paths_are_chosen() {
    let mut text = Vec::new();
    let source = ExportSource::Rows(queue(rows()));
    source
        .write_to(&mut text, ExportFormat::Csv, false)
        .unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("re_1,clip-1.mp4,media/clip-1.mp4,"), "{text}");
    assert!(!text.contains("/media"), "{text}");
}

#[test]
fn a_row_of_the_queue_has_what_the_history_knows_of_its_asset() {
    let dir = tempfile::tempdir().unwrap();
    let stored = AssetRecord {
        content: Some(ContentHash::from_bytes([7; 32])),
        note: Some("of the user".to_owned()),
        uploaded_at_ms: Some(1_766_989_317_192),
        ..asset(1, "another name.mp4")
    };
    let mut history = History::open(dir.path()).unwrap().history;
    let put = HistoryChange::PutAsset(stored.clone());
    history.commit(&[put]).unwrap();
    let mut clip = row(1, Status::Ready);
    clip.asset_id = AssetId::new("re_1");
    clip.batch = Some(BatchId(4));
    clip.metadata = MediaMetadata {
        duration_ms: Some(84_000),
        has_location: true,
        ..MediaMetadata::default()
    };
    let twin = Status::Duplicate {
        of: AssetId::new("re_1"),
    };
    let exported = QueueExport {
        batches: Arc::new(vec![Arc::new(Batch {
            id: BatchId(4),
            label: "Shoot".to_owned(),
            note: None,
            created_at_ms: 0,
            skipped: Arc::default(),
        })]),
        data_dir: Some(dir.path().to_owned()),
        base_url: stored.base_url.clone(),
        ..queue(vec![clip, row(2, twin)])
    };
    let records: Vec<ExportRecord> =
        serde_json::from_str(&file(exported, ExportFormat::Json)).unwrap();
    let [clip, twin] = &records[..] else {
        panic!("{records:?}")
    };
    assert_eq!((clip.blake3, twin.blake3), (stored.content, stored.content));
    assert_eq!(clip.upload_status, Some(AssetStatus::Success));
    assert_eq!(clip.uploaded_at, "2025-12-29T06:21:57Z".parse().ok());
    assert_eq!(clip.note.as_deref(), Some("of the user"));
    assert_eq!(clip.label.as_deref(), Some("Shoot"));
    assert_eq!((clip.duration_s, clip.has_location), (Some(84.0), true));
    assert_eq!((&*twin.name, &*twin.status), ("clip-2.mp4", "duplicate"));
    assert_eq!(twin.asset_id, clip.asset_id);
    assert_eq!(twin.duration_s, None, "a fact of this file");
}

#[test]
fn an_id_that_several_files_have_is_copied_once() {
    let mut rows = rows();
    let twin = Status::Duplicate {
        of: AssetId::new("re_1"),
    };
    rows.push(row(4, twin));
    assert_eq!(copied(&rows, ExportFormat::Lines), "re_1\nre_2");
    assert_eq!(copied(&rows, ExportFormat::Json), r#"["re_1","re_2"]"#);
    let files: Vec<_> = rows.iter().map(CopiedFile::of_row).collect();
    let said = for_clipboard(&files, ExportFormat::Lines, false)
        .unwrap()
        .said;
    assert_eq!(
        said, "2 IDs copied; 1 more file has one of them; 1 file has none yet.",
        "the four files add up"
    );
    // Tables have a line for every file.
    assert_eq!(copied(&rows, ExportFormat::Csv).lines().count(), 4);
}

#[test]
fn a_rejected_file_says_why_and_leaves_an_unknown_size_open() {
    let of = |rejection| {
        let mut row = row(1, Status::Rejected(rejection));
        row.size = 0;
        file(queue(vec![row]), ExportFormat::Csv)
    };
    let size = 6_400_000_000;
    let too_large = of(Rejection::TooLarge { size });
    assert!(too_large.contains(",6400000000,"), "{too_large}");
    assert!(
        too_large.ends_with(",rejected,too_large\r\n"),
        "{too_large}"
    );
    let unread = of(Rejection::NotFound);
    assert!(unread.contains("clip-1.mp4,,"), "{unread}");
    assert!(of(Rejection::Empty).contains("clip-1.mp4,0,"));
}
