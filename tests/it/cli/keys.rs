//! `key`: where there is no keychain. With one: `keychain.rs` and below.

use std::process::{Command, Stdio};

use mavi_uploader::model::asset::Account;
use mavi_uploader::sandbox::{Call, FaultPlan};
use mavi_uploader::store::{History, HistoryChange, KeySlot, Settings};

use super::{KEY, KEY_BODY, Live, Outcome, Stage, run};
use crate::keychain::{Daemon, on_a_bus};

/// `key set` with this on standard input.
fn set(mut command: Command, input: &str) -> Outcome {
    let mut live = Live::start({
        command.stdin(Stdio::piped());
        command
    });
    live.input(input);
    live.end()
}

#[test]
fn without_a_keychain_a_good_key_is_not_saved_and_the_words_say_what_to_do() {
    let stage = Stage::new();
    let mut command = stage.command(&["key", "set"]);
    command.env_remove("MEMORIES_API_KEY");
    let outcome = set(command, &format!("  Bearer \"{KEY}\"\r\n")).exits(1);
    assert!(outcome.out.is_empty());
    assert!(outcome.err.contains("MEMORIES_API_KEY"), "{}", outcome.err);
    // It was asked about as it is, without what was pasted around it.
    let requests = stage.sandbox().requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].key_end, "cdef");
    assert_eq!(requests[0].status, Some(400));
    let mut remove = stage.command(&["key", "remove"]);
    remove.env_remove("MEMORIES_API_KEY");
    run(remove).exits(1);
}

#[test]
fn a_key_that_is_refused_or_none_is_not_saved() {
    let stage = Stage::with_plan(FaultPlan::new().refuse_key(KEY));
    let outcome = set(stage.command(&["key", "set"]), KEY).exits(3);
    assert!(outcome.err.contains("not saved"), "{}", outcome.err);
    assert_eq!(stage.calls(Call::KeyCheck), 1);
    for none in ["", "\n", "two words"] {
        let outcome = set(stage.command(&["key", "set"]), none).exits(3);
        assert!(!outcome.err.is_empty());
    }
    assert_eq!(stage.sandbox().requests().len(), 1);
}

#[test]
fn status_says_the_source_and_the_last_four_characters() {
    let stage = Stage::new();
    let outcome = stage.run(&["key", "status"]).exits(0);
    assert!(outcome.text().contains("environment"), "{}", outcome.text());
    assert!(outcome.text().contains("cdef"));
    for key in [None, Some("")] {
        let mut command = stage.command(&["key", "status"]);
        match key {
            Some(key) => command.env("MEMORIES_API_KEY", key),
            None => command.env_remove("MEMORIES_API_KEY"),
        };
        let outcome = run(command).exits(3);
        assert!(outcome.out.is_empty());
        assert!(outcome.err.contains("key set"), "{}", outcome.err);
    }
    assert!(stage.sandbox().requests().is_empty());
}

/// A command on the bus of the test, without a key in the environment.
fn on_bus(stage: &Stage, arguments: &[&str]) -> Command {
    let mut command = stage.command(arguments);
    for variable in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"] {
        command.env(variable, std::env::var_os(variable).unwrap());
    }
    command.env_remove("MEMORIES_API_KEY");
    command
}

#[test]
fn status_names_the_keys_of_the_window_after_the_one_in_use() {
    on_a_bus(
        "cli::keys::status_names_the_keys_of_the_window_after_the_one_in_use",
        || {
            let _daemon = Daemon::unlocked();
            let stage = Stage::new();
            set(on_bus(&stage, &["key", "set"]), KEY).exits(0);
            let accounts = ["1111", "2222"].map(Account::from_fingerprint);
            let mut settings = Settings::default();
            for account in &accounts {
                let slot = KeySlot::Of(account.clone());
                settings.keys.on_saved(&slot, account);
            }
            settings.save(&stage.data()).unwrap();
            let mut history = History::open(&stage.data()).unwrap().history;
            let base_url = stage.sandbox().base_url();
            let good = HistoryChange::KeyGood {
                account: accounts[0].clone(),
                last4: "bbbb".to_owned(),
                base_url: base_url.clone(),
                at_ms: 1,
            };
            let name = HistoryChange::NameAccount {
                base_url,
                account: accounts[0].clone(),
                name: Some("Studio\u{1b}B".to_owned()),
            };
            history.commit(&[good, name]).unwrap();
            let status = run(on_bus(&stage, &["key", "status"])).exits(0);
            assert_eq!(status.text(), "keychain, ends in cdef\n");
            let lines: Vec<&str> = status.err.lines().collect();
            assert_eq!(lines.len(), 2, "{}", status.err);
            assert!(lines[0].ends_with(", ends in bbbb"), "{}", lines[0]);
            assert!(!status.err.contains('\u{1b}'));
            assert!(lines[1].ends_with("another key"), "{}", lines[1]);
        },
    );
}

#[test]
fn a_key_that_is_set_is_used_and_can_be_removed() {
    on_a_bus(
        "cli::keys::a_key_that_is_set_is_used_and_can_be_removed",
        || {
            let _daemon = Daemon::unlocked();
            let stage = Stage::new();
            run(on_bus(&stage, &["key", "status"])).exits(3);
            let saved = set(on_bus(&stage, &["key", "set"]), &format!("'{KEY}'\n")).exits(0);
            assert!(saved.err.contains("cdef"), "{}", saved.err);
            let status = run(on_bus(&stage, &["key", "status"])).exits(0);
            assert!(status.text().contains("keychain") && status.text().contains("cdef"));

            let clip = stage.copy("clip.mp4", "clip.mp4");
            let mut upload = on_bus(&stage, &["upload", "--json", "--no-wait"]);
            upload.arg(&clip);
            let outcome = run(upload).exits(0);
            assert_eq!(outcome.summary(), [1, 1, 0, 0, 0, 0]);
            let requests = stage.sandbox().requests();
            assert!(requests.iter().all(|request| request.key_end == "cdef"));

            // The environment's wins over it.
            let mut other = on_bus(&stage, &["key", "status"]);
            other.env("MEMORIES_API_KEY", "sk-mavi-of-another-account");
            assert!(run(other).exits(0).text().contains("ount"));

            // Offline it is saved, with a note.
            let mut offline = on_bus(&stage, &["key", "set"]);
            offline.env("MEMORIES_V2_BASE_URL", "http://127.0.0.1:1/");
            let noted = set(offline, "sk-mavi-saved-while-offline-9876").exits(0);
            assert!(noted.err.contains("could not be checked"), "{}", noted.err);
            let status = run(on_bus(&stage, &["key", "status"])).exits(0);
            assert!(status.text().contains("9876"));

            run(on_bus(&stage, &["key", "remove"])).exits(0);
            run(on_bus(&stage, &["key", "status"])).exits(3);
            run(on_bus(&stage, &["key", "remove"])).exits(0);
            for path in [stage.data().join("history.db"), stage.data().join("logs")] {
                if path.is_file() {
                    let bytes = std::fs::read(path).unwrap();
                    assert!(!String::from_utf8_lossy(&bytes).contains(KEY_BODY));
                }
            }
        },
    );
}
