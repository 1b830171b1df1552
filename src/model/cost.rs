//! Storage costs at the service.

/// US dollars for storing one GB for one day (`docs/service.md`, "Limits and prices").
pub const DOLLARS_PER_GB_DAY: f64 = 0.001;
/// Bytes of one GB. The service does not define it; providers bill by the decimal one.
pub const GB: u64 = 1_000_000_000;
/// Days of a month in displayed prices.
pub const DAYS_PER_MONTH: u32 = 30;

/// Cost of storage, in US dollars. Uploading itself is free.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Default)]
pub struct StorageCost {
    /// For one day.
    pub day: f64,
    /// For [`DAYS_PER_MONTH`] days.
    pub month: f64,
}

impl StorageCost {
    /// Returns the unrounded cost of `bytes` bytes; rounding is up to the display.
    pub fn of(bytes: u64) -> Self {
        let day = bytes as f64 / GB as f64 * DOLLARS_PER_GB_DAY;
        Self {
            day,
            month: day * f64::from(DAYS_PER_MONTH),
        }
    }
}

#[cfg(test)]
mod tests {
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
}
