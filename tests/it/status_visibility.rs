//! States of the engine and of the key that the window must not keep to itself.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use mavi_uploader::app::environment::VaultError;
use mavi_uploader::engine::{Command, Notice};
use mavi_uploader::model::fault::{Fault, FaultKind};
use mavi_uploader::model::key::{ApiKey, NotAKey};
use mavi_uploader::model::media::Rejection;
use mavi_uploader::model::snapshot::{ItemId, KeySource, QueueWait, Row, Status};

use crate::window::{
    FakeEngine, Vault, Window, builder, close, copied, enter_key, has, open, open_with, ready, row,
    until, with_key, without_key,
};

const KEY: &str = "sk-mavi-0123456789abcdef";

fn processing() -> Status {
    Status::Processing {
        since: Instant::now(),
        long: false,
    }
}

#[test]
fn a_folder_that_is_looked_through_is_counted_and_what_was_in_the_list_is_said() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.publish(|state| state.walking = Some(120));
    window.run();
    assert!(has(&window, "Looking for files: 120 found…"));
    engine.publish(|state| state.walking = None);
    window.run();
    assert!(!has(&window, "Looking for files"));
    let listed = (1..=1200).map(ItemId).collect();
    let notice = Notice::AlreadyListed(listed);
    engine.notices.send(notice).unwrap();
    window.run();
    assert!(has(&window, "1,200 files were already in the list."));
    window.get_by_label("Dismiss").click();
    window.run();
    assert!(!has(&window, "already in the list"));
}

#[test]
fn what_only_the_service_works_on_may_be_left_without_a_question() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.publish(|state| state.totals.started = 1);
    engine.rows(vec![row(1, "clip.mp4", processing())]);
    window.run();
    assert!(has(&window, "1 processing at memories.ai"));
    assert!(!has(&window, "estimating"));
    assert!(window.query_by_label("Pause").is_none());
    assert!(window.state().as_ref().unwrap().app().may_close());
}

#[test]
fn an_environment_without_a_usable_key_is_said_and_a_key_is_asked_for() {
    let (_engine, handle) = FakeEngine::new(without_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.bad_environment_key = Some(NotAKey::Characters);
    });
    assert!(has(&window, "(MEMORIES_API_KEY) can’t be used"));
    window.get_by_label("Enter a key").click();
    window.run();
    window.get_by_label("Save key");
    window.key_press(Key::Escape);
    window.run();
    window.get_by_label("Dismiss").click();
    window.run();
    assert!(!has(&window, "MEMORIES_API_KEY"));
}

#[test]
fn a_locked_keychain_is_not_an_empty_one_and_can_be_asked_again() {
    let vault = Arc::new(Vault {
        kept: Mutex::new(ApiKey::from_pasted(KEY).ok()),
        trouble: Mutex::new(Some(VaultError::Locked)),
        ..Vault::default()
    });
    let (mut engine, handle) = FakeEngine::new(without_key());
    let given = Arc::clone(&vault);
    let mut window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.vault = Some(given);
    });
    until(&mut window, "the keychain's answer", |_| {
        matches!(engine.next(), Some(Command::NoKey))
    });
    window.run();
    assert!(has(&window, "The keychain is locked."));
    *vault.trouble.lock().unwrap() = None;
    window.get_by_label("Ask again").click();
    until(&mut window, "the key", |_| {
        matches!(engine.next(), Some(Command::SetKey(_, KeySource::Keychain)))
    });
    window.run();
    assert!(!has(&window, "The keychain is locked."));
}

#[test]
fn an_upload_that_waits_for_the_keychain_goes_on_with_its_key() {
    let (answer, asked) = std::sync::mpsc::channel::<()>();
    let vault = Arc::new(Vault {
        kept: Mutex::new(ApiKey::from_pasted(KEY).ok()),
        gate: Mutex::new(Some(asked)),
        ..Vault::default()
    });
    let (mut engine, handle) = FakeEngine::new(Default::default());
    let mut window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.vault = Some(vault);
    });
    engine.rows(vec![row(1, "clip.mp4", Status::ReadyToUpload)]);
    window.run();
    window.get_by_label("Upload 1 file").click();
    window.run();
    assert!(has(&window, "The keychain is being asked"));
    answer.send(()).unwrap();
    until(&mut window, "the key", |_| {
        matches!(engine.next(), Some(Command::SetKey(..)))
    });
    assert!(matches!(engine.next(), Some(Command::Start)));
    window.run();
    assert!(!has(&window, "The keychain is being asked"));
}

