//! The window, worked by accessible label.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui::{Event, Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use mavi_uploader::app::desktop_status::title;
use mavi_uploader::app::environment::DialogResult;
use mavi_uploader::engine::{Command, FinishedCounts, Notice};
use mavi_uploader::model::fault::{Fault, FaultKind, RequiredAction};
use mavi_uploader::model::media::Rejection;
use mavi_uploader::model::snapshot::{ItemId, JournalState, Status, UnwritableCause};

use crate::window::{
    Dialogs, Drop, FakeEngine, Window, builder, close, copied, failed, has, open, open_with, over,
    ready, row, until, uploading, with_key,
};

const ID: &str = "re_660727003963174912";

#[test]
fn a_dropped_file_is_uploaded_and_its_id_is_copied() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);

    let path = PathBuf::from("/media/Zürich, day 1.mp4");
    let dropped = Arc::new(Drop(path.clone()));
    window.input_mut().dropped_files.push(dropped);
    window.run();
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    let Some(Command::Add(paths)) = engine.next() else {
        panic!("nothing was added")
    };
    assert_eq!(paths, [path]);

    let name = "Zürich, day 1.mp4";
    engine.rows(vec![row(1, name, Status::ReadyToUpload)]);
    window.run();
    assert!(has(&window, "Zürich, day 1.mp4, Ready to upload, 412 MB"));
    window.get_by_label("Upload 1 file").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Start)));

    engine.rows(vec![uploading(1, name, 260_000_000)]);
    window.run();
    assert!(has(
        &window,
        "Uploading, 63 %, 260 of 412 MB · 12.4 MB/s · 14 s left"
    ));

    engine.rows(vec![ready(1, name, ID)]);
    window.run();
    window.get_by_label(ID);
    window.get_by_label("Copy: Zürich, day 1.mp4").click();
    window.step();
    assert_eq!(copied(&window), [ID]);
    window.run();
    window.get_by_label("Copied: Zürich, day 1.mp4");
}

#[test]
fn a_refused_file_says_what_why_and_what_to_do() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    let rejection = Rejection::TooLarge {
        size: 6_200_000_000,
    };
    engine.rows(vec![
        row(1, "long.mp4", Status::Rejected(rejection)),
        row(2, "fine.mp4", Status::ReadyToUpload),
    ]);
    window.run();
    assert!(has(
        &window,
        "long.mp4, Can’t upload, This file is 6.2 GB. The service takes files up to 5 GB. Split or compress the file."
    ));
    window.get_by_label("Upload 1 file");
    window.get_by_label("Details: long.mp4").click();
    window.run();
    window.get_by_label("The file is too large");
    window.get_by_label("Split or compress the file.");
    window.get_by_label("Close").click();
    window.run();
    assert!(window.query_by_label("The file is too large").is_none());
}

#[test]
fn a_failed_file_offers_its_technical_detail_and_another_try() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.rows(vec![failed(7, "clip.mp4", FaultKind::ServerError)]);
    window.run();
    window.get_by_label("Details: clip.mp4").click();
    window.run();
    window.get_by_label("Kind: ServerError");
    window.get_by_label("Try again").click();
    window.run();
    while let Some(command) = engine.next() {
        if let Command::Retry(ids) = command {
            assert_eq!(ids, [ItemId(7)]);
            return;
        }
    }
    panic!("no retry was asked for");
}

#[test]
fn every_button_of_every_row_is_there_without_hovering() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.rows(vec![
        row(1, "queued", Status::Queued),
        uploading(2, "moving", 1),
        ready(3, "ready", ID),
        failed(4, "failed", FaultKind::Stalled),
        row(5, "paused", Status::Paused),
        row(6, "twin", Status::Duplicate { of: None }),
        row(
            7,
            "slow",
            Status::Processing {
                since: Instant::now(),
                long: true,
            },
        ),
    ]);
    window.run();
    for label in [
        "Pause: queued",
        "Cancel: queued",
        "Pause: moving",
        "Cancel: moving",
        "Copy: ready",
        "More: ready",
        "Details: failed",
        "Try again: failed",
        "More: failed",
        "Resume: paused",
        "Cancel: paused",
        "Upload anyway: twin",
        "More: twin",
        "Check again: slow",
    ] {
        let node = window.get_by_label(label);
        assert!(!node.accesskit_node().is_disabled(), "{label}");
        assert!(!node.accesskit_node().is_hidden(), "{label}");
    }
}

#[test]
fn cancelling_asks_only_where_bytes_were_sent() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    engine.rows(vec![
        row(1, "queued", Status::Queued),
        uploading(2, "moving", 260_000_000),
    ]);
    window.run();
    window.get_by_label("Cancel: queued").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Cancel(ids)) if ids == [ItemId(1)]));
    window.get_by_label("Cancel: moving").click();
    window.run();
    assert!(engine.next().is_none());
    assert!(has(&window, "260 of 412 MB were sent"));
    window.get_by_label("Cancel upload").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Cancel(ids)) if ids == [ItemId(2)]));
}

