//! Pictures of the window in the states that matter, compared with those that were looked at.
//!
//! They are drawn with the fonts that come with the program, so that they are the same on
//! every computer. `UPDATE_SNAPSHOTS=1` draws them anew; look at them then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{HoveredFile, Theme};
use egui_kittest::SnapshotOptions;
use egui_kittest::kittest::Queryable;
use mavi_uploader::model::asset::AssetId;
use mavi_uploader::model::fault::{Diagnostics, Fault, FaultKind, RequiredAction};
use mavi_uploader::model::media::{Kind, Rejection};
use mavi_uploader::model::snapshot::{DuplicateOf, DuplicateStage, Row, Snapshot, Status};

use crate::batches;
use crate::library::{Shelf, assets};
use crate::window::{
    FakeEngine, Window, builder, failed, has, open_with, ready, row, until, uploading, with_key,
    without_key,
};

/// Software renderers differ in the last bit of an edge, which the comparison passes over for
/// all but a few; already one icon more is some dozens of pixels, and a moved line
/// thousands.
const PIXELS_THAT_MAY_DIFFER: usize = 8;

fn picture(window: &mut Window, name: &str) {
    let options = SnapshotOptions::new().max_failed_pixels(PIXELS_THAT_MAY_DIFFER);
    window.snapshot_options(name, &options);
}

fn of_kind(kind: Kind, row: Row) -> Row {
    Row {
        kind: Some(kind),
        ..row
    }
}

fn busy(now: Instant) -> Vec<Row> {
    vec![
        uploading(1, "clip-001.mp4", 260_000_000),
        Row {
            size: 1_200_000_000,
            ..row(
                2,
                "interview with the director of photography, second take, wide angle.mov",
                Status::Processing {
                    since: now - Duration::from_secs(40),
                    long: false,
                },
            )
        },
        of_kind(
            Kind::Audio,
            Row {
                size: 38_000_000,
                ..ready(3, "podcast.m4a", "re_660727003963174912")
            },
        ),
        of_kind(
            Kind::Image,
            Row {
                size: 4_200_000,
                saved: false,
                ..ready(4, "poster.png", "re_660727003963174999")
            },
        ),
        Row {
            transfer: uploading(0, "", 412_000_000).transfer,
            ..row(5, "closing-scene.mkv", Status::Finishing)
        },
        row(
            6,
            "drone over the valley.mp4",
            Status::Waiting {
                until: now + Duration::from_secs(8),
                cause: Arc::new(Fault::new(FaultKind::RateLimited)),
            },
        ),
        row(7, "b-roll-17.mp4", Status::Queued),
        row(8, "b-roll-18.mp4", Status::ReadyToUpload),
        Row {
            transfer: uploading(0, "", 90_000_000).transfer,
            ..row(9, "b-roll-19.mp4", Status::Paused)
        },
    ]
}

fn trouble() -> Vec<Row> {
    let unsupported = Rejection::UnsupportedFormat {
        extension: "pdf".to_owned(),
        suggested_format: None,
    };
    let mismatch = Rejection::ContentMismatch {
        extension: "mp4".to_owned(),
        looks_like: "ZIP archive".to_owned(),
        rename_to: None,
    };
    vec![
        Row {
            kind: None,
            ..row(1, "notes.pdf", Status::Rejected(unsupported))
        },
        row(
            2,
            "whole festival.mov",
            Status::Rejected(Rejection::TooLarge {
                size: 6_200_000_000,
            }),
        ),
        row(3, "download.mp4", Status::Rejected(mismatch)),
        failed(4, "clip-002.mp4", FaultKind::ProcessingFailed),
        Row {
            duplicate_of: Some(Arc::new(DuplicateOf {
                path: "/media/clip-001.mp4".into(),
                uploaded_at_ms: Some(1_766_989_317_192),
                account: None,
                asset: AssetId::new("re_660727003963174912"),
            })),
            ..row(
                5,
                "clip-001 final.mp4",
                Status::FoundDuplicate(DuplicateStage::Uploaded),
            )
        },
        row(
            6,
            "clip-001 (copy).mp4",
            Status::Duplicate {
                of: AssetId::new("re_660727003963174912"),
            },
        ),
        row(7, "clip-004.mp4", Status::Cancelled),
        row(8, "clip-005.mp4", Status::ReadyToUpload),
    ]
}

fn totals(state: &mut Snapshot) {
    state.totals.started = 12;
    state.totals.done = 3;
    state.totals.sent = 1_400_000_000;
    state.totals.bytes = 3_900_000_000;
    state.totals.rate = Some(31_000_000.0);
    state.totals.left = Some(Duration::from_secs(80));
}

#[test]
fn the_first_start_invites() {
    let (_engine, handle) = FakeEngine::new(without_key());
    let mut window = open_with(builder(Theme::Light), handle, |_| {});
    picture(&mut window, "first_start_light");
}

#[test]
fn a_busy_window_is_calm() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let now = Instant::now();
    let mut window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.clock = Box::new(move || now);
    });
    engine.publish(totals);
    engine.rows(busy(now));
    window.run();
    window.get_by_label_contains("podcast.m4a, Ready").click();
    window.run();
    picture(&mut window, "busy_light");
}

