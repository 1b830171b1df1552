//! Entering an API key in the window.

use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Theme};
use egui_kittest::kittest::Queryable;
use mavi_uploader::engine::Command;
use mavi_uploader::model::fault::{Fault, FaultKind, RequiredAction};
use mavi_uploader::model::key::ApiKey;
use mavi_uploader::model::snapshot::{KeySource, KeyState, Snapshot, Status};

use crate::dialogs::{KEY, asked_for_a_key, refused};
use crate::window::{
    FakeEngine, Vault, Window, builder, enter_key, has, open_with, row, until, without_key,
};

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
    let (mut engine, mut window) = asked_for_a_key();
    refused(&mut engine, &mut window);
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
    assert!(has(&window, "The key could not be checked"));
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
        state.needs = Some(RequiredAction::Key);
    });
    window.run();
    assert!(has(&window, "API key in the environment"));
    window.get_by_label("Enter a key").click();
    window.run();
    assert!(has(&window, "is for this session only"));
}

const SILENT: &str = "The keychain has not answered yet.";
const OTHER_KEY: &str = "sk-mavi-fedcba9876543210";

/// A window whose keychain holds [`KEY`] and says nothing before the sender does; its clock is
/// the last one.
fn over_silent_keychain() -> (
    FakeEngine,
    Window,
    mpsc::Sender<()>,
    Arc<Vault>,
    Arc<Mutex<Instant>>,
) {
    let (answer, asked) = mpsc::channel();
    let vault = Arc::new(Vault {
        kept: Mutex::new(ApiKey::from_pasted(KEY).ok()),
        gate: Mutex::new(Some(asked)),
        ..Vault::default()
    });
    let clock = Arc::new(Mutex::new(Instant::now()));
    let (engine, handle) = FakeEngine::new(Snapshot::default());
    let (given, told) = (vault.clone(), clock.clone());
    let window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.vault = Some(given);
        outside.clock = Box::new(move || *told.lock().unwrap());
    });
    (engine, window, answer, vault, clock)
}

fn present(source: KeySource) -> KeyState {
    KeyState::Present {
        source,
        last4: "3210".to_owned(),
        checked: true,
        refused: false,
    }
}

#[test]
fn a_keychain_that_does_not_answer_can_be_done_without_and_wins_when_it_does() {
    let (mut engine, mut window, keychain, vault, clock) = over_silent_keychain();
    *clock.lock().unwrap() += Duration::from_millis(9_900);
    window.run();
    assert!(!has(&window, SILENT), "its password may be being typed");
    // Nothing else happens, and the window looks again by itself.
    let output = window.output();
    let next = output.viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(next <= Duration::from_millis(100), "{next:?}");
    *clock.lock().unwrap() += Duration::from_millis(100);
    window.run();
    assert!(has(&window, SILENT));
    window.get_by_label("Enter a key for this session").click();
    window.run();
    assert!(has(&window, "is for this session only"));
    let answer = enter_key(&mut window, &mut engine, OTHER_KEY);
    answer.send(Ok(())).unwrap();
    let mut used = None;
    until(&mut window, "the key", |_| {
        used = engine.next();
        used.is_some()
    });
    let Some(Command::SetKey(key, KeySource::Session)) = used else {
        panic!("the key was not used: {used:?}")
    };
    assert_eq!(key.expose(), OTHER_KEY);
    engine.publish(|state| state.key = present(KeySource::Session));
    window.run();
    assert!(has(&window, "The API key is kept for this session only."));
    assert_eq!(vault.kept.lock().unwrap().as_ref().unwrap().expose(), KEY);

    keychain.send(()).unwrap();
    let mut late = None;
    until(&mut window, "the keychain's key", |_| {
        late = engine.next();
        late.is_some()
    });
    let Some(Command::SetKey(key, KeySource::Keychain)) = late else {
        panic!("the keychain's key was not used: {late:?}")
    };
    assert_eq!(key.expose(), KEY);
    window.run();
    assert!(!has(&window, "is kept for this session only."));
}

#[test]
fn a_late_keychain_without_a_key_takes_none_away() {
    let (mut engine, mut window, keychain, vault, clock) = over_silent_keychain();
    *vault.kept.lock().unwrap() = None;
    *clock.lock().unwrap() += Duration::from_secs(10);
    window.run();
    window.get_by_label("Enter a key for this session").click();
    window.run();
    let answer = enter_key(&mut window, &mut engine, OTHER_KEY);
    answer.send(Ok(())).unwrap();
    until(&mut window, "the key", |_| {
        matches!(engine.next(), Some(Command::SetKey(..)))
    });
    // The engine has not shown it yet.
    keychain.send(()).unwrap();
    let app = |window: &Window| window.state().as_ref().unwrap().app().keychain_is_silent();
    until(&mut window, "the keychain's answer", |window| !app(window));
    assert!(engine.next().is_none());
}

#[test]
fn a_key_that_the_keychain_does_not_keep_in_time_is_used_meanwhile() {
    let (mut engine, mut window, keychain, vault, clock) = over_silent_keychain();
    keychain.send(()).unwrap();
    until(&mut window, "the keychain's key", |_| {
        matches!(engine.next(), Some(Command::SetKey(..)))
    });
    engine.publish(|state| state.key = present(KeySource::Keychain));
    window.run();
    window.get_by_label("Key …3210").click();
    window.run();
    window.get_by_label("Update key").click();
    window.run();
    let answer = enter_key(&mut window, &mut engine, OTHER_KEY);
    answer.send(Ok(())).unwrap();
    until(&mut window, "the saving", |window| {
        has(window, "Saving the key in the keychain…")
    });
    assert!(window.query_by_label("Use it for this session").is_none());
    *clock.lock().unwrap() += Duration::from_secs(10);
    window.run();
    assert!(has(&window, SILENT));
    let dialog = window.get_by_role(Role::Dialog);
    dialog.get_by_label("Use it for this session").click();
    window.run();
    let used = engine.next();
    assert!(
        matches!(&used, Some(Command::SetKey(key, KeySource::Session)) if key.expose() == OTHER_KEY),
        "{used:?}"
    );
    assert!(has(&window, "The API key is kept for this session only."));

    keychain.send(()).unwrap();
    let mut late = None;
    until(&mut window, "the late answer", |_| {
        late = engine.next();
        late.is_some()
    });
    assert!(
        matches!(&late, Some(Command::SetKey(key, KeySource::Keychain)) if key.expose() == OTHER_KEY),
        "{late:?}"
    );
    assert_eq!(
        vault.kept.lock().unwrap().as_ref().unwrap().expose(),
        OTHER_KEY
    );
    window.run();
    assert!(has(&window, "Key saved in the keychain."));
    assert!(!has(&window, "is kept for this session only."));
}
