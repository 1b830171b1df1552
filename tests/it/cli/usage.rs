//! Wrong usage, and help.

use super::{Stage, run};

#[test]
fn wrong_usage_is_2_and_touches_nothing() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let clip = clip.to_str().unwrap();
    for wrong in [
        &["upload"][..],
        &["upload", "--jobs", "0", clip],
        &["upload", "--jobs", "9", clip],
        &["upload", "--jobs", "two", clip],
        &["upload", "--limit-rate", "fast", clip],
        &["upload", "--limit-rate", "0", clip],
        &["upload", "--wait-timeout", "-1", clip],
        &["upload", "--no-such-option", clip],
        &["history", "--json", "--csv"],
        &["history", "--html", "--csv"],
        &["history", "--full-paths"],
        &["key"],
        &["key", "set", "sk-mavi-in-the-arguments"],
        &["sandbox", "--port", "70000"],
        &["check"],
        &["check", "--all", "re_1"],
        &["check", "re 1"],
        &["check", ""],
        &["check", "../re_1"],
        &["delete", "--yes"],
        &["delete", "--yes", "re 1"],
        &["--sandbox", "upload", clip],
        &["--sandbox", "history"],
    ] {
        let outcome = stage.run(wrong);
        assert_eq!(outcome.code(), Some(2), "{wrong:?}: {}", outcome.err);
        assert!(outcome.out.is_empty(), "{wrong:?}");
        assert!(outcome.err.contains("Usage") || outcome.err.contains("--help"));
        assert!(!outcome.err.contains("in-the-arguments"), "{}", outcome.err);
    }
    assert!(!stage.data().exists());
    assert!(stage.sandbox().requests().is_empty());
}

#[test]
fn a_key_is_never_sent_in_the_clear() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    for url in [
        "http://mavi-backend.memories.ai/serve/api/v2",
        "http://192.168.1.1/",
        "http://localhost.example.com/",
        "ftp://127.0.0.1/",
        "mavi-backend.memories.ai",
        "https://user:word@mavi-backend.memories.ai/",
    ] {
        let mut command = stage.command(&["upload"]);
        command.arg(&clip).env("MEMORIES_V2_BASE_URL", url);
        let outcome = run(command).exits(2);
        assert!(
            outcome.err.contains("MEMORIES_V2_BASE_URL"),
            "{url}: {}",
            outcome.err
        );
        assert!(outcome.out.is_empty());
        assert!(!outcome.err.contains("word@"));
    }
    let mut window = stage.command(&["media"]);
    window.env("MEMORIES_V2_BASE_URL", "http://example.com/");
    run(window).exits(2);
}

#[test]
fn help_and_version_say_what_there_is() {
    let stage = Stage::new();
    let version = stage.run(&["--version"]).exits(0);
    let name = format!("mavi-uploader {} (", env!("CARGO_PKG_VERSION"));
    assert!(version.text().starts_with(&name), "{}", version.text());
    assert!(version.text().ends_with(")\n"), "{}", version.text());
    let cases: [(&[&str], &[&str]); 9] = [
        (
            &["--help"],
            &[
                "upload",
                "key",
                "history",
                "sandbox",
                "MEMORIES_API_KEY",
                "MEMORIES_V2_BASE_URL",
                "MAVI_UPLOADER_DATA_DIR",
                "MAVI_UPLOADER_LOG",
                "https://api-platform.memories.ai/",
            ],
        ),
        (
            &["upload", "--help"],
            &[
                "--json",
                "--jobs",
                "--no-wait",
                "--wait-timeout",
                "--again",
                "--sandbox",
                "--limit-rate",
                "--label",
                "a backslash as \\\\ (not on Windows)",
                "Exit status",
                "130",
            ],
        ),
        (&["key", "--help"], &["set", "status", "remove"]),
        (&["key", "set", "--help"], &["standard input"]),
        (
            &["history", "--help"],
            &[
                "--json",
                "--csv",
                "QUERY",
                "--since",
                "--until",
                "--kind",
                "--status",
                "--label",
                "--account",
            ],
        ),
        (
            &["check", "--help"],
            &["--all", "ASSET_ID", "unknown", "130"],
        ),
        (&["delete", "--help"], &["--yes", "ASSET_ID", "undone"]),
        (&["sandbox", "--help"], &["--port"]),
        (&["help", "upload"], &["--json"]),
    ];
    for (arguments, words) in cases {
        let help = stage.run(arguments).exits(0);
        for word in words {
            assert!(help.text().contains(word), "{word}: {}", help.text());
        }
        for line in help.text().lines() {
            assert!(line.chars().count() <= 100, "too wide: {line}");
        }
        assert!(help.err.is_empty());
    }
}
