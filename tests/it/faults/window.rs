//! Every fault and every refusal in the window, pressed to its next step.
//!
//! A kind that is added later has no step here, and this does not compile; one whose words
//! or button are missing fails.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use egui::Theme;
use egui_kittest::kittest::Queryable;
use mavi_uploader::app::environment::DialogResult;
use mavi_uploader::engine::Command;
use mavi_uploader::model::fault::{Diagnostics, Fault, FaultKind};
use mavi_uploader::model::media::Rejection;
use mavi_uploader::model::snapshot::{ItemId, Status};
use mavi_uploader::text::{self, Backend, Message};

use crate::window::{
    Dialogs, FakeEngine, NoDesktop, Window, builder, copied, has, open, open_with, row, with_key,
};

/// Where the user shows that the file is.
const FOUND: &str = "/elsewhere/clip.mp4";

/// What a press on the button of the next step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    TryAgain,
    Locate,
    UploadAgain,
    UploadAnyway,
    CheckAgain,
    Remove,
    UpdateKey,
    OpenConsole,
    CopyDetails,
}

impl Step {
    fn label(self) -> &'static str {
        match self {
            Self::TryAgain => "Try again",
            Self::Locate => "Locate…",
            Self::UploadAgain => "Upload again",
            Self::UploadAnyway => "Upload anyway",
            Self::CheckAgain => "Check again",
            Self::Remove => "Remove",
            Self::UpdateKey => "Update key",
            Self::OpenConsole => "Open console",
            Self::CopyDetails => "Copy details",
        }
    }
}

/// The next step of each kind, as `docs/faults.md` has it.
fn step_of(kind: FaultKind) -> Step {
    use FaultKind as K;
    match kind {
        K::Offline
        | K::Tls
        | K::Proxy
        | K::BrokenInBody
        | K::LostAnswer
        | K::Stalled
        | K::NoAnswer
        | K::BadAnswer
        | K::WebPage
        | K::Blocked
        | K::AnswerTooLarge
        | K::Redirect
        | K::RateLimited
        | K::RateLimitedOrInvalid
        | K::Conflict
        | K::TooLargeForDirect
        | K::ServerError
        | K::WrongProtocol
        | K::ExpiredUrl
        | K::StorageRefused
        | K::ProcessingFailed
        | K::FileChanged
        | K::Unreadable
        | K::NotSaved
        | K::Cancelled => Step::TryAgain,
        K::FileGone => Step::Locate,
        K::SizeMismatch | K::AssetMissing | K::AssetDeleted => Step::UploadAgain,
        K::StillProcessing => Step::CheckAgain,
        K::UnsupportedMedia => Step::Remove,
        K::BadRequest => Step::CopyDetails,
        K::Unauthorized => Step::UpdateKey,
        K::InsufficientBalance | K::Forbidden | K::Retired => Step::OpenConsole,
    }
}

/// The next step of each refusal, and its number among them.
fn step_of_refusal(rejection: &Rejection) -> (usize, Step) {
    match rejection {
        Rejection::UnsupportedFormat { .. } => (0, Step::Remove),
        Rejection::ContentMismatch { .. } => (1, Step::Remove),
        Rejection::Empty => (2, Step::TryAgain),
        Rejection::TooLarge { .. } => (3, Step::Remove),
        Rejection::Unreadable { .. } => (4, Step::TryAgain),
        Rejection::NotAFile => (5, Step::Remove),
        Rejection::NotFound => (6, Step::TryAgain),
        Rejection::NotRecognised { .. } => (7, Step::UploadAnyway),
    }
}

/// One of each refusal, and each with its other words.
fn refusals() -> Vec<Rejection> {
    let format = |extension: &str, suggested_format: Option<&str>| Rejection::UnsupportedFormat {
        extension: extension.to_owned(),
        suggested_format: suggested_format.map(str::to_owned),
    };
    let mismatch = |rename_to: Option<&str>| Rejection::ContentMismatch {
        extension: "mp4".to_owned(),
        looks_like: "PDF document".to_owned(),
        rename_to: rename_to.map(str::to_owned),
    };
    vec![
        format("pdf", None),
        format("heic", Some("jpg")),
        format("", None),
        mismatch(None),
        mismatch(Some("mov")),
        Rejection::NotRecognised {
            extension: "mp4".to_owned(),
        },
        Rejection::Empty,
        Rejection::TooLarge {
            size: 6_200_000_000,
        },
        Rejection::Unreadable {
            cause: "permission denied".to_owned(),
        },
        Rejection::NotAFile,
        Rejection::NotFound,
    ]
}

