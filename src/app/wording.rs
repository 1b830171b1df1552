//! Texts of the window that depend on what the model knows; all others are called where they are
//! shown.

pub mod banner;
mod batch;
pub mod command;
pub mod group;
mod intake;
mod key;
pub mod library;
pub mod row;
pub mod selection;
pub mod skipped;
mod window;

pub use batch::{batch_done, batch_ended, ended};
pub use intake::{coming_in, comparing, plan, plan_at_length, refusal, refused};
pub use key::{account_entry, account_name, key_button, key_in_use, key_state, vault};
pub use window::{Quit, Stops, formats, leave_sandbox, misfit, network, quit, silent_window};
