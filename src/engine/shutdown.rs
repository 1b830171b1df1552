//! Time limits of the end of the program, in its parts and in all.

use std::time::Duration;

/// Wait for tasks to end: one that is in the midst of telling an ID tells it.
pub(super) const TASKS: Duration = Duration::from_millis(250);
/// Wait for a database that is being opened or repaired.
pub(super) const OPENING: Duration = Duration::from_millis(250);
/// Wait for another program that holds the database.
pub(super) const DATABASE: Duration = Duration::from_millis(600);
/// Wait for the keychain.
pub(super) const KEYCHAIN: Duration = Duration::from_millis(300);
/// Longest wait of a front end for the engine, which writes where everything stands.
pub const FAREWELL: Duration = Duration::from_millis(1500);
/// Longest life of the program after it was told to end, whatever holds it up.
pub const LONGEST: Duration = Duration::from_millis(1900);

const _: () = {
    let parts = [TASKS, OPENING, DATABASE, KEYCHAIN];
    let mut sum = 0;
    let mut at = 0;
    while at < parts.len() {
        sum += parts[at].as_millis();
        at += 1;
    }
    assert!(sum < FAREWELL.as_millis() && FAREWELL.as_millis() < LONGEST.as_millis());
};
