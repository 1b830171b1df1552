//! Texts of the window that depend on what the model knows; all others are called where they are
//! shown.

pub(crate) mod backups;
pub(crate) mod banner;
pub(crate) mod command;
pub(crate) mod deletion;
pub(crate) mod group;
mod intake;
mod key;
pub(crate) mod library;
pub(crate) mod row;
pub(crate) mod selection;
pub(crate) mod skipped;
mod uploads;
mod window;

pub(crate) use intake::{coming_in, comparing, plan, plan_at_length, refusal, refused};
pub(crate) use key::{account_entry, account_name, key_button, key_in_use, key_state, vault};
pub(crate) use uploads::{and_copied, ended, uploads_done, uploads_ended};
pub use window::silent_window;
pub(crate) use window::{Quit, Stops, formats, leave_sandbox, misfit, network, quit};
