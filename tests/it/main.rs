//! What can only be tested from outside: other programs, other processes, the whole tree.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests do; clippy.toml reaches the tests alone"
)]

mod accessibility;
mod accounts;
mod batches;
#[cfg(unix)]
mod cli;
mod contract;
mod dialogs;
#[cfg(target_os = "linux")]
mod disk;
mod end_to_end;
#[cfg(unix)]
mod faults;
#[cfg(target_os = "linux")]
mod files_changing;
mod generated_docs;
mod intake;
mod keyboard;
#[cfg(target_os = "linux")]
mod keychain;
mod keys;
#[cfg(unix)]
mod kill;
mod layers;
mod library;
mod library_services;
mod list;
mod locate;
#[cfg(target_os = "linux")]
mod network;
mod no_stray_strings;
mod packages;
mod plan;
mod sandbox;
#[cfg(target_os = "linux")]
mod sessions;
mod shell;
#[cfg(target_os = "linux")]
mod shutdown;
mod snapshots;
mod status_visibility;
mod type_names;
mod ui;
mod window;
mod wire;
