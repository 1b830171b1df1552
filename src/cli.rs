//! The command line, without a window: the commands of `docs/contract.md`.

mod assets;
mod events;
mod history;
mod import;
mod interrupt;
mod key;
mod keychain_lookup;
mod progress;
mod report;
mod said_wait;
mod sandbox;
mod upload;
mod wording;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{MAIN_SEPARATOR, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use serde::Serialize;

use crate::engine::FrontEnd;
use crate::model::asset::AssetId;
use crate::model::batch::clean_label;
use crate::model::fault::RequiredAction;
use crate::model::terminal::{escape, is_unsafe};
use crate::model::version;
use crate::setup::{self, AppContext, Numbers, SetupError};
use crate::store::SecretError;
use crate::store::settings::{DEFAULT_JOBS, JOBS};
use crate::text::messages::key as key_words;

pub use assets::{CheckArguments, DeleteArguments};
pub use history::HistoryArguments;
pub use interrupt::Interruption;
pub use upload::upload_by;

/// Exit status: every file is ready or was uploaded before.
pub const EXIT_GOOD: u8 = 0;
/// Exit status: some file failed or was rejected.
pub const EXIT_SOME_FAILED: u8 = 1;
/// Exit status: wrong usage.
pub const EXIT_USAGE: u8 = 2;
/// Exit status: no API key, or the service refuses it.
pub const EXIT_KEY: u8 = 3;
/// Exit status: balance or account.
pub const EXIT_ACCOUNT: u8 = 4;
/// Exit status: interrupted.
pub const EXIT_INTERRUPTED: u8 = 130;

const AFTER_HELP: &str = "\
Without a command a window opens. Files and folders that are named are put into its list; nothing
is uploaded before you press Upload.

To upload without a window:  mavi-uploader upload my-video.mp4
To try it without a key:     mavi-uploader --sandbox

Environment:
  MEMORIES_API_KEY        API key; wins over the one in the keychain
  MEMORIES_V2_BASE_URL    another address of the service
  MAVI_UPLOADER_DATA_DIR  another folder for history, settings and logs
  MAVI_UPLOADER_LOG       what is logged, as: debug, or mavi_uploader::api=trace

Keys are made at https://api-platform.memories.ai/";

const UPLOAD_HELP: &str = "\
Prints a line for each file: its asset id, a tab, its path. Progress and messages go to standard
error. What an earlier run left unfinished goes on; what was uploaded before is not sent again.
A control character in a path is printed as \\n or \\u{1b}, a backslash as \\\\ (not on Windows);
--json has paths as they are.

Exit status: 0 all is well, 1 some file failed or was refused, 2 wrong usage, 3 no API key or a
refused one, 4 balance or account, 130 interrupted.";

/// Upload video, audio and images to memories.ai and get their asset ids.
#[derive(Debug, Parser)]
#[command(
    name = "mavi-uploader",
    version = version::BUILD,
    after_help = AFTER_HELP,
    args_conflicts_with_subcommands = true
)]
pub struct Arguments {
    /// Try it without an account: the service is played in this program, and nothing leaves
    /// the computer
    #[arg(long)]
    pub sandbox: bool,
    /// Files and folders to put into the window's list
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Command to run instead of opening the window.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

/// Commands that need no window.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Upload files and folders without a window
    #[command(after_help = UPLOAD_HELP)]
    Upload(UploadArguments),
    /// Save, look up or remove the API key in the keychain of this computer
    #[command(subcommand)]
    Key(KeyCommand),
    /// Ask memories.ai again how assets are
    Check(CheckArguments),
    /// Delete assets from memories.ai for good
    Delete(DeleteArguments),
    /// List what was uploaded from this computer
    History(HistoryArguments),
    /// Bring assets into the history from a CSV or JSON export, a ledger, or a list of IDs
    Import(import::ImportArguments),
    /// Run a server that plays the service, on this computer only, for trying out and for tests
    Sandbox(SandboxArguments),
}

/// Returns the parser of `--jobs`.
fn jobs() -> impl TypedValueParser<Value = u8> {
    clap::value_parser!(u8).range(i64::from(*JOBS.start())..=i64::from(*JOBS.end()))
}

