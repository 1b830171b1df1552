//! Texts of the window that depend on what the model knows; all others are called where they are
//! shown.

pub mod banner;
mod batch;
pub mod command;
mod intake;
mod key;
mod located;
mod network;
mod quit;
pub mod row;
pub mod selection;
mod window;

pub use batch::{batch_done, batch_ended, ended};
pub use intake::{coming_in, comparing, plan, plan_at_length, refusal, refused};
pub use key::{key_button, key_in_use, key_state, vault};
pub use located::misfit;
pub use network::network;
pub use quit::{Quit, Stops, leave_sandbox, quit};
pub use window::{formats, silent_window};