#[test]
fn the_ids_of_the_selection_are_copied_by_keyboard() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.rows(vec![
        ready(1, "one.mp4", "re_1"),
        uploading(2, "two.mp4", 5),
        ready(3, "three.mp4", "re_3"),
    ]);
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    assert!(has(&window, "3 selected"));
    window.event(Event::Copy);
    window.step();
    assert_eq!(copied(&window), ["re_1\nre_3"]);
    window.run();
    assert!(has(&window, "2 IDs copied; 1 file has none yet."));
}

#[test]
fn a_removal_can_be_undone() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    engine.rows(vec![
        ready(1, "one.mp4", "re_1"),
        row(2, "b.mp4", Status::Queued),
    ]);
    window.run();
    window.get_by_label("Clear finished").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Remove(ids)) if ids == [ItemId(1)]));
    assert!(has(
        &window,
        "1 file removed from the list; the ID stays in the Library."
    ));
    window.get_by_label("Undo").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::UndoRemove)));
}

#[test]
fn a_button_that_cannot_be_pressed_is_disabled() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.rows(vec![row(1, "clip.mp4", Status::Checking)]);
    window.run();
    assert!(window.get_by_label("Upload").accesskit_node().is_disabled());
    engine.publish(|state| {
        state.journal = JournalState::Unwritable(UnwritableCause::Error("disk full".to_owned()));
    });
    engine.rows(vec![row(1, "clip.mp4", Status::ReadyToUpload)]);
    window.run();
    let upload = window.get_by_label("Upload 1 file");
    assert!(upload.accesskit_node().is_disabled());
    assert!(has(&window, "The history cannot be written (disk full)"));
}

#[test]
fn trouble_that_concerns_everything_is_said_once_with_its_button() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    let fault = Arc::new(Fault::new(FaultKind::InsufficientBalance));
    engine
        .notices
        .send(Notice::Needs(RequiredAction::Balance, fault))
        .unwrap();
    engine.publish(|state| {
        state.needs = Some(RequiredAction::Balance);
        state.offline = true;
        state.interrupted = 4;
    });
    engine.rows(vec![row(1, "waits", Status::Queued)]);
    window.run();
    assert!(has(&window, "The balance at memories.ai is used up"));
    assert!(has(&window, "memories.ai can’t be reached"));
    assert!(has(&window, "4 uploads were interrupted."));
    window.get_by_label("Open console");
    window.get_by_label("Go on").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::FixDone)));
    window.get_by_label("Continue").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::ContinueInterrupted)));
}

#[test]
fn a_retired_service_is_told_of_in_its_own_words() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    let mut fault = Fault::new(FaultKind::Retired);
    fault.diagnostics.message = Some("POST /upload was sunset on 1 December.\n".to_owned());
    engine
        .notices
        .send(Notice::Needs(RequiredAction::Program, Arc::new(fault)))
        .unwrap();
    engine.publish(|state| state.needs = Some(RequiredAction::Program));
    engine.rows(vec![row(1, "waits", Status::Queued)]);
    window.run();
    assert!(has(
        &window,
        "memories.ai has retired this way of uploading."
    ));
    assert!(has(&window, "“POST /upload was sunset on 1 December”."));
    window.get_by_label("Open console");
    window.get_by_label("Go on");
}

#[test]
fn what_has_no_connection_is_said_to_go_on_only_where_it_does() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    let mut said = |paused: bool, status: Status| {
        engine.publish(|state| {
            state.offline = true;
            state.paused = paused;
        });
        engine.rows(vec![row(1, "clip.mp4", status)]);
        window.run();
        let there = has(&window, "memories.ai can’t be reached.");
        (there, has(&window, "Uploads resume automatically"))
    };
    assert_eq!(said(false, Status::Queued), (true, true));
    assert_eq!(said(true, Status::Queued), (true, false));
    assert_eq!(said(false, Status::Paused), (false, false), "nobody tries");
}

#[test]
fn a_desktop_without_a_file_dialog_is_told_so() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.dialogs = Box::new(Dialogs(DialogResult::Unavailable));
    });
    window.get_by_label("Choose files…").click();
    window.run();
    window.run();
    assert!(has(&window, "no file dialog"));
}

#[test]
fn a_window_where_nothing_happens_asks_for_no_frame() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.rows(vec![ready(1, "one.mp4", ID), uploading(2, "two.mp4", 5)]);
    window.run();
    // A picture that is being made has a time limit, for which the window wakes.
    until(&mut window, "an idle window", |window| {
        let output = &window.output().viewport_output[&egui::ViewportId::ROOT];
        output.repaint_delay == std::time::Duration::MAX
    });
}

#[test]
fn the_title_shows_how_far_the_batch_is() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    let title = |window: &Window| title(window.state().as_ref().unwrap().app().snapshot());
    assert_eq!(title(&window), "Mavi Uploader");
    engine.publish(|state| {
        state.totals.started = 7;
        state.totals.done = 2;
        state.totals.sent = 430_000_000;
        state.totals.bytes = 1_000_000_000;
    });
    engine.rows(vec![uploading(1, "clip.mp4", 5)]);
    window.run();
    assert_eq!(title(&window), "43 % · 2 of 7 – Mavi Uploader");
}

