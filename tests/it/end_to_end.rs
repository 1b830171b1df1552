//! The main job with every real part in it but the screen: window, engine, wire, sandbox.

use std::sync::Arc;
use std::time::Duration;

use egui::Theme;
use egui_kittest::kittest::Queryable;
use mavi_uploader::engine::{Command, FrontEnd};
use mavi_uploader::setup::{AppContext, EngineConfig, RunningEngine, runtime};

use crate::window::{Drop, builder, copied, has, open_with, until};

const PICTURE: &[u8] = include_bytes!("../fixtures/media/good/picture.png");

#[test]
fn files_that_are_dropped_are_checked_uploaded_and_their_ids_copied() {
    let runtime = runtime().unwrap();
    let _entered = runtime.enter();
    let world = AppContext::sandbox().unwrap();
    let RunningEngine { handle, task, .. } = world.start(EngineConfig::new(FrontEnd::Window));
    let commands = handle.commands.clone();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.sandbox = true;
    });

    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("Zürich 1.png", PICTURE), ("notes.pdf", b"%PDF-1.7\n")] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        window.input_mut().dropped_files.push(Arc::new(Drop(path)));
    }
    until(&mut window, "the check", |window| {
        has(window, "Zürich 1.png, Ready to upload") && has(window, "notes.pdf, Can’t upload")
    });
    window.get_by_label("Upload 1 file").click();
    until(&mut window, "the upload", |window| {
        has(window, "Zürich 1.png, Ready,")
    });

    let sandbox = world.sandbox.as_ref().unwrap();
    let stored = sandbox.stored();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].file_name, "Zürich 1.png");
    assert_eq!(stored[0].blake3, blake3::hash(PICTURE).to_hex().as_str());
    window.get_by_label("Copy: Zürich 1.png").click();
    window.step();
    assert_eq!(copied(&window), [stored[0].asset_id.as_str()]);

    let _ = commands.send(Command::Shutdown);
    let ended = runtime.block_on(tokio::time::timeout(Duration::from_secs(10), task));
    ended.expect("the engine ends").unwrap();
}
