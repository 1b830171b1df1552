//! The background runtime: takes files in, sends them, follows them to their end.

pub mod command;
pub mod intake;

pub use command::{Command, EngineHandle, Notice};
