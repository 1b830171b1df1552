use super::*;

#[test]
fn a_content_range_is_read_strictly() {
    let span = |bytes| Some(Span { bytes, size: 10 });
    assert_eq!(read_span("bytes 0-9/10"), span(Some((0, 9))));
    assert_eq!(read_span("bytes */10"), span(None));
    for odd in [
        "0-9/10",
        "bytes 0-9",
        "bytes +0-9/10",
        "bytes 0-/10",
        "bytes=0-9/10",
        "bytes 0-9/*",
    ] {
        assert_eq!(read_span(odd), None, "{odd}");
    }
}
