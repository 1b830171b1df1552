//! Which files `upload` takes, and what it says of the others.

use std::path::Path;

use mavi_uploader::sandbox::Call;

use super::{Stage, text};

fn fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

#[test]
fn each_refusal_has_its_reason_and_costs_no_request() {
    let stage = Stage::new();
    let words = stage.file("words.txt", b"some words");
    let other = stage.copy("brand-m4v.mp4", "clip.m4v");
    let mismatch = stage.file(
        "page.mp4",
        b"<!DOCTYPE html><html><body>Hello</body></html>",
    );
    let unknown = stage.file("unknown.mp4", b"not a film..\n");
    let empty = stage.file("empty.png", b"");
    let too_large = stage.large("large.mp4", 5_368_709_121);
    let pipe = stage.media("pipe.mp4");
    fifo(&pipe);
    let missing = stage.media("missing.mp4");
    let cases = [
        (&words, "unsupported_format"),
        (&other, "unsupported_format"),
        (&mismatch, "content_mismatch"),
        (&unknown, "not_recognised"),
        (&empty, "empty"),
        (&too_large, "too_large"),
        (&pipe, "unreadable"),
        (&missing, "not_found"),
    ];
    let paths: Vec<&Path> = cases.iter().map(|(path, _)| path.as_path()).collect();
    let outcome = stage.upload(&[], &paths).exits(1);
    let rejected = outcome.only("rejected");
    assert_eq!(rejected.len(), cases.len(), "{:#?}", outcome.events());
    for (path, reason) in cases {
        let event = rejected
            .iter()
            .find(|event| text(event, "path") == path.to_str().unwrap())
            .unwrap();
        assert_eq!(super::fields(event), ["event", "message", "path", "reason"]);
        assert_eq!(text(event, "reason"), reason);
        assert!(text(event, "message").ends_with('.'), "{event}");
        // On standard error it is said to people.
        let line = format!("{}: {}", path.display(), text(event, "message"));
        assert!(outcome.err.contains(&line), "{}", outcome.err);
    }
    let convert = &rejected[1];
    assert!(text(convert, "message").contains("Convert the file to"));
    assert!(text(&rejected[3], "message").contains("--force"));
    assert_eq!(outcome.summary(), [8, 0, 0, 0, 8, 0]);
    assert!(stage.sandbox().requests().is_empty());
}

#[test]
fn what_is_not_recognised_goes_up_with_force_and_what_is_something_else_does_not() {
    let stage = Stage::new();
    let unknown = stage.file("unknown.mp4", b"not a film..\n");
    let other = stage.file("other.mp4", b"%PDF-1.7\n");
    let outcome = stage.upload(&["--force"], &[&unknown, &other]).exits(1);
    let note = outcome.one("accepted")["note"].clone();
    assert!(note.as_str().unwrap().contains("not recognised"), "{note}");
    assert_eq!(outcome.one("finished")["size"], 13);
    assert_eq!(text(&outcome.one("rejected"), "reason"), "content_mismatch");
}

