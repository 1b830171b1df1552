//! The Library over a history on disk, without a window.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use jiff::civil::date;

use super::command::DetailsFormat;
use super::details::FileState;
use super::filters::{LibraryFilter, Period};
use super::reading_schedule::{BETWEEN_COUNTS, BETWEEN_READINGS};
use super::*;
use crate::app::command::{CursorMove, ExportFormat, Pick};
use crate::model::asset::{Account, AssetId, AssetMetadata, AssetState, AssetStatus};
use crate::model::media::{Kind, MediaMetadata, Route};
use crate::model::upload_facts::{SeenMetadata, UploadFacts};
use crate::store::{AssetRemark, History, HistoryChange};

/// Longest wait for the thread.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn asset(number: i64, name: &str) -> AssetRecord {
    AssetRecord {
        asset_id: AssetId::new(&format!("re_{number}")).unwrap(),
        item: None,
        account: Account::from_fingerprint("0123456789abcdef"),
        base_url: "https://api.example".to_owned(),
        name: name.to_owned(),
        path: Path::new("/media/shoot").join(name),
        size: 1_000_000_000,
        content: None,
        status: Some(AssetStatus::Success),
        uploaded_at_ms: Some(number * 1000),
        remark: None,
        note: None,
        batch: None,
        label: None,
        kind: Some(Kind::Video),
        metadata: MediaMetadata::default(),
        deleted_at_ms: None,
        upload: UploadFacts {
            route: Some(Route::SignedUrl),
            tries: Some(2),
            service: Some(SeenMetadata::new(
                &AssetMetadata {
                    file_name: Some(name.to_owned()),
                    ..AssetMetadata::new(AssetStatus::Success, Some(1_000_000))
                },
                5000,
            )),
        },
        batch_note: None,
    }
}

/// A Library, its history, and what its thread wakes.
struct Stand {
    library: LibraryState,
    history: History,
    woken: Receiver<()>,
    dir: tempfile::TempDir,
    now: Instant,
}

impl Stand {
    fn new(assets: Vec<AssetRecord>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let history = History::open(dir.path()).unwrap().history;
        let (sender, woken) = channel();
        let wake: Wake = Arc::new(move || {
            let _ = sender.send(());
        });
        let mut stand = Self {
            library: LibraryState::new(Some(dir.path().to_owned()), wake),
            history,
            woken,
            dir,
            now: Instant::now(),
        };
        stand.put(assets);
        stand.library.set_shown(true, stand.now);
        stand.library.follow(1, false, stand.now);
        stand.until(|library| library.all().is_some());
        stand
    }

    fn put(&mut self, assets: Vec<AssetRecord>) {
        let changes: Vec<_> = assets.into_iter().map(HistoryChange::PutAsset).collect();
        self.history.commit(&changes).unwrap();
    }

    /// Handles answers until something holds; returns what jobs found out meanwhile.
    fn until(&mut self, holds: impl Fn(&LibraryState) -> bool) -> Vec<LibraryEvent> {
        let mut events = self.library.poll();
        while !holds(&self.library) {
            self.woken.recv_timeout(PATIENCE).expect("an answer");
            events.extend(self.library.poll());
        }
        events
    }

    /// Waits for what a job finds out.
    fn event(&mut self) -> LibraryEvent {
        loop {
            if let Some(event) = self.library.poll().pop() {
                return event;
            }
            self.woken.recv_timeout(PATIENCE).expect("an event");
        }
    }

    fn filter(&mut self, choice: LibraryFilter) {
        let ticket = LibraryCommand::Filter(choice);
        assert_eq!(self.library.act(ticket, self.now), None);
    }

    fn rows(&self) -> usize {
        self.library.rows().len()
    }

    fn row(&self, place: usize) -> i64 {
        self.library.rows()[place]
    }
}

fn three() -> Stand {
    Stand::new(vec![
        asset(1, "one.mp4"),
        asset(2, "two.mp4"),
        AssetRecord {
            status: Some(AssetStatus::Waiting),
            ..asset(3, "three.mp4")
        },
    ])
}

#[test]
fn a_search_shows_what_matches_and_the_newest_one_wins() {
    let mut stand = three();
    assert_eq!((stand.rows(), stand.library.all()), (3, Some(3)));
    assert_eq!(stand.library.totals(), (3, Some(3_000_000_000)));
    for words in ["t", "tw", "thr"] {
        stand.filter(LibraryFilter::Words(words.to_owned()));
    }
    stand.until(|library| library.rows().len() == 1);
    let row = stand.row(0);
    stand.library.look_at(0..1);
    stand.until(|library| library.record(row).is_some());
    assert_eq!(stand.library.record(row).unwrap().name, "three.mp4");
    assert!(!stand.library.filters().is_everything());
    stand.filter(LibraryFilter::Nothing);
    stand.until(|library| library.rows().len() == 3);
    assert!(stand.library.filters().is_everything());
}