/// Arguments of `upload`.
#[derive(Debug, Args)]
pub struct UploadArguments {
    /// Files and folders; folders are searched for files of the supported formats
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Print events to standard output, one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Files to upload at a time, 1 to 8
    #[arg(long, value_name = "N", default_value_t = DEFAULT_JOBS, value_parser = jobs())]
    pub jobs: u8,
    /// End when the files are uploaded, without waiting until the service has processed them
    #[arg(long)]
    pub no_wait: bool,
    /// Give up waiting for the service to process a file after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    pub wait_timeout: u64,
    /// Upload even what was uploaded before
    #[arg(long)]
    pub again: bool,
    /// Upload even what is not recognised as the format that its name says
    #[arg(long)]
    pub force: bool,
    /// Label of these files in the history, instead of the folder's name or the day and time
    #[arg(long, value_name = "TEXT", value_parser = parse_label)]
    pub label: Option<String>,
    /// Try it without an account: nothing leaves the computer
    #[arg(long)]
    pub sandbox: bool,
    /// Use at most so many bytes a second for uploads, as 500k or 5M
    #[arg(long, value_name = "BYTES_PER_S", value_parser = parse_rate)]
    pub limit_rate: Option<u64>,
}

/// Subcommands of `key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Read the API key from standard input, check it, and save it in the keychain
    Set {
        /// A key given by mistake, rejected without being repeated.
        #[arg(hide = true)]
        by_mistake: Vec<OsString>,
    },
    /// Say where the API key comes from, and its last four characters
    Status,
    /// Remove the API key from the keychain
    Remove,
}

/// Arguments of `sandbox`.
#[derive(Debug, Args)]
pub struct SandboxArguments {
    /// Port to listen on; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
}

/// Returns the exit status of an error of starting.
pub fn setup_status(error: &SetupError) -> u8 {
    match error {
        SetupError::BaseUrl(_) => EXIT_USAGE,
        _ => EXIT_SOME_FAILED,
    }
}

/// Returns the exit status of a command that the user's action would let go on.
fn stop_status(fix: RequiredAction) -> u8 {
    match fix {
        RequiredAction::Key => EXIT_KEY,
        RequiredAction::Balance | RequiredAction::Account => EXIT_ACCOUNT,
        RequiredAction::Program => EXIT_SOME_FAILED,
    }
}

/// Says why a command cannot start; returns the exit status.
fn cannot_start(error: &SetupError) -> u8 {
    say(&error.to_string());
    setup_status(error)
}

/// Returns the real surroundings of a command that needs a key, or its exit status where they are of
/// no use.
fn context_with_key() -> Result<AppContext, u8> {
    let world = AppContext::real().map_err(|error| cannot_start(&error))?;
    match world.bad_key {
        Some(why) => {
            say(&wording::bad_environment_key(why));
            Err(EXIT_KEY)
        }
        None => Ok(world),
    }
}

/// Runs a command that needs no window.
pub fn run(command: CliCommand) -> ExitCode {
    ExitCode::from(match command {
        CliCommand::Upload(arguments) => upload_by(arguments, Numbers::of(FrontEnd::CommandLine)),
        CliCommand::Key(command) => key::run(&command),
        CliCommand::Check(arguments) => assets::check(arguments),
        CliCommand::Delete(arguments) => assets::delete(arguments),
        CliCommand::History(arguments) => history::run(&arguments),
        CliCommand::Import(arguments) => import::run(&arguments),
        CliCommand::Sandbox(arguments) => sandbox::run(&arguments),
    })
}

/// Parses arguments; on `--help`, `--version` and wrong usage prints and exits.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Arguments {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parsed = Arguments::try_parse_from(&arguments).and_then(without_misplaced_command);
    parsed.unwrap_or_else(|error| {
        // The error repeats an argument, possibly a file name expanded from `*`.
        let has_unsafe = |argument: &OsString| argument.to_string_lossy().contains(is_unsafe);
        if error.use_stderr() && arguments.iter().any(has_unsafe) {
            error.to_string().lines().for_each(say);
            std::process::exit(EXIT_USAGE.into());
        }
        error.exit()
    })
}

