//! `history` in its three forms.

use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault};
use mavi_uploader::store::{AssetRecord, History};

use super::{Stage, fields, text};

#[test]
fn history_lists_searches_and_exports() {
    let stage = Stage::new();
    let empty = stage.run(&["history"]).exits(0);
    assert!(empty.out.is_empty());
    assert!(empty.err.contains("Nothing was uploaded"), "{}", empty.err);
    assert!(stage.run(&["history", "--json"]).exits(0).out.is_empty());

    let clip = stage.copy("clip.mp4", "海, \"1\".mp4");
    let picture = stage.copy("picture.png", "folder/picture.png");
    let run = stage.upload(&[], &[&clip, &picture]).exits(0);
    let id = |path: &std::path::Path| {
        let finished = run.only("finished");
        let one = finished
            .iter()
            .find(|event| text(event, "path") == path.to_str().unwrap())
            .unwrap();
        text(one, "asset_id").to_owned()
    };
    let (clip_id, picture_id) = (id(&clip), id(&picture));

    // It needs neither a key nor a service.
    let mut command = stage.command(&["history", "--json"]);
    command.env_remove("MEMORIES_API_KEY");
    command.env_remove("MEMORIES_V2_BASE_URL");
    let json = super::run(command).exits(0);
    let lines = json.events();
    assert_eq!(lines.len(), 2);
    let line = lines
        .iter()
        .find(|line| text(line, "asset_id") == clip_id)
        .unwrap();
    assert_eq!(
        fields(line),
        [
            "account",
            "asset_id",
            "base_url",
            "blake3",
            "name",
            "note",
            "path",
            "size",
            "upload_status",
            "uploaded_at"
        ]
    );
    assert_eq!(text(line, "name"), "海, \"1\".mp4");
    assert_eq!(text(line, "path"), clip.to_str().unwrap());
    assert_eq!(line["size"], 4124);
    assert_eq!(text(line, "upload_status"), "SUCCESS");
    assert_eq!(text(line, "base_url"), stage.sandbox().base_url());
    assert_eq!(text(line, "blake3").len(), 64);
    assert!(line["note"].is_null());
    let at: jiff::Timestamp = text(line, "uploaded_at").parse().unwrap();
    assert!(text(line, "uploaded_at").ends_with('Z'));
    let ago = jiff::Timestamp::now().duration_since(at).as_secs();
    assert!((0..600).contains(&ago), "{ago} s ago");

    let csv = stage.run(&["history", "--csv"]).exits(0);
    let rows: Vec<&str> = csv.text().lines().collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(
        rows[0],
        "asset_id,name,path,size,blake3,upload_status,uploaded_at,account,base_url,note"
    );
    let row = rows.iter().find(|row| row.starts_with(&clip_id)).unwrap();
    assert!(row.contains("\"海, \"\"1\"\".mp4\""), "{row}");

    // By name, by folder, by id; each in every form.
    for query in ["picture.p", "folder/", picture_id.as_str(), "PICTURE"] {
        let found = stage.run(&["history", "--json", query]).exits(0);
        let found = found.events();
        assert_eq!(found.len(), 1, "{query}");
        assert_eq!(text(&found[0], "asset_id"), picture_id, "{query}");
    }
    let plain = stage.run(&["history", "picture"]).exits(0);
    assert_eq!(plain.text().lines().count(), 1);
    for part in [picture_id.as_str(), "SUCCESS", picture.to_str().unwrap()] {
        assert!(plain.text().contains(part), "{}", plain.text());
    }
    let nothing = stage.run(&["history", "no such thing"]).exits(0);
    assert!(nothing.out.is_empty());
    assert!(!nothing.err.is_empty());

    // Nobody reads to the end.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut deaf = stage.command(&["history", "--csv"]);
    let status = deaf.stdout(writer).stderr(std::process::Stdio::null());
    assert_eq!(status.status().unwrap().code(), Some(0));
}