#[test]
fn a_changed_history_is_read_again_at_most_once_a_second_and_keeps_the_selection() {
    let mut stand = three();
    let two = stand.row(1);
    stand
        .library
        .act(LibraryCommand::Click(two, Pick::Only), stand.now);
    stand.put(vec![asset(4, "four.mp4")]);
    let soon = stand.now + Duration::from_millis(400);
    stand.library.follow(2, false, soon);
    assert_eq!(
        stand.library.next_wakeup(soon),
        Some(Duration::from_millis(600))
    );
    let due = stand.now + BETWEEN_READINGS;
    stand.library.follow(2, false, due);
    assert_eq!(stand.library.next_wakeup(due), None);
    stand.until(|library| library.rows().len() == 4);
    assert!(stand.library.selection().contains(two));
    assert_eq!(stand.library.selection().len(), 1);
    // A page that is not shown is read less often, in frames that there are anyway.
    stand.library.set_shown(false, due);
    stand.library.follow(3, false, due + BETWEEN_READINGS);
    let changed_at = |stand: &Stand, at| stand.library.schedule.due_in(false, at);
    assert!(changed_at(&stand, due + BETWEEN_READINGS).is_some());
    assert_eq!(stand.library.next_wakeup(due + BETWEEN_READINGS), None);
    stand.library.follow(3, false, due + BETWEEN_COUNTS);
    assert_eq!(changed_at(&stand, due + BETWEEN_COUNTS), None);
}

#[test]
fn a_selection_is_made_as_in_the_queue_counted_and_copied_whole() {
    let mut stand = three();
    let rows = stand.library.rows().to_vec();
    let selected = |stand: &Stand| {
        let rows = stand.library.rows().iter();
        rows.map(|row| stand.library.selection().contains(*row))
            .collect::<Vec<_>>()
    };
    stand.library.step(CursorMove::Down, false, None, 9);
    assert_eq!(selected(&stand), [true, false, false]);
    stand.library.step(CursorMove::Down, true, None, 9);
    assert_eq!(selected(&stand), [true, true, false]);
    stand.until(|library| library.totals() == (2, Some(2_000_000_000)));
    let toggle = LibraryCommand::Click(rows[0], Pick::Toggle);
    stand.library.act(toggle, stand.now);
    assert_eq!(selected(&stand), [false, true, false]);
    let range = LibraryCommand::Click(rows[2], Pick::Range);
    stand.library.act(range, stand.now);
    assert_eq!(selected(&stand), [true, true, true]);
    assert!(stand.library.all_selected());
    let all = stand.library.selected_rows();
    stand.library.jobs().copy(all, ExportFormat::Lines, true);
    match stand.event() {
        LibraryEvent::Copied(Some(copied)) => {
            assert_eq!(copied.text, "re_3\nre_2\nre_1");
            assert_eq!(copied.said, "3 IDs copied, 1 of them not ready yet.");
        }
        other => panic!("{other:?}"),
    }
    // A search deselects the rows that it hides.
    stand.filter(LibraryFilter::Words("two".to_owned()));
    stand.until(|library| library.rows().len() == 1);
    assert_eq!(stand.library.selection().len(), 1);
    stand.library.select_none();
    assert_eq!(stand.library.totals(), (1, Some(1_000_000_000)));
}

#[test]
fn a_selection_is_exported_from_the_history_itself() {
    let mut stand = three();
    stand.library.select_all();
    let source = crate::app::export::ExportSource::Assets(stand.library.selected_rows());
    assert_eq!(source.files(), 3);
    let path = stand.dir.path().join("ids.csv");
    source.write(&path, ExportFormat::Csv, true).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 4);
    assert!(text.contains("\r\nre_3,three.mp4,/media/shoot/three.mp4,1000000000,"));
    assert!(
        text.contains(",video,,,,,,,false,processing,\r\n"),
        "{text}"
    );
}

