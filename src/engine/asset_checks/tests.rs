use std::time::Duration;

use super::*;
use crate::engine::queue::item::KnownDuplicate;
use crate::model::asset::{AssetAnswer, AssetMetadata, AssetStatus};
use crate::model::upload::{Original, Upload, UploadState};
use crate::model::upload_facts::UploadFacts;
use crate::store::{AssetRecord, AssetRemark, HistoryChange};

const URL: &str = "https://service.test/serve/api/v2";

fn id(text: &str) -> AssetId {
    AssetId::new(text).unwrap()
}

fn account(name: &str) -> Account {
    Account::from_fingerprint(name)
}

fn own() -> HashSet<Account> {
    HashSet::from([account("own")])
}

fn listed(asset: &str, of: &str) -> ListedAsset {
    ListedAsset {
        id: id(asset),
        account: Some(account(of)),
        is_stored: true,
    }
}

fn these(assets: &[&str]) -> AssetsToCheck {
    AssetsToCheck::These(assets.iter().map(|asset| id(asset)).collect())
}

/// Returns the next step and its wait where the queue is empty.
fn next(checks: &mut AssetChecks<()>) -> Option<(CheckStep, Duration)> {
    checks.next_step(&Queue::default(), Instant::now())
}

/// Looks up the next page, all of whose named assets are of the own account.
fn look_up(checks: &mut AssetChecks<()>, page: Vec<ListedAsset>) -> Vec<ListedAsset> {
    assert_eq!(next(checks), Some((CheckStep::LookUp, Duration::ZERO)));
    checks.on_begun(CheckStep::LookUp, ());
    assert_eq!(next(checks), None, "one step at a time");
    assert!(checks.on_ended(&CheckStep::LookUp));
    let asked = checks.page().unwrap();
    checks.on_page(asked, page, &own())
}

/// Answers the next question.
fn answer(checks: &mut AssetChecks<()>, asset: &str, result: &AssetCheckResult) {
    let ask = CheckStep::Ask(id(asset));
    assert_eq!(next(checks), Some((ask.clone(), Duration::ZERO)));
    checks.on_begun(ask.clone(), ());
    assert!(!checks.on_ended(&CheckStep::LookUp), "not under way");
    assert!(checks.on_ended(&ask));
    checks.on_result(result);
}

const READY: AssetCheckResult = AssetCheckResult::Known {
    status: AssetStatus::Success,
    is_other_size: false,
};

#[test]
fn named_assets_are_asked_about_once_each_and_in_order() {
    let mut checks = AssetChecks::new();
    assert_eq!(next(&mut checks), None);
    checks.begin(these(&["re_2", "re_1", "re_2", "re_3"]));
    checks.begin(these(&["re_1"]));
    let page = checks.page();
    let names = ["re_2", "re_1", "re_3"].map(id).to_vec();
    assert_eq!(page, Some(AssetPage::Named(names)));
    let page = ["re_2", "re_1", "re_3"].map(|asset| match asset {
        "re_1" => listed(asset, "other"),
        _ => listed(asset, "own"),
    });
    let others = look_up(&mut checks, page.to_vec());
    assert_eq!(others, [listed("re_1", "other")]);
    answer(&mut checks, "re_2", &READY);
    assert_eq!(checks.take_finished(), None);
    answer(&mut checks, "re_3", &AssetCheckResult::Unknown);
    let expected = AssetCheckProgress {
        done: 3,
        total: 3,
        unknown: 1,
        failed: 0,
        passed_over: 1,
    };
    assert_eq!(checks.take_finished(), Some(expected));
    assert_eq!((checks.take_finished(), checks.progress()), (None, None));
}

#[test]
fn the_history_is_read_page_by_page_without_what_is_only_reserved() {
    let mut checks = AssetChecks::new();
    checks.begin(AssetsToCheck::All);
    checks.begin(AssetsToCheck::All);
    assert_eq!(checks.page(), Some(AssetPage::After(None)));
    checks.on_counted(3);
    let reserved = ListedAsset {
        is_stored: false,
        ..listed("re_2", "own")
    };
    look_up(&mut checks, vec![listed("re_1", "own"), reserved]);
    assert_eq!(checks.progress().unwrap().total, 2);
    answer(&mut checks, "re_1", &READY);
    // It was uploaded meanwhile.
    assert_eq!(checks.page(), Some(AssetPage::After(Some(id("re_2")))));
    look_up(&mut checks, vec![listed("re_3", "own"), listed("re_4", "")]);
    answer(&mut checks, "re_3", &READY);
    answer(&mut checks, "re_4", &READY);
    assert_eq!(checks.take_finished(), None);
    look_up(&mut checks, vec![]);
    let end = checks.take_finished().unwrap();
    assert_eq!((end.done, end.total), (3, 3));
}

#[test]
fn a_check_of_nothing_is_over_at_once() {
    let mut checks = AssetChecks::<()>::new();
    checks.begin(these(&[]));
    assert_eq!(checks.take_finished(), Some(AssetCheckProgress::default()));
}

