//! What surrounds the list: other starts, settings, the desktop, what a screen reader is told.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use egui::accesskit::{Live, Toggled};
use egui::{Key, Modifiers, Theme, ThemePreference, ViewportCommand, ViewportId};
use egui_kittest::kittest::{By, NodeT, Queryable};
use mavi_uploader::app::environment::{Clicked, Desktop, DialogResult};
use mavi_uploader::app::pending::{Pending, Wake};
use mavi_uploader::engine::{Command, FinishedCounts, Notice, Preferences};
use mavi_uploader::model::snapshot::{ItemId, KeySource, KeyState, Status};
use mavi_uploader::store::settings::{Loaded, Start};
use mavi_uploader::store::{ForwardedPaths, Settings};
use tokio::sync::{mpsc, oneshot};

use crate::window::{
    Dialogs, FakeEngine, Vault, Window, builder, copied, has, open, open_with, ready, row, until,
    uploading, viewport_commands, with_key,
};

/// What the window asked of the desktop, in order; and what a click on its notification does.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<String>>>, Arc<Mutex<Option<Clicked>>>);

impl Asked {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn note(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }
}

impl Desktop for Asked {
    fn notify(&self, title: &str, text: &str, clicked: Clicked) {
        self.note(format!("{title}: {text}"));
        *self.1.lock().unwrap() = Some(clicked);
    }

    fn stay_awake(&self, awake: bool) {
        self.note(format!("awake: {awake}"));
    }

    fn progress(&self, percent: Option<u8>) {
        self.note(format!("progress: {percent:?}"));
    }

    fn browse(&self, address: &'static str, wake: Wake) -> Pending<bool> {
        self.note(format!("browse {address}"));
        let (answer, pending) = Pending::channel(wake);
        answer.send(true);
        pending
    }

    fn copied_files(&self, wake: Wake) -> Pending<Vec<PathBuf>> {
        let (answer, pending) = Pending::channel(wake);
        answer.send(Vec::new());
        pending
    }

    fn reveal(&self, path: &Path, wake: Wake) -> Pending<bool> {
        self.note(format!("show {}", path.display()));
        let (answer, pending) = Pending::channel(wake);
        answer.send(true);
        pending
    }
}

fn configured(engine: &mut FakeEngine) -> Option<Preferences> {
    std::iter::from_fn(|| engine.next()).find_map(|command| match command {
        Command::Configure(preferences) => Some(preferences),
        _ => None,
    })
}

#[test]
fn what_another_start_hands_over_is_added_and_the_window_comes_to_the_front() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let (sender, arrivals) = mpsc::unbounded_channel();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.arrivals = Some(arrivals);
    });
    let (taken, mut is_taken) = oneshot::channel();
    let paths = vec![PathBuf::from("/media/a.mp4")];
    let arrival = ForwardedPaths {
        paths: paths.clone(),
        taken,
    };
    sender.send(arrival).unwrap();
    window.step();
    assert!(is_taken.try_recv().is_ok(), "the other start may end");
    assert!(viewport_commands(&window).contains(&ViewportCommand::Focus));
    let added = std::iter::from_fn(|| engine.next()).find_map(|command| match command {
        Command::AddFromOutside(paths) => Some(paths),
        _ => None,
    });
    assert_eq!(added, Some(paths));

    // A start without files shows the window, and adds nothing.
    let (taken, mut is_taken) = oneshot::channel();
    let arrival = ForwardedPaths {
        paths: vec![],
        taken,
    };
    sender.send(arrival).unwrap();
    window.step();
    assert!(is_taken.try_recv().is_ok());
    assert!(viewport_commands(&window).contains(&ViewportCommand::Focus));
    assert!(engine.next().is_none());
}

