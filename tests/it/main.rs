//! What can only be tested from outside: other programs, other processes, the whole tree.

#[cfg(target_os = "linux")]
mod keychain;
mod layers;