#[test]
fn one_row_that_asked_for_a_key_is_uploaded_once_it_is_there() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    engine.rows(vec![row(5, "clip.mp4", Status::ReadyToUpload)]);
    window.run();
    window.get_by_label("Upload: clip.mp4").click();
    window.run();
    let answer = enter_key(&mut window, &mut engine, KEY);
    answer
        .send(Err(Fault::new(FaultKind::InsufficientBalance)))
        .unwrap();
    until(&mut window, "the key", |_| {
        matches!(engine.next(), Some(Command::SetKey(_, KeySource::Session)))
    });
    assert!(matches!(engine.next(), Some(Command::StartItems(ids)) if ids == [ItemId(5)]));
    window.run();
    assert!(has(
        &window,
        "memories.ai knows the key, but: The balance is used up."
    ));
}

#[test]
fn the_key_field_has_the_focus_each_time_it_comes_and_forgets_what_was_in_it() {
    let (_engine, handle) = FakeEngine::new(without_key());
    let mut window = open(handle);
    for _ in 0..2 {
        window.get_by_label("Paste your API key").click();
        window.run();
        assert!(
            window
                .get_by_role_and_label(Role::PasswordInput, "API key")
                .is_focused()
        );
        assert!(
            window
                .get_by_label("Save key")
                .accesskit_node()
                .is_disabled()
        );
        window.event(Event::Paste(KEY.to_owned()));
        window.run();
        assert!(
            !window
                .get_by_label("Save key")
                .accesskit_node()
                .is_disabled()
        );
        window.key_press(Key::Escape);
        window.run();
    }
}

#[test]
fn without_a_key_the_queue_can_be_taken_to_a_sandbox() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let (mut sandbox, sandbox_handle) = FakeEngine::new(with_key());
    let parked = Mutex::new(Some(sandbox_handle));
    let mut window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.start_sandbox = Some(Arc::new(move || {
            let handle = parked.lock().unwrap().take();
            handle.ok_or_else(|| "started twice".to_owned())
        }));
    });
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    let empty = Status::Rejected(Rejection::Empty);
    engine.rows(vec![
        row(1, "clip.mp4", Status::ReadyToUpload),
        row(2, "nothing.mp4", empty),
    ]);
    window.run();
    window.get_by_label("Upload 1 file").click();
    window.run();
    window.get_by_label("Try without one").click();
    until(&mut window, "the sandbox", |window| {
        has(window, "Sandbox: nothing leaves this computer")
    });
    let clip = PathBuf::from("/media/clip.mp4");
    assert!(matches!(sandbox.next(), Some(Command::Add(paths)) if paths == [clip]));
    window.run();
    assert!(window.query_by_label("Save key").is_none());
    assert!(engine.next().is_none(), "the account's queue rests");
}

#[test]
fn a_sandbox_from_the_start_says_how_it_ends() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let window = open_with(builder(Theme::Light), handle, |outside| {
        outside.sandbox = true;
    });
    assert!(has(&window, "Close the window to end it."));
    assert!(window.query_by_label("Leave the sandbox").is_none());
}

#[test]
fn ids_that_are_not_on_disk_are_neither_cleared_nor_left_without_a_question() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    let unsaved = Row {
        saved: false,
        ..ready(1, "unsaved.mp4", "re_1")
    };
    engine.rows(vec![unsaved, ready(2, "saved.mp4", "re_2")]);
    window.run();
    window.get_by_label("Clear finished").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Remove(ids)) if ids == [ItemId(2)]));
    close(&mut window);
    assert!(has(&window, "1 asset id is not saved yet"));
    window.get_by_label("Stay").click();
    window.run();
    assert!(!has(&window, "1 asset id is not saved yet"));
}