#[test]
fn a_setting_counts_at_once_and_is_kept() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let kept = Arc::new(Mutex::new(None));
    let saved = Arc::clone(&kept);
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.save_settings = Some(Arc::new(move |settings: &Settings| {
            *saved.lock().unwrap() = Some(settings.clone());
            Ok(())
        }));
    });
    window.get_by_label("Settings").click();
    window.run();
    for (choice, is_kept) in [
        (
            "Files at a time: 8",
            (|s| s.jobs == 8) as fn(&Settings) -> bool,
        ),
        ("Speed limit, in MB a second: 2", |s| {
            s.limit_rate == Some(2_000_000)
        }),
        ("When to start: At once", |s| s.start == Start::AtOnce),
        ("Ask before something is lost: Off", |s| !s.confirmations),
        ("Notification at the end: Off", |s| !s.notifications),
        ("Copy IDs when a batch is done: On", |s| s.copy_when_done),
        ("Colours: Dark", |s| {
            s.theme == mavi_uploader::store::settings::Theme::Dark
        }),
    ] {
        window.get_by_label(choice).scroll_to_me();
        window.run();
        window.get_by_label(choice).click();
        until(&mut window, choice, |_| {
            kept.lock().unwrap().as_ref().is_some_and(is_kept)
        });
        window.run();
        let toggled = window.get_by_label(choice).accesskit_node().toggled();
        assert_eq!(toggled, Some(Toggled::True), "{choice}");
    }
    let last = std::iter::from_fn(|| configured(&mut engine)).last();
    assert_eq!(
        last,
        Some(Preferences {
            jobs: 8,
            bandwidth: Some(2_000_000),
            start_at_once: true,
        })
    );
    assert!(window.ctx.options(|o| o.theme_preference) == ThemePreference::Dark);
}

#[test]
fn a_second_copy_of_the_history_goes_where_the_user_says_until_it_is_taken_back() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let kept = Arc::new(Mutex::new(None));
    let saved = Arc::clone(&kept);
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.folder = Some("/home/data".into());
        outside.dialogs = Box::new(Dialogs(DialogResult::Chosen(vec!["/mnt/second".into()])));
        outside.save_settings = Some(Arc::new(move |settings: &Settings| {
            *saved.lock().unwrap() = Some(settings.backup_folder.clone());
            Ok(())
        }));
    });
    window.get_by_label("Settings").click();
    window.run();
    let (choose, remove) = (
        "Second copy of the history: Choose folder…",
        "Second copy of the history: Remove",
    );
    window.get_by_label(choose).scroll_to_me();
    window.run();
    assert!(has(&window, "None"));
    assert!(!has(&window, remove), "there is nothing to take back");
    for (button, expected) in [(choose, Some("/mnt/second".into())), (remove, None)] {
        window.get_by_label(button).click();
        let expected: Option<Option<PathBuf>> = Some(expected);
        until(&mut window, button, |_| *kept.lock().unwrap() == expected);
        window.run();
        assert_eq!(has(&window, "/mnt/second"), button == choose);
    }
}

#[test]
fn how_the_service_is_reached_is_shown() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    window.get_by_label("Settings").click();
    until(&mut window, "the proxy", |window| {
        has(
            window,
            "Proxy http://proxy.example:8080 · the system’s certificates",
        )
    });
}

#[test]
fn closing_waits_for_no_disk_and_the_last_setting_is_written_all_the_same() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let (open, disk) = std::sync::mpsc::channel::<()>();
    let (disk, kept) = (Mutex::new(disk), Arc::new(Mutex::new(vec![])));
    let saved = Arc::clone(&kept);
    // Held by whoever writes, and so dropped when nothing is written any more.
    let (writes, mut written) = oneshot::channel::<()>();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.save_settings = Some(Arc::new(move |settings: &Settings| {
            let _held = &writes;
            let _ = disk.lock().unwrap().recv();
            saved.lock().unwrap().push(settings.jobs);
            Ok(())
        }));
    });
    window.get_by_label("Settings").click();
    window.run();
    for choice in ["Files at a time: 8", "Files at a time: 2"] {
        window.get_by_label(choice).click();
        window.run();
    }
    eframe::App::on_exit(window.state_mut().as_mut().unwrap(), None);
    drop(window);
    assert_eq!(written.try_recv(), Err(oneshot::error::TryRecvError::Empty));
    assert!(kept.lock().unwrap().is_empty());
    // The disk answers, as often as it is asked.
    drop(open);
    assert!(written.blocking_recv().is_err());
    assert_eq!(*kept.lock().unwrap(), [8, 2]);
}

#[test]
fn settings_that_can_not_be_kept_are_said_to_count_only_now() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.save_settings = Some(Arc::new(|_: &Settings| {
            Err(io::Error::other("the disk is full"))
        }));
    });
    window.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    window.run();
    window.get_by_label("Files at a time: 1").click();
    until(&mut window, "the word", |window| {
        has(window, "can’t be saved: the disk is full")
    });
}

