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
            "captured_at",
            "deleted_at",
            "duration_s",
            "has_location",
            "height",
            "kind",
            "label",
            "name",
            "note",
            "path",
            "reason",
            "remark",
            "size",
            "status",
            "upload_status",
            "uploaded_at",
            "width"
        ]
    );
    assert_eq!(text(line, "name"), "海, \"1\".mp4");
    assert_eq!(text(line, "path"), clip.to_str().unwrap());
    assert_eq!(line["size"], 4124);
    assert_eq!(text(line, "upload_status"), "SUCCESS");
    assert_eq!(text(line, "base_url"), stage.sandbox().base_url());
    assert_eq!(text(line, "blake3").len(), 64);
    for unknown in ["note", "deleted_at", "remark", "reason"] {
        assert!(line[unknown].is_null(), "{unknown}");
    }
    assert_eq!(text(line, "kind"), "video");
    assert_eq!(text(line, "status"), "ready");
    let at: jiff::Timestamp = text(line, "uploaded_at").parse().unwrap();
    assert!(text(line, "uploaded_at").ends_with('Z'));
    let ago = jiff::Timestamp::now().duration_since(at).as_secs();
    assert!((0..600).contains(&ago), "{ago} s ago");

    let csv = stage.run(&["history", "--csv"]).exits(0);
    let rows: Vec<&str> = csv.text().lines().collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(
        rows[0],
        "asset_id,name,path,size,blake3,upload_status,uploaded_at,account,base_url,note,label,\
         kind,duration_s,width,height,captured_at,deleted_at,remark,has_location,status,reason"
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
fn the_report_is_a_page_of_every_asset_without_scripts() {
    let stage = Stage::new();
    let [a, b] = [
        ("clip.mp4", "Shoot/海 & <i>.mp4"),
        ("picture.png", "Shoot/b.png"),
    ]
    .map(|(fixture, name)| stage.copy(fixture, &portable(name)));
    stage.upload(&["--label", "Shoot"], &[&a, &b]).exits(0);
    let html = stage.run(&["history", "--html"]).exits(0);
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    let page = roxmltree::Document::parse_with_options(html.text(), options).unwrap();
    let elements = || page.descendants().filter(roxmltree::Node::is_element);
    assert!(!elements().any(|node| node.has_tag_name("script")));
    let codes: Vec<_> = elements()
        .filter(|node| node.has_tag_name("code"))
        .filter_map(|node| node.text())
        .collect();
    let ids = column(&stage, &[], "asset_id");
    assert_eq!(ids.len(), 2);
    for id in &ids {
        assert!(codes.contains(&id.as_str()), "{id}: {codes:?}");
    }
    // The service reported the size of both.
    let confirmed = "Ready · size confirmed by memories.ai";
    assert_eq!(html.text().matches(confirmed).count(), 2);
    // A folder in full only for who asks for it.
    let home = stage.home().to_str().unwrap().to_owned();
    assert!(!html.text().contains(&home));
    let full = stage.run(&["history", "--html", "--full-paths"]).exits(0);
    assert!(full.text().contains(&home));
    let one = stage.run(&["history", "--html", "b.png"]).exits(0);
    let held = ids.iter().filter(|id| one.text().contains(id.as_str()));
    assert_eq!(held.count(), 1);
    stage.run(&["history", "--html", "--json"]).exits(2);
}

/// Returns a name without what Windows does not take.
fn portable(name: &str) -> String {
    match cfg!(windows) {
        true => name.replace(['<', '>'], "_"),
        false => name.to_owned(),
    }
}

/// Returns the values of a column, oldest first.
fn column(stage: &Stage, filter: &[&str], column: &str) -> Vec<String> {
    let arguments = [&["history", "--json"], filter].concat();
    let lines = stage.run(&arguments).exits(0).events();
    let values = lines.iter().rev().map(|line| text(line, column).to_owned());
    values.collect()
}

#[test]
fn each_run_is_a_batch_with_a_label() {
    let stage = Stage::new();
    let folder = stage.copy("clip.mp4", "Shoot 28/a.mp4");
    let folder = folder.parent().unwrap();
    let [b, c] = [("picture.png", "b.png"), ("picture.jpg", "c.jpg")]
        .map(|(fixture, name)| stage.copy(fixture, name));
    stage.upload(&[], &[folder]).exits(0);
    stage.upload(&["--label", " Day\tone "], &[&b]).exits(0);
    stage.upload(&[], &[&c]).exits(0);
    let labels = column(&stage, &[], "label");
    assert_eq!(labels[..2], ["Shoot 28", "Day one"]);
    let minute = labels[2].replace(|c: char| c.is_ascii_digit(), "0");
    assert_eq!(minute, "0000-00-00 00:00", "{labels:?}");
    let refused = stage.upload(&["--label", " \n "], &[&b]).exits(2);
    assert!(
        refused.err.contains("at least one letter"),
        "{}",
        refused.err
    );
    assert_eq!(column(&stage, &["day one"], "name"), ["b.png"]);
}

#[test]
fn every_filter_of_the_history_finds_what_it_says() {
    let stage = Stage::new();
    let [a, b] = [("clip.mp4", "a.mp4"), ("picture.png", "b.png")]
        .map(|(fixture, name)| stage.copy(fixture, name));
    stage.upload(&["--label", "Shoot"], &[&a]).exits(0);
    stage.upload(&["--label", "Shooting"], &[&b]).exits(0);
    let last4 = &super::KEY[super::KEY.len() - 4..];
    let today = jiff::Zoned::now().date();
    let [before, today, after] =
        [today.yesterday().unwrap(), today, today.tomorrow().unwrap()].map(|day| day.to_string());
    let (both, none): (&[&str], &[&str]) = (&["a.mp4", "b.png"], &[]);
    let cases: [(&[&str], &[&str]); 19] = [
        (&[], both),
        (&["--kind", "video"], &["a.mp4"]),
        (&["--kind", "audio"], none),
        (&["--label", "shoot"], &["a.mp4"]),
        (&["--label", "oot"], none),
        (&["oot"], both),
        (&["OOTING", "b.p"], &["b.png"]),
        (&["ooting b.p"], &["b.png"]),
        (&["ooting a.mp4"], none),
        (&["--status", "success"], both),
        (&["--status", "WAITING"], none),
        (&["--status", "deleted"], none),
        (&["--account", last4], both),
        (&["--account", "nobody"], none),
        (&["--since", &before], both),
        (&["--since", &after], none),
        (&["--until", &after], both),
        (&["--until", &before], none),
        (
            &["--since", &before, "--until", &after, "--kind", "image"],
            &["b.png"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(column(&stage, filter, "name"), expected, "{filter:?}");
    }
    // Unless the day has changed meanwhile.
    if jiff::Zoned::now().date().to_string() == today {
        let day = ["--since", &today, "--until", &today];
        assert_eq!(column(&stage, &day, "name"), both);
    }
    for wrong in [
        ["--since", "yesterday"],
        ["--until", "2026-02-30"],
        ["--kind", "text"],
        ["--status", "fine"],
    ] {
        let refused = stage.run(&[&["history"], &wrong[..]].concat()).exits(2);
        assert!(refused.err.contains(wrong[1]), "{}", refused.err);
    }
    let swapped = ["history", "--since", "2026-11-28", "--until", "2026-11-27"];
    let refused = stage.run(&swapped).exits(2);
    assert!(
        refused.err.contains("2026-11-28 or later"),
        "{}",
        refused.err
    );
    assert_eq!(
        column(&stage, &["--label", " \u{202e}SHOOT "], "name"),
        ["a.mp4"]
    );
    stage.run(&["history", "--label", "\u{200b}"]).exits(2);
    let many: Vec<String> = (0..33).map(|n| format!("w{n}")).collect();
    let refused = stage.run(&["history", &many.join(" ")]).exits(2);
    assert!(refused.err.contains("32"), "{}", refused.err);
    let repeated = "a.mp4 ".repeat(33);
    assert_eq!(column(&stage, &[&repeated], "name"), ["a.mp4"]);
}

#[test]
fn a_history_that_cannot_be_written_is_listed_as_it_is() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "a.mp4");
    stage.upload(&[], &[&clip]).exits(0);
    let before = stage.run(&["history", "--json"]).exits(0).out;
    // As on a disk that takes no new file, for any user.
    let lock = stage.data().join("history.lock");
    std::fs::remove_file(&lock).unwrap();
    std::fs::create_dir(&lock).unwrap();
    let read = stage.run(&["history", "--json"]).exits(0);
    assert_eq!(read.out, before);
    assert!(read.err.contains("as it was last written"), "{}", read.err);
    let last4 = &super::KEY[super::KEY.len() - 4..];
    assert_eq!(column(&stage, &["--account", last4], "name"), ["a.mp4"]);
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
    let rebuilt = stage.run(&["history", "--json"]).exits(0);
    let lost =
        "The history was missing and has been rebuilt. 1 asset ID is there again, in 1 batch.";
    assert!(rebuilt.err.contains(lost), "{}", rebuilt.err);
    assert!(stage.run(&["history"]).exits(0).err.is_empty(), "said once");
    let after = rebuilt.events();
    let known = |line: &serde_json::Value| {
        let mut line = line.clone();
        for unknown in ["duration_s", "width", "height", "captured_at"] {
            line[unknown] = serde_json::Value::Null;
        }
        line
    };
    assert_eq!(after, [known(&before[0])]);
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
    let kept = kept.assets().unwrap();
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
