use super::*;

#[test]
fn a_content_range_is_read_strictly() {
    let (first, last, size) = (0, 9, Some(10));
    assert_eq!(
        read_span("bytes 0-9/10"),
        Some(Span::Bytes { first, last, size })
    );
    assert_eq!(read_span("bytes */10"), Some(Span::Ask { size }));
    for odd in [
        "0-9/10",
        "bytes 0-9",
        "bytes +0-9/10",
        "bytes 0-/10",
        "bytes=0-9/10",
    ] {
        assert_eq!(read_span(odd), None, "{odd}");
    }
}
