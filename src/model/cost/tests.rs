use super::*;

fn assert_close(actual: f64, expected: f64) {
    let tolerance = 1e-12 * expected.abs().max(1.0);
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} {expected}"
    );
}

#[test]
fn a_decimal_gigabyte_costs_a_tenth_of_a_cent_a_day_and_three_cents_a_month() {
    let cost = StorageCost::of(1_000_000_000);
    assert_close(cost.day, 0.001);
    assert_close(cost.month, 0.03);
}

#[test]
fn cost_grows_in_proportion_from_nothing_to_terabytes() {
    assert_eq!(StorageCost::of(0), StorageCost::default());
    assert_close(StorageCost::of(500_000_000).day, 0.0005);
    assert_close(StorageCost::of(3_900_000_000).month, 0.117);
    assert_close(StorageCost::of(40_000_000_000_000).month, 1200.0);
}

#[test]
fn one_byte_is_not_free() {
    assert!(StorageCost::of(1).day > 0.0);
}