#[test]
fn damaged_settings_are_said_with_the_place_where_they_are_kept() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("settings.json"), "{\"jobs\":").unwrap();
    let loaded = Settings::load(dir.path());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.settings = loaded;
    });
    assert!(has(&window, "settings.damaged-"));
    window.get_by_label("Dismiss").click();
    window.run();
    assert!(!has(&window, "settings.damaged-"));
}

#[test]
fn colours_that_were_chosen_come_back_with_the_window() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("settings.json"), r#"{"theme":"dark"}"#).unwrap();
    let loaded: Loaded = Settings::load(dir.path());
    let window = open_with(builder(Theme::Light), handle, |outside| {
        outside.settings = loaded;
    });
    assert!(window.ctx.style_of(window.ctx.theme()).visuals.dark_mode);
}

#[test]
fn the_folder_is_shown_by_the_desktop() {
    let (_engine, handle) = FakeEngine::new(with_key());
    let asked = Asked::default();
    let desktop = asked.clone();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.folder = Some(PathBuf::from("/home/a/.local/share/mavi-uploader"));
        outside.desktop = Box::new(desktop);
    });
    window.get_by_label("Settings").click();
    window.run();
    window.get_by_label("Show").scroll_to_me();
    window.run();
    window.get_by_label("Show").click();
    window.run();
    assert_eq!(asked.take(), ["show /home/a/.local/share/mavi-uploader"]);
}

#[test]
fn the_key_is_forgotten_after_a_question() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let vault = Arc::new(Vault::default());
    let key = mavi_uploader::model::key::ApiKey::from_pasted("sk-mavi-0123456789abcdef").unwrap();
    *vault.kept.lock().unwrap() = Some(key);
    let keychain = Arc::clone(&vault);
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.vault = Some(keychain);
    });
    until(&mut window, "the keychain's key", |_| {
        matches!(engine.next(), Some(Command::SetKey(..)))
    });
    window.get_by_label("Settings").click();
    window.run();
    assert!(has(&window, "Ends in cdef, in the keychain."));
    window.get_by_label("Remove key").scroll_to_me();
    window.run();
    window.get_by_label("Remove key").click();
    window.run();
    assert!(vault.kept.lock().unwrap().is_some(), "asked first");
    window.get_by_label("Remove key").click();
    until(&mut window, "the word", |window| {
        has(window, "API key removed from the keychain.")
    });
    assert!(vault.kept.lock().unwrap().is_none());
    let last = std::iter::from_fn(|| engine.next()).last();
    assert!(matches!(last, Some(Command::NoKey)), "{last:?}");
    engine.publish(|state| state.key = KeyState::Missing);
    window.run();
    assert!(has(&window, "No API key"));
}

#[test]
fn a_key_of_the_environment_can_not_be_removed_here() {
    let mut state = with_key();
    state.key = KeyState::Present {
        source: KeySource::Environment,
        last4: "cdef".to_owned(),
        checked: true,
        refused: false,
    };
    let (_engine, handle) = FakeEngine::new(state);
    let mut window = open(handle);
    window.get_by_label("Settings").click();
    window.run();
    assert!(has(&window, "from the environment (MEMORIES_API_KEY)"));
    assert!(window.query_by_label("Remove key").is_none());
}

#[test]
fn without_questions_an_upload_is_cancelled_at_once() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("settings.json"),
        r#"{"confirmations":false}"#,
    )
    .unwrap();
    let loaded = Settings::load(dir.path());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.settings = loaded;
    });
    engine.rows(vec![uploading(1, "clip.mp4", 260_000_000)]);
    window.run();
    assert!(window.state().as_ref().unwrap().app().may_close());
    window.get_by_label("Cancel: clip.mp4").click();
    window.run();
    let last = std::iter::from_fn(|| engine.next()).last();
    let Some(Command::Cancel(ids)) = last else {
        panic!("{last:?}")
    };
    assert_eq!(ids, [ItemId(1)]);
}

fn set_focus(window: &mut Window, focused: bool) {
    let viewports = &mut window.input_mut().viewports;
    viewports.entry(ViewportId::ROOT).or_default().focused = Some(focused);
}

