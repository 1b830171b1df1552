//! What the window says of files that were added, for how long, and where it shows them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Theme, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use mavi_uploader::app::environment::DialogResult;
use mavi_uploader::engine::{Command, Notice};
use mavi_uploader::model::asset::AssetId;
use mavi_uploader::model::fault::{Fault, FaultKind, RequiredAction};
use mavi_uploader::model::media::Rejection;
use mavi_uploader::model::snapshot::{ItemId, Row, Status};

use crate::window::{
    Dialogs, Drop, FakeEngine, NoDesktop, Window, builder, copied, has, open, open_with, over,
    ready, row, with_key,
};

fn drop_a_file(window: &mut Window) {
    let dropped = Arc::new(Drop(PathBuf::from("/media/new.mp4")));
    window.input_mut().dropped_files.push(dropped);
    window.run();
}

fn waiting(ids: std::ops::RangeInclusive<u64>) -> Vec<Row> {
    ids.map(|id| row(id, &format!("clip-{id}.mp4"), Status::ReadyToUpload))
        .collect()
}

/// The engine tells that added files are these rows.
fn already_listed(engine: &FakeEngine, rows: &[u64]) {
    let rows = rows.iter().copied().map(ItemId).collect();
    engine.notices.send(Notice::AlreadyListed(rows)).unwrap();
}

#[test]
fn files_that_were_in_the_list_already_are_selected_and_come_into_sight() {
    let (mut engine, mut window) = over(waiting(1..=50));
    already_listed(&engine, &[40, 45, 99]);
    window.run();
    assert!(has(&window, "3 files were already in the list."));
    assert!(!has(&window, "clip-40.mp4, Ready"));
    window.get_by_label("Show").click();
    window.run();
    assert!(has(&window, "clip-40.mp4, Ready"));
    assert!(has(&window, "2 selected"));
    window.get_by_label("Remove selected").click();
    window.run();
    let both = [ItemId(40), ItemId(45)];
    assert!(matches!(engine.next(), Some(Command::Remove(ids)) if ids == both));
}

#[test]
fn what_was_in_the_list_already_is_no_longer_said_once_other_files_come() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    already_listed(&engine, &[1]);
    window.run();
    assert!(has(&window, "1 file was already in the list."));
    drop_a_file(&mut window);
    assert!(!has(&window, "already in the list"));
    engine.rows(waiting(1..=1));
    window.run();
    assert!(!has(&window, "already in the list"));
    already_listed(&engine, &[2]);
    window.run();
    assert!(has(&window, "1 file was already in the list."), "not two");
}

#[test]
fn what_was_in_the_list_already_is_no_longer_said_after_a_while() {
    let (engine, handle) = FakeEngine::new(with_key());
    let clock = Arc::new(Mutex::new(Instant::now()));
    let told = Arc::clone(&clock);
    let mut window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.clock = Box::new(move || *told.lock().unwrap());
    });
    already_listed(&engine, &[1]);
    window.run();
    assert!(has(&window, "1 file was already in the list."));
    *clock.lock().unwrap() += Duration::from_secs(31);
    window.run();
    assert!(!has(&window, "already in the list"));
}

#[test]
fn in_the_least_window_every_word_of_a_banner_is_drawn() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let builder = builder(Theme::Light).with_size(Vec2::new(640.0, 420.0));
    let mut window = open_with(builder, handle, |_| {});
    engine.publish(|state| state.needs = Some(RequiredAction::Account));
    window.run();
    let mut said = window.query_all_by_label_contains("refuses this account");
    let banner = said.find(|node| node.accesskit_node().role() == Role::Label);
    let banner = banner.unwrap();
    assert!(banner.rect().height() > 30.0, "it has two lines");
    assert!(banner.rect().right() < 640.0);
}

#[test]
fn what_an_intake_left_out_is_told_also_where_it_is_said_with_what_is_refused() {
    let clock = Arc::new(Mutex::new(Instant::now()));
    let (mut engine, handle) = FakeEngine::new(with_key());
    let told = Arc::clone(&clock);
    let mut window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.clock = Box::new(move || *told.lock().unwrap());
    });
    let rows = (1..=4).map(|id| row(id, "empty.mp4", Status::Rejected(Rejection::Empty)));
    engine.publish(|state| {
        state.rows = Arc::new(rows.map(Arc::new).collect());
    });
    already_listed(&engine, &[5]);
    window.run();
    window.get_by_role_and_label(Role::Status, "4 files: Can’t upload.");
    *clock.lock().unwrap() += Duration::from_secs(3);
    window.run();
    window.get_by_role_and_label(Role::Status, "1 file was already in the list.");
    assert!(has(&window, "4 empty. 1 file was already in the list."));
}

#[test]
fn one_refused_file_out_of_sight_is_said_above_the_list() {
    let mut rows = waiting(1..=30);
    rows.push(row(31, "empty.mp4", Status::Rejected(Rejection::Empty)));
    let (mut engine, mut window) = over(rows.clone());
    assert!(has(&window, "1 file can’t be uploaded: 1 empty."));
    window.get_by_label("Show it");
    engine.rows(rows.split_off(28));
    window.run();
    assert!(!has(&window, "can’t be uploaded:"), "its row is in sight");
}

