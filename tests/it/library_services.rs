//! The Library over the assets of two services: the engine's, which is the sandbox, and another.

use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable;
use mavi_uploader::engine::{Command, FrontEnd};
use mavi_uploader::model::asset::ContentHash;
use mavi_uploader::model::media::Kind;
use mavi_uploader::setup::{AppContext, EngineConfig, RunningEngine, runtime};
use mavi_uploader::store::history::{LedgerEvent, asset_events};
use mavi_uploader::store::{AssetRecord, History, HistoryChange};

use crate::library::asset;
use crate::window::{Drop, Window, builder, has, open_with, until};

const PICTURE: &[u8] = include_bytes!("../fixtures/media/good/picture.png");

fn until_has(window: &mut Window, text: &str) {
    until(window, text, |window| has(window, text));
}

/// Presses a button or menu entry once it is there.
fn press(window: &mut Window, role: Role, name: &str) {
    until(window, name, |window| {
        let found = window.query_by_role_and_label(role, name);
        found.map(|node| node.click()).is_some()
    });
    window.run();
}

#[test]
fn assets_of_two_services_never_mix_though_their_ids_are_equal() {
    let runtime = runtime().unwrap();
    let _entered = runtime.enter();
    let data = tempfile::tempdir().unwrap();
    let mut world = AppContext::sandbox().unwrap();
    world.folder = Ok(data.path().to_owned());
    let stored = |base_url: String, name: &str, content: &[u8]| AssetRecord {
        account: world.key.as_ref().unwrap().0.account(),
        base_url,
        size: content.len() as u64,
        content: Some(ContentHash::from_bytes(*blake3::hash(content).as_bytes())),
        kind: Some(Kind::Image),
        label: None,
        ..asset(1, name, 1)
    };
    let here = stored(
        world.base_url.as_str().to_owned(),
        "here.png",
        b"something else",
    );
    let elsewhere = "https://elsewhere.example".to_owned();
    let elsewhere = stored(elsewhere, "elsewhere.png", PICTURE);
    let mut history = History::open(data.path()).unwrap().history;
    let both = [&here, &elsewhere].map(|asset| HistoryChange::PutAsset(asset.clone()));
    history.commit(&both).unwrap();
    drop(history);

    let RunningEngine { handle, task } = world.start(EngineConfig::new(FrontEnd::Window));
    let commands = handle.commands.clone();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.sandbox = true;
    });
    press(&mut window, Role::Button, "Library 2");
    until_has(&mut window, "elsewhere.png, Ready");

    // The sandbox does not know the ID, and the other service is not asked.
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    press(&mut window, Role::Button, "Check again");
    until_has(&mut window, "1 asset of another service was left out.");
    until_has(&mut window, "here.png, Not found");
    assert!(has(&window, "elsewhere.png, Ready"));

    press(&mut window, Role::Button, "More: elsewhere.png");
    press(&mut window, Role::MenuItem, "Details");
    until_has(&mut window, "Service: https://elsewhere.example");
    window.get_by_label("Note").focus();
    window.run();
    window.event(Event::Text("the other one".to_owned()));
    press(&mut window, Role::Button, "Close");
    until_has(&mut window, "the other one, re_");

    press(&mut window, Role::Button, "More: here.png");
    press(&mut window, Role::MenuItem, "Remove from Library");
    press(&mut window, Role::Button, "Remove");
    until(&mut window, "the removal", |window| {
        !has(window, "here.png, Not found")
    });

    // Content that only the other service holds is not known here.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("again.png");
    std::fs::write(&path, PICTURE).unwrap();
    window.input_mut().dropped_files.push(Arc::new(Drop(path)));
    press(&mut window, Role::Button, "Uploads");
    until_has(&mut window, "again.png, Ready to upload");

    let _ = commands.send(Command::Shutdown);
    let ended = runtime.block_on(tokio::time::timeout(Duration::from_secs(10), task));
    ended.expect("the engine ends").unwrap();
    let history = History::open(data.path()).unwrap().history;
    let noted = AssetRecord {
        note: Some("the other one".to_owned()),
        ..elsewhere
    };
    let events = |asset| {
        let events = asset_events(data.path(), asset).unwrap().into_iter();
        events.filter_map(|it| it.event).collect::<Vec<_>>()
    };
    assert_eq!(
        events(&here),
        [LedgerEvent::Ready, LedgerEvent::Gone, LedgerEvent::Removed]
    );
    assert_eq!(events(&noted), [LedgerEvent::Ready]);
    assert_eq!(history.assets().unwrap(), [noted]);
}