/// Parses a day.
fn parse_day(text: &str) -> Result<jiff::civil::Date, String> {
    text.parse()
        .map_err(|_| "give a day of the calendar, as 2026-11-28".to_owned())
}

/// Parses the label of a batch.
fn parse_label(text: &str) -> Result<String, String> {
    clean_label(text).ok_or_else(|| "a label has at least one letter".to_owned())
}

/// Rejects a command after `--sandbox`, which would be taken for a path.
fn without_misplaced_command(arguments: Arguments) -> Result<Arguments, clap::Error> {
    let mut program = Arguments::command();
    let first = arguments.paths.first().filter(|_| arguments.sandbox);
    let is_command = |path: &PathBuf| program.find_subcommand(path).is_some();
    if first.is_some_and(is_command) {
        return Err(program.error(
            ErrorKind::ArgumentConflict,
            wording::sandbox_after_command(),
        ));
    }
    Ok(arguments)
}

/// Runs a command on a runtime of its own; returns its exit status.
fn block_on(command: impl Future<Output = u8>) -> u8 {
    let runtime = match setup::runtime() {
        Ok(runtime) => runtime,
        Err(error) => return cannot_start(&error),
    };
    let code = runtime.block_on(command);
    // A keychain prompt or an unresponsive drive must not delay the exit.
    runtime.shutdown_background();
    code
}

/// Parses an asset ID.
fn parse_asset_id(text: &str) -> Result<AssetId, String> {
    AssetId::new(text).ok_or_else(|| "this cannot be an asset id".to_owned())
}

/// Bytes per second that no connection has: a larger rate is a typo.
const MOST_RATE: f64 = 1e15;

/// Parses a byte count with an optional k, M or G (powers of ten).
fn parse_rate(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        other => return Err(format!("{other:?} is no unit: use k, M or G")),
    };
    let number: f64 = digits
        .trim()
        .parse()
        .map_err(|_| format!("{text:?} is not a number of bytes"))?;
    let bytes = number * unit;
    if bytes > MOST_RATE {
        Err("this is too large: give at most 1000000G".to_owned())
    } else if bytes >= 1.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "in range"
        )]
        Ok(bytes as u64)
    } else {
        Err("give at least 1 byte a second".to_owned())
    }
}

/// Prints an escaped line to standard error. Errors are ignored: there is nowhere to report them.
pub fn say(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{}", escape(text));
}

/// Prints a line to standard output.
///
/// # Errors
/// The system's; [`is_deaf`] tells a closed pipe from a full disk.
fn print(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush())
}

/// Returns true if the reader of standard output is gone, which is not a failure.
fn is_deaf(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
}

/// Returns the exit status after a failed write to standard output.
fn stdout_error(error: &std::io::Error) -> u8 {
    if is_deaf(error) {
        return EXIT_GOOD;
    }
    say(&wording::unprinted(&error.to_string()));
    EXIT_SOME_FAILED
}

/// Escapes a path and the backslash, so that no two paths have the same line. On Windows, the
/// backslash is a separator and stays.
fn one_line(path: &str) -> String {
    match MAIN_SEPARATOR {
        '\\' => escape(path),
        _ => escape(&path.replace('\\', r"\\")),
    }
}

/// Formats a value as one line of JSON that is safe on a terminal; its parsed value is unchanged.
fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(value)?;
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unsafe(letter) {
            // Only in strings, and none is beyond 16 bits.
            let _ = write!(line, "\\u{:04x}", u32::from(letter));
        } else {
            line.push(letter);
        }
    }
    Ok(line)
}

/// Formats a keychain error for the user.
fn keychain_words(error: &SecretError) -> String {
    match error {
        SecretError::NoKeychain(_) => wording::no_keychain().to_owned(),
        SecretError::Locked => wording::keychain_locked().to_owned(),
        SecretError::Denied(_) => key_words::keychain_denied().to_owned(),
        SecretError::NotAKey => key_words::keychain_holds_none().to_owned(),
        SecretError::Other(cause) => wording::keychain_failed(cause),
    }
}

/// Rounds to milliseconds, as events show seconds.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests;