#[test]
fn the_ledger_gives_the_history_every_id_again() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "海, \"1\"\n.mp4");
    stage.upload(&[], &[&clip]).exits(0);
    let before = stage.run(&["history", "--json"]).exits(0).events();
    assert_eq!(before.len(), 1);
    for name in ["history.db", "backups"] {
        let path = stage.data().join(name);
        _ = std::fs::remove_file(&path);
        _ = std::fs::remove_dir_all(&path);
    }
    let after = stage.run(&["history", "--json"]).exits(0).events();
    assert_eq!(after, before);
    // Somebody else's line, behind one that a crash cut short.
    let ledger = stage.data().join("asset-ids.csv");
    let mut text = std::fs::read_to_string(&ledger).unwrap();
    let last = text.lines().last().unwrap();
    let other = last.replace(super::text(&before[0], "asset_id"), "re_other");
    text = format!("{text}{}\r\n{other}\r\n", &last[..last.len() / 2]);
    std::fs::write(&ledger, text).unwrap();
    let after = stage.run(&["history", "--csv"]).exits(0);
    assert!(after.text().contains("\nre_other,"), "{}", after.text());
    assert_eq!(after.text().lines().count(), 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_does_nothing_to_a_terminal_or_a_spreadsheet() {
    let stage = Stage::new();
    stage.copy("clip.mp4", "=1+1\u{1b}[2J\u{9b}2J\u{7f}\n\u{202e}4pm.mp4");
    // Relative, so that a cell of the path begins with the name.
    let mut upload = stage.command(&["upload"]);
    upload.current_dir(stage.home().join("media"));
    upload.arg("=1+1\u{1b}[2J\u{9b}2J\u{7f}\n\u{202e}4pm.mp4");
    let uploaded = super::run(upload).exits(0);
    let shown = r"=1+1\u{1b}[2J\u{9b}2J\u{7f}\n\u{202e}4pm.mp4";
    assert!(uploaded.text().ends_with(&format!("\t{shown}\n")));
    let table = stage.run(&["history"]).exits(0);
    assert!(table.text().contains(shown), "{}", table.text());
    let csv = stage.run(&["history", "--csv"]).exits(0);
    assert!(
        csv.text().contains(&format!(",'{shown},")),
        "{}",
        csv.text()
    );
    let json = stage.run(&["history", "--json"]).exits(0);
    let name = text(&json.events()[0], "name").to_owned();
    assert_eq!(name, "=1+1\u{1b}[2J\u{9b}2J\u{7f}\n\u{202e}4pm.mp4");
    let again = stage.run(&["history", "--\u{1b}[2J\u{202e}"]).exits(2);
    for outcome in [uploaded, table, csv, json, again] {
        for printed in [outcome.text(), &outcome.err] {
            let obeyed = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
            let obeyed = printed.replace(['\n', '\t'], "").contains(obeyed);
            assert!(!obeyed, "{printed:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_said_and_fails() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let full = || {
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    for mut command in [
        stage.upload_command(&["--no-wait"], &[&clip]),
        stage.command(&["history", "--json"]),
    ] {
        let output = command
            .stdout(full())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("Not everything could be printed"), "{said}");
    }
}

#[test]
fn an_id_under_which_nothing_is_stored_is_neither_told_nor_listed() {
    let plan = [Call::StoragePut, Call::StorageForm, Call::SessionStart]
        .into_iter()
        .fold(
            FaultPlan::new()
                .on(Call::Upload)
                .then(PlannedFault::status(413)),
            |plan, call| plan.on(call).always().then(PlannedFault::status(400)),
        );
    let stage = Stage::with_plan(plan);
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let failed = stage.upload(&[], &[&clip]).exits(1).one("failed");
    assert_eq!(failed["asset_id"], serde_json::Value::Null, "{failed}");
    for form in ["--json", "--csv"] {
        let out = stage.run(&["history", form]).exits(0).out;
        assert!(!String::from_utf8(out).unwrap().contains("re_"), "{form}");
    }
    // The history itself keeps what the service gave.
    let kept = History::open(&stage.data()).unwrap().history;
    let kept = kept.search("", 9, 0).unwrap();
    assert!(!kept.is_empty() && kept.iter().all(AssetRecord::is_reserved));
}

#[test]
fn the_history_has_a_copy_of_the_day_from_the_first_upload_on() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    stage.upload(&["--no-wait"], &[&clip]).exits(0);
    let copies: Vec<_> = std::fs::read_dir(stage.data().join("backups"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let today = jiff::Timestamp::now().strftime("history-%Y-%m-%d.db");
    assert_eq!(copies, [today.to_string()]);
}
