use super::*;
use crate::app::library::tests::asset;
use crate::app::rows::tests::row;
use crate::model::accounts::AccountInfo;
use crate::model::fault::Fault;

fn info(fingerprint: &str) -> AccountInfo {
    let account = Account::from_fingerprint(fingerprint);
    AccountInfo {
        account: account.clone(),
        last4: "0000".to_owned(),
        name: None,
        group: account,
    }
}

fn rules(rows: Vec<Row>) -> DeletionRules {
    let current = asset(1, "a.mp4").account;
    let known = vec![info("other")];
    let snapshot = Snapshot {
        rows: Arc::new(rows.into_iter().map(Arc::new).collect()),
        accounts: Arc::new(Accounts::new(known, Some((current, "1111".to_owned())))),
        ..Snapshot::default()
    };
    DeletionRules::of(&snapshot, &asset(1, "a.mp4").base_url)
}

#[test]
fn what_is_uploading_elsewhere_or_gone_stays_and_is_counted() {
    let mut uploading = row(1, Status::Uploading);
    uploading.asset_id = Some(asset(2, "b.mp4").asset_id);
    let assets = [
        asset(1, "a.mp4"),
        asset(2, "b.mp4"),
        AssetRecord {
            account: Account::from_fingerprint("other"),
            ..asset(3, "c.mp4")
        },
        AssetRecord {
            base_url: "https://other.example".to_owned(),
            ..asset(4, "d.mp4")
        },
        AssetRecord {
            deleted_at_ms: Some(1),
            ..asset(5, "e.mp4")
        },
    ];
    let request = rules(vec![uploading]).sort_assets(&assets);
    assert_eq!(request.ids(), [asset(1, "a.mp4").asset_id]);
    assert_eq!(request.names(), ["a.mp4"]);
    assert_eq!(request.bytes(), asset(1, "a.mp4").size);
    assert_eq!(request.left_out(), (1, 2, 1));
}

#[test]
fn rows_that_share_an_asset_delete_it_once() {
    let mut ready = row(1, Status::Ready);
    ready.asset_id = Some(asset(1, "a.mp4").asset_id);
    let copy = row(
        1,
        Status::Duplicate {
            of: ready.asset_id.clone(),
        },
    );
    assert!(is_offered(&ready) && is_offered(&copy));
    assert!(!is_offered(&row(1, Status::ReadyToUpload)));
    let deleted = Status::Failed(Arc::new(Fault::new(FaultKind::AssetDeleted)));
    let deleted = Row {
        asset_id: ready.asset_id.clone(),
        size: 1,
        ..row(1, deleted)
    };
    assert!(!is_offered(&deleted));
    assert_eq!(stored_bytes(&deleted), 0);
    let request = rules(Vec::new()).sort_rows([&ready, &copy]);
    assert_eq!(request.ids().len(), 1);
}

#[test]
fn more_than_twenty_are_deleted_only_with_their_count_typed() {
    let many = |count| {
        let assets: Vec<_> = (0..count).map(|number| asset(number, "a.mp4")).collect();
        rules(Vec::new()).sort_assets(&assets)
    };
    assert!(!many(20).needs_count());
    let request = many(1_021);
    assert!(request.needs_count());
    assert_eq!(request.names().len(), NAMES);
    assert!(request.is_count(" 1,021 ") && request.is_count("1021"));
    assert!(!request.is_count("") && !request.is_count("21"));
}
