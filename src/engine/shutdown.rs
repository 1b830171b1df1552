//! Time limits of shutdown.

use std::time::Duration;

/// Wait for tasks to end, so that one about to report an ID can do so.
pub(super) const TASKS: Duration = Duration::from_millis(250);
/// Wait for a database that is being opened or repaired.
pub(super) const OPENING: Duration = Duration::from_millis(250);
/// Wait for a database lock.
pub(super) const DATABASE: Duration = Duration::from_millis(600);
pub(super) const KEYCHAIN: Duration = Duration::from_millis(300);
/// Longest wait of a front end for the engine, which journals everything.
pub const FAREWELL: Duration = Duration::from_millis(1500);
/// Longest life of the program after it was told to end, whatever holds it up.
pub const LONGEST: Duration = Duration::from_millis(1900);

const _: () = {
    let (tasks, opening) = (TASKS.as_millis(), OPENING.as_millis());
    let parts = tasks + opening + DATABASE.as_millis() + KEYCHAIN.as_millis();
    assert!(parts < FAREWELL.as_millis() && FAREWELL.as_millis() < LONGEST.as_millis());
};