/// Shows a row that is so, opens its details, finds all words in them, and presses.
fn press(status: Status, message: &Message, step: Step) {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let desktop = NoDesktop::default();
    let browsed = Arc::clone(&desktop.browsed);
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(desktop);
        outside.dialogs = Box::new(Dialogs(DialogResult::Chosen(vec![PathBuf::from(FOUND)])));
    });
    engine.rows(vec![row(7, "clip.mp4", status)]);
    window.run();
    assert!(has(&window, "clip.mp4, "), "{message:?}");
    assert!(
        has(&window, &message.next),
        "the row says no next step: {message:?}"
    );
    window.get_by_label("Details: clip.mp4").click();
    window.run();
    for words in [&message.title, &message.cause, &message.next] {
        let found = window.query_all_by_label(words).next();
        assert!(found.is_some(), "{words:?} is not shown: {message:?}");
    }
    while engine.next().is_some() {}
    // The dialog is drawn last.
    let button = window.query_all_by_label(step.label()).last();
    button
        .unwrap_or_else(|| panic!("no {:?} for {message:?}", step.label()))
        .click();
    window.step();
    came_of_it(&mut engine, &mut window, step, &browsed);
}

fn came_of_it(
    engine: &mut FakeEngine,
    window: &mut Window,
    step: Step,
    browsed: &Mutex<Vec<&'static str>>,
) {
    let its = |ids: Vec<ItemId>| assert_eq!(ids, [ItemId(7)], "{step:?}");
    match step {
        Step::CopyDetails => {
            let text = copied(window).concat();
            assert!(text.contains("clip.mp4"), "{text}");
            return;
        }
        Step::OpenConsole => {
            assert_eq!(*browsed.lock().unwrap(), [text::CONSOLE]);
            return;
        }
        Step::UpdateKey => {
            window.run();
            window.get_by_label("Save key");
            return;
        }
        Step::TryAgain
        | Step::Locate
        | Step::UploadAgain
        | Step::UploadAnyway
        | Step::CheckAgain
        | Step::Remove => {}
    }
    window.run();
    match (step, engine.next()) {
        (Step::TryAgain | Step::UploadAgain, Some(Command::Retry(ids)))
        | (Step::UploadAnyway, Some(Command::UploadAnyway(ids)))
        | (Step::CheckAgain, Some(Command::CheckAgain(ids)))
        | (Step::Remove, Some(Command::Remove(ids))) => its(ids),
        (Step::Locate, Some(Command::Locate(id, path))) => {
            assert_eq!((id, path), (ItemId(7), PathBuf::from(FOUND)));
        }
        (step, _) => panic!("a press on {:?} did something else", step.label()),
    }
    assert!(
        window.query_by_label("Copy details").is_none(),
        "the details stay open"
    );
}

#[test]
fn every_fault_is_pressed_to_its_next_step() {
    for &kind in FaultKind::ALL {
        let fault = Fault::new(kind);
        let message = text::fault(&fault, Backend::Service);
        press(Status::Failed(Arc::new(fault)), &message, step_of(kind));
    }
}

#[test]
fn every_refusal_is_pressed_to_its_next_step() {
    let mut seen = BTreeSet::new();
    for rejection in refusals() {
        let (number, step) = step_of_refusal(&rejection);
        seen.insert(number);
        let message = text::rejection(&rejection);
        press(Status::Rejected(rejection), &message, step);
    }
    assert_eq!(seen, (0..8).collect(), "each refusal has an example");
}

#[test]
fn the_copied_details_of_a_fault_are_all_that_somebody_else_needs() {
    let fault = Fault::new(FaultKind::ServerError).with_diagnostics(Diagnostics {
        call: Some("POST /upload".to_owned()),
        http_status: Some(503),
        code: Some("0500".to_owned()),
        message: Some("Internal server error".to_owned()),
        request_id: Some("5b1c9e02-17".to_owned()),
        causes: vec!["error sending request".to_owned(), "reset".to_owned()],
        began_ms: Some(1_795_580_000_000),
        failed_ms: Some(1_795_580_007_250),
        tries: Some(6),
        asset_id: None,
    });
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    engine.rows(vec![row(7, "clip.mp4", Status::Failed(Arc::new(fault)))]);
    window.run();
    window.get_by_label("Details: clip.mp4").click();
    window.run();
    window.get_by_label("Copy details").click();
    window.step();
    let text = copied(&window).concat();
    for line in [
        "File: /media/clip.mp4\n",
        "Kind: ServerError\n",
        "Call: POST /upload\n",
        "HTTP status: 503\n",
        "Code: 0500\n",
        "Message: Internal server error\n",
        "Request ID: 5b1c9e02-17\n",
        "Tries: 6\n",
        "Began: 2026-11-25T04:13:20.000Z\n",
        "Failed: 2026-11-25T04:13:27.250Z\n",
        "Causes: error sending request: reset\n",
        "Program: 0.0.0 (test)\n",
    ] {
        assert!(text.contains(line), "{line:?} is missing:\n{text}");
    }
}
