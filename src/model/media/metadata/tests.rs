use super::*;

fn time(text: &str) -> CaptureTime {
    text.parse().expect(text)
}

#[test]
fn capture_times_keep_the_clock_and_its_offset() {
    for (text, written) in [
        ("2026-11-28T16:04:05+08:00", "2026-11-28T16:04:05+08:00"),
        ("2026-11-28T16:04:05+0800", "2026-11-28T16:04:05+08:00"),
        ("2026-11-28T16:04:05-03:30", "2026-11-28T16:04:05-03:30"),
        ("2026-11-28 16:04:05.25", "2026-11-28T16:04:05.25"),
        ("2026-11-28T16:04:05", "2026-11-28T16:04:05"),
        ("2026-11-28T08:04:05Z", "2026-11-28T08:04:05Z"),
        ("2026-11-28T08:04:05+00:00", "2026-11-28T08:04:05Z"),
    ] {
        assert_eq!(time(text).to_string(), written, "{text}");
        assert_eq!(time(written), time(text), "{text}");
    }
    for text in ["", "2001", "2026-11-28", "16:04:05", "0000:00:00 00:00:00"] {
        assert_eq!(text.parse::<CaptureTime>(), Err(NotACaptureTime), "{text}");
    }
    let clock = time("2026-11-28T16:04:05+08:00");
    assert_eq!(clock.instant(), time("2026-11-28T08:04:05Z").instant());
    assert_eq!(clock.local(), time("2026-11-28T16:04:05").local());
    assert_eq!(time("2026-11-28T16:04:05").offset(), None);
}

#[test]
fn what_cannot_be_is_not_believed() {
    let mut found = MediaMetadata::default();
    for seconds in [0.0, -1.0, 0.0004, 3_600_000.1, f64::NAN, f64::INFINITY] {
        found.offer_duration(seconds);
    }
    for (width, height) in [(0, 1), (1, 0), (65_536, 1), (1, u64::MAX)] {
        found.offer_size(width, height);
    }
    let now = time("2026-11-30T12:00:00Z").instant();
    for text in [
        "1904-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1970-01-01T13:00:00",
        "2026-12-01T12:00:01Z",
        "9999-12-31T23:59:59-12:00",
    ] {
        found.offer_capture_time(time(text), now);
    }
    assert_eq!(found, MediaMetadata::default());
    found.offer_duration(1.2345);
    found.offer_duration(9.0);
    found.offer_size(65_535, 2);
    found.offer_size(3, 3);
    found.turn();
    found.offer_capture_time(time("2026-12-01T11:00:00"), now);
    found.offer_capture_time(time("2026-11-28T11:00:00"), now);
    assert_eq!(found.duration_ms, Some(1235));
    assert_eq!((found.width, found.height), (Some(2), Some(65_535)));
    assert_eq!(found.captured_at, Some(time("2026-12-01T11:00:00")));
}

#[test]
fn stored_facts_are_read_again() {
    let mut found = MediaMetadata {
        has_location: true,
        ..MediaMetadata::default()
    };
    found.offer_duration(12.5);
    found.offer_size(1920, 1080);
    let now = time("2026-11-30T12:00:00Z").instant();
    found.offer_capture_time(time("2026-11-28T16:04:05+08:00"), now);
    let stored = serde_json::to_string(&found).unwrap();
    assert_eq!(
        stored,
        r#"{"duration_ms":12500,"width":1920,"height":1080,"captured_at":"2026-11-28T16:04:05+08:00","has_location":true}"#
    );
    assert_eq!(
        serde_json::from_str::<MediaMetadata>(&stored).unwrap(),
        found
    );
    let empty: MediaMetadata = serde_json::from_str("{}").unwrap();
    assert_eq!(empty, MediaMetadata::default());
    serde_json::from_str::<MediaMetadata>(r#"{"captured_at":"yesterday"}"#).unwrap_err();
}