#[test]
fn details_tell_of_the_file_the_ledger_and_a_note_that_is_saved_if_changed() {
    let mut stand = three();
    let path = stand.dir.path().join("here.mp4");
    std::fs::write(&path, "four").unwrap();
    let here = AssetRecord {
        path: path.clone(),
        size: 4,
        uploaded_at_ms: Some(i64::MAX / 2),
        remark: Some(AssetRemark::MayBeStoredTwice),
        ..asset(9, "here.mp4")
    };
    assert_eq!(details::file_state(&here), FileState::Unchanged);
    let other = AssetRecord {
        size: 5,
        ..here.clone()
    };
    assert_eq!(details::file_state(&other), FileState::Changed);
    let newer = AssetRecord {
        uploaded_at_ms: Some(0),
        ..here
    };
    assert_eq!(details::file_state(&newer), FileState::Changed);
    let no_path = AssetRecord {
        path: "\0".into(),
        ..newer
    };
    assert_eq!(details::file_state(&no_path), FileState::Unreadable);

    let row = stand.row(0);
    assert!(!stand.library.open_details(-1, &Accounts::default()));
    stand.library.look_at(0..3);
    stand.until(|library| library.record(row).is_some());
    assert!(stand.library.open_details(row, &Accounts::default()));
    stand.until(|library| !library.details().unwrap().events().is_empty());
    let details = stand.library.details().unwrap();
    assert_eq!(details.events()[0].1, "Stored");
    assert!(
        details
            .lines()
            .contains(&("File now", "Not on this computer right now".to_owned()))
    );
    for (name, value) in [
        ("Sent by", "Signed URL"),
        ("Tries", "2"),
        ("Status at memories.ai", "SUCCESS"),
        ("Name at memories.ai", "three.mp4"),
        ("Size at memories.ai", "1 MB"),
    ] {
        assert!(
            details.lines().contains(&(name, value.to_owned())),
            "{name}"
        );
    }
    let text = details.copied(DetailsFormat::Text);
    assert!(
        text.starts_with("three.mp4\nre_3\nStatus: Processing\n")
            && text.contains("\n\nHistory\nStored: 1970-01-01 "),
        "{text}"
    );
    let json = details.copied(DetailsFormat::Json);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["asset_id"], &json["kind"], &json["file"]),
        (&"re_3".into(), &"video".into(), &"missing".into())
    );
    assert_eq!(
        (&json["route"], &json["tries"], &json["service"]["asked_at"]),
        (
            &"signed_url".into(),
            &2.into(),
            &"1970-01-01T00:00:05Z".into()
        )
    );
    assert_eq!(
        json["events"],
        serde_json::json!([{"time": "1970-01-01T00:00:03Z", "event": "stored"}])
    );
    assert!(
        stand.library.close_details().is_none(),
        "nothing was changed"
    );

    assert!(stand.library.open_details(row, &Accounts::default()));
    let long = "ä".repeat(details::LONGEST_NOTE + 9);
    stand.library.details_mut().unwrap().edit_note(&long);
    let (asset, note) = stand.library.close_details().unwrap();
    assert_eq!(asset.asset_id.as_str(), "re_3");
    assert_eq!(note.unwrap().chars().count(), details::LONGEST_NOTE);
}

#[test]
fn open_details_follow_the_record_but_keep_a_note_that_is_being_written() {
    let mut stand = three();
    let row = stand.row(0);
    assert!(stand.library.open_details(row, &Accounts::default()));
    let note = |library: &LibraryState| library.details().unwrap().note().to_owned();
    let set = |stand: &mut Stand, text: &str, revision| {
        stand.put(vec![asset(3, "three.mp4")]);
        let set = HistoryChange::SetNote {
            base_url: asset(3, "").base_url,
            asset_id: asset(3, "").asset_id,
            note: Some(text.to_owned()),
        };
        stand.history.commit(&[set]).unwrap();
        stand.now += BETWEEN_READINGS;
        stand.library.follow(revision, false, stand.now);
    };
    set(&mut stand, "theirs", 2);
    stand.until(|library| note(library) == "theirs");
    let details = stand.library.details().unwrap();
    assert_eq!(details.asset().state(), AssetState::Ready);
    stand.library.details_mut().unwrap().edit_note("mine");
    set(&mut stand, "theirs again", 3);
    stand.until(|library| {
        library.details().unwrap().asset().note.as_deref() == Some("theirs again")
    });
    let (_, saved) = stand.library.close_details().unwrap();
    assert_eq!(saved.as_deref(), Some("mine"));
}

#[test]
fn assets_of_an_unknown_account_make_no_choice_of_accounts() {
    let unknown = AssetRecord {
        account: Account::from_fingerprint(""),
        ..asset(2, "two.mp4")
    };
    let stand = Stand::new(vec![asset(1, "one.mp4"), unknown]);
    let accounts = &stand.library.facets().accounts;
    assert_eq!(accounts[..], [asset(1, "").account]);
}