#[test]
fn files_that_are_added_come_into_sight() {
    let (mut engine, mut window) = over(waiting(1..=50));
    assert!(!has(&window, "clip-51.mp4, Ready"));
    drop_a_file(&mut window);
    engine.rows(waiting(1..=90));
    window.run();
    assert!(has(&window, "clip-51.mp4, Ready"));
    assert!(!has(&window, "clip-1.mp4, Ready"));
    assert!(has(&window, "clip-55.mp4, Ready"), "and those after it");
}

#[test]
fn files_that_are_found_one_after_the_other_come_into_sight_as_they_come() {
    let (mut engine, mut window) = over(waiting(1..=50));
    drop_a_file(&mut window);
    for last in [51, 53, 60] {
        engine.rows(waiting(1..=last));
        window.run();
        assert!(has(&window, "clip-51.mp4, Ready"));
        let last = format!("clip-{}.mp4, Ready", last.min(55));
        assert!(has(&window, &last), "{last}");
    }
    assert!(!has(&window, "clip-45.mp4, Ready"));
}

#[test]
fn files_that_are_added_while_some_are_selected_are_said_and_shown_when_asked_for() {
    let (mut engine, mut window) = over(waiting(1..=50));
    window.get_by_label("Select clip-1.mp4").click();
    window.run();
    drop_a_file(&mut window);
    engine.rows(waiting(1..=90));
    window.run();
    assert!(has(&window, "clip-1.mp4, Ready"), "the list stays");
    assert!(has(&window, "40 files added."));
    window.get_by_label("Show").click();
    window.run();
    assert!(has(&window, "clip-51.mp4, Ready"));
}

#[test]
fn files_that_were_left_by_an_earlier_run_move_nothing() {
    let (mut engine, mut window) = over(waiting(1..=50));
    engine.rows(waiting(1..=90));
    window.run();
    assert!(has(&window, "clip-1.mp4, Ready"));
    assert!(!has(&window, "files added"));
}

#[test]
fn several_uploads_are_cancelled_after_one_question_with_their_number() {
    let queued = (1..=3).map(|id| row(id, &format!("clip-{id}.mp4"), Status::Queued));
    let (mut engine, mut window) = over(queued.collect());
    window.get_by_label("Select all").click();
    window.run();
    window.get_by_label("Cancel selected").click();
    window.run();
    assert!(engine.next().is_none());
    assert!(has(&window, "Cancel 3 uploads?"));
    window.get_by_label("Cancel 3 uploads").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Cancel(ids)) if ids.len() == 3));
}

#[test]
fn an_id_that_nothing_stands_behind_is_shown_as_such_and_not_copied() {
    let with_id = |id, name, status| Row {
        asset_id: AssetId::new(&format!("re_{id}")),
        ..row(id, name, status)
    };
    let reserved = |id, name, status| Row {
        reserved_id: AssetId::new(&format!("re_{id}")),
        ..row(id, name, status)
    };
    let processing = Status::Processing {
        since: Instant::now(),
        long: false,
    };
    let fault = Fault::new(FaultKind::ServerError);
    let (_engine, mut window) = over(vec![
        ready(1, "one.mp4", "re_1"),
        with_id(2, "two.mp4", processing),
        with_id(3, "three.mp4", Status::Cancelled),
        reserved(4, "four.mp4", Status::Paused),
        reserved(5, "five.mp4", Status::Failed(Arc::new(fault))),
    ]);
    assert!(window.query_by_label("Copy: three.mp4").is_none());
    assert!(window.query_by_label("Copy: four.mp4").is_none());
    assert!(has(&window, "ID not used: re_3"));
    assert!(!has(&window, "re_4") && !has(&window, "re_5"));
    window.get_by_label("Select all").click();
    window.run();
    window.event(egui::Event::Copy);
    window.step();
    assert_eq!(copied(&window), ["re_1\nre_2"]);
    window.run();
    assert!(has(
        &window,
        "2 IDs copied, 1 of them not ready yet; 3 files have none yet."
    ));
    window.get_by_label("Details: five.mp4").click();
    window.run();
    assert!(has(&window, "Reserved ID: re_5"));
}

#[test]
fn chosen_files_and_pasted_paths_are_added() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.dialogs = Box::new(Dialogs(DialogResult::Chosen(vec![PathBuf::from("/a.mp4")])));
    });
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    window.key_press_modifiers(Modifiers::COMMAND, Key::O);
    window.run();
    window.run();
    assert!(
        matches!(engine.next(), Some(Command::Add(paths)) if paths == [PathBuf::from("/a.mp4")])
    );
    let pasted = if cfg!(windows) { "C:\\b.mp4" } else { "/b.mp4" };
    window.event(Event::Paste(pasted.to_owned()));
    window.run();
    assert!(matches!(engine.next(), Some(Command::Add(paths)) if paths == [PathBuf::from(pasted)]));
}

#[test]
fn copied_files_are_pasted_rather_than_the_names_that_come_with_them() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let copied = ["/card/A001.mp4", "/card/A002.mp4"].map(PathBuf::from);
    let desktop = NoDesktop {
        copied_files: copied.to_vec(),
        ..NoDesktop::default()
    };
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(desktop);
    });
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    // Of copied files egui pastes nothing, or their names.
    let key_comes_up = Event::Key {
        key: Key::V,
        physical_key: None,
        pressed: false,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    };
    for event in [key_comes_up, Event::Paste("A001.mp4\nA002.mp4".to_owned())] {
        window.event(event);
        window.run();
        assert!(matches!(engine.next(), Some(Command::Add(paths)) if paths == copied));
    }
    assert!(!has(&window, "Nothing to add"));
}
