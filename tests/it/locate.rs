//! "Locate…" in the window: the dialog, what is asked of the engine, what is said.

use std::path::PathBuf;

use egui::Theme;
use egui_kittest::kittest::Queryable;
use mavi_uploader::app::environment::DialogResult;
use mavi_uploader::engine::{Command, Notice};
use mavi_uploader::model::fault::FaultKind;
use mavi_uploader::model::media::Rejection;
use mavi_uploader::model::relocation::RelocationError;
use mavi_uploader::model::snapshot::{ItemId, Status};

use crate::window::{
    Dialogs, FakeEngine, Window, builder, failed, has, open, open_with, row, with_key,
};

/// Everything that was asked of the engine so far.
fn asked(engine: &mut FakeEngine) -> Vec<Command> {
    std::iter::from_fn(|| engine.next()).collect()
}

/// A window with a file whose drive was taken away, and a dialog that ends so.
fn lost(choice: DialogResult) -> (FakeEngine, Window) {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.dialogs = Box::new(Dialogs(choice));
    });
    engine.rows(vec![failed(7, "clip.mp4", FaultKind::FileGone)]);
    window.run();
    asked(&mut engine);
    (engine, window)
}

#[test]
fn a_file_that_is_gone_is_shown_in_the_dialog_and_the_engine_is_told() {
    let found = PathBuf::from("/elsewhere/renamed.mp4");
    let (mut engine, mut window) = lost(DialogResult::Chosen(vec![found.clone()]));
    assert!(has(&window, "Reconnect the drive or locate the file."));
    window.get_by_label("Locate…: clip.mp4").click();
    window.run();
    let asked = asked(&mut engine);
    assert!(
        matches!(&asked[..], [Command::Locate(ItemId(7), path)] if *path == found),
        "{asked:?}"
    );
    // The user may close it, and may do it again.
    let (mut engine, mut window) = lost(DialogResult::Cancelled);
    for _ in 0..2 {
        window.get_by_label("Locate…: clip.mp4").click();
        window.run();
    }
    assert!(self::asked(&mut engine).is_empty());
}

#[test]
fn without_a_dialog_it_is_said_what_else_can_be_done() {
    let (_engine, mut window) = lost(DialogResult::Unavailable);
    window.get_by_label("Locate…: clip.mp4").click();
    window.run();
    assert!(has(&window, "drop it on the window as a new one"));
}

#[test]
fn another_file_is_refused_with_a_word_and_offered_as_a_new_one() {
    let (mut engine, mut window) = lost(DialogResult::Cancelled);
    let path = PathBuf::from("/elsewhere/other.mp4");
    let misfit = RelocationError::OtherSize {
        gone: 412_000_000,
        chosen: 3_000_000,
    };
    let notice = Notice::NotLocated(path.clone(), misfit);
    engine.notices.send(notice).unwrap();
    window.run();
    assert!(has(
        &window,
        "other.mp4 is not the file that was added: it is 3 MB, not 412 MB."
    ));
    window.get_by_label("Add as a new file").click();
    window.run();
    let asked = asked(&mut engine);
    assert!(
        matches!(&asked[..], [Command::Add(paths)] if *paths == [path.clone()]),
        "{asked:?}"
    );
    // What is no file for the service, or is there already, is not offered.
    for misfit in [
        RelocationError::InTheList,
        RelocationError::Refused(Rejection::Empty),
    ] {
        let notice = Notice::NotLocated(path.clone(), misfit);
        engine.notices.send(notice).unwrap();
        window.run();
        assert!(has(&window, "other.mp4"));
        assert!(window.query_by_label("Add as a new file").is_none());
    }
}

#[test]
fn every_row_whose_file_may_be_elsewhere_has_the_button_and_no_other_row() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    let unreadable = Rejection::Unreadable {
        cause: "permission denied".to_owned(),
    };
    engine.rows(vec![
        failed(1, "gone", FaultKind::FileGone),
        failed(2, "unreadable", FaultKind::Unreadable),
        row(3, "not found", Status::Rejected(Rejection::NotFound)),
        row(4, "never read", Status::Rejected(unreadable)),
        row(5, "empty", Status::Rejected(Rejection::Empty)),
        failed(6, "changed", FaultKind::FileChanged),
        row(7, "good", Status::ReadyToUpload),
    ]);
    window.run();
    for name in ["gone", "unreadable", "not found", "never read"] {
        for button in ["Details", "Locate…", "Try again"] {
            window.get_by_label(&format!("{button}: {name}"));
        }
    }
    for name in ["empty", "changed", "good"] {
        assert!(
            window.query_by_label(&format!("Locate…: {name}")).is_none(),
            "{name}"
        );
    }
}
