use super::*;

/// Returns what is known of the line after these tenths of a second: bytes of each, 0 for none
/// under way.
fn line(tenths: impl IntoIterator<Item = u64>) -> Option<f64> {
    let start = Instant::now();
    let (mut line, mut total) = (ThroughputEstimator::default(), 0);
    for (tenth, bytes) in (0..).zip(tenths) {
        total += bytes;
        line.sample(start + Duration::from_millis(100) * tenth, total, bytes > 0);
    }
    line.measured
}

#[test]
fn small_files_that_their_calls_hold_up_say_nothing_of_the_line() {
    let small = (0..600).map(|tenth| if tenth % 10 < 3 { 20_000 } else { 0 });
    assert_eq!(line(small), None);
}

#[test]
fn what_was_measured_of_large_files_is_not_spoilt_by_small_ones() {
    let tenths = |bytes, count| std::iter::repeat_n(bytes, count);
    let small = (0..600).map(|tenth| if tenth % 10 < 3 { 20_000 } else { 0 });
    for (before, rate) in [(tenths(100_000, 40), 1e6), (tenths(3_000_000, 10), 3e7)] {
        let measured = line(before.chain([0]).chain(small.clone())).unwrap();
        assert!((measured / rate - 1.0).abs() < 0.01, "{measured} {rate}");
    }
}

#[test]
fn a_transfer_that_hangs_does_not_make_the_line_slow() {
    let start = Instant::now();
    let mut line = ThroughputEstimator::default();
    for tenth in 0..600_u32 {
        let total = 100_000 * u64::from(tenth.min(50));
        line.sample(start + Duration::from_millis(100) * tenth, total, true);
    }
    assert!((line.measured.unwrap() / 1e6 - 1.0).abs() < 0.01);
}

fn series(rates: &[u64]) -> (Speed, Vec<Option<f64>>) {
    let start = Instant::now();
    let mut speed = Speed::default();
    let mut total = 0;
    let mut said = vec![];
    for (tenth, rate) in rates.iter().enumerate() {
        let now = start + Duration::from_millis(100) * u32::try_from(tenth).unwrap();
        speed.sample(now, total);
        said.push(speed.rate());
        total += rate / 10;
    }
    (speed, said)
}

#[test]
fn it_says_nothing_for_two_seconds_and_then_the_truth() {
    let (speed, said) = series(&[1_000_000; 60]);
    assert!(said[..20].iter().all(Option::is_none));
    assert!(
        said[20..]
            .iter()
            .all(|rate| (rate.unwrap() - 1_000_000.0).abs() < 1.0)
    );
    assert_eq!(
        speed.left(10_000_000).unwrap().as_secs_f64().round() as u64,
        10
    );
}

#[test]
fn bursts_do_not_shake_the_time_left() {
    let bursts: Vec<u64> = (0..300)
        .map(|n| if n % 5 == 0 { 5_000_000 } else { 0 })
        .collect();
    let (_, said) = series(&bursts);
    for pair in said[60..].windows(10) {
        let (a, b) = (pair[0].unwrap(), pair[9].unwrap());
        assert!((a / b - 1.0).abs() < 0.25, "{a} {b}");
    }
}

#[test]
fn at_constant_speed_the_time_left_goes_down_second_by_second() {
    // The meter counts in pieces of 256 kB, which come less than twice a second.
    let (size, rate, piece) = (60_000_000_u64, 450_000, 256_000);
    let start = Instant::now();
    let mut speed = Speed::default();
    let mut said: Vec<f64> = vec![];
    for tenth in 0..1300_u64 {
        let sent = rate * tenth / 10 / piece * piece;
        speed.sample(start + Duration::from_millis(100 * tenth), sent);
        if tenth % 10 == 0 && sent + 5 * rate < size {
            said.extend(speed.left(size - sent).map(|left| left.as_secs_f64()));
        }
    }
    assert!(said.len() > 100, "{}", said.len());
    for pair in said.windows(2) {
        assert!((pair[1] / pair[0] - 1.0).abs() <= 0.25, "{pair:?}");
    }
}

/// Samples bytes each tenth of a second.
fn metered(meter: &mut ThroughputMeter, start: Instant, tenths: impl IntoIterator<Item = u64>) {
    for (tenth, bytes) in (0..).zip(tenths) {
        meter.sample(start + Duration::from_millis(100) * tenth, bytes, bytes > 0);
    }
}

#[test]
fn the_rate_that_is_shown_changes_once_a_second() {
    let (mut meter, start) = (ThroughputMeter::default(), Instant::now());
    let mut shown = vec![];
    for tenth in 0..100_u32 {
        let at = start + Duration::from_millis(100) * tenth;
        meter.sample(at, u64::from(tenth) * 1000, true);
        shown.push(meter.rate());
    }
    assert_eq!(shown[..20], [None; 20]);
    for (second, rates) in shown.chunks(10).enumerate().skip(2) {
        assert!(rates[0] > shown[10 * second - 1] && rates[0] == rates[9]);
    }
    assert_eq!(meter.moved_in_busy_period(), 4_950_000);
}

#[test]
fn after_a_break_the_rate_is_that_of_now_and_the_line_that_of_before() {
    let (mut meter, start) = (ThroughputMeter::default(), Instant::now());
    metered(&mut meter, start, [100_000; 40]);
    assert_eq!(meter.rate().map(f64::round), Some(1e6));
    metered(&mut meter, start + Duration::from_secs(60), [0, 20_000]);
    assert_eq!(meter.rate(), None);
    assert_eq!(meter.line().map(f64::round), Some(1e6));
    meter.on_limit_changed();
    assert_eq!(meter.line(), None);
}
