//! Arguments, logging, wiring; nothing else.

use std::process::ExitCode;

use mavi_uploader::cli;

fn main() -> ExitCode {
    let arguments = cli::parse(std::env::args_os());
    match arguments.command {
        Some(command) => cli::run(command),
        None => ExitCode::FAILURE,
    }
}