#[test]
fn files_to_upload_again_are_looked_for() {
    let mut stand = three();
    let path = stand.dir.path().join("here.mp4");
    std::fs::write(&path, "four").unwrap();
    let here = AssetRecord {
        path: path.clone(),
        ..asset(9, "here.mp4")
    };
    stand.put(vec![here]);
    stand.library.follow(2, false, stand.now + BETWEEN_READINGS);
    stand.until(|library| library.rows().len() == 4);
    stand.library.select_all();
    let all = stand.library.selected_rows();
    stand.library.jobs().find_files(all);
    match stand.event() {
        LibraryEvent::Add(paths, gone) => assert_eq!((paths, gone), (vec![path], 3)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn assets_of_another_service_are_not_asked_about_at_this_one() {
    let elsewhere = AssetRecord {
        base_url: "https://elsewhere.example".to_owned(),
        ..asset(2, "two.mp4")
    };
    let mut stand = Stand::new(vec![asset(1, "one.mp4"), elsewhere]);
    stand.library.select_all();
    let all = stand.library.selected_rows();
    let base_url = "https://api.example".to_owned();
    stand.library.jobs().check(all, base_url);
    match stand.event() {
        LibraryEvent::Check(ids, left_out) => {
            assert_eq!((ids, left_out), (vec![asset(1, "").asset_id], 1));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn records_that_cannot_be_read_are_a_problem_and_not_asked_for_without_end() {
    let mut stand = three();
    let rows = stand.library.rows().to_vec();
    stand.library.records.expire();
    assert!(stand.library.records.missing(&rows).is_some());
    stand
        .library
        .take(LibraryAnswer::Records(Err("broken".to_owned())));
    assert_eq!(stand.library.problem(), Some("broken"));
    assert_eq!(stand.library.records.missing(&rows), None);
    let due = stand.now + BETWEEN_READINGS;
    stand.library.follow(2, false, due);
    stand.until(|library| library.problem().is_none());
}

// Windows names no file's identity.
#[cfg(unix)]
#[test]
fn rows_of_another_database_are_not_those_that_were_selected() {
    let mut stand = three();
    stand.library.select_all();
    stand.history = stand.history.repair().unwrap().history;
    stand.library.follow(2, false, stand.now + BETWEEN_READINGS);
    let events = stand.until(|library| library.selection().is_empty());
    assert!(matches!(events[..], [LibraryEvent::Replaced]));
    stand.until(|library| library.all().is_some());
    assert!(stand.library.selection().is_empty());
}

#[test]
fn a_search_of_the_queue_is_told_what_the_library_has() {
    let mut stand = three();
    stand.library.peek(Some("tw"));
    stand.until(|library| library.peeked() == Some(1));
    stand.library.peek(Some("nothing"));
    assert_eq!(stand.library.peeked(), None);
    stand.library.peek(None);
    assert_eq!(stand.rows(), 3, "the page shows what it did");
}

#[test]
fn without_a_data_directory_or_with_a_broken_history_the_page_says_so() {
    let wake: Wake = Arc::new(|| ());
    let now = Instant::now();
    let mut library = LibraryState::new(None, wake);
    library.follow(1, false, now);
    library.poll();
    assert!(
        library
            .problem()
            .unwrap()
            .starts_with("There is no data folder")
    );

    let mut stand = three();
    stand
        .library
        .replace(Some(stand.dir.path().join("elsewhere")));
    assert_eq!(stand.library.all(), None);
    std::fs::create_dir(stand.dir.path().join("elsewhere")).unwrap();
    std::fs::write(stand.dir.path().join("elsewhere/history.db"), [7; 4096]).unwrap();
    stand.library.follow(1, false, now);
    stand.until(|library| library.problem().is_some());
    stand.library.follow(1, true, now);
    let library = &stand.library;
    assert_eq!(library.problem(), None, "it is being repaired");
    assert_eq!(library.all(), None, "and so not known to be empty");
}

#[test]
fn days_are_the_users_own() {
    let now: Zoned = "2026-11-30T23:30:00-08:00[-08:00]".parse().unwrap();
    let mut filters = LibraryFilters::default();
    let mut limits = |period| {
        filters.choose(LibraryFilter::Period(period));
        let query = filters.query(&now);
        let day = |ms: Option<i64>| {
            ms.map(|ms| jiff::Timestamp::from_millisecond(ms).unwrap().to_string())
        };
        (day(query.since_ms), day(query.until_ms))
    };
    let from = |day: &str| (Some(format!("{day}T08:00:00Z")), None);
    assert_eq!(limits(Period::Any), (None, None));
    assert_eq!(limits(Period::SevenDays), from("2026-11-24"));
    assert_eq!(limits(Period::ThirtyDays), from("2026-11-01"));
    let months = [date(2026, 10, 1), date(2026, 8, 1)];
    let offered = Period::offered(&now, &months);
    let days = (23..=30).rev().map(|day| Period::Day(date(2026, 11, day)));
    let days: Vec<_> = days.collect();
    assert_eq!(offered[1..9], days);
    assert_eq!(offered[11..], months.map(Period::Month));
    let (start, end) = limits(offered[2]);
    assert_eq!(start.unwrap(), "2026-11-29T08:00:00Z");
    assert_eq!(end.unwrap(), "2026-11-30T08:00:00Z");
    let (start, end) = limits(offered[11]);
    assert_eq!(start.unwrap(), "2026-10-01T08:00:00Z");
    assert_eq!(end.unwrap(), "2026-11-01T08:00:00Z");
}