#[test]
fn a_stopped_check_tells_how_far_it_came_and_asks_no_more() {
    let mut checks = AssetChecks::new();
    checks.begin(these(&["re_1", "re_2"]));
    look_up(
        &mut checks,
        vec![listed("re_1", "own"), listed("re_2", "own")],
    );
    answer(&mut checks, "re_1", &READY);
    let end = checks.stop().unwrap();
    assert_eq!((end.done, end.total), (1, 2));
    assert_eq!(next(&mut checks), None);
    assert_eq!(checks.stop(), None);
}

#[test]
fn an_outage_is_waited_for_and_a_useless_answer_is_not() {
    let (policy, now) = (Policy::default(), Instant::now());
    let mut checks = AssetChecks::new();
    checks.begin(these(&["re_1", "re_2"]));
    look_up(
        &mut checks,
        vec![listed("re_1", "own"), listed("re_2", "own")],
    );
    let ask = CheckStep::Ask(id("re_1"));
    for failures in 1..50 {
        checks.on_begun(ask.clone(), ());
        assert!(checks.on_ended(&ask));
        assert!(checks.on_fault(&Fault::new(FaultKind::ServerError), now, &policy));
        let wait = policy.poll_wait(failures);
        assert_eq!(
            checks.next_step(&Queue::default(), now),
            Some((ask.clone(), wait))
        );
        assert_eq!(checks.wait(now), Some((now + wait, FaultKind::ServerError)));
    }
    checks.try_now();
    assert_eq!(
        checks.next_step(&Queue::default(), now),
        Some((ask, Duration::ZERO))
    );
    let useless = Fault::new(FaultKind::RateLimitedOrInvalid);
    let tries = (1..=policy.limit_exceeded_tries)
        .map(|_| checks.on_fault(&useless, now, &policy))
        .collect::<Vec<_>>();
    assert_eq!(tries, [true, true, false]);
    checks.on_result(&AssetCheckResult::Failed(useless));
    assert_eq!(checks.progress().unwrap().failed, 1);
    answer(&mut checks, "re_2", &READY);
}

/// An unstarted row whose content an asset of the history has.
fn uploaded(row: u64) -> Item {
    let upload = Upload {
        state: UploadState::Ready,
        ..Upload::new()
    };
    let mut item = Item::new(ItemId(row), "/a.mp3".into(), 0, upload);
    item.known_duplicate = Some(KnownDuplicate {
        original: Original::Asset(id("re_1")),
        waits: false,
    });
    item
}

fn rows(rows: impl IntoIterator<Item = u64>) -> (Queue, AssetChecks<()>) {
    let (mut queue, mut checks) = (Queue::default(), AssetChecks::new());
    for row in rows {
        let item = uploaded(row);
        checks.on_compared(&item);
        queue.insert(item);
    }
    (queue, checks)
}

/// Begins the next step.
fn begin_next(checks: &mut AssetChecks<()>, queue: &Queue) -> Option<CheckStep> {
    let (step, _) = checks.next_step(queue, Instant::now())?;
    checks.on_begun(step.clone(), ());
    Some(step)
}

const fn row(row: u64) -> CheckStep {
    CheckStep::Row(ItemId(row))
}

#[test]
fn one_row_is_asked_about_at_a_time_in_the_order_they_came() {
    let (mut queue, mut checks) = rows([2, 1]);
    assert_eq!(begin_next(&mut checks, &queue), Some(row(1)));
    assert_eq!(begin_next(&mut checks, &queue), None);
    assert!(!checks.on_ended(&row(2)), "of another key");
    assert!(checks.on_ended(&row(1)));
    checks.on_row_answered();
    let one = queue.get_mut(ItemId(1)).unwrap();
    one.known_duplicate = None;
    checks.on_compared(one);
    assert_eq!(begin_next(&mut checks, &queue), Some(row(2)));
}

#[test]
fn a_row_that_is_gone_makes_way_for_the_next() {
    let (mut queue, mut checks) = rows([1, 2]);
    assert_eq!(begin_next(&mut checks, &queue), Some(row(1)));
    queue.remove(ItemId(1));
    assert_eq!(begin_next(&mut checks, &queue), Some(row(2)));
    queue.remove(ItemId(2));
    assert_eq!(begin_next(&mut checks, &queue), None);
    assert!(checks.rows.is_empty());
}

#[test]
fn rows_and_the_users_check_take_turns_and_the_end_of_one_stops_no_other() {
    let (queue, mut checks) = rows([1, 2]);
    checks.begin(these(&["re_7"]));
    assert_eq!(begin_next(&mut checks, &queue), Some(row(1)));
    checks.stop();
    assert!(checks.on_ended(&row(1)), "it is under way");
    checks.begin(these(&["re_7"]));
    checks.pass_over(ItemId(1));
    assert_eq!(begin_next(&mut checks, &queue), Some(CheckStep::LookUp));
    assert!(checks.on_ended(&CheckStep::LookUp));
    let page = checks.page().unwrap();
    checks.on_page(page, vec![listed("re_7", "own")], &own());
    let ask = CheckStep::Ask(id("re_7"));
    assert_eq!(begin_next(&mut checks, &queue), Some(ask.clone()));
    assert!(checks.on_ended(&ask));
    checks.on_result(&READY);
    assert_eq!(begin_next(&mut checks, &queue), Some(row(2)));
}

