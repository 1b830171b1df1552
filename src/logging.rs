//! The log: a file a day in the data directory, written off the hot path, without secrets.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::Level;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::api::redact::redact;
use crate::model::version;

/// The environment variable that holds a filter: levels, for all or for the modules that are
/// named, as `warn,mavi_uploader::api=trace`.
const FILTER_VARIABLE: &str = "MAVI_UPLOADER_LOG";
/// Files that are kept, one a day.
const KEPT: usize = 7;

/// Starts the log in `folder`/logs; it is written to its end when the guard is dropped.
/// Without a folder, or where it cannot be written, nothing is logged.
pub fn start(folder: Option<&Path>) -> Option<WorkerGuard> {
    let logs = folder?.join("logs");
    // The appender would say on standard error that there is nothing to clear away.
    std::fs::create_dir_all(&logs).ok()?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("mavi-uploader")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(&logs)
        .ok()?;
    restrict(&logs);
    let (writer, guard) = tracing_appender::non_blocking(Private {
        file,
        logs,
        day: today(),
    });
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

/// What is logged: what was asked for, or warnings, and how this program fares.
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

/// Writes the log, and keeps the file of each new day to its owner too.
struct Private<W> {
    file: W,
    logs: PathBuf,
    day: u64,
}

impl<W: Write> Write for Private<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let written = self.file.write(line)?;
        let today = today();
        if today != self.day {
            self.day = today;
            restrict(&self.logs);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The number of the day in UTC, by which files change.
fn today() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since.as_secs() / (24 * 60 * 60)
}

/// Keeps the logs to their owner.
fn restrict(logs: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let set = |path: &Path, mode| {
            // A log that others may read is no reason not to start: it holds no secret.
            let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
        };
        set(logs, 0o700);
        for entry in std::fs::read_dir(logs).into_iter().flatten().flatten() {
            set(&entry.path(), 0o600);
        }
    }
    #[cfg(not(unix))]
    let _ = logs;
}

/// Takes secrets out of every line, wherever it comes from: the last line of defence, for
/// what a library may log of a request.
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
        let end = if text.ends_with('\n') { "\n" } else { "" };
        self.0
            .write_all(redact(text.trim_end_matches('\n'), None).as_bytes())?;
        self.0.write_all(end.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_logged_and_what_is_not_understood_changes_nothing() {
        const API: &str = "mavi_uploader::api::client";
        for (asked, ours, others) in [
            (None, Level::INFO, Level::WARN),
            (Some("debug"), Level::DEBUG, Level::DEBUG),
            (
                Some("warn,mavi_uploader::api=trace"),
                Level::TRACE,
                Level::WARN,
            ),
            (Some("mavi_uploader=loud"), Level::INFO, Level::WARN),
        ] {
            let filter = filter(asked);
            for (target, level) in [(API, ours), ("hyper::client", others)] {
                assert!(filter.would_enable(target, &level), "{asked:?} {target}");
                let finer = [Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE]
                    .into_iter()
                    .find(|finer| *finer > level);
                assert!(
                    finer.is_none_or(|finer| !filter.would_enable(target, &finer)),
                    "{asked:?} {target}"
                );
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_file_of_a_new_day_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let logs = tempfile::tempdir().unwrap();
        let path = logs.path().join("new.log");
        let file = std::fs::File::create(&path).unwrap();
        file.set_permissions(std::fs::Permissions::from_mode(0o644))
            .unwrap();
        let mut log = Private {
            file,
            logs: logs.path().to_owned(),
            day: today() - 1,
        };
        log.write_all(b"a line\n").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn no_line_of_the_log_holds_a_secret() {
        let mut out = Redacting(Vec::new());
        out.write_all(
            b"INFO sent Authorization: sk-mavi-0123456789abcdef to https://host/path?X-Goog-Signature=f00d&x=1\n",
        )
        .unwrap();
        let line = String::from_utf8(out.0).unwrap();
        assert!(line.contains("https://host/path"), "{line}");
        assert!(line.ends_with('\n') && line.starts_with("INFO sent"));
        for secret in ["0123456789", "f00d", "Signature"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}
