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
mod tests;
