//! `sandbox`: only the server, until interrupted.

use super::interrupt::Interruption;
use super::wording;
use super::{EXIT_GOOD, EXIT_SOME_FAILED, SandboxArguments, print, say};
use crate::sandbox::{Sandbox, SandboxOptions};
use crate::setup;

/// Runs the server until Ctrl-C; returns the exit status.
pub fn run(arguments: &SandboxArguments) -> u8 {
    let runtime = match setup::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&error.to_string());
            return EXIT_SOME_FAILED;
        }
    };
    runtime.block_on(async {
        let mut interruption = Interruption::listen();
        let options = SandboxOptions {
            port: arguments.port,
            ..SandboxOptions::default()
        };
        let sandbox = match Sandbox::start(options) {
            Ok(sandbox) => sandbox,
            Err(error) => {
                let port = arguments.port.to_string();
                say(&wording::port_taken(&error.to_string(), &port));
                return EXIT_SOME_FAILED;
            }
        };
        if let Err(error) = print(&sandbox.base_url()) {
            return super::stdout_error(&error);
        }
        interruption.heard().await;
        sandbox.shutdown().await;
        EXIT_GOOD
    })
}