#[test]
fn folders_are_walked_once_and_what_is_no_media_is_counted_for_each() {
    let stage = Stage::new();
    stage.copy("clip.mp4", "one/deep/clip 10.mp4");
    stage.copy("picture.png", "one/deep/clip 9.png");
    stage.file("one/notes.txt", b"words");
    stage.file("one/deep/more.doc", b"words");
    stage.copy("clip.mov", "one/.hidden.mov");
    fifo(&stage.media("one/pipe.mp4"));
    stage.file("two/list.csv", b"a,b");
    stage.copy("sound.wav", "three/sound.wav");
    let inside = stage.media("one/deep/round");
    std::os::unix::fs::symlink(stage.media("one"), &inside).unwrap();
    let (one, two, three) = (stage.media("one"), stage.media("two"), stage.media("three"));
    let outcome = stage.upload(&["--no-wait"], &[&one, &two, &three]).exits(1);
    let paths = |name| -> Vec<String> {
        let events = outcome.only(name).into_iter();
        events.map(|e| text(&e, "path").to_owned()).collect()
    };
    let shown = |path: &Path| path.to_str().unwrap().to_owned();
    assert_eq!(
        paths("accepted"),
        [
            shown(&one.join("deep/clip 9.png")),
            shown(&one.join("deep/clip 10.mp4")),
            shown(&three.join("sound.wav"))
        ]
    );
    let skipped: Vec<(String, u64)> = outcome
        .only("skipped")
        .iter()
        .map(|event| {
            (
                text(event, "path").to_owned(),
                event["count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(skipped, [(shown(&one), 2), (shown(&two), 1)]);
    assert_eq!(paths("rejected"), [shown(&one.join("pipe.mp4"))]);
    assert_eq!(text(&outcome.one("rejected"), "reason"), "unreadable");
    assert_eq!(outcome.summary(), [4, 3, 0, 0, 1, 3]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_goes_up_and_has_its_bytes_in_every_event() {
    use std::os::unix::ffi::OsStrExt;
    let stage = Stage::new();
    let from = stage.copy("clip.mp4", "clip.mp4");
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.mp4");
    let odd = stage.media("odd").join(name);
    std::fs::create_dir(stage.media("odd")).unwrap();
    std::fs::rename(from, &odd).unwrap();
    // Given relative to where it runs, and through a folder.
    let outcome = stage.upload(&[], &[Path::new("media/odd")]).exits(0);
    let bytes: String = b"media/odd/caf\xe9.mp4"
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    for event in &outcome.events()[..3] {
        assert_eq!(text(event, "path"), "media/odd/caf\u{fffd}.mp4");
        assert_eq!(text(event, "path_bytes"), bytes);
    }
    assert_eq!(text(&outcome.one("accepted"), "name"), "caf\u{fffd}.mp4");
    assert_eq!(stage.sandbox().stored()[0].file_name, "caf\u{fffd}.mp4");

    let mut again = stage.command(&["upload"]);
    again.arg("media/odd");
    let second = super::run(again).exits(0);
    let id = &stage.sandbox().stored()[0].asset_id;
    assert_eq!(second.text(), format!("{id}\tmedia/odd/caf\u{fffd}.mp4\n"));
}

#[test]
fn large_files_take_the_signed_url_and_the_largest_have_a_note() {
    let stage = Stage::new();
    let direct = stage.large("direct.mp4", 500_000_000);
    let signed = stage.large("signed.mp4", 500_000_001);
    let noted = stage.large("noted.mp4", 5_000_000_001);
    let unsure = stage.file("unsure.mpg", &[0x5a; 5000]);
    let mut command = stage.upload_command(&[], &[&direct, &signed, &noted, &unsure]);
    // Checked all the same where there is no key, and nothing is sent.
    command.env_remove("MEMORIES_API_KEY");
    let outcome = super::run(command).exits(3);
    let accepted = outcome.only("accepted");
    let routes: Vec<&str> = accepted.iter().map(|e| text(e, "route")).collect();
    assert_eq!(routes, ["direct", "signed_url", "signed_url", "direct"]);
    assert!(accepted[1]["note"].is_null());
    assert!(text(&accepted[2], "note").contains("may refuse it"));
    assert!(text(&accepted[3], "note").contains("not recognised"));
    assert_eq!(stage.calls(Call::Upload), 0);
}

#[test]
fn equal_content_goes_up_once_and_a_path_that_is_named_twice_is_one_file() {
    let stage = Stage::new();
    let one = stage.copy("clip.mp4", "one.mp4");
    let two = stage.copy("clip.mp4", "two.mp4");
    let outcome = stage
        .upload(
            &[],
            &[&one, &two, &one, Path::new("media/../media/one.mp4")],
        )
        .exits(0);
    assert_eq!(stage.sandbox().stored().len(), 1);
    let finished = outcome.one("finished");
    let twins = outcome.only("already_uploaded");
    let twin = twins
        .iter()
        .find(|event| text(event, "path") == two.to_str().unwrap())
        .unwrap();
    assert_eq!(super::fields(twin), ["asset_id", "event", "path"]);
    for twin in &twins {
        assert_eq!(text(twin, "asset_id"), text(&finished, "asset_id"));
    }
    assert_eq!(outcome.only("accepted").len(), 2);
    assert_eq!(outcome.summary(), [2, 1, 1, 0, 0, 0]);
}

#[test]
fn a_file_that_is_still_being_written_is_waited_for() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    // Written this moment: it is looked at a second time before it goes.
    let now = std::time::SystemTime::now();
    let file = std::fs::File::options().write(true).open(&clip).unwrap();
    file.set_modified(now).unwrap();
    let start = std::time::Instant::now();
    let outcome = stage.upload(&["--no-wait"], &[&clip]).exits(0);
    assert_eq!(outcome.names(), ["accepted", "uploaded", "summary"]);
    assert!(start.elapsed() >= std::time::Duration::from_secs(2));
}

#[test]
fn a_file_by_another_name_is_known_by_its_content_and_has_events_of_its_own() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let (soft, hard) = (stage.media("soft.mp4"), stage.media("hard.mp4"));
    std::os::unix::fs::symlink("clip.mp4", &soft).unwrap();
    std::fs::hard_link(&clip, &hard).unwrap();
    let outcome = stage.upload(&[], &[&clip, &soft, &hard]).exits(0);
    assert_eq!(stage.sandbox().stored().len(), 1);
    let id = text(&outcome.one("finished"), "asset_id").to_owned();
    let mut known = outcome.only("already_uploaded");
    known.sort_by_key(|event| text(event, "path").to_owned());
    let paths: Vec<&str> = known.iter().map(|event| text(event, "path")).collect();
    assert_eq!(paths, [hard.to_str().unwrap(), soft.to_str().unwrap()]);
    assert!(known.iter().all(|event| text(event, "asset_id") == id));
    assert_eq!(outcome.summary(), [3, 1, 2, 0, 0, 0]);
}
