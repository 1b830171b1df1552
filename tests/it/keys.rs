//! Entering an API key in the window.

use std::sync::Arc;

use egui::{Event, Theme};
use egui_kittest::kittest::Queryable;
use mavi_uploader::engine::Command;
use mavi_uploader::model::fault::{Fault, FaultKind, Fix};
use mavi_uploader::model::key::ApiKey;
use mavi_uploader::model::snapshot::{KeySource, KeyState, Status};

use crate::window::{
    FakeEngine, Vault, builder, enter_key, has, open, open_with, row, until, without_key,
};

const KEY: &str = "sk-mavi-0123456789abcdef";

#[test]
fn the_first_start_explains_and_the_upload_asks_for_the_key() {
    let vault = Arc::new(Vault::default());
    let (mut engine, handle) = FakeEngine::new(without_key());
    let given = vault.clone();
    let mut window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.vault = Some(given);
    });
    window.get_by_label("Paste your API key");
    window.get_by_label("Get a key");
    window.get_by_label("Try it without an account");
    assert!(has(&window, "The whole file leaves this computer"));
    until(&mut window, "the keychain's answer", |_| {
        matches!(engine.next(), Some(Command::NoKey))
    });

    engine.rows(vec![row(1, "clip.mp4", Status::ReadyToUpload)]);
    window.run();
    window.get_by_label("Upload 1 file").click();
    window.run();
    assert!(engine.next().is_none(), "nothing starts without a key");

    window.event(Event::Paste(format!("  Bearer {KEY}\n")));
    window.run();
    window.get_by_label("Save key").click();
    window.run();
    assert!(has(&window, "Asking memories.ai"));
    assert!(!has(&window, KEY));
    let Some(Command::CheckKey(key, answer)) = engine.next() else {
        panic!("the key was not checked")
    };
    assert_eq!(key.expose(), KEY);
    answer.send(Ok(())).unwrap();

    let mut used = None;
    until(&mut window, "the key", |_| {
        used = used.take().or_else(|| engine.next());
        used.is_some()
    });
    let Some(Command::SetKey(key, KeySource::Keychain)) = used else {
        panic!("the key was not used")
    };
    assert_eq!(key.expose(), KEY);
    assert!(
        matches!(engine.next(), Some(Command::Start)),
        "the upload goes on"
    );
    assert_eq!(vault.kept.lock().unwrap().as_ref().unwrap().expose(), KEY);
    window.run();
    assert!(has(&window, "Key saved in the keychain."));
    assert!(!has(&window, "0123456789"));
}

#[test]
fn a_key_that_the_service_refuses_stays_out() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    window.get_by_label("Paste your API key").click();
    window.run();
    window.event(Event::Paste(KEY.to_owned()));
    window.run();
    window.get_by_label("Save key").click();
    window.run();
    let Some(Command::CheckKey(_, answer)) = engine.next() else {
        panic!("the key was not checked")
    };
    answer
        .send(Err(Fault::new(FaultKind::Unauthorized)))
        .unwrap();
    until(&mut window, "the refusal", |window| {
        has(window, "memories.ai doesn’t accept this key.")
    });
    assert!(engine.next().is_none());
}

#[test]
fn where_no_keychain_answers_the_key_is_for_this_session_and_this_is_said() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.vault = Some(Arc::new(Vault {
            absent: true,
            ..Vault::default()
        }));
    });
    until(&mut window, "the keychain's answer", |_| {
        matches!(engine.next(), Some(Command::NoKey))
    });
    window.get_by_label("Paste your API key").click();
    window.run();
    let answer = enter_key(&mut window, &mut engine, KEY);
    answer.send(Err(Fault::new(FaultKind::Offline))).unwrap();
    until(&mut window, "the key", |_| {
        matches!(engine.next(), Some(Command::SetKey(_, KeySource::Session)))
    });
    window.run();
    assert!(has(&window, "The API key is kept for this session only."));
    assert!(has(&window, "It could not be checked"));
}

#[test]
fn the_environments_key_wins_and_another_one_is_for_this_session() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.environment_key = ApiKey::from_pasted(KEY).ok();
        outside.vault = Some(Arc::new(Vault::default()));
    });
    assert!(matches!(
        engine.next(),
        Some(Command::SetKey(_, KeySource::Environment))
    ));
    engine.publish(|state| {
        state.key = KeyState::Present {
            source: KeySource::Environment,
            last4: "cdef".to_owned(),
            checked: true,
            refused: true,
        };
        state.needs = Some(Fix::Key);
    });
    window.run();
    assert!(has(&window, "API key in the environment"));
    window.get_by_label("Enter a key").click();
    window.run();
    assert!(has(&window, "is for this session only"));
}
