//! `import`: what it says, asks and leaves in the history.

use std::fs;

use super::{Stage, text};

/// A file of this text.
fn list_of(stage: &Stage, text: &str) -> String {
    let path = stage.file("list.txt", text.as_bytes());
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_export_brings_everything_into_an_empty_history() {
    let stage = Stage::new();
    let file = stage.copy("clip.mp4", "clip.mp4");
    let finished = stage.upload(&[], &[&file]).exits(0).one("finished");
    let id = text(&finished, "asset_id").to_owned();
    let exported = stage.run(&["history", "--json"]).exits(0).events();
    for form in ["--csv", "--json"] {
        let export = stage.run(&["history", form]).exits(0);
        let list = list_of(&stage, export.text());
        let there = tempfile::tempdir().unwrap();
        let import = |arguments: &[&str]| {
            let mut command = stage.command(arguments);
            command.env("MAVI_UPLOADER_DATA_DIR", there.path());
            super::run(command)
        };
        let first = import(&["import", &list]).exits(0);
        assert_eq!(first.text(), format!("{id}\tSUCCESS\n"));
        assert_eq!(first.err, "1 new, 0 known, 0 malformed\nDone: 1 known.\n");
        assert_eq!(import(&["history", "--json"]).exits(0).events(), exported);
        let ledger = || fs::read(there.path().join("asset-ids.csv")).unwrap();
        let before = ledger();
        let again = import(&["import", &list]).exits(0);
        assert_eq!(again.err, "0 new, 1 known, 0 malformed\n");
        assert_eq!(ledger(), before, "twice changes nothing");
    }
}

#[test]
fn an_unknown_id_is_reported_and_kept() {
    let stage = Stage::new();
    let list = list_of(&stage, "re_123456\nno id\n");
    let import = stage.run(&["import", &list]).exits(1);
    assert_eq!(import.text(), "re_123456\tunknown\n");
    let said = "1 new, 0 known, 1 malformed\nLines without a usable asset ID: 2.\n";
    assert!(import.err.starts_with(said), "{}", import.err);
    let history = stage.run(&["history"]).exits(0);
    assert!(history.text().contains("re_123456"), "{}", history.text());
    let list = list_of(&stage, "\u{0}\u{1}");
    let refused = stage.run(&["import", "--no-check", &list]).exits(1);
    assert!(refused.err.contains("not plain text"), "{}", refused.err);
    stage.run(&["import", "/missing/list.csv"]).exits(1);
}
