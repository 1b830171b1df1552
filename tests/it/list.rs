//! The list, worked as every list is: searched, sorted, selected, copied, saved.

use egui::accesskit::{Role, Toggled};
use egui::{Event, Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use mavi_uploader::app::environment::DialogResult;
use mavi_uploader::engine::Command;
use mavi_uploader::model::media::Rejection;
use mavi_uploader::model::snapshot::{ItemId, ResumeBehaviour, Row, Status};

use crate::window::{
    Dialogs, FakeEngine, Window, builder, copied, has, mixed, open_with, over, ready, row, until,
    uploading, with_key,
};

#[test]
fn chips_show_what_they_count() {
    let (_engine, mut window) = over(mixed());
    window.get_by_label("Needs attention 1").click();
    window.run();
    assert!(has(&window, "four.mp4, Failed"));
    assert!(!has(&window, "one.mp4, Ready"));
    window.get_by_label("Waiting 1").click();
    window.run();
    assert!(has(&window, "three.mp4") && !has(&window, "five.mp4"));
    window.get_by_label("Paused 1").click();
    window.run();
    assert!(has(&window, "five.mp4") && !has(&window, "three.mp4"));
    assert!(!has(&window, "four.mp4, Failed"));
    window.get_by_label("To upload 1").click();
    window.run();
    assert!(has(&window, "six.mp4, Ready to upload") && !has(&window, "five.mp4"));
}

#[test]
fn files_of_the_same_name_say_in_which_folder_they_are() {
    let on = |card: &str, id| Row {
        path: format!("/media/{card}/A001.mp4").into(),
        ..ready(id, "A001.mp4", "re_1")
    };
    let (_engine, window) = over(vec![on("A", 1), on("B", 2), ready(3, "other.mp4", "re_2")]);
    assert!(has(&window, "A001.mp4, in A, Ready"));
    assert!(has(&window, "A001.mp4, in B, Ready"));
    assert!(has(&window, "other.mp4, Ready"));
}

#[test]
fn a_name_says_where_its_file_is_when_the_pointer_rests_on_it() {
    let (_engine, mut window) = over(vec![ready(1, "one.mp4", "re_1")]);
    let row = window.get_by_label_contains("one.mp4, Ready").rect();
    // The name begins after the box and the picture.
    let name = egui::pos2(row.left() + 110.0, row.center().y - 9.0);
    window.event(Event::PointerMoved(name));
    window.run();
    until(&mut window, "the path", |window| {
        has(window, "/media/one.mp4")
    });
}

#[test]
fn a_search_leaves_what_it_finds_and_is_cleared_again() {
    let (_engine, mut window) = over(mixed());
    window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.run();
    assert!(window.get_by_label("Search").is_focused());
    window.event(Event::Text("re_1".to_owned()));
    window.run();
    assert!(has(&window, "one.mp4, Ready"));
    assert!(!has(&window, "three.mp4"));
    window.event(Event::Text("x".to_owned()));
    window.run();
    assert!(has(&window, "No file here has this in its name or ID."));
    window.key_press(Key::Escape);
    window.run();
    assert!(has(&window, "three.mp4"));
}

#[test]
fn a_book_that_is_pasted_into_the_search_is_cut_to_the_length_of_a_name() {
    let (_engine, mut window) = over(mixed());
    window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.run();
    window.event(Event::Paste("word ".repeat(10_000)));
    window.run();
    let value = window.get_by_label("Search").value().unwrap_or_default();
    assert_eq!(value.chars().count(), 255);
    assert!(has(&window, "No file here has this in its name or ID."));
}

#[test]
fn a_search_that_finds_nothing_under_a_chip_says_so_and_leads_back() {
    let (_engine, mut window) = over(mixed());
    window.get_by_label("Waiting 1").click();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.run();
    window.event(Event::Text("re_1".to_owned()));
    window.run();
    assert!(has(&window, "No file under “Waiting” has this"));
    window.get_by_label("Search all files").click();
    window.run();
    assert!(has(&window, "one.mp4, Ready"));
    window.event(Event::Text("x".to_owned()));
    window.run();
    window
        .get_all_by_label("Clear search")
        .last()
        .unwrap()
        .click();
    window.run();
    assert!(has(&window, "one.mp4, Ready") && has(&window, "three.mp4"));
}

#[test]
fn the_list_is_sorted_by_its_menu() {
    let (_engine, mut window) = over(vec![
        row(1, "clip-10.mp4", Status::Queued),
        row(2, "clip-2.mp4", Status::Queued),
    ]);
    let top = |window: &crate::window::Window, name: &str| {
        window.get_by_label_contains(name).rect().top()
    };
    assert!(top(&window, "clip-10.mp4, Queued") < top(&window, "clip-2.mp4, Queued"));
    window.get_by_label("Sort").click();
    window.run();
    window.get_by_label("Name").click();
    window.run();
    assert!(top(&window, "clip-2.mp4, Queued") < top(&window, "clip-10.mp4, Queued"));
}

#[test]
fn a_click_shift_ctrl_and_the_boxes_select_as_in_every_list() {
    let (_engine, mut window) = over(mixed());
    window.get_by_label_contains("one.mp4, Ready").click();
    window.run();
    assert!(has(&window, "1 selected"));
    let three = window.get_by_label_contains("three.mp4, Queued");
    three.click_modifiers(Modifiers::SHIFT);
    window.run();
    assert!(has(&window, "3 selected"));
    let two = window.get_by_label_contains("two.mp4, Uploading");
    two.click_modifiers(Modifiers::COMMAND);
    window.run();
    assert!(has(&window, "2 selected"));
    window.get_by_label("Select five.mp4").click();
    window.run();
    assert!(has(&window, "3 selected"));
    window.get_by_label("Select all").click();
    window.run();
    assert!(has(&window, "6 selected"));
    window.get_by_label("Select all").click();
    window.run();
    assert!(!has(&window, "selected"));
}

#[test]
fn a_screen_reader_knows_the_window_by_its_name_and_which_rows_are_selected() {
    let (_engine, mut window) = over(mixed());
    let root = window.root().accesskit_node().label();
    assert_eq!(root.as_deref(), Some("Mavi Uploader"));
    let selected = |window: &Window, row: &str| {
        let row = window.get_by_label_contains(row);
        row.accesskit_node().is_selected()
    };
    window.get_by_label_contains("one.mp4, Ready").click();
    window.run();
    assert_eq!(selected(&window, "one.mp4, Ready"), Some(true));
    assert_eq!(selected(&window, "three.mp4, Queued"), Some(false));
}

#[test]
fn only_what_is_found_is_selected_by_ctrl_a() {
    let (_engine, mut window) = over(mixed());
    window.get_by_label("Waiting 1").click();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    assert!(has(&window, "1 selected"));
}

#[test]
fn a_selection_is_worked_as_a_whole_and_each_row_as_far_as_it_fits() {
    let (mut engine, mut window) = over(mixed());
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    let ids = |numbers: &[u64]| numbers.iter().map(|id| ItemId(*id)).collect::<Vec<_>>();
    window.get_by_label("Upload selected").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::StartItems(got)) if got == ids(&[6])));
    window.get_by_label("Pause selected").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::PauseItems(got)) if got == ids(&[2, 3])));
    window.get_by_label("Resume selected").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::ResumeItems(got)) if got == ids(&[5])));
    window.get_by_label("Try selected again").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Retry(got)) if got == ids(&[4])));
    window.get_by_label("Send selected first").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::SendFirst(got)) if got == ids(&[3, 5, 6])));
    window.get_by_label("Cancel selected").click();
    window.run();
    assert!(engine.next().is_none(), "bytes were sent: it asks first");
    assert!(has(&window, "Cancel 3 uploads?"));
    window.get_by_label("Cancel 3 uploads").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Cancel(got)) if got == ids(&[2, 3, 5])));
    window.key_press(Key::Delete);
    window.run();
    assert!(matches!(engine.next(), Some(Command::Remove(got)) if got == ids(&[1, 4, 6])));
    assert!(has(&window, "3 files removed from the list; the ID stays"));
    assert!(has(
        &window,
        "3 are queued or under way: cancel them first."
    ));
    let undo = window.get_by_label("Undo").rect();
    let close = window.get_by_label("Dismiss").rect();
    assert!(undo.right() <= close.left(), "{undo:?} {close:?}");
    assert!(undo.top() > 680.0 - 56.0, "it covers no row: {undo:?}");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert!(matches!(engine.next(), Some(Command::UndoRemove)));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert!(engine.next().is_none(), "there is nothing more to undo");
}

