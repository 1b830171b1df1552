use super::*;

#[test]
fn times_are_rfc_3339_in_utc() {
    assert_eq!(rfc3339(1_766_989_317_192), "2025-12-29T06:21:57Z");
    assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
}
