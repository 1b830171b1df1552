use super::*;
use crate::model::cell_escaping::split_record;

fn clip() -> ExportRecord {
    ExportRecord {
        asset_id: AssetId::new("re_1"),
        name: "=1+1, \"a\"\n.mp4".to_owned(),
        path: "/media/clip.mp4".to_owned(),
        size: Some(412),
        blake3: Some(ContentHash::from_bytes([7; 32])),
        upload_status: Some(AssetStatus::Success),
        uploaded_at: "2026-11-28T16:04:05Z".parse().ok(),
        account: Some(Account::from_fingerprint("0123456789abcdef")),
        base_url: Some("https://example.com".to_owned()),
        note: Some("'quoted'".to_owned()),
        label: Some("Shoot".to_owned()),
        remark: Some(AssetRemark::MayBeStoredTwice),
        status: "ready".to_owned(),
        ..ExportRecord::of_media(
            Some(Kind::Video),
            &MediaMetadata {
                duration_ms: Some(84_123),
                width: Some(1920),
                height: Some(1080),
                captured_at: "2026-11-28T16:04:05+08:00".parse().ok(),
                has_location: true,
            },
        )
    }
}

#[test]
fn json_has_the_columns_in_order_and_is_read_back() {
    for record in [clip(), ExportRecord::default()] {
        let json = serde_json::to_string(&record).unwrap();
        let mut rest = json.as_str();
        for column in ExportRecord::COLUMNS {
            let name = format!("\"{column}\":");
            rest = rest.split_once(&name).expect(column).1;
        }
        let fields: serde_json::Map<_, _> = serde_json::from_str(&json).unwrap();
        assert_eq!(fields.len(), ExportRecord::COLUMNS.len());
        assert_eq!(serde_json::from_str::<ExportRecord>(&json).unwrap(), record);
    }
    let later = r#"{"asset_id":"re_1","of_a_later_version":[1]}"#;
    let later: ExportRecord = serde_json::from_str(later).unwrap();
    assert_eq!(later.asset_id, clip().asset_id);
}

#[test]
fn a_line_of_csv_has_a_cell_for_each_column_and_no_formula() {
    let line = clip().csv_line(str::to_owned);
    let cells = split_record(&line).unwrap();
    assert_eq!(cells.len(), ExportRecord::COLUMNS.len());
    assert_eq!(cells[1], "'=1+1, \"a\"\n.mp4");
    assert_eq!(cells[9], "''quoted'", "not taken for an escaped cell");
    assert!(line.ends_with(
        ",Shoot,video,84.123,1920,1080,2026-11-28T16:04:05+08:00,,may_be_stored_twice,true,ready,"
    ));
    assert_eq!(
        ExportRecord::default().csv_line(str::to_owned),
        ",,,,,,,,,,,,,,,,,,false,,"
    );
}
