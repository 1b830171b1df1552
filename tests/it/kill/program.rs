//! The process that is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{INSIDE, Killed, LIMIT, MEDIA, Queue};
use crate::cli::KEY;

/// Between two looks whether it has ended.
const LOOK: Duration = Duration::from_millis(20);
/// Bytes a second of the real program: its largest file takes some seconds.
const BANDWIDTH: &str = "150k";

/// The program while it runs; killed when the test fails.
pub struct Program {
    killed: Killed,
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Program {
    pub fn start(queue: &Queue) -> Self {
        let home = queue.home.path();
        let media = home.join("media");
        let mut command = match queue.killed {
            Killed::Binary => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_mavi-uploader"));
                command
                    .args(["upload", "--json", "--limit-rate", BANDWIDTH])
                    .arg(&media);
                command
            }
            Killed::Window | Killed::Upload => {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command.args(["--exact", queue.name, "--nocapture"]);
                command
            }
        };
        let nowhere = home.join("nowhere");
        let inside = if queue.killed == Killed::Window {
            "window"
        } else {
            "upload"
        };
        let mut child = command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("TMPDIR", home.join("tmp"))
            .env("XDG_RUNTIME_DIR", &nowhere)
            .env("MAVI_UPLOADER_DATA_DIR", &queue.ledger.data)
            .env("MEMORIES_API_KEY", KEY)
            .env("MEMORIES_V2_BASE_URL", queue.server.base_url())
            .env(INSIDE, inside)
            .env(MEDIA, &media)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(if queue.killed == Killed::Binary {
                Stdio::null()
            } else {
                Stdio::inherit()
            })
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            // A line that the kill cut off was not said.
            for line in out.split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            killed: queue.killed,
            child,
            lines,
            said: vec![],
        }
    }

    /// Takes in what it says for this long; true when it has ended before.
    pub fn listen(&mut self, lasting: Duration) -> bool {
        let until = Instant::now() + lasting;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.said.push(line),
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => return true,
            }
        }
    }

    /// Takes in what it says until something has come; true when it has ended before.
    pub fn listen_until(&mut self, mut came: impl FnMut(Duration) -> bool) -> bool {
        let until = Instant::now() + LIMIT;
        while !came(LOOK) {
            loop {
                match self.lines.try_recv() {
                    Ok(line) => self.said.push(line),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return true,
                }
            }
            assert!(Instant::now() < until, "it does not end");
        }
        false
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Returns how it ended, and all that it said.
    pub fn end(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.child.wait().unwrap();
        self.said.extend(self.lines.iter());
        let said = std::mem::take(&mut self.said);
        match self.killed {
            Killed::Binary => (
                status,
                said.iter().flat_map(|line| translated(line)).collect(),
            ),
            Killed::Window | Killed::Upload => (status, said),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns what an event says, in the words of the children: `row NAME`, `id NAME ID`, and `over
/// NAME` for a row that may leave the queue from then on.
fn translated(line: &str) -> Vec<String> {
    let Ok(event) = serde_json::from_str::<Value>(line) else {
        return vec![];
    };
    let Some(path) = event["path"].as_str() else {
        return vec![];
    };
    let name = Path::new(path).file_name().unwrap().to_string_lossy();
    let mut words = vec![];
    match event["event"].as_str() {
        Some("accepted") => words.push(format!("row\t{name}")),
        Some("finished" | "already_uploaded") => words.push(format!("over\t{name}")),
        _ => {}
    }
    if let Some(id) = event["asset_id"].as_str() {
        words.push(format!("id\t{name}\t{id}"));
    }
    words
}
