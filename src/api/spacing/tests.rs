use super::*;

#[test]
fn the_spacing_halves_each_minute_and_after_ten_nothing_is_left() {
    let least = Duration::from_millis(1050);
    let after = |spacing, calm| {
        let (spacing, calm) = (Duration::from_secs(spacing), Duration::from_secs(calm));
        Slowdown { spacing, calm }.spacing_now(least)
    };
    let seconds = [0, 59, 60, 120, 180, 240].map(|calm| after(32, calm).as_secs());
    assert_eq!(seconds, [32, 32, 16, 8, 4, 2]);
    assert_eq!(after(32, 300), least);
    assert!(after(100_000, 599) > least);
    assert_eq!(after(100_000, 600), least);
    assert_eq!(after(32, u64::MAX), least);
}
