//! Assets read by page and by content.

use super::*;

#[test]
fn assets_are_read_page_by_page_in_the_order_of_their_ids() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let elsewhere = AssetRecord {
        base_url: "http://127.0.0.1:1/serve/api/v2".to_owned(),
        ..asset("re_0", "else.mp4", 0)
    };
    let all = ["re_3", "re_1", "re_2"].map(|id| asset(id, "a.mp4", 1));
    put(&mut history, all.into_iter().chain([elsewhere]).collect());
    assert_eq!(history.count_assets(URL), Ok(3));
    let first = history.assets_after(URL, None, 2).unwrap();
    assert_eq!(ids(&first), ["re_1", "re_2"]);
    let after = Some(&first[1].asset_id);
    let second = history.assets_after(URL, after, 2).unwrap();
    assert_eq!(ids(&second), ["re_3"]);
    let after = Some(&second[0].asset_id);
    assert_eq!(history.assets_after(URL, after, 2), Ok(vec![]));
}

#[test]
fn only_a_sound_asset_of_the_same_account_and_service_stands_in_for_an_upload() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let content = ContentHash::from_bytes([9; 32]);
    let sound = AssetRecord {
        content: Some(content),
        status: Some(AssetStatus::Success),
        ..asset("re_good", "a.mp4", 1)
    };
    let but = |id: &str, change: fn(&mut AssetRecord)| {
        let mut record = sound.clone();
        record.asset_id = AssetId::new(id).unwrap();
        change(&mut record);
        record
    };
    put(
        &mut history,
        vec![
            sound.clone(),
            but("re_account", |r| r.account = Account::from_fingerprint("f")),
            but("re_url", |r| r.base_url = "http://localhost".to_owned()),
            but("re_failed", |r| r.status = Some(AssetStatus::Failed)),
            but("re_waiting", |r| r.status = None),
            but("re_unhashed", |r| r.content = None),
            but("re_short", |r| r.remark = Some(AssetRemark::SizeMismatch)),
            but("re_gone", |r| r.remark = Some(AssetRemark::Gone)),
            but("re_size", |r| r.size = 101),
            but("re_twice", |r| {
                r.remark = Some(AssetRemark::MayBeStoredTwice);
                r.content = Some(ContentHash::from_bytes([8; 32]));
            }),
        ],
    );
    let found = history
        .reusable_assets_of_size(&account(), URL, 100)
        .unwrap();
    assert_eq!(ids(&found), ["re_twice", "re_good"]);
    for gone in found {
        let remark = Some(AssetRemark::Gone);
        put(&mut history, vec![AssetRecord { remark, ..gone }]);
    }
    let found = history
        .reusable_assets_of_size(&account(), URL, 100)
        .unwrap();
    assert_eq!(ids(&found), [""; 0]);
}
