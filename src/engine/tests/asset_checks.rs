//! Assets that are asked about again, on paused time.

use std::time::Duration;

use super::service::{Act, fault, known};
use super::*;
use crate::model::asset::{AssetAnswer, AssetMetadata, AssetStatus};
use crate::model::asset_check::{AssetCheckProgress, AssetCheckResult, AssetsToCheck};
use crate::model::fault::RequiredAction;
use crate::model::upload_facts::UploadFacts;
use crate::store::AssetRemark;

/// Uploads these files in a run of its own, as `re_1` and so on.
pub(super) async fn uploaded(place: &Place, names: &[&str]) {
    let mut engine = Make::window().run("before").start(place, Scripted::new());
    let paths: Vec<PathBuf> = names.iter().map(|name| place.file(name, name)).collect();
    engine.upload(&paths).await;
    for name in names {
        engine.until_status(name, &Status::Ready).await;
    }
    let rows = names.iter().map(|name| engine.id_of(name)).collect();
    engine.say(Command::Remove(rows));
    engine.until(|it| it.rows.is_empty()).await;
    engine.shut_down().await;
}

fn size(place: &Place, name: &str) -> u64 {
    std::fs::metadata(place.path(name)).unwrap().len()
}

/// A service that has these files, as `re_1` and so on.
pub(super) fn holding(place: &Place, names: &[&str]) -> Scripted {
    let numbered = names.iter().enumerate();
    numbered.fold(Scripted::new().ids_from(100), |service, (n, name)| {
        service.holds(&format!("re_{}", n + 1), name, size(place, name))
    })
}

fn these(assets: &[&str]) -> Command {
    Command::CheckAssets(AssetsToCheck::These(
        assets.iter().map(|text| id(text)).collect(),
    ))
}

const ALL: Command = Command::CheckAssets(AssetsToCheck::All);

impl Engine {
    /// Waits for the end of a check.
    async fn checked(&mut self) -> AssetCheckProgress {
        loop {
            let notice = tokio::time::timeout(LONGEST, self.handle.notices.recv());
            if let Notice::AssetsChecked(end) = notice.await.unwrap().unwrap() {
                return end;
            }
        }
    }

    fn results(&mut self) -> Vec<(AssetId, AssetCheckResult)> {
        let checked = |event| match event {
            LifecycleEvent::AssetChecked(asset, result) => Some((asset, result)),
            _ => None,
        };
        self.events().into_iter().filter_map(checked).collect()
    }
}

fn end(done: u64, unknown: u64, failed: u64, passed_over: u64) -> AssetCheckProgress {
    AssetCheckProgress {
        done,
        total: done,
        unknown,
        failed,
        passed_over,
    }
}

fn is(status: AssetStatus) -> AssetCheckResult {
    AssetCheckResult::Known {
        status,
        is_other_size: false,
    }
}

