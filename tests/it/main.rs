//! What can only be tested from outside: other programs, other processes, the whole tree.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests do; clippy.toml reaches the tests alone"
)]

mod access;
#[cfg(unix)]
mod cli;
mod contract;
mod dialogs;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(unix)]
mod faults;
mod intake;
mod keyboard;
#[cfg(target_os = "linux")]
mod keychain;
mod keys;
#[cfg(unix)]
mod kill;
mod layers;
mod list;
mod locate;
mod main_job;
#[cfg(target_os = "linux")]
mod moving;
#[cfg(target_os = "linux")]
mod network;
mod packages;
mod papers;
mod plan;
mod sandbox;
#[cfg(target_os = "linux")]
mod sessions;
mod shell;
#[cfg(target_os = "linux")]
mod shutdown;
mod snapshots;
mod states;
mod ui;
mod window;
mod wire;
mod words;