#[test]
fn the_details_of_a_refused_file_are_copied_with_their_reason() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.rows(vec![row(1, "a.mp4", Status::Rejected(Rejection::Empty))]);
    window.run();
    window.get_by_label("Details: a.mp4").click();
    window.run();
    window.get_by_label("Copy details").click();
    window.step();
    let text = copied(&window).concat();
    assert!(
        text.contains("a.mp4") && text.contains("The file is empty."),
        "{text}"
    );
    assert!(text.contains("Program: 0.0.0 (test)"), "{text}");
    assert!(has(&window, "Program: 0.0.0 (test)"));
}

#[test]
fn a_wait_of_the_whole_queue_is_said_in_rows_foot_and_banner_with_try_now() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    while engine.next().is_some() {}
    let waits = |seconds: u64| QueueWait {
        kind: FaultKind::RateLimited,
        until: Instant::now() + Duration::from_millis(seconds * 1000 + 400),
    };
    engine.publish(|state| {
        state.waiting = Some(waits(8));
        state.totals.started = 2;
        state.totals.left = Some(Duration::from_secs(11));
    });
    let until = Instant::now() + Duration::from_secs(60);
    let cause = Arc::new(Fault::new(FaultKind::ServerError));
    let waiting = Status::Waiting { until, cause };
    engine.rows(vec![
        row(1, "one.mp4", Status::Queued),
        row(2, "two.mp4", waiting),
    ]);
    window.run();
    let words = "memories.ai asks us to slow down; next try in 8 s";
    assert!(
        has(&window, &format!("Queued, 412 MB · {words}")),
        "the row"
    );
    assert!(has(&window, &format!("{words} · 19 s left")), "the foot");
    assert!(has(&window, &format!("{words}.")), "the banner");
    // It counts down by itself.
    let output = window.output();
    let next = output.viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(next <= Duration::from_secs(1), "{next:?}");
    window.get_by_label("Try now").click();
    window.run();
    let all = engine.next();
    assert!(
        matches!(&all, Some(Command::TryNow(ids)) if ids[..] == [ItemId(2)]),
        "{all:?}"
    );
    window.get_by_label("Try now: two.mp4").click();
    window.run();
    let one = engine.next();
    assert!(
        matches!(&one, Some(Command::TryNow(ids)) if ids[..] == [ItemId(2)]),
        "{one:?}"
    );
    window.get_by_label("Try now: one.mp4").click();
    window.run();
    let held_up = engine.next();
    assert!(
        matches!(&held_up, Some(Command::TryNow(ids)) if ids[..] == [ItemId(1)]),
        "{held_up:?}"
    );
    // A short one moves nothing in the window.
    engine.publish(|state| state.waiting = Some(waits(3)));
    window.run();
    assert!(!has(&window, &format!("{words}.")));
    assert!(has(&window, "slow down; next try in 3 s"));
    // Without a connection the banner that is there has the button.
    engine.publish(|state| {
        state.offline = true;
        state.waiting = Some(QueueWait {
            kind: FaultKind::Offline,
            ..waits(20)
        });
    });
    window.run();
    assert!(has(&window, "Uploads resume automatically"));
    window.get_by_label("Try now");
    engine.publish(|state| state.paused = true);
    window.run();
    assert!(window.query_by_label("Try now").is_none());
}

#[test]
fn closing_asks_for_nothing_that_is_paused() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.publish(|state| state.paused = true);
    engine.rows(vec![
        row(1, "one", Status::Queued),
        row(2, "two", Status::Queued),
    ]);
    window.run();
    let may_close = |window: &Window| window.state().as_ref().unwrap().app().may_close();
    assert!(may_close(&window));
    // Its body is out, so that it was not paused.
    engine.rows(vec![
        row(1, "one", Status::Finishing),
        row(2, "two", Status::Queued),
    ]);
    window.run();
    close(&mut window);
    assert!(has(&window, "1 upload under way."));
}
