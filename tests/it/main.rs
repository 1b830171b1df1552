//! What can only be tested from outside: other programs, other processes.

#[cfg(target_os = "linux")]
mod keychain;