#[test]
fn the_end_of_a_batch_is_said() {
    let (engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    let finished = Notice::QueueFinished(FinishedCounts {
        ready: 11,
        duplicates: 1,
        failed: 1,
        ..FinishedCounts::default()
    });
    engine.notices.send(finished).unwrap();
    window.run();
    assert!(has(
        &window,
        "Done: 11 files ready, 1 duplicate, 1 needs attention."
    ));
}

#[test]
fn the_colours_can_be_chosen() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(!window.ctx.style_of(window.ctx.theme()).visuals.dark_mode);
    window.get_by_label("Colours").click();
    window.run();
    window.get_by_label("Dark").click();
    window.run();
    assert!(window.ctx.style_of(window.ctx.theme()).visuals.dark_mode);
}

#[test]
fn ten_thousand_rows_draw_only_those_in_sight() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    let rows = (0..10_000).map(|id| row(id, &format!("clip-{id}.mp4"), Status::ReadyToUpload));
    engine.rows(rows.collect());
    window.run();
    let drawn = window.query_all_by_label_contains("More: clip-").count();
    assert!((5..40).contains(&drawn), "{drawn} rows were drawn");
    window.get_by_label("Upload 10,000 files");
}

#[test]
fn the_window_tells_the_truth_of_an_upload_that_is_pressed_while_everything_is_paused() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    engine.publish(|state| state.paused = true);
    engine.rows(vec![
        row(1, "held.mp4", Status::Queued),
        row(2, "new.mp4", Status::ReadyToUpload),
    ]);
    window.run();
    assert!(has(
        &window,
        "held.mp4, Queued, 412 MB · all uploads are paused"
    ));
    window.get_by_label("Resume");
    for (button, said) in [
        ("Upload 1 file", "The paused uploads go on too."),
        ("Upload: new.mp4", "the paused uploads go on too"),
    ] {
        window.get_by_label(button).hover();
        window.run_steps(2);
        until(&mut window, said, |window| has(window, said));
        window.remove_cursor();
        window.run();
    }
    window.get_by_label("Upload 1 file").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Start)));
    // As the engine does it: a pause ends with it.
    engine.publish(|state| state.paused = false);
    window.run();
    assert!(!has(&window, "paused"));
    window.get_by_label("Pause");
}

#[test]
fn what_can_be_uploaded_is_one_press_away() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.rows(vec![row(1, "clip.mp4", Status::ReadyToUpload)]);
    window.run();
    window.get_by_label("Formats").click();
    window.run();
    assert!(has(&window, "MP4, MOV, AVI, WEBM, MKV"));
    assert!(has(&window, "memories.ai takes files up to 5 GB."));
}

#[test]
fn a_folder_that_hangs_over_the_window_says_how_many_files_it_brings() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.mp4", "b.mov", "notes.txt"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    let (_engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    window.input_mut().hovered_files = vec![egui::HoveredFile {
        path: Some(folder.path().to_owned()),
        ..egui::HoveredFile::default()
    }];
    until(&mut window, "the count", |window| {
        let app = window.state().as_ref().unwrap().app();
        app.drop_text() == Some("Add 2 files".to_owned())
    });
    window.input_mut().hovered_files.clear();
    window.run();
    let app = window.state().as_ref().unwrap().app();
    assert_eq!(app.drop_text(), None);
}

#[test]
fn closing_asks_while_bytes_move() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.rows(vec![
        uploading(1, "moving", 5),
        row(2, "waits", Status::Queued),
    ]);
    window.run();
    close(&mut window);
    assert!(has(&window, "Stop the uploads and close?"));
    assert!(has(&window, "2 uploads under way."));
    assert!(has(&window, "1 of them starts again from the beginning"));
    window.get_by_label("Keep uploading").click();
    window.run();
    assert!(!has(&window, "Stop the uploads and close?"));
}

#[test]
fn files_named_at_the_start_are_taken_in_once_the_window_is_there() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let named = PathBuf::from("/media/clip.mp4");
    let paths = vec![named.clone()];
    let _window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.paths = paths;
    });
    while let Some(command) = engine.next() {
        if let Command::AddFromOutside(added) = command {
            assert_eq!(added, [named]);
            return;
        }
    }
    panic!("nothing was added");
}

#[test]
fn files_that_are_held_one_by_one_go_on_together_from_the_foot() {
    let (mut engine, mut window) = over(vec![
        row(1, "one.mp4", Status::Paused),
        row(2, "two.mp4", Status::Paused),
        ready(3, "three.mp4", ID),
    ]);
    assert!(has(&window, "2 paused"));
    window.get_by_label("Resume").click();
    window.run();
    let both = [ItemId(1), ItemId(2)];
    assert!(matches!(engine.next(), Some(Command::ResumeItems(ids)) if ids == both));
    engine.publish(|state| state.paused = true);
    window.run();
    window.get_by_label("Resume").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Resume)));
}
