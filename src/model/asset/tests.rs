use super::*;

#[test]
fn an_id_is_kept_as_written_and_an_unusable_one_is_refused() {
    assert_eq!(
        AssetId::new(" re_660727003963174912\n").unwrap().as_str(),
        "re_660727003963174912"
    );
    for bad in [
        "",
        "  ",
        ".",
        "..",
        "re_1/metadata",
        "re_1?x",
        "re 1",
        "re_\u{7}",
    ] {
        assert!(AssetId::new(bad).is_none(), "{bad:?}");
    }
    assert!(AssetId::new(&"r".repeat(257)).is_none());
}

#[test]
fn a_hash_reads_back_from_its_hex_digits() {
    let hash = ContentHash::from_bytes([0xa5; 32]);
    assert_eq!(ContentHash::from_hex(&hash.to_hex()), Some(hash));
    assert_eq!(ContentHash::from_hex("a5"), None);
    assert_eq!(ContentHash::from_hex(&"zz".repeat(32)), None);
}

#[test]
fn an_undocumented_status_is_still_working() {
    assert_eq!(AssetStatus::from_wire("success"), AssetStatus::Success);
    assert_eq!(AssetStatus::from_wire("TRANSCODING"), AssetStatus::Other);
}
