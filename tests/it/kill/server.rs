//! The sandbox in a process of its own: it outlives every kill of the program, and tells the
//! test what it was asked and what it stored.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use mavi_uploader::sandbox::{
    Call, FaultPlan, OfferedProtocol, PlannedFault, Sandbox, SandboxOptions, Timing,
};
use serde_json::{Value, json};

use super::{INSIDE, LIMIT, tell};

/// Set for the server: by how many milliseconds its answers are late.
const LATE: &str = "MAVI_KILL_TEST_LATE";

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub struct Request {
    /// As [`Call`] has it.
    pub call: String,
    pub file_name: Option<String>,
    pub asset_id: Option<String>,
    /// Bytes of its body.
    pub body: u64,
}

/// A file that the server stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub asset_id: String,
    pub blake3: String,
}

/// The process of the server.
pub struct Server {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    base_url: String,
}

impl Server {
    /// Starts it, as this test binary that runs the test of this name.
    pub fn start(name: &str, late: Duration) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(INSIDE, "server")
            .env(LATE, late.as_millis().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take().unwrap();
        let mut server = Self {
            child,
            input,
            lines,
            base_url: String::new(),
        };
        server.base_url = server.line("url\t");
        server
    }

    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The rest of the next line that begins so.
    fn line(&self, begins: &str) -> String {
        let until = Instant::now() + LIMIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).expect("the server says it");
            if let Some(rest) = line.strip_prefix(begins) {
                return rest.to_owned();
            }
        }
    }

    /// Forgets the calls that were told so far.
    pub fn forget(&self) {
        while self.lines.try_recv().is_ok() {}
    }

    /// Returns what is called next, if that comes within this time.
    pub fn next_call(&self, within: Duration) -> Option<String> {
        let line = self.lines.recv_timeout(within).ok()?;
        line.strip_prefix("call\t").map(str::to_owned)
    }

    /// Everything that it was asked and has stored, once it does nothing more.
    pub fn look(&mut self) -> (Vec<Request>, Vec<Stored>) {
        self.input.write_all(b"look\n").unwrap();
        let seen: Value = serde_json::from_str(&self.line("seen\t")).unwrap();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let requests = seen["requests"].as_array().unwrap().iter();
        let stored = seen["stored"].as_array().unwrap().iter();
        (
            requests
                .map(|it| Request {
                    call: text(&it["call"]).unwrap_or_default(),
                    file_name: text(&it["file_name"]),
                    asset_id: text(&it["asset_id"]),
                    body: it["body"].as_u64().unwrap(),
                })
                .collect(),
            stored
                .map(|it| Stored {
                    asset_id: text(&it["asset_id"]).unwrap(),
                    blake3: text(&it["blake3"]).unwrap(),
                })
                .collect(),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server itself: `url`, a `call` for every request, and `seen` when it is asked to
/// look, until its standard input ends.
pub fn run() {
    let late = std::env::var(LATE).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    let sandbox = Sandbox::start(options(Duration::from_millis(late))).unwrap();
    let sandbox = std::sync::Arc::new(sandbox);
    tell(&format!("url\t{}", sandbox.base_url()));
    let teller = std::sync::Arc::clone(&sandbox);
    runtime.spawn(async move {
        let mut changes = teller.changes();
        let mut told = 0;
        while changes.changed().await.is_ok() {
            let requests = teller.requests();
            for request in &requests[told..] {
                if let Some(call) = request.call {
                    tell(&format!("call\t{call:?}"));
                }
            }
            told = requests.len();
        }
    });
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        assert_eq!(line, "look");
        runtime.block_on(silence(&sandbox));
        tell(&format!("seen\t{}", seen(&sandbox)));
    }
}

/// What the system still holds of a program's connections is read: then nothing of it comes
/// any more.
async fn silence(sandbox: &Sandbox) {
    let mut before = usize::MAX;
    loop {
        let over = |it: &Sandbox| it.requests().iter().all(|request| request.over);
        tokio::time::timeout(LIMIT, sandbox.wait_until(over))
            .await
            .unwrap();
        let now = sandbox.requests().len();
        if now == before {
            return;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn seen(sandbox: &Sandbox) -> Value {
    let requests: Vec<Value> = sandbox
        .requests()
        .iter()
        .map(|it| {
            json!({
                "call": it.call.map(|call| format!("{call:?}")),
                "file_name": it.file_name,
                "asset_id": it.asset_id,
                "body": it.body,
            })
        })
        .collect();
    let stored: Vec<Value> = sandbox
        .stored()
        .iter()
        .map(|it| json!({ "asset_id": it.asset_id, "blake3": it.blake3 }))
        .collect();
    json!({ "requests": requests, "stored": stored })
}

/// All answers that give something come late, so that kills come between what the server
/// did and what the program knows of it. The first word of a file's name says which way it
/// goes; one that is too large for the service goes to a signed URL whatever its size.
fn options(late: Duration) -> SandboxOptions {
    let mut plan = FaultPlan::new();
    for (name, ..) in super::FILES.iter().chain(super::FEW_FILES) {
        let way = name.split(' ').find(|word| *word != "too-large");
        let protocol = match way {
            Some("session") => Some(OfferedProtocol::ResumableStart),
            Some("form") => Some(OfferedProtocol::Form),
            _ => None,
        };
        if let Some(protocol) = protocol.map(PlannedFault::OfferedProtocol) {
            plan = plan.on(Call::SignedUrl).named(name).always().then(protocol);
        }
        if name.starts_with("too-large") {
            let refused = PlannedFault::status(413);
            plan = plan.on(Call::Upload).named(name).always().then(refused);
        }
    }
    for call in [
        Call::Upload,
        Call::SignedUrl,
        Call::StoragePut,
        Call::StorageForm,
        Call::SessionStart,
    ] {
        plan = plan.on(call).always().then(PlannedFault::DelayAnswer(late));
    }
    SandboxOptions {
        interval: Duration::from_millis(5),
        timing: Timing::default().scaled(0.05),
        plan,
        ..SandboxOptions::default()
    }
}
