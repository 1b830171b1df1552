use super::*;

#[test]
fn sizes_are_decimal_and_short() {
    let shown: Vec<String> = [
        0,
        512,
        1_000,
        1_260_000,
        38_000_000,
        412_000_000,
        5_368_709_120,
        30_038_890,
        29_970_000,
    ]
    .into_iter()
    .map(size)
    .collect();
    assert_eq!(
        shown,
        [
            "0 B", "512 B", "1 kB", "1.3 MB", "38 MB", "412 MB", "5.4 GB", "30 MB", "30 MB"
        ]
    );
    assert_eq!(size_of(1_400_000_000, 3_900_000_000), "1.4 of 3.9 GB");
    assert_eq!(size_of(900_000, 3_900_000_000), "900 kB of 3.9 GB");
    assert_eq!(rate(12_400_000.0), "12.4 MB/s");
}

#[test]
fn playing_times_are_those_of_players() {
    let shown = [1, 499, 1_500, 59_499, 59_500, 84_000, 600_000, 3_723_000].map(playing_time);
    assert_eq!(
        shown,
        [
            "0:01", "0:01", "0:02", "0:59", "1:00", "1:24", "10:00", "1:02:03"
        ]
    );
    assert_eq!(picture_size(1920, 1080), "1920 × 1080");
}

#[test]
fn capture_times_are_those_of_the_place() {
    let shown = |time: &str| capture_time(time.parse().unwrap());
    assert_eq!(shown("2026-11-28T16:04:05"), "2026-11-28 16:04");
    assert_eq!(
        shown("2026-11-28T16:04:05+08:00"),
        "2026-11-28 16:04 (UTC+08:00)"
    );
    assert_eq!(
        shown("2026-11-28T16:04:05-03:30"),
        "2026-11-28 16:04 (UTC−03:30)"
    );
    assert_eq!(
        shown("2026-11-28T08:04:05Z"),
        "2026-11-28 08:04 (UTC+00:00)"
    );
}

#[test]
fn durations_say_what_a_user_would() {
    let shown = |seconds| duration(Duration::from_secs(seconds));
    assert_eq!(shown(0), "1 s");
    assert_eq!(shown(14), "14 s");
    assert_eq!(shown(80), "1 min 20 s");
    assert_eq!(shown(120), "2 min");
    assert_eq!(shown(725), "12 min");
    assert_eq!(shown(7500), "2 h 5 min");
    assert_eq!(left(None), "estimating…");
    assert_eq!(left(Some(Duration::from_secs(14))), "14 s left");
}

#[test]
fn storage_has_a_price_a_day_and_a_month() {
    assert_eq!(monthly_cost(3_900_000_000), "≈ $0.12 a month");
    assert_eq!(monthly_cost(1_000_000), "less than $0.01 a month");
    assert_eq!(
        [monthly_cost(0), daily_cost(0)],
        ["$0.00 a month", "$0.00 a day"]
    );
    assert_eq!(daily_cost(212_000_000_000), "≈ $0.21 a day");
    assert_eq!(daily_cost(3_900_000_000), "less than $0.01 a day");
    assert_eq!(
        [7, 999, 1_000, 1_234_567].map(number),
        ["7", "999", "1,000", "1,234,567"]
    );
}

#[test]
fn a_speed_limit_is_a_number_of_megabytes() {
    let rates = [500_000, 1_500_000, 20_000_000, 2_000_000_000, 1].map(megabytes);
    assert_eq!(rates, ["0.5", "1.5", "20", "2,000", "0.000001"]);
}

#[test]
fn a_day_has_its_year_unless_it_is_this_one() {
    let now = Timestamp::now();
    let this_year = now.to_zoned(TimeZone::system());
    let said = day(now.as_millisecond()).unwrap();
    assert_eq!(said, this_year.strftime("%-d %B").to_string());
    assert_eq!(day(1_767_009_600_000).unwrap(), "29 December 2025");
    assert_eq!(day(i64::MAX), None);
}

#[test]
fn dollars_are_grouped() {
    assert_eq!(dollars(0.1), "0.10");
    assert_eq!(dollars(5_992.786), "5,992.79");
}
