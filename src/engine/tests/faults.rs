//! Every row of `docs/faults.md`, simulated.

use std::time::Duration;

use super::service::{Act, fault, known, limited};
use super::*;
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::store::AssetRemark;

const NOW: Act = Act::Take(Duration::ZERO);

/// Uploads one file through one script, in the window, to its end.
pub(super) async fn one(place: &Place, make: Make, service: Scripted) -> Engine {
    let path = place.file("a.mp3", "a");
    let mut engine = make.start(place, service);
    engine.upload(&[path]).await;
    engine
        .until_row("a.mp3", |row| {
            matches!(row.status, Status::Ready | Status::Failed(_))
        })
        .await;
    engine
}

pub(super) fn seconds_between(engine: &Engine, first: &str, second: &str) -> Vec<u64> {
    let calls = engine.script().calls();
    let mut last = None;
    let mut gaps = vec![];
    for call in calls {
        if call.what.starts_with(second)
            && let Some(last) = last
        {
            gaps.push(call.at.duration_since(last).as_secs());
        }
        if call.what.starts_with(first) || call.what.starts_with(second) {
            last = Some(call.at);
        }
    }
    gaps
}

#[tokio::test(start_paused = true)]
async fn a_file_becomes_ready_and_its_id_is_in_the_history() {
    let place = Place::new();
    let mut engine = one(&place, Make::window(), Scripted::new()).await;
    let row = engine.row("a.mp3");
    assert_eq!(row.status, Status::Ready);
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert!(row.saved);
    let record = place.asset("re_1").unwrap();
    assert_eq!(record.status, Some(AssetStatus::Success));
    let bytes = std::fs::read(place.path("a.mp3")).unwrap();
    let hash = blake3::hash(&bytes).to_hex();
    assert_eq!(record.content.unwrap().to_hex(), hash.as_str());
    assert_eq!(record.path, place.path("a.mp3"));
    assert_eq!(record.remark, None);
    assert_eq!(
        engine.script().words(),
        ["check", "upload a.mp3", "ask re_1"]
    );
    engine.pass(0).await;
    assert_eq!(engine.batches(), [(1, 0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_server_error_is_tried_again() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::Fail(fault(FaultKind::ServerError))]);
    let mut engine = one(&place, Make::window(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    let events = engine.events();
    assert!(
        events.iter().any(|event| matches!(event,
            LifecycleEvent::Retrying { attempt: 2, delay, .. } if *delay >= Duration::from_secs(1))),
        "{events:?}"
    );
    assert_eq!(engine.script().count("upload"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_recovers_ends_after_six_tries() {
    let place = Place::new();
    let errors = vec![Act::Fail(fault(FaultKind::ServerError)); 9];
    let engine = one(
        &place,
        Make::window(),
        Scripted::new().acts("a.mp3", errors),
    )
    .await;
    assert!(matches!(&engine.row("a.mp3").status,
        Status::Failed(fault) if fault.kind == FaultKind::ServerError));
    assert_eq!(engine.script().count("upload"), 6);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_answer_is_waited_out_and_slows_all_calls() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::Fail(limited(20))]);
    let engine = one(&place, Make::window(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    let gaps = seconds_between(&engine, "upload", "upload");
    assert_eq!(gaps, [20]);
    assert!(engine.service.limiter().spacing() > Duration::from_millis(1500));
}

#[tokio::test(start_paused = true)]
async fn breaks_in_mid_body_ask_for_the_key_and_lead_to_the_signed_url() {
    let place = Place::new();
    let breaks = vec![Act::FailInBody(fault(FaultKind::BrokenInBody)); 2];
    let engine = one(
        &place,
        Make::window(),
        Scripted::new().acts("a.mp3", breaks),
    )
    .await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    assert_eq!(
        engine.script().words(),
        [
            "check",
            "upload a.mp3",
            "check",
            "upload a.mp3",
            "check",
            "ticket a.mp3",
            "store a.mp3 re_1",
            "ask re_1"
        ]
    );
    assert!(!engine.row("a.mp3").possibly_stored_twice);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_was_lost_as_a_break_is_found_by_the_key_check() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let service = Scripted::new()
        .acts("a.mp3", [Act::FailInBody(fault(FaultKind::BrokenInBody))])
        .key_checks([Ok(()), Err(fault(FaultKind::InsufficientBalance))]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[path]).await;
    engine
        .until(|it| it.needs == Some(crate::model::fault::RequiredAction::Balance))
        .await;
    assert_eq!(engine.row("a.mp3").status, Status::Queued);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_sent_once_more_and_noted() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::Lose(fault(FaultKind::LostAnswer))]);
    let engine = one(&place, Make::window(), service).await;
    let row = engine.row("a.mp3");
    assert_eq!(row.status, Status::Ready);
    assert!(row.possibly_stored_twice);
    let note = place.asset("re_1").unwrap().remark;
    assert_eq!(note, Some(AssetRemark::MayBeStoredTwice));
    assert_eq!(engine.script().stored("a.mp3"), 2);

    let place = Place::new();
    let lost = vec![Act::Lose(fault(FaultKind::NoAnswer)); 3];
    let engine = one(&place, Make::window(), Scripted::new().acts("a.mp3", lost)).await;
    assert!(matches!(&engine.row("a.mp3").status, Status::Failed(_)));
    assert_eq!(engine.script().count("upload"), 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_before_the_body_is_out_gives_an_id_that_is_kept() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::TakeEarly]);
    let mut engine = one(&place, Make::window(), service).await;
    assert_eq!(engine.row("a.mp3").asset_id, Some(id("re_1")));
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    // Its hash was read afterwards.
    let content = place.asset("re_1").unwrap().content;
    assert!(content.is_some());
    let finished = |event: &LifecycleEvent| matches!(event, LifecycleEvent::Finished { content: it, .. } if *it == content);
    assert!(engine.events().iter().any(finished));
}

#[tokio::test(start_paused = true)]
async fn an_id_that_comes_before_the_body_is_out_is_on_disk_at_once_whatever_follows() {
    let place = Place::new();
    let early = Act::AnswerEarly(Duration::from_secs(60));
    let service = Scripted::new().acts("a.mp3", [early, NOW]);
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[path]).await;
    engine
        .until_row("a.mp3", |row| row.status == Status::Uploading)
        .await;
    engine.pass(10).await;
    assert_eq!(place.asset("re_1").unwrap().remark, None);
    let row = engine.id_of("a.mp3");
    engine.say(Command::PauseItems(vec![row]));
    engine.until_status("a.mp3", &Status::Paused).await;
    assert!(place.asset("re_1").is_some());
    engine.say(Command::ResumeItems(vec![row]));
    let ready = engine.until_status("a.mp3", &Status::Ready).await;
    let again = ready.asset_id.clone().unwrap();
    let left = place.asset("re_1").unwrap().remark;
    assert_eq!(left, Some(AssetRemark::Abandoned), "sent again as {again}");
}

#[tokio::test(start_paused = true)]
async fn an_id_that_comes_while_the_program_ends_is_on_disk() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::NameIdAtEnd]);
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[path]).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    engine.shut_down().await;
    assert!(place.asset("re_1").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_part_of_a_file_whose_size_is_not_reported_is_never_called_finished() {
    let place = Place::new();
    let unsized_success = || known(AssetStatus::Success, None);
    let service = Scripted::new()
        .acts("a.mp3", [Act::TakeEarly, Act::TakeEarly])
        .answers("a.mp3", [unsized_success(), unsized_success()]);
    let mut engine = one(&place, Make::command_line(), service).await;
    assert_eq!(engine.row("a.mp3").asset_id, Some(id("re_3")));
    assert_eq!(
        engine.script().count("store"),
        1,
        "the third takes the signed URL"
    );
    let said: Vec<_> = engine
        .events()
        .into_iter()
        .filter_map(|event| match event {
            LifecycleEvent::Uploaded(asset) | LifecycleEvent::Finished { asset, .. } => Some(asset),
            _ => None,
        })
        .collect();
    assert_eq!(said, [id("re_3"), id("re_3")]);
    for left in ["re_1", "re_2"] {
        let note = place.asset(left).unwrap().remark;
        assert_eq!(note, Some(AssetRemark::Abandoned), "{left}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_service_is_asked_after_2_4_8_16_32_seconds() {
    let place = Place::new();
    let busy = || known(AssetStatus::Uploading, None);
    let service = Scripted::new().answers("a.mp3", (0..7).map(|_| busy()));
    let engine = one(&place, Make::window(), service).await;
    let gaps = seconds_between(&engine, "upload", "ask");
    assert_eq!(gaps, [2, 4, 8, 16, 32, 32, 32, 32]);
}

#[tokio::test(start_paused = true)]
async fn after_half_an_hour_the_row_says_so_and_can_be_checked_at_once() {
    let place = Place::new();
    let busy = || known(AssetStatus::Uploading, None);
    let service = Scripted::new().answers("a.mp3", (0..70).map(|_| busy()));
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[path]).await;
    engine
        .until_row("a.mp3", |row| {
            matches!(row.status, Status::Processing { long: true, .. })
        })
        .await;
    let asked = engine.script().count("ask");
    engine.say(Command::CheckAgain(vec![engine.id_of("a.mp3")]));
    engine.pass(2).await;
    assert_eq!(engine.script().count("ask"), asked + 1);
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn failed_at_the_service_is_uploaded_again_once() {
    let place = Place::new();
    let failed = || known(AssetStatus::Failed, None);
    let engine = one(
        &place,
        Make::window(),
        Scripted::new().answers("a.mp3", [failed()]),
    )
    .await;
    assert_eq!(engine.row("a.mp3").asset_id, Some(id("re_2")));
    let first = place.asset("re_1").unwrap();
    assert_eq!(first.status, Some(AssetStatus::Failed));
    assert_eq!(first.remark, Some(AssetRemark::Abandoned));

    let place = Place::new();
    let service = Scripted::new().answers("a.mp3", [failed(), failed()]);
    let mut engine = one(&place, Make::window(), service).await;
    let (kind, row) = engine.until_failed("a.mp3").await;
    assert_eq!(kind, FaultKind::ProcessingFailed);
    assert_eq!(row.asset_id, Some(id("re_2")));
    let status = place.asset("re_2").unwrap().status;
    assert_eq!(status, Some(AssetStatus::Failed));
}

#[tokio::test(start_paused = true)]
async fn another_size_is_an_error_with_the_id_kept() {
    let place = Place::new();
    let other = known(AssetStatus::Success, Some(1));
    let mut engine = one(
        &place,
        Make::window(),
        Scripted::new().answers("a.mp3", [other]),
    )
    .await;
    let (kind, row) = engine.until_failed("a.mp3").await;
    assert_eq!(kind, FaultKind::SizeMismatch);
    assert_eq!(row.asset_id, Some(id("re_1")));
    let note = place.asset("re_1").unwrap().remark;
    assert_eq!(note, Some(AssetRemark::SizeMismatch));
    engine.say(Command::Retry(vec![row.id]));
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_2")));
}

#[tokio::test(start_paused = true)]
async fn an_asset_may_be_unknown_for_a_minute() {
    let place = Place::new();
    let missing = || Ok(AssetAnswer::NotFound);
    let service = Scripted::new().answers("a.mp3", (0..4).map(|_| missing()));
    let engine = one(&place, Make::window(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);

    let place = Place::new();
    let service = Scripted::new().answers("a.mp3", (0..9).map(|_| missing()));
    let mut engine = one(&place, Make::window(), service).await;
    assert_eq!(
        engine.until_failed("a.mp3").await.0,
        FaultKind::AssetMissing
    );
    let asked = engine.script().count("ask");
    assert!((5..=6).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn trouble_with_asking_fails_no_file() {
    let place = Place::new();
    let errors = (0..30).map(|_| Err(fault(FaultKind::ServerError)));
    let engine = one(
        &place,
        Make::window(),
        Scripted::new().answers("a.mp3", errors),
    )
    .await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    assert_eq!(engine.script().count("upload"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_window_waits_for_the_network_and_says_that_it_is_offline() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let gone = vec![Act::Fail(fault(FaultKind::Offline)); 20];
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", gone));
    engine.upload(&[path]).await;
    engine.until(|it| it.offline).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    assert!(!engine.snapshot().offline);
    assert_eq!(engine.script().count("upload"), 21);
}

#[tokio::test(start_paused = true)]
async fn the_network_is_back_with_the_first_bytes_that_move() {
    let place = Place::new();
    let path = place.file("a.mp3", &"a".repeat(1000));
    let tries = [
        Act::Fail(fault(FaultKind::Offline)),
        Act::Steadily(Duration::from_secs(600)),
    ];
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", tries));
    engine.upload(&[path]).await;
    engine.until(|it| it.offline).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    engine.pass(1).await;
    assert!(!engine.snapshot().offline);
    assert_eq!(engine.row("a.mp3").status, Status::Uploading);
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_the_queue_holds_at_once_what_waits_for_the_network() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let gone = Act::Fail(fault(FaultKind::Offline));
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", [gone]));
    engine.upload(&[path]).await;
    let waits = |row: &Row| matches!(row.status, Status::Waiting { .. });
    engine.until_row("a.mp3", waits).await;
    engine.say(Command::Pause);
    engine.until(|it| it.paused).await;
    let row = engine.row("a.mp3");
    assert_eq!(row.status, Status::Queued);
    assert_eq!(row.later, None, "nothing of it was sent");
    engine.pass(3600).await;
    assert_eq!(engine.script().count("upload"), 1);
    engine.say(Command::Resume);
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn what_has_no_connection_is_not_said_to_upload() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let tries = [
        Act::Fail(fault(FaultKind::Offline)),
        Act::Take(Duration::from_secs(60)),
    ];
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", tries));
    engine.upload(&[path]).await;
    engine.until(|it| it.offline).await;
    engine
        .until(|it| {
            let status = &it.rows[0].status;
            assert!(!it.offline || *status != Status::Uploading);
            *status == Status::Ready
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_command_line_gives_the_network_six_tries() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let gone = vec![Act::Fail(fault(FaultKind::Offline)); 20];
    let mut engine = Make::command_line().start(&place, Scripted::new().acts("a.mp3", gone));
    engine.add(&[path]).await;
    assert_eq!(engine.until_failed("a.mp3").await.0, FaultKind::Offline);
    assert_eq!(engine.script().count("upload"), 6);
}

#[tokio::test(start_paused = true)]
async fn what_the_service_refuses_is_not_tried_again() {
    for kind in [
        FaultKind::BadRequest,
        FaultKind::UnsupportedMedia,
        FaultKind::Tls,
        FaultKind::FileChanged,
        FaultKind::FileGone,
    ] {
        let place = Place::new();
        let service = Scripted::new().acts("a.mp3", [Act::Fail(fault(kind))]);
        let mut engine = one(&place, Make::window(), service).await;
        assert_eq!(engine.until_failed("a.mp3").await.0, kind);
        assert_eq!(engine.script().count("upload"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn too_large_for_the_direct_route_takes_the_other() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::Fail(fault(FaultKind::TooLargeForDirect))]);
    let engine = one(&place, Make::window(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    assert_eq!(
        engine.script().words()[1..],
        [
            "upload a.mp3",
            "ticket a.mp3",
            "store a.mp3 re_1",
            "ask re_1"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_used_again_until_it_is_too_old() {
    let place = Place::new();
    let protocols = [
        Act::Fail(fault(FaultKind::WrongProtocol)),
        Act::FailInBody(fault(FaultKind::BrokenInBody)),
        NOW,
    ];
    let service = Scripted::new().acts("a.mp3", protocols);
    let engine = one(&place, Make::window().signed(), service).await;
    assert_eq!(engine.script().count("ticket"), 1);
    assert_eq!(engine.script().count("store a.mp3 re_1"), 3);

    let place = Place::new();
    let stalls = vec![Act::FailInBody(fault(FaultKind::Stalled)); 2];
    let service = Scripted::new()
        .acts("a.mp3", stalls)
        .expires_in(Duration::from_secs(4));
    let engine = one(&place, Make::window().signed(), service).await;
    assert_eq!(engine.row("a.mp3").asset_id, Some(id("re_2")));
    assert_eq!(engine.script().count("ticket"), 2);
    let first = place.asset("re_1").unwrap();
    assert_eq!(first.remark, Some(AssetRemark::Abandoned));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_the_storage_step_is_asked_about_before_sending_again() {
    // The file arrived.
    let place = Place::new();
    let lost = || Act::Lose(fault(FaultKind::LostAnswer));
    let service = Scripted::new()
        .acts("a.mp3", [lost()])
        .answers("a.mp3", [known(AssetStatus::Uploading, Some(5))]);
    let path = place.file("a.mp3", "a");
    let size = std::fs::metadata(&path).unwrap().len();
    let service = service.answers("a.mp3", [known(AssetStatus::Success, Some(size))]);
    let engine = one(&place, Make::window().signed(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    assert_eq!(engine.script().count("store"), 1);
    assert!(!engine.row("a.mp3").possibly_stored_twice);
    // It did not.
    let place = Place::new();
    let empty = (0..5).map(|_| known(AssetStatus::Waiting, None));
    let service = Scripted::new()
        .acts("a.mp3", [lost()])
        .answers("a.mp3", empty);
    let engine = one(&place, Make::window().signed(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    assert_eq!(engine.script().count("store"), 2);
    assert_eq!(engine.script().count("ticket"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_that_is_not_given_is_asked_for_again() {
    let place = Place::new();
    let trouble = [fault(FaultKind::ServerError), limited(5)];
    let service = Scripted::new().tickets(trouble);
    let engine = one(&place, Make::window().signed(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    assert_eq!(engine.script().count("ticket"), 3);
    assert_eq!(place.assets().len(), 1);
}
