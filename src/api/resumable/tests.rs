use super::*;

#[test]
fn a_range_says_how_much_is_there() {
    for (range, count) in [
        ("bytes=0-0", Some(1)),
        ("bytes=0-262143", Some(262_144)),
        (" bytes=0-9 ", Some(10)),
        ("bytes=5-9", None),
        ("bytes=0-", None),
        ("bytes=0-+9", None),
        ("0-9", None),
        ("bytes=0-18446744073709551615", None),
    ] {
        assert_eq!(stored(range), count, "{range}");
    }
}