#[test]
fn ids_are_copied_in_the_form_that_is_asked_for() {
    let (_engine, mut window) = over(vec![
        ready(1, "a|b.mp4", "re_1"),
        ready(2, "=1+1.mp4", "re_2"),
    ]);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    for (label, text) in [
        ("IDs, one a line", "re_1\nre_2"),
        ("IDs with commas", "re_1, re_2"),
        ("Name and ID", "a|b.mp4\tre_1\n'=1+1.mp4\tre_2"),
        ("JSON list", "[\"re_1\",\"re_2\"]"),
        ("JSON object", "{\"asset_ids\":[\"re_1\",\"re_2\"]}"),
        (
            "CSV with names",
            "asset_id,name,folder\nre_1,a|b.mp4,media\nre_2,'=1+1.mp4,media\n",
        ),
        (
            "Markdown table",
            "| Asset ID | Name | Folder |\n| --- | --- | --- |\n| `re_1` | a\\|b.mp4 | media |\n| `re_2` | =1+1.mp4 | media |\n",
        ),
    ] {
        window.get_by_label("Copy as…").click();
        window.run();
        window.get_by_label(label).click();
        window.step();
        assert_eq!(copied(&window), [text], "{label}");
        window.run();
    }
}

#[test]
fn full_paths_are_copied_only_once_they_are_chosen() {
    let (_engine, mut window) = over(vec![ready(1, "a.mp4", "re_1")]);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window.get_by_label("Copy as…").click();
    window.run();
    let switch = |window: &Window| {
        window
            .get_by_role_and_label(Role::MenuItemCheckBox, "Include full paths")
            .accesskit_node()
            .toggled()
    };
    assert_eq!(switch(&window), Some(Toggled::False));
    window.get_by_label("Include full paths").click();
    window.run();
    assert_eq!(switch(&window), Some(Toggled::True), "the menu stays open");
    window.get_by_label("CSV with names").click();
    window.step();
    let text = "asset_id,name,path\nre_1,a.mp4,/media/a.mp4\n";
    assert_eq!(copied(&window), [text]);
}

