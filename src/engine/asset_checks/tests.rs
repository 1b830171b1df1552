use std::time::Duration;

use super::*;
use crate::model::asset::{AssetAnswer, AssetMetadata, AssetStatus};
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

/// Looks up the next page, all of whose named assets are of the own account.
fn look_up(checks: &mut AssetChecks<()>, page: Vec<ListedAsset>) -> Vec<ListedAsset> {
    let now = Instant::now();
    assert_eq!(
        checks.next_step(now),
        Some((CheckStep::LookUp, Duration::ZERO))
    );
    checks.on_begun(());
    assert_eq!(checks.next_step(now), None, "one step at a time");
    let asked = checks.page().unwrap();
    checks.on_page(asked, page, &own())
}

/// Answers the next question.
fn answer(checks: &mut AssetChecks<()>, asset: &str, result: &AssetCheckResult) {
    let step = checks.next_step(Instant::now());
    assert_eq!(step, Some((CheckStep::Ask(id(asset)), Duration::ZERO)));
    checks.on_begun(());
    assert!(checks.is_asking(&id(asset)));
    checks.on_result(result);
}

const READY: AssetCheckResult = AssetCheckResult::Known {
    status: AssetStatus::Success,
    is_other_size: false,
};

#[test]
fn named_assets_are_asked_about_once_each_and_in_order() {
    let mut checks = AssetChecks::new();
    assert_eq!(checks.next_step(Instant::now()), None);
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
    assert_eq!(checks.next_step(Instant::now()), None);
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
        checks.on_begun(());
        assert!(checks.on_fault(&Fault::new(FaultKind::ServerError), now, &policy));
        let wait = policy.poll_wait(failures);
        assert_eq!(checks.next_step(now), Some((ask.clone(), wait)));
        assert_eq!(checks.wait(now), Some((now + wait, FaultKind::ServerError)));
    }
    checks.try_now();
    assert_eq!(checks.next_step(now), Some((ask, Duration::ZERO)));
    let useless = Fault::new(FaultKind::RateLimitedOrInvalid);
    let tries = (1..=policy.limit_exceeded_tries)
        .map(|_| checks.on_fault(&useless, now, &policy))
        .collect::<Vec<_>>();
    assert_eq!(tries, [true, true, false]);
    checks.on_result(&AssetCheckResult::Failed(useless));
    assert_eq!(checks.progress().unwrap().failed, 1);
    answer(&mut checks, "re_2", &READY);
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
        uploaded_at_ms: 5,
        remark: None,
        note: None,
        batch: None,
        label: None,
        kind: None,
        metadata: Default::default(),
        deleted_at_ms: None,
    }
}

fn known(status: AssetStatus, size: u64) -> AssetAnswer {
    AssetAnswer::Known(AssetMetadata::new(status, Some(size)))
}

/// Returns the changes with their times removed: the new remark, and the record that is put.
fn changes(
    record: Option<&AssetRecord>,
    answer: &AssetAnswer,
) -> (Option<Option<AssetRemark>>, Option<AssetRecord>) {
    let answered = AnsweredCheck {
        asset: &id("re_1"),
        answer,
        account: &account("own"),
        base_url: URL,
    };
    let (mut remark, mut put) = (None, None);
    for change in answered.changes(record) {
        match change {
            HistoryChange::SetRemark { remark: set, .. } if put.is_none() => remark = Some(set),
            HistoryChange::PutAsset(asset) => put = Some(asset),
            other => panic!("{other:?}"),
        }
    }
    (remark, put)
}

#[test]
fn an_answer_adds_what_it_says_and_nothing_else() {
    let ready = known(AssetStatus::Success, 10);
    let with = |remark| AssetRecord { remark, ..record() };
    let put = |changes: (Option<Option<AssetRemark>>, Option<AssetRecord>)| {
        let (remark, put) = changes;
        (remark, put.map(|put| (put.status, put.size, put.remark)))
    };
    let success = Some(AssetStatus::Success);
    let (gone, mismatch) = (Some(AssetRemark::Gone), Some(AssetRemark::SizeMismatch));
    let cases = [
        (Some(record()), &ready, (None, None)),
        (Some(record()), &AssetAnswer::NotFound, (Some(gone), None)),
        (Some(with(gone)), &AssetAnswer::NotFound, (None, None)),
        (
            Some(with(gone)),
            &ready,
            (Some(None), Some((success, 10, None))),
        ),
        (
            Some(record()),
            &known(AssetStatus::Success, 9),
            (None, Some((success, 10, mismatch))),
        ),
        (
            Some(with(mismatch)),
            &ready,
            (Some(None), Some((success, 10, None))),
        ),
        (
            Some(with(Some(AssetRemark::MayBeStoredTwice))),
            &ready,
            (None, None),
        ),
        (
            Some(record()),
            &known(AssetStatus::Failed, 10),
            (None, Some((Some(AssetStatus::Failed), 10, None))),
        ),
        (None, &AssetAnswer::NotFound, (None, Some((None, 0, gone)))),
        (None, &ready, (None, Some((success, 10, None)))),
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
        assert_eq!(changes(Some(&reserved), &answer), (None, None));
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
        ("clip.mp4", 99, 7)
    );
    assert_eq!(added.account, account("own"));
    // First it was unknown, with its ID for a name.
    let (_, unknown) = changes(None, &AssetAnswer::NotFound);
    let unknown = unknown.unwrap();
    assert_eq!(unknown.name, "re_1");
    // Every key may be asked about it.
    assert_eq!(unknown.account, account(""));
    let (remark, put) = changes(Some(&unknown), &answer);
    assert_eq!(remark, Some(None));
    let put = put.unwrap();
    assert_eq!(
        (put.name.as_str(), put.account),
        ("clip.mp4", account("own"))
    );
}
