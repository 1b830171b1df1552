//! Texts of the window that depend on what the model knows; all others are called where they are
//! shown.

pub mod banner;
pub mod command;
pub mod group;
mod intake;
mod key;
pub mod library;
pub mod row;
pub mod selection;
pub mod skipped;
mod uploads;
mod window;

pub use intake::{coming_in, comparing, plan, plan_at_length, refusal, refused};
pub use key::{account_entry, account_name, key_button, key_in_use, key_state, vault};
pub use uploads::{ended, uploads_done, uploads_ended};
pub use window::{Quit, Stops, formats, leave_sandbox, misfit, network, quit, silent_window};
