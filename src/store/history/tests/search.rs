//! Results of searches, exports and content lookups.

use proptest::prelude::*;

use super::*;

#[test]
fn search_finds_parts_of_name_path_and_id_in_any_script_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    put(
        &mut history,
        vec![
            asset("re_100", "Urlaub ÄÖÜ.mp4", 1),
            asset("re_200", "100%_sure.mp4", 2),
            asset("re_300", "假期视频.MOV", 3),
            asset("re_400", "ΟΔΥΣΣΕΥΣ.png", 4),
            asset("re_500", "plain.mp4", 5),
            asset("re_600", "back\\slash'quote.mp4", 5),
        ],
    );
    let found = |query: &str| {
        let found = history.search(query, 100, 0).unwrap();
        assert_eq!(count(&history, query), found.len());
        ids(&found).join(" ")
    };
    assert_eq!(found("äöü"), "re_100");
    assert_eq!(found("URLAUB"), "re_100");
    assert_eq!(found("%"), "re_200");
    assert_eq!(found("_"), "re_600 re_500 re_400 re_300 re_200 re_100");
    assert_eq!(found("0%_S"), "re_200");
    assert_eq!(found("视频.mov"), "re_300");
    assert_eq!(found("οδυσσευς"), "re_400");
    assert_eq!(found("δυσ"), "re_400");
    assert_eq!(found("/MEDIA/pl"), "re_500");
    assert_eq!(found("re_3"), "re_300");
    assert_eq!(found("\\slash'"), "re_600");
    assert_eq!(found("nothing"), "");
    assert_eq!(
        ids(&history.search("", 2, 1).unwrap()),
        ["re_500", "re_400"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_part_of_a_name_finds_it(name in "\\PC{1,12}", from in 0_usize..12, len in 1_usize..12) {
        let dir = tempfile::tempdir().unwrap();
        let mut history = open(dir.path());
        put(&mut history, vec![asset("re_1", &name, 1)]);
        let part: String = name.chars().skip(from).take(len).collect();
        prop_assert_eq!(count(&history, &part), 1);
    }
}

#[test]
fn an_export_hands_out_every_asset_and_stops_at_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    put(
        &mut history,
        (0..5000)
            .map(|n| asset(&format!("re_{n}"), &format!("{n}.mp4"), n))
            .collect(),
    );
    let mut next = 5000;
    history
        .for_each_asset::<StoreError>("", |asset| {
            next -= 1;
            assert_eq!(asset.uploaded_at_ms, next);
            Ok(())
        })
        .unwrap();
    assert_eq!(next, 0);
    let mut seen = 0;
    let stopped = history.for_each_asset("", |_| {
        seen += 1;
        if seen == 3 {
            Err(StoreError::Busy)
        } else {
            Ok(())
        }
    });
    assert_eq!((stopped, seen), (Err(StoreError::Busy), 3));
}

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