#[tokio::test(start_paused = true)]
async fn every_asset_of_the_history_is_asked_about_at_the_shared_rate() {
    let place = Place::new();
    let names = ["a.mp3", "b.mp3", "c.mp3"];
    uploaded(&place, &names).await;
    let lines = place.ledger().len();
    let service = holding(&place, &names)
        .answers("b.mp3", [Ok(AssetAnswer::NotFound)])
        .answers("c.mp3", [known(AssetStatus::Failed, None)]);
    let mut engine = Make::window().start(&place, service);
    engine.say(ALL);
    assert_eq!(engine.checked().await, end(3, 1, 0, 0));
    assert_eq!(engine.snapshot().asset_check, None);
    let calls = engine.script().calls();
    assert_eq!(
        engine.script().words(),
        ["ask re_1", "ask re_2", "ask re_3"]
    );
    for pair in calls.windows(2) {
        assert_eq!(pair[1].at - pair[0].at, Duration::from_millis(1050));
    }
    assert_eq!(
        engine.results(),
        [
            (id("re_1"), is(AssetStatus::Success)),
            (id("re_2"), AssetCheckResult::Unknown),
            (id("re_3"), is(AssetStatus::Failed)),
        ]
    );
    let remark = |text| place.asset(text).unwrap().remark;
    assert_eq!(
        (remark("re_1"), remark("re_2")),
        (None, Some(AssetRemark::Gone))
    );
    assert_eq!(
        place.asset("re_3").unwrap().status,
        Some(AssetStatus::Failed)
    );
    // Only what changed is written down.
    assert_eq!(place.ledger()[lines..], ["gone re_2", "failed re_3"]);
    // Its answers are used up, so that both are ready again.
    engine.say(ALL);
    assert_eq!(engine.checked().await, end(3, 0, 0, 0));
    assert_eq!(place.asset("re_2").unwrap().remark, None);
    let again = ["found re_2", "ready re_2", "ready re_3"];
    assert_eq!(place.ledger()[lines + 2..], again);
    assert_eq!(
        place.asset("re_3").unwrap().status,
        Some(AssetStatus::Success)
    );
    engine.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn uploads_and_their_polls_go_first() {
    let place = Place::new();
    let names = ["a.mp3", "b.mp3"];
    uploaded(&place, &names).await;
    let new: Vec<PathBuf> = (0..3)
        .map(|n| place.file(&format!("new {n}.mp3"), &"x".repeat(50 + n)))
        .collect();
    let service = holding(&place, &names);
    let mut engine = Make::window().start(&place, service);
    engine.add(&new).await;
    engine.say(Command::Start);
    engine.say(ALL);
    assert_eq!(engine.checked().await, end(2, 0, 0, 0));
    let words = engine.script().words();
    let (others, checks) = words.split_at(words.len() - 2);
    assert_eq!(checks, ["ask re_1", "ask re_2"], "{words:?}");
    // Two calls for each file; the earlier run checked the key.
    assert_eq!(others.len(), 6, "{words:?}");
    let snapshot = engine.snapshot();
    assert_eq!(snapshot.totals.active, 0);
    engine.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_and_an_outage_are_waited_for() {
    let place = Place::new();
    uploaded(&place, &["a.mp3"]).await;
    let service = holding(&place, &["a.mp3"]).answers(
        "a.mp3",
        [
            FaultKind::RateLimited,
            FaultKind::ServerError,
            FaultKind::Offline,
        ]
        .map(|kind| Err(fault(kind))),
    );
    let mut engine = Make::window().start(&place, service);
    engine.say(ALL);
    let waiting = engine.until(|it| it.waiting.is_some()).await;
    assert_eq!(waiting.asset_check.unwrap().done, 0);
    engine
        .until(|it| {
            it.waiting
                .is_some_and(|wait| wait.kind == FaultKind::ServerError)
        })
        .await;
    engine.until(|it| it.offline).await;
    assert_eq!(engine.checked().await, end(1, 0, 0, 0));
    assert_eq!(engine.script().words(), ["ask re_1"; 4]);
    assert_eq!(
        (engine.snapshot().waiting, engine.snapshot().offline),
        (None, false)
    );
}

#[tokio::test(start_paused = true)]
async fn on_the_command_line_an_outage_ends_the_check_after_its_tries() {
    let place = Place::new();
    let names = ["a.mp3", "b.mp3"];
    uploaded(&place, &names).await;
    let offline = fault(FaultKind::Offline);
    let service = holding(&place, &names).answers("a.mp3", vec![Err(offline.clone()); 9]);
    let make = Make::command_line();
    let tries = usize::try_from(make.policy.tries).unwrap();
    let mut engine = make.start(&place, service);
    // Far more than the history looks up at once.
    let unknown: Vec<String> = (3..600).map(|n| format!("re_{n}")).collect();
    let named = ["re_1", "re_2"].into_iter();
    let named: Vec<&str> = named.chain(unknown.iter().map(String::as_str)).collect();
    engine.say(these(&named));
    assert_eq!(engine.checked().await, end(599, 0, 599, 0));
    assert_eq!(engine.script().words(), vec!["ask re_1"; tries]);
    let failed = |text: &str| (id(text), AssetCheckResult::Failed(offline.clone()));
    assert_eq!(engine.results()[..2], [failed("re_1"), failed("re_2")]);
    // The next check begins anew.
    engine.say(these(&["re_2"]));
    assert_eq!(engine.checked().await, end(1, 0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_blames_the_request_is_given_up() {
    let place = Place::new();
    let names = ["a.mp3", "b.mp3"];
    uploaded(&place, &names).await;
    let invalid = fault(FaultKind::RateLimitedOrInvalid);
    let service = holding(&place, &names).answers("a.mp3", vec![Err(invalid); 9]);
    let mut engine = Make::window().start(&place, service);
    engine.say(ALL);
    assert_eq!(engine.checked().await, end(2, 0, 1, 0));
    assert_eq!(
        engine.script().words(),
        ["ask re_1", "ask re_1", "ask re_1", "ask re_2"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_check_is_stopped_between_two_answers() {
    let place = Place::new();
    let names = ["a.mp3", "b.mp3", "c.mp3"];
    uploaded(&place, &names).await;
    let mut engine = Make::window().start(&place, holding(&place, &names));
    engine.say(these(&["re_1", "re_2", "re_3"]));
    engine
        .until(|it| it.asset_check.is_some_and(|check| check.done == 1))
        .await;
    engine.say(Command::StopChecking);
    let stopped = engine.checked().await;
    assert_eq!((stopped.done, stopped.total), (1, 3));
    engine.pass(60).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    assert_eq!(engine.snapshot().asset_check, None);
    // It can begin anew, and does not hold up the end.
    engine.say(ALL);
    engine
        .until(|it| it.asset_check.is_some_and(|check| check.done == 1))
        .await;
    let before = tokio::time::Instant::now();
    engine.shut_down().await;
    assert!(before.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_costs_one_call_and_the_next_key_goes_on() {
    let place = Place::new();
    uploaded(&place, &["a.mp3"]).await;
    let service = holding(&place, &["a.mp3"]);
    service.refuse(&key("one"));
    let mut engine = Make::window().start(&place, service);
    engine.say(these(&["re_1", "re_99"]));
    let held = engine.until(|it| it.needs.is_some()).await;
    assert_eq!(held.needs, Some(RequiredAction::Key));
    engine.pass(600).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    assert_eq!(engine.count_needs(), 1);
    // The next key says nothing about the first one's asset.
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    assert_eq!(engine.checked().await, end(2, 1, 0, 1));
    assert_eq!(engine.script().words(), ["ask re_1", "ask re_99"]);
    assert_eq!(place.asset("re_1").unwrap().remark, None);
}

#[tokio::test(start_paused = true)]
async fn a_missing_key_is_asked_for() {
    let place = Place::new();
    uploaded(&place, &["a.mp3"]).await;
    let mut make = Make::window();
    make.key = None;
    let mut engine = make.start(&place, holding(&place, &["a.mp3"]));
    engine.say(ALL);
    engine.say(Command::NoKey);
    let held = engine.until(|it| it.needs.is_some()).await;
    assert_eq!(held.needs, Some(RequiredAction::Key));
    assert!(engine.script().calls().is_empty());
    engine.say(Command::SetKey(key("one"), KeySource::Session));
    assert_eq!(engine.checked().await, end(1, 0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn assets_of_another_account_are_passed_over() {
    let place = Place::new();
    uploaded(&place, &["a.mp3"]).await;
    let mut make = Make::window();
    make.key = Some(key("two"));
    let mut engine = make.start(&place, holding(&place, &["a.mp3"]));
    for command in [ALL, these(&["re_1"])] {
        engine.say(command);
        assert_eq!(engine.checked().await, end(1, 0, 0, 1));
        let last4 = key("one").last4();
        let other = AssetCheckResult::OtherAccount { last4 };
        assert_eq!(engine.results(), [(id("re_1"), other)]);
    }
    assert!(engine.script().calls().is_empty());
    assert_eq!(place.asset("re_1").unwrap().remark, None);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_the_history_lacks_is_added_or_kept_as_unknown() {
    let place = Place::new();
    let mut found = AssetMetadata::new(AssetStatus::Success, Some(7));
    found.file_name = Some("elsewhere.mp4".to_owned());
    let service = Scripted::new()
        .holds("re_7", "elsewhere", 7)
        .answers("elsewhere", [Ok(AssetAnswer::Known(found))]);
    let mut engine = Make::window().start(&place, service);
    engine.say(these(&["re_7", "re_8"]));
    assert_eq!(engine.checked().await, end(2, 1, 0, 0));
    engine.shut_down().await;
    let added = place.asset("re_7").unwrap();
    assert_eq!((added.name.as_str(), added.size), ("elsewhere.mp4", 7));
    assert_eq!(added.account, key("one").account());
    let unknown = place.asset("re_8").unwrap();
    assert_eq!(unknown.remark, Some(AssetRemark::Gone));
    assert!(!unknown.is_reserved(), "it is listed");
}

#[tokio::test(start_paused = true)]
async fn rows_follow_and_nothing_is_sent_again_unasked() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    for name in ["gone.mp3", "failed.mp3", "other.mp3"] {
        engine.upload(&[place.file(name, name)]).await;
        engine.until_status(name, &Status::Ready).await;
    }
    let twin = place.file("twin.mp3", "gone.mp3");
    engine.upload(&[twin]).await;
    let of = Some(id("re_1"));
    engine
        .until_status("twin.mp3", &Status::Duplicate { of })
        .await;
    let (size, sent) = (
        engine.row("other.mp3").size,
        engine.script().count("upload"),
    );
    let script = engine.script();
    script.answer_next("gone.mp3", Ok(AssetAnswer::NotFound));
    script.answer_next("failed.mp3", known(AssetStatus::Failed, None));
    script.answer_next("other.mp3", known(AssetStatus::Success, Some(size + 1)));
    engine.say(ALL);
    assert_eq!(engine.checked().await, end(3, 1, 0, 0));
    for (name, kind) in [
        ("gone.mp3", FaultKind::AssetMissing),
        ("failed.mp3", FaultKind::ProcessingFailed),
        ("other.mp3", FaultKind::SizeMismatch),
    ] {
        let (fault, row) = engine.until_failed(name).await;
        assert_eq!(fault, kind, "{name}");
        assert!(row.asset_id.is_some(), "{name}");
    }
    let twin = engine
        .until_row("twin.mp3", |row| row.duplicate_unconfirmed)
        .await;
    assert_eq!(twin.status, Status::ReadyToUpload);
    engine.pass(100).await;
    assert_eq!(engine.script().count("upload"), sent);
    assert_eq!(
        place.asset("re_3").unwrap().remark,
        Some(AssetRemark::SizeMismatch)
    );
    // The service has them again.
    engine.say(ALL);
    assert_eq!(engine.checked().await, end(3, 0, 0, 0));
    for name in ["gone.mp3", "failed.mp3", "other.mp3"] {
        engine.until_status(name, &Status::Ready).await;
    }
    assert_eq!(engine.script().count("upload"), sent);
    engine.shut_down().await;
    assert_eq!(place.asset("re_3").unwrap().remark, None);
}

#[tokio::test(start_paused = true)]
async fn a_history_of_many_pages_is_asked_about_to_its_end() {
    let place = Place::new();
    let mut history = place.history();
    let assets = (0..600).map(|n| {
        crate::store::HistoryChange::PutAsset(AssetRecord {
            asset_id: id(&format!("re_{n}")),
            item: None,
            // Every third one is this key's.
            account: key(if n % 3 == 0 { "one" } else { "two" }).account(),
            base_url: BASE_URL.to_owned(),
            name: format!("{n}.mp3"),
            path: PathBuf::new(),
            size: 9,
            content: None,
            status: Some(AssetStatus::Success),
            uploaded_at_ms: Some(n),
            remark: None,
            note: None,
            batch: None,
            label: None,
            kind: None,
            metadata: Default::default(),
            deleted_at_ms: None,
            upload: UploadFacts::default(),
            batch_note: None,
        })
    });
    history.commit(&assets.collect::<Vec<_>>()).unwrap();
    drop(history);
    let mut engine = Make::window().start(&place, Scripted::new().acts("", [Act::Stay]));
    engine.say(ALL);
    assert_eq!(engine.checked().await, end(600, 200, 0, 400));
    assert_eq!(engine.script().calls().len(), 200);
}