#[test]
fn a_window_full_of_trouble_helps() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open_with(builder(Theme::Dark), handle, |_| {});
    engine.publish(|state| state.needs = Some(RequiredAction::Balance));
    engine.rows(trouble());
    window.run();
    picture(&mut window, "trouble_dark");
}

#[test]
fn the_smallest_window_has_everything() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let small = builder(Theme::Dark).with_size([640.0, 420.0]);
    let now = Instant::now();
    let mut window = open_with(small, handle, move |outside| {
        outside.sandbox = true;
        outside.clock = Box::new(move || now);
    });
    engine.publish(totals);
    engine.rows(busy(now));
    window.run();
    picture(&mut window, "busy_small_dark");
}

#[test]
fn at_twice_the_scale_the_details_are_readable() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let large = builder(Theme::Light)
        .with_size([640.0, 420.0])
        .with_pixels_per_point(2.0);
    let mut window = open_with(large, handle, |_| {});
    let fault = Fault::new(FaultKind::ServerError).with_diagnostics(Diagnostics {
        call: Some("POST /upload".to_owned()),
        http_status: Some(503),
        request_id: Some("7f3a".to_owned()),
        ..Diagnostics::default()
    });
    engine.rows(vec![row(
        1,
        "clip-002.mp4",
        Status::Failed(Arc::new(fault)),
    )]);
    window.run();
    window.get_by_label("Details: clip-002.mp4").click();
    window.run();
    picture(&mut window, "details_200_percent");
}

#[test]
fn a_drop_says_what_it_will_do() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let small = builder(Theme::Light).with_size([640.0, 420.0]);
    let mut window = open_with(small, handle, |_| {});
    engine.rows(vec![row(1, "clip-001.mp4", Status::ReadyToUpload)]);
    window.input_mut().hovered_files = ["a.mp4", "b.mov", "c.png"]
        .map(|name| HoveredFile {
            path: Some(name.into()),
            ..HoveredFile::default()
        })
        .to_vec();
    until(&mut window, "the count", |window| {
        let app = window.state().as_ref().map(mavi_uploader::ui::MaviApp::app);
        app.and_then(mavi_uploader::app::state::App::drop_text) == Some("Add 3 files".to_owned())
    });
    // egui draws on while files hang over the window.
    window.run_steps(3);
    picture(&mut window, "drop_small_light");
}

#[test]
fn the_library_shows_what_was_ever_uploaded() {
    let mut shelf = Shelf::of(assets(), Theme::Light, [1000.0, 680.0]);
    until(&mut shelf.window, "the rows", |window| {
        has(window, "A001_C001 wide.mp4, Ready")
    });
    shelf.window.run();
    picture(&mut shelf.window, "library_light");
}

#[test]
fn the_smallest_library_has_all_of_it() {
    let mut shelf = Shelf::of(assets(), Theme::Dark, [640.0, 420.0]);
    until(&mut shelf.window, "the rows", |window| {
        has(window, "A001_C001 wide.mp4, Ready")
    });
    shelf.window.run();
    picture(&mut shelf.window, "library_small_dark");
}

#[test]
fn an_empty_library_says_what_comes_there() {
    let mut shelf = Shelf::of(vec![], Theme::Light, [640.0, 420.0]);
    until(&mut shelf.window, "the words", |window| {
        has(window, "Nothing uploaded yet")
    });
    shelf.window.run();
    picture(&mut shelf.window, "library_empty_light");
}

#[test]
fn a_search_that_finds_nothing_says_so_and_leads_back() {
    let mut shelf = Shelf::of(assets(), Theme::Dark, [640.0, 420.0]);
    shelf.search("no such clip");
    until(&mut shelf.window, "the words", |window| {
        has(window, "Nothing in the Library matches.")
    });
    shelf.window.run();
    picture(&mut shelf.window, "library_nothing_found_dark");
}

#[test]
fn batches_stand_under_headers() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open_with(builder(Theme::Light), handle, |_| {});
    let now = Instant::now();
    let done = vec![ready(21, "four.mp4", "re_4"), ready(22, "five.mp4", "re_5")];
    let last = vec![
        row(31, "six.mp4", Status::ReadyToUpload),
        row(32, "seven.mp4", Status::ReadyToUpload),
    ];
    let shoot: Vec<Row> = busy(now).into_iter().take(5).collect();
    let rows = batches::of(1, shoot)
        .chain(batches::of(2, done))
        .chain(batches::of(3, last));
    engine.publish(|state| {
        state.batches = Arc::new(vec![
            batches::batch(1, "Shoot_2026-11-28", &batches::SKIPPED),
            batches::batch(2, "2026-11-29 17:40", &[]),
            batches::batch(3, "Interviews", &[]),
        ]);
        state.rows = Arc::new(rows.map(Arc::new).collect());
    });
    window.run();
    let folded = window.get_by_label("2026-11-29 17:40, Done: 2 files ready, expanded");
    folded.click();
    window.run();
    picture(&mut window, "batches_light");
}