fn record() -> AssetRecord {
    AssetRecord {
        asset_id: id("re_1"),
        item: None,
        account: account("own"),
        base_url: URL.to_owned(),
        name: "a.mp4".to_owned(),
        path: "/a.mp4".into(),
        size: 10,
        content: None,
        status: Some(AssetStatus::Success),
        uploaded_at_ms: Some(5),
        remark: None,
        note: None,
        batch: None,
        label: None,
        kind: None,
        metadata: Default::default(),
        deleted_at_ms: None,
        upload: UploadFacts::default(),
        batch_note: None,
    }
}

fn known(status: AssetStatus, size: u64) -> AssetAnswer {
    AssetAnswer::Known(AssetMetadata::new(status, Some(size)))
}

/// Returns the changes with their times removed: the new remark, and the record that is put.
fn changes(record: Option<&AssetRecord>, answer: &AssetAnswer) -> (bool, Option<AssetRecord>) {
    let answered = AnsweredCheck {
        asset: &id("re_1"),
        answer,
        account: &account("own"),
        base_url: URL,
    };
    let (mut is_cleared, mut put) = (false, None);
    for change in answered.changes(record) {
        match change {
            HistoryChange::ClearRemark(_) if put.is_none() => is_cleared = true,
            HistoryChange::PutAsset(asset) => put = Some(asset),
            HistoryChange::SetSeen { metadata, .. } => {
                let AssetAnswer::Known(known) = answer else {
                    panic!("nothing was seen");
                };
                assert_eq!(metadata.file_size, known.file_size);
            }
            other => panic!("{other:?}"),
        }
    }
    (is_cleared, put)
}

#[test]
fn an_answer_adds_what_it_says_and_nothing_else() {
    let ready = known(AssetStatus::Success, 10);
    let with = |remark| AssetRecord { remark, ..record() };
    let put = |changes: (bool, Option<AssetRecord>)| {
        let (is_cleared, put) = changes;
        (
            is_cleared,
            put.map(|put| (put.status, put.size, put.remark)),
        )
    };
    let success = Some(AssetStatus::Success);
    let (gone, mismatch) = (Some(AssetRemark::Gone), Some(AssetRemark::SizeMismatch));
    let cases = [
        (Some(record()), &ready, (false, None)),
        (
            Some(record()),
            &AssetAnswer::NotFound,
            (false, Some((success, 10, gone))),
        ),
        (Some(with(gone)), &AssetAnswer::NotFound, (false, None)),
        (Some(with(gone)), &ready, (true, Some((success, 10, None)))),
        (
            Some(record()),
            &known(AssetStatus::Success, 9),
            (false, Some((success, 10, mismatch))),
        ),
        (
            Some(with(mismatch)),
            &ready,
            (true, Some((success, 10, None))),
        ),
        (
            Some(with(Some(AssetRemark::MayBeStoredTwice))),
            &ready,
            (false, None),
        ),
        (
            Some(record()),
            &known(AssetStatus::Failed, 10),
            (false, Some((Some(AssetStatus::Failed), 10, None))),
        ),
        (None, &AssetAnswer::NotFound, (false, Some((None, 0, gone)))),
        (None, &ready, (false, Some((success, 10, None)))),
    ];
    for (before, answer, expected) in cases {
        let case = format!("{before:?} {answer:?}");
        assert_eq!(put(changes(before.as_ref(), answer)), expected, "{case}");
    }
    let reserved = AssetRecord {
        status: None,
        ..record()
    };
    for answer in [
        AssetAnswer::NotFound,
        AssetAnswer::Known(AssetMetadata::new(AssetStatus::Waiting, None)),
    ] {
        assert_eq!(changes(Some(&reserved), &answer), (false, None));
    }
}

#[test]
fn an_asset_that_the_history_lacks_gets_the_services_name_and_time() {
    let mut metadata = AssetMetadata::new(AssetStatus::Success, Some(7));
    metadata.file_name = Some("clip.mp4".to_owned());
    metadata.created_at_ms = Some(99);
    let answer = AssetAnswer::Known(metadata);
    let (_, added) = changes(None, &answer);
    let added = added.unwrap();
    assert_eq!(
        (added.name.as_str(), added.uploaded_at_ms, added.size),
        ("clip.mp4", Some(99), 7)
    );
    assert_eq!(added.account, account("own"));
    // First it was unknown, with its ID for a name.
    let (_, unknown) = changes(None, &AssetAnswer::NotFound);
    let unknown = unknown.unwrap();
    assert_eq!(unknown.name, "re_1");
    // Every key may be asked about it.
    assert_eq!(unknown.account, account(""));
    let (is_cleared, put) = changes(Some(&unknown), &answer);
    assert!(is_cleared);
    let put = put.unwrap();
    assert_eq!(
        (put.name.as_str(), put.account),
        ("clip.mp4", account("own"))
    );
}
