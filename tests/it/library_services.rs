//! The Library over the assets of two services: the engine's, which is the sandbox, and another.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable;
use mavi_uploader::api::Service;
use mavi_uploader::api::client::{Client, ClientOptions};
use mavi_uploader::engine::{Command, FrontEnd};
use mavi_uploader::model::asset::{AssetAnswer, AssetId, ContentHash};
use mavi_uploader::model::media::Kind;
use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault};
use mavi_uploader::setup::{AppContext, EngineConfig, Numbers, RunningEngine, runtime};
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

#[test]
fn the_window_deletes_from_the_service_and_a_stop_keeps_the_rest() {
    let runtime = runtime().unwrap();
    let _entered = runtime.enter();
    let world = AppContext::sandbox().unwrap();
    let mut numbers = Numbers::of(FrontEnd::Window);
    numbers.limiter = numbers.limiter.faster(20);
    let RunningEngine { handle, task } = world.start(EngineConfig {
        numbers,
        ..EngineConfig::new(FrontEnd::Window)
    });
    let commands = handle.commands.clone();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.sandbox = true;
    });
    let names = ["a.png", "b.mp4", "c.mp3", "d.flac"];
    let media = ["picture.png", "clip.mp4", "no-tag.mp3", "id3v2.flac"];
    let folder = tempfile::tempdir().unwrap();
    for (name, from) in names.iter().zip(media) {
        let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media/good");
        let path = folder.path().join(name);
        std::fs::copy(good.join(from), &path).unwrap();
        window.input_mut().dropped_files.push(Arc::new(Drop(path)));
    }
    press(&mut window, Role::Button, "Upload 4 files");
    press(&mut window, Role::Button, "Library 4");
    for name in names {
        until_has(&mut window, &format!("{name}, Ready"));
    }
    let sandbox = world.sandbox.as_ref().unwrap();
    let stored: HashMap<_, _> = sandbox
        .stored()
        .into_iter()
        .map(|copy| (copy.file_name, AssetId::new(&copy.asset_id).unwrap()))
        .collect();
    let service = Client::new(ClientOptions::new(world.base_url.clone()));
    let key = world.key.as_ref().unwrap().0.clone();
    let is_there = |name: &str| {
        let answer = runtime.block_on(service.metadata(&key, &stored[name]));
        !matches!(answer.unwrap(), AssetAnswer::NotFound)
    };
    let select = |window: &mut Window, names: [&str; 2]| {
        let row = |name: &str| format!("{name}, Ready");
        window.get_by_label_contains(&row(names[0])).click();
        window.run();
        let label = row(names[1]);
        let second = window.get_by_label_contains(&label);
        second.click_modifiers(Modifiers::COMMAND);
        window.run();
        press(window, Role::Button, "Delete from memories.ai…");
        press(window, Role::Button, "Delete 2 assets");
    };

    select(&mut window, ["a.png", "b.mp4"]);
    until_has(&mut window, "2 assets deleted from memories.ai.");
    until_has(&mut window, "a.png, Deleted");
    until_has(&mut window, "b.mp4, Deleted");
    assert_eq!(names.map(is_there), [false, false, true, true]);

    // The first is deleted; the next one is tried again and again.
    let plan = FaultPlan::new().on(Call::Delete).pass();
    let busy = plan.on(Call::Delete).always();
    sandbox.set_plan(busy.then(PlannedFault::status(503)));
    select(&mut window, ["c.mp3", "d.flac"]);
    until_has(&mut window, "1 of 2 deleted");
    press(&mut window, Role::Button, "Stop deleting");
    until_has(&mut window, "1 asset deleted from memories.ai.");
    until(&mut window, "the rest", |window| {
        has(window, "c.mp3, Ready") != has(window, "d.flac, Ready")
    });
    assert!(!has(&window, "Delete the remaining"));
    assert_eq!(
        ["c.mp3", "d.flac"].map(is_there),
        ["c.mp3, Ready", "d.flac, Ready"].map(|row| has(&window, row))
    );

    let _ = commands.send(Command::Shutdown);
    let ended = runtime.block_on(tokio::time::timeout(Duration::from_secs(10), task));
    ended.expect("the engine ends").unwrap();
}
