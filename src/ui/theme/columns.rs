//! Widths of the Library's columns, in points.

/// Width of an asset ID as the service gives them.
pub const ID: f32 = 160.0;
/// Width of the status.
pub const STATUS: f32 = 104.0;
/// Width of the size.
pub const SIZE: f32 = 76.0;
/// Width of the duration.
pub const DURATION: f32 = 76.0;
/// Width of the day.
pub const UPLOADED: f32 = 120.0;
/// Least width of the label.
pub const BATCH: f32 = 130.0;
/// Share of the label in the room that is left to it and the name.
pub const BATCH_SHARE: f32 = 1.0 / 3.0;
/// Width of the window from which the list has columns.
pub const TABLE: f32 = 880.0;
/// Width of the window from which the batch has a column.
pub const WITH_BATCH: f32 = 1080.0;
/// Room kept beside the ID in a narrow window, for gaps and the menu button.
pub const BESIDE_ID: f32 = 80.0;