#[test]
fn a_selection_is_saved_to_a_file_or_it_is_said_why_not() {
    let folder = tempfile::tempdir().unwrap();
    for (folder_is_there, said) in [(true, "1 row saved to ids.csv."), (false, "was not saved")] {
        let path = match folder_is_there {
            true => folder.path().join("ids.csv"),
            false => folder.path().join("missing").join("ids.csv"),
        };
        let (mut engine, handle) = FakeEngine::new(with_key());
        let chosen = path.clone();
        let mut window = open_with(builder(Theme::Light), handle, move |outside| {
            outside.dialogs = Box::new(Dialogs(DialogResult::Chosen(vec![chosen])));
        });
        engine.rows(vec![
            ready(1, "one.mp4", "re_1"),
            row(2, "b", Status::Queued),
        ]);
        window.run();
        window.get_by_label("Select one.mp4").click();
        window.run();
        window.get_by_label("Copy as…").click();
        window.run();
        window.get_by_label("Export CSV…").click();
        until(&mut window, said, |window| has(window, said));
        assert_eq!(path.exists(), folder_is_there);
    }
    let text = std::fs::read_to_string(folder.path().join("ids.csv")).unwrap();
    assert!(
        text.contains("\r\nre_1,one.mp4,media/one.mp4,412000000,") && text.ends_with(",ready,\r\n"),
        "{text}"
    );
}

#[test]
fn many_refused_files_are_summed_up_and_one_press_shows_them() {
    let not_supported = Rejection::UnsupportedFormat {
        extension: "pdf".to_owned(),
        suggested_format: None,
    };
    let mut rows: Vec<_> = (1..=3)
        .map(|id| row(id, "notes.pdf", Status::Rejected(not_supported.clone())))
        .collect();
    rows.push(row(4, "empty.mp4", Status::Rejected(Rejection::Empty)));
    rows.push(row(5, "fine.mp4", Status::ReadyToUpload));
    let (mut engine, mut window) = over(rows.clone());
    assert!(has(
        &window,
        "4 files can’t be uploaded: 3 not supported, 1 empty."
    ));
    window.get_by_label("Show them").click();
    window.run();
    assert!(!has(&window, "fine.mp4, Ready to upload"));
    assert!(
        !has(&window, "can’t be uploaded:"),
        "what was shown need not be said"
    );
    rows.push(row(6, "other.mp4", Status::Rejected(Rejection::Empty)));
    engine.rows(rows);
    window.run();
    assert!(has(&window, "5 files can’t be uploaded"));
}

#[test]
fn pause_says_before_it_is_pressed_what_becomes_of_the_bytes() {
    // Large or small: what its storage can do decides.
    let upload = |id, name, later| mavi_uploader::model::snapshot::Row {
        later: Some(later),
        ..uploading(id, name, 260_000_000)
    };
    let (_engine, mut window) = over(vec![
        upload(1, "direct.mp4", ResumeBehaviour::Restarts),
        upload(2, "large.mp4", ResumeBehaviour::Resumes),
        upload(3, "kept.mp4", ResumeBehaviour::ResumesAfterRestart),
    ]);
    for (name, said) in [
        ("Pause: direct.mp4", "starts again from the beginning"),
        ("Pause: large.mp4", "as long as the program stays open"),
        ("Pause: kept.mp4", "also after the program was closed"),
        ("Pause", "1 file starts again from the beginning"),
    ] {
        window.get_by_label(name).hover();
        window.run_steps(2);
        until(&mut window, said, |window| has(window, said));
        window.remove_cursor();
        window.run();
    }
}

#[test]
fn a_discarded_interruption_can_be_undone() {
    let (mut engine, mut window) = over(mixed());
    engine.publish(|state| state.interrupted = 2);
    window.run();
    window.get_by_label("Discard").click();
    window.run();
    assert!(has(&window, "Discard 2 interrupted uploads?"));
    window.get_by_label("Keep them").click();
    window.run();
    assert!(engine.next().is_none(), "nothing is lost without a yes");
    window.get_by_label("Discard").click();
    window.run();
    let dialog = window.get_by_role(Role::Dialog);
    dialog.get_by_label("Discard").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::DiscardInterrupted)));
    assert!(has(&window, "2 interrupted uploads discarded."));
    window.get_by_label("Undo").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::UndoRemove)));
}
