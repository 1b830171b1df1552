//! `sandbox`: only the server, until interrupted.

use super::interrupt::Interruption;
use super::wording;
use super::{EXIT_GOOD, EXIT_SOME_FAILED, SandboxArguments, print, say};
use crate::sandbox::{Sandbox, SandboxOptions};

/// Runs the server until Ctrl-C; returns the exit status.
pub fn run(arguments: &SandboxArguments) -> u8 {
    super::block_on(serve(arguments.port))
}

async fn serve(port: u16) -> u8 {
    let mut interruption = Interruption::listen();
    let options = SandboxOptions {
        port,
        ..SandboxOptions::default()
    };
    let sandbox = match Sandbox::start(options) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            say(&wording::port_taken(&error.to_string(), &port.to_string()));
            return EXIT_SOME_FAILED;
        }
    };
    if let Err(error) = print(&sandbox.base_url()) {
        return super::stdout_error(&error);
    }
    interruption.heard().await;
    sandbox.shutdown().await;
    EXIT_GOOD
}
