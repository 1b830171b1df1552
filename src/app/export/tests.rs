use super::*;
use crate::app::rows::tests::row;
use crate::model::asset::AssetId;
use crate::model::media::MediaMetadata;

fn rows() -> Vec<Arc<Row>> {
    let mut ready = row(1, Status::Ready);
    ready.asset_id = AssetId::new("re_1");
    let mut formula = row(2, Status::Ready);
    formula.asset_id = AssetId::new("re_2");
    formula.name = "=cmd|'/c calc'!A1, \"x\".mp4".to_owned();
    let sending = row(3, Status::Uploading);
    [ready, formula, sending].map(Arc::new).to_vec()
}

#[test]
fn ids_are_copied_as_they_are_asked_for() {
    assert_eq!(copied(&of_rows(&rows()), ExportFormat::Lines), "re_1\nre_2");
    assert_eq!(
        copied(&of_rows(&rows()), ExportFormat::Commas),
        "re_1, re_2"
    );
    assert_eq!(
        copied(&of_rows(&rows()), ExportFormat::Json),
        r#"["re_1","re_2"]"#
    );
}

#[test]
fn names_in_tables_stay_in_their_cells_and_do_nothing() {
    assert_eq!(
        copied(&of_rows(&rows()), ExportFormat::Csv),
        "asset_id,name,path\nre_1,clip-1.mp4,/media/clip-1.mp4\nre_2,\"'=cmd|'/c calc'!A1, \"\"x\"\".mp4\",/media/clip-2.mp4\n"
    );
    let table = copied(&of_rows(&rows()), ExportFormat::Markdown);
    assert!(
        table.ends_with("| `re_2` | =cmd\\|'/c calc'!A1, \"x\".mp4 | /media/clip-2.mp4 |\n"),
        "{table}"
    );
}

#[test]
fn a_file_holds_every_row_whole_or_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids.csv");
    write(&path, &of_rows(&rows()), ExportFormat::Csv).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 4);
    assert!(text.starts_with('\u{feff}'));
    assert!(text.ends_with(",clip-3.mp4,/media/clip-3.mp4,412000000,Uploading,,,,\r\n"));
    let json: serde_json::Value =
        serde_json::from_str(&file(&of_rows(&rows()), ExportFormat::Json)).unwrap();
    assert_eq!(json[1]["asset_id"], "re_2");
    assert_eq!(json[2]["status"], "Uploading");
    let nowhere = folder.path().join("missing").join("ids.csv");
    assert!(write(&nowhere, &of_rows(&rows()), ExportFormat::Csv).is_err());
    assert!(!nowhere.exists());
}

#[test]
fn a_file_holds_what_the_rows_files_are() {
    let mut clip = row(1, Status::Ready);
    clip.metadata = MediaMetadata {
        duration_ms: Some(84_000),
        width: Some(1920),
        height: Some(1080),
        captured_at: "2026-11-28T16:04:05+08:00".parse().ok(),
        has_location: true,
    };
    let rows = [Arc::new(clip)];
    let csv = file(&of_rows(&rows), ExportFormat::Csv);
    assert!(
        csv.starts_with(
            "\u{feff}asset_id,name,path,size,status,duration_ms,width,height,captured_at\r\n"
        ) && csv.ends_with(",Ready,84000,1920,1080,2026-11-28T16:04:05+08:00\r\n"),
        "{csv}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&file(&of_rows(&rows), ExportFormat::Json)).unwrap();
    assert_eq!(json[0]["duration_ms"], 84_000);
    assert_eq!(json[0]["captured_at"], "2026-11-28T16:04:05+08:00");
}

#[test]
fn an_id_that_several_files_have_is_copied_once() {
    let mut rows = rows();
    let twin = Status::Duplicate {
        of: AssetId::new("re_1"),
    };
    rows.push(Arc::new(row(4, twin)));
    assert_eq!(copied(&of_rows(&rows), ExportFormat::Lines), "re_1\nre_2");
    assert_eq!(copied(&of_rows(&rows), ExportFormat::Commas), "re_1, re_2");
    assert_eq!(
        copied(&of_rows(&rows), ExportFormat::Json),
        r#"["re_1","re_2"]"#
    );
    // Tables have a line for every file.
    assert_eq!(
        copied(&of_rows(&rows), ExportFormat::Csv).lines().count(),
        4
    );
}

#[test]
fn a_size_that_is_not_known_is_left_open() {
    let of = |rejection| {
        let mut row = row(1, Status::Rejected(rejection));
        row.size = 0;
        file(&of_rows(&[Arc::new(row)]), ExportFormat::Csv)
    };
    let size = 6_400_000_000;
    let too_large = of(Rejection::TooLarge { size });
    assert!(too_large.contains(",6400000000,"), "{too_large}");
    let unread = of(Rejection::NotFound);
    assert!(unread.contains("clip-1.mp4,,"), "{unread}");
    assert!(of(Rejection::Empty).contains("clip-1.mp4,0,"));
}