#[test]
fn the_ids_of_a_batch_are_copied_by_themselves_if_the_user_wants_that() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let asked = Asked::default();
    let desktop = asked.clone();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(desktop);
        outside.settings.settings.copy_when_done = true;
    });
    set_focus(&mut window, false);
    engine.rows(vec![uploading(1, "one.mp4", 5)]);
    window.run();
    engine.rows(vec![ready(1, "one.mp4", "re_1")]);
    let end = FinishedCounts {
        ready: 1,
        ..FinishedCounts::default()
    };
    engine.notices.send(Notice::QueueFinished(end)).unwrap();
    window.step();
    assert_eq!(copied(&window), ["re_1"]);
    window.run();
    assert!(has(&window, "Done: 1 file ready. 1 ID copied."));
    let told = "Uploads finished: 1 file ready at memories.ai. 1 ID copied.";
    assert_eq!(asked.take().last().map(String::as_str), Some(told));
}

#[test]
fn the_end_of_a_batch_is_told_to_who_looks_elsewhere_once() {
    let (engine, handle) = FakeEngine::new(with_key());
    let asked = Asked::default();
    let desktop = asked.clone();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(desktop);
    });
    let finished = || {
        Notice::QueueFinished(FinishedCounts {
            ready: 11,
            duplicates: 2,
            failed: 1,
            ..FinishedCounts::default()
        })
    };
    set_focus(&mut window, true);
    engine.notices.send(finished()).unwrap();
    window.run();
    assert_eq!(asked.take(), Vec::<String>::new(), "she sees it");

    set_focus(&mut window, false);
    engine.notices.send(finished()).unwrap();
    window.run();
    window.run();
    assert_eq!(
        asked.take(),
        [
            "Uploads finished, one not: 11 files ready at memories.ai, 2 duplicates, 1 needs attention."
        ]
    );

    // A click on it brings the window to the front.
    let click = asked.1.lock().unwrap().take().unwrap();
    click();
    window.step();
    let commands = viewport_commands(&window);
    assert!(commands.contains(&ViewportCommand::Focus), "{commands:?}");
    window.run();

    window.get_by_label("Settings").click();
    window.run();
    let off = "Notification at the end: Off";
    window.get_by_label(off).scroll_to_me();
    window.run();
    window.get_by_label(off).click();
    window.run();
    engine.notices.send(finished()).unwrap();
    window.run();
    assert_eq!(asked.take(), Vec::<String>::new(), "she does not want it");
}

#[test]
fn the_taskbar_is_told_each_percent_once_and_the_end() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let asked = Asked::default();
    let desktop = asked.clone();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(desktop);
    });
    for sent in [420, 421, 430] {
        engine.publish(|state| {
            state.totals.sent = sent;
            state.totals.bytes = 1000;
        });
        engine.rows(vec![row(1, "clip.mp4", Status::Queued)]);
        window.run();
    }
    assert_eq!(asked.take(), ["progress: Some(42)", "progress: Some(43)"]);
    engine.rows(vec![row(1, "clip.mp4", Status::Paused)]);
    window.run();
    assert_eq!(asked.take(), Vec::<String>::new(), "it is not over");
    engine.publish(|state| state.totals.sent = 1000);
    engine.rows(vec![ready(1, "clip.mp4", "re_1")]);
    window.run();
    assert_eq!(asked.take(), ["progress: None"]);
}

#[test]
fn the_computer_stays_awake_while_bytes_move_and_only_then() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let asked = Asked::default();
    let desktop = asked.clone();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(desktop);
    });
    engine.rows(vec![row(1, "a.mp4", Status::Queued)]);
    window.run();
    assert_eq!(asked.take(), Vec::<String>::new());
    for sent in [1, 260_000_000] {
        engine.rows(vec![uploading(1, "a.mp4", sent)]);
        window.run();
    }
    assert_eq!(asked.take(), ["awake: true"]);
    engine.rows(vec![ready(1, "a.mp4", "re_1")]);
    window.run();
    assert_eq!(asked.take(), ["awake: false"]);
}

#[test]
fn a_screen_reader_is_told_of_ends_politely() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    let spoken = |window: &Window| {
        let lives = By::new().predicate(|node| node.live() == Live::Polite);
        let node = window.query_all(lives).next();
        node.and_then(|node| node.accesskit_node().label())
    };
    assert_eq!(spoken(&window), Some(String::new()));
    engine.rows(vec![uploading(1, "clip.mp4", 5)]);
    window.run();
    engine.rows(vec![ready(1, "clip.mp4", "re_1")]);
    window.run();
    assert_eq!(spoken(&window), Some("clip.mp4: Ready.".to_owned()));
}
