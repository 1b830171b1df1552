//! The log: one file per day in the data directory, written off the hot path, without secrets.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tracing::Level;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::api::redact::redact;
use crate::model::{terminal, version};
use crate::store::files;

/// Environment variable with a filter: levels, global or per module, as
/// `warn,mavi_uploader::api=trace`.
const FILTER_VARIABLE: &str = "MAVI_UPLOADER_LOG";
/// File name prefix, before the date.
const PREFIX: &str = "mavi-uploader.";
const SUFFIX: &str = ".log";
/// Daily files kept.
const KEPT: usize = 7;

/// Starts logging to `folder`/logs; dropping the guard flushes it. Without a writable folder
/// nothing is logged.
pub fn start(folder: Option<&Path>) -> Option<WorkerGuard> {
    let logs = folder?.join("logs");
    files::create_own_dir(&logs).ok()?;
    let (writer, guard) = tracing_appender::non_blocking(Daily::open(logs).ok()?);
    let started = tracing_subscriber::registry()
        .with(filter(std::env::var(FILTER_VARIABLE).ok().as_deref()))
        .with(fmt::layer().with_ansi(false).with_writer(Redacting(writer)))
        .try_init();
    started.ok()?;
    tracing::info!(
        build = version::BUILD,
        system = std::env::consts::OS,
        "start"
    );
    Some(guard)
}

/// Parses the filter; defaults to warnings, and this program's info.
fn filter(asked: Option<&str>) -> Targets {
    let usual = || {
        Targets::new()
            .with_default(Level::WARN)
            .with_target("mavi_uploader", Level::INFO)
    };
    asked
        .and_then(|asked| asked.parse().ok())
        .unwrap_or_else(usual)
}

/// Writer of one private file per day; follows no link.
struct Daily {
    logs: PathBuf,
    /// Day in UTC, by which files rotate.
    day: String,
    file: File,
}

impl Daily {
    fn open(logs: PathBuf) -> io::Result<Self> {
        let day = today();
        let file = open_day(&logs, &day)?;
        Ok(Self { logs, day, file })
    }
}

impl Write for Daily {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let today = today();
        if today != self.day {
            self.file = open_day(&self.logs, &today)?;
            self.day = today;
        }
        self.file.write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// Opens the file of a day and removes all but the [`KEPT`] newest.
fn open_day(logs: &Path, day: &str) -> io::Result<File> {
    let path = logs.join(format!("{PREFIX}{day}{SUFFIX}"));
    let file = files::private_options()
        .append(true)
        .create(true)
        .open(path)?;
    let mut kept: Vec<String> = fs::read_dir(logs)?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
        .collect();
    kept.sort_unstable();
    for old in kept.iter().rev().skip(KEPT) {
        // Another day tries again.
        let _ = fs::remove_file(logs.join(old));
    }
    Ok(file)
}

/// Removes secrets and line breaks from every line: the last defence against a library that logs a
/// request, or the service's own text.
struct Redacting<W>(W);

impl<'a> MakeWriter<'a> for Redacting<NonBlocking> {
    type Writer = Redacting<NonBlocking>;

    fn make_writer(&'a self) -> Self::Writer {
        Redacting(self.0.clone())
    }
}

impl<W: Write> Write for Redacting<W> {
    /// Takes a whole line: `tracing-subscriber` writes one event at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let clean = redact(text.trim_end_matches('\n'), None);
        self.0
            .write_all(format!("{}\n", terminal::escape(&clean)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests;
