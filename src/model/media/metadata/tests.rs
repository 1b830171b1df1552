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
    let now = time("2026-11-30T12:00:00Z").instant();
    let duration = |duration_ms| MediaMetadata {
        duration_ms: Some(duration_ms),
        ..MediaMetadata::default()
    };
    let size = |width, height| MediaMetadata {
        width: Some(width),
        height: Some(height),
        ..MediaMetadata::default()
    };
    let captured = |text| MediaMetadata {
        captured_at: Some(time(text)),
        ..MediaMetadata::default()
    };
    for found in [
        duration(0),
        duration(3_600_000_001),
        size(0, 1),
        size(1, 0),
        size(65_536, 1),
        size(1, u32::MAX),
        captured("1904-01-01T00:00:00Z"),
        captured("1970-01-01T00:00:00Z"),
        captured("1970-01-01T13:00:00"),
        captured("2026-12-01T12:00:01Z"),
        captured("9999-12-31T23:59:59-12:00"),
    ] {
        assert_eq!(found.believable(now), MediaMetadata::default(), "{found:?}");
    }
    for found in [
        duration(1),
        duration(3_600_000_000),
        size(65_535, 1),
        captured("1970-01-02T00:00:01"),
        captured("2026-12-01T11:00:00"),
    ] {
        assert_eq!(found.believable(now), found);
    }
}

#[test]
fn stored_facts_are_read_again() {
    let found = MediaMetadata {
        duration_ms: Some(12_500),
        width: Some(1920),
        height: Some(1080),
        captured_at: Some(time("2026-11-28T16:04:05+08:00")),
        has_location: true,
    };
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
