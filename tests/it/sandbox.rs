//! Trying the program out in the window's own sandbox, and leaving it.

use std::sync::Arc;

use egui::{Key, Theme};
use egui_kittest::kittest::Queryable;
use mavi_uploader::engine::Command;
use mavi_uploader::model::snapshot::Status;

use crate::window::{
    FakeEngine, Window, builder, close, has, open, open_with, ready, row, until, uploading,
    with_key, without_key,
};

const ID: &str = "re_660727003963174912";

/// A window without a key over the first engine, with the second one for its sandbox.
fn with_sandbox() -> (FakeEngine, FakeEngine, Window) {
    let (engine, handle) = FakeEngine::new(without_key());
    let (sandbox, sandbox_handle) = FakeEngine::new(with_key());
    let parked = std::sync::Mutex::new(Some(sandbox_handle));
    let window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.start_sandbox = Some(Arc::new(move || {
            let sandbox = parked.lock().unwrap().take();
            sandbox.ok_or_else(|| "started twice".to_owned())
        }));
    });
    (engine, sandbox, window)
}

#[test]
fn the_sandbox_is_tried_and_left() {
    let (mut engine, mut sandbox, mut window) = with_sandbox();
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    window.get_by_label("Try it without an account").click();
    until(&mut window, "the sandbox", |window| {
        has(window, "Sandbox: nothing leaves this computer")
    });
    window.run();
    assert!(!has(&window, "The whole file leaves this computer"));
    // Its key is not the account's, and what is taken out of it is in no history.
    window.get_by_label("Settings").click();
    window.run();
    assert!(has(&window, "The sandbox’s own."));
    window.key_press(Key::Escape);
    window.run();
    sandbox.rows(vec![ready(1, "one.mp4", ID)]);
    window.run();
    window.get_by_label("Clear finished").click();
    window.run();
    assert!(has(&window, "1 file removed from the list."));
    assert!(matches!(sandbox.next(), Some(Command::Remove(_))));
    sandbox.rows(vec![]);
    window.run();

    // Nothing is in it: it is left without a question.
    window.get_by_label("Leave the sandbox").click();
    window.run();
    assert!(matches!(sandbox.next(), Some(Command::Shutdown)));
    assert!(!has(&window, "Sandbox: nothing leaves"));
    window.get_by_label("Paste your API key");
}

#[test]
fn in_a_sandbox_it_is_said_that_the_own_files_stay_outside() {
    let (mut engine, _sandbox, mut window) = with_sandbox();
    engine.rows(vec![
        row(1, "a.mp4", Status::Ready),
        row(2, "b.mp4", Status::Ready),
    ]);
    window.run();
    window.get_by_label("No API key").click();
    window.run();
    window.get_by_label("Try without one").click();
    until(&mut window, "the sandbox", |window| {
        has(window, "The 2 files of your account’s list wait there.")
    });
}

#[test]
fn a_sandbox_with_files_in_it_is_not_left_without_a_question() {
    let (mut engine, mut sandbox, mut window) = with_sandbox();
    window.get_by_label("Try it without an account").click();
    until(&mut window, "the sandbox", |window| {
        has(window, "Sandbox: nothing leaves this computer")
    });
    sandbox.rows(vec![ready(1, "one.mp4", ID), uploading(2, "two.mp4", 5)]);
    window.run();
    window.get_by_label("Leave the sandbox").click();
    window.run();
    assert!(has(&window, "1 upload is under way and ends here."));
    assert!(has(&window, "Your files stay where they are"));
    window.get_by_label("Stay in the sandbox").click();
    window.run();
    assert!(sandbox.next().is_none(), "it goes on");

    // Closing is said as it is too: nothing of the sandbox goes on at the next start.
    close(&mut window);
    assert!(has(&window, "1 upload under way in the sandbox."));
    assert!(!has(&window, "next start"));
    window.key_press(Key::Escape);
    window.run();
    engine.rows(vec![uploading(1, "account.mp4", 5)]);
    close(&mut window);
    assert!(has(&window, "1 upload under way. You can resume"));
    window.key_press(Key::Escape);
    window.run();

    window.get_by_label("Leave the sandbox").click();
    window.run();
    // The dialog is drawn last.
    let leave = window.query_all_by_label("Leave the sandbox").last();
    leave.unwrap().click();
    window.run();
    assert!(matches!(sandbox.next(), Some(Command::Shutdown)));
    assert!(has(&window, "account.mp4"));
}

#[test]
fn while_bytes_leave_the_computer_no_sandbox_says_that_nothing_does() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open(handle);
    engine.rows(vec![uploading(1, "a.mp4", 30)]);
    engine.publish(|state| state.totals.active = 1);
    window.run();
    window.get_by_label("No API key").click();
    window.run();
    assert!(!has(&window, "Try without one"));
    engine.rows(vec![row(1, "a.mp4", Status::Ready)]);
    engine.publish(|state| state.totals.active = 0);
    window.run();
    window.get_by_label("Try without one");
}
