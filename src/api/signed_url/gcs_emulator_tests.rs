//! The storage step against an independent server: the emulator of Google Cloud Storage
//! (`gcp-storage-emulator`), on loopback.
//!
//! `scripts/test` installs it; without it, the tests fail.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::*;
use crate::api::base_url::BaseUrl;
use crate::api::client::ClientOptions;
use crate::api::tests::wire_server::{Sample, sample};
use crate::api::throttle::RateLimit;
use crate::api::{Service, Session};
use crate::model::asset::AssetId;

/// Variable with the Python that has the emulator; by default, the one installed by `scripts/test`.
const PYTHON: &str = "MAVI_STORAGE_SERVER_PYTHON";
/// Serves a free loopback port, prints it, and ends when its input closes.
const SERVE: &str = "
import sys
from gcp_storage_emulator.server import create_server
server = create_server('127.0.0.1', 0, in_memory=True, default_bucket='bucket')
server.start()
print(server._api._httpd.server_port, flush=True)
sys.stdin.read()
server.stop()
";
const V4: &str = "X-Goog-SignedHeaders=host&X-Goog-Signature=5ecret";
const V4_TYPED: &str = "X-Goog-SignedHeaders=content-type%3Bhost&X-Goog-Signature=5ecret";
const STARTS: &str = "X-Goog-SignedHeaders=host%3Bx-goog-resumable&X-Goog-Signature=5ecret";
const QUANTUM: usize = 256 * 1024;

struct Emulator {
    program: Child,
    port: u16,
}

impl Emulator {
    fn start() -> Self {
        let python = std::env::var_os(PYTHON).map_or_else(
            || {
                PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                    .join("target/tools/storage-server/bin/python")
            },
            PathBuf::from,
        );
        let mut program = Command::new(&python)
            .args(["-c", SERVE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                let python = python.display();
                panic!("{python}: {error}. Run scripts/test once: it installs the storage server.")
            });
        let mut port = String::new();
        let said = program.stdout.as_mut().unwrap();
        BufReader::new(said).read_line(&mut port).unwrap();
        let port = port.trim().parse().expect("the emulator runs");
        Self { program, port }
    }

    fn ticket(&self, path: &str, query: &str) -> SignedUpload {
        let url = format!("http://127.0.0.1:{}{path}{query}", self.port);
        SignedUpload {
            asset_id: AssetId::new("re_1").unwrap(),
            url: SecretUrl(zeroize::Zeroizing::new(url)),
            expires_in: None,
            session: Session::default(),
            unanswered: Default::default(),
        }
    }

    fn client(&self, bandwidth: Option<u64>) -> Client {
        let base = format!("http://127.0.0.1:{}/serve/api/v2", self.port);
        let mut options = ClientOptions::new(BaseUrl::parse(&base).unwrap());
        options.rate_limit = RateLimit::new(bandwidth);
        Client::new(options)
    }

    /// Returns the body of the response to a plain request.
    fn get(&self, target: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "GET {target} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = vec![];
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
        answer.split_off(end + 4)
    }

    fn content_type(&self, object: &str) -> String {
        let answer = self.get(&format!("/storage/v1/b/bucket/o/{object}"));
        let object: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        object["contentType"].as_str().unwrap().to_owned()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

async fn store(client: &Client, ticket: &SignedUpload, sample: &Sample) -> Result<(), Fault> {
    let meter = Arc::new(TransferProgress::default());
    let hash = client.store(ticket, &sample.file, &meter).await?;
    let expected = blake3::hash(&sample.content).to_hex();
    assert_eq!(hash.unwrap().to_hex(), expected.as_str());
    Ok(())
}

/// Starts sending and disconnects in mid-body.
async fn break_off(emulator: &Emulator, ticket: &SignedUpload, sample: &Sample, after: u64) {
    let client = emulator.client(Some(4_000_000));
    let meter = Arc::new(TransferProgress::default());
    let sending = client.store(ticket, &sample.file, &meter);
    let moved = async {
        while meter.sent() < after {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        outcome = sending => panic!("{outcome:?}"),
        () = moved => {}
    }
    assert!(!meter.body_out());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_bytes_arrive_as_they_are_at_a_server_of_others() {
    let emulator = Emulator::start();
    let client = emulator.client(None);
    let sample = sample(1_300_001);
    for (object, query, kind) in [
        ("plain.mp4", V4, "application/octet-stream"),
        ("typed.mp4", V4_TYPED, "video/mp4"),
        (
            "old.mp4",
            "GoogleAccessId=a&Expires=1&Signature=5ecret",
            "application/octet-stream",
        ),
    ] {
        let ticket = emulator.ticket(&format!("/bucket/{object}?"), query);
        store(&client, &ticket, &sample).await.unwrap();
        assert!(emulator.get(&format!("/bucket/{object}")) == sample.content);
        assert_eq!(emulator.content_type(object), kind, "{object}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_put_is_replaced_by_the_next_one_at_a_server_of_others() {
    let emulator = Emulator::start();
    let sample = sample(3_000_000);
    let ticket = emulator.ticket("/bucket/cut.mp4?", V4);
    break_off(&emulator, &ticket, &sample, 1_000_000).await;
    store(&emulator.client(None), &ticket, &sample)
        .await
        .unwrap();
    assert!(emulator.get("/bucket/cut.mp4") == sample.content);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_at_a_server_of_others_goes_on_from_its_offset() {
    let emulator = Emulator::start();
    let client = emulator.client(None);
    let sample = sample(3_000_000);
    let starts = |name: &str| {
        let path = format!("/upload/storage/v1/b/bucket/o?uploadType=resumable&name={name}&");
        emulator.ticket(&path, STARTS)
    };
    // In one go.
    let ticket = starts("whole.mp4");
    store(&client, &ticket, &sample).await.unwrap();
    assert!(emulator.get("/bucket/whole.mp4") == sample.content);

    // Broken in mid-body: it resumes from the server's position.
    let ticket = starts("rest.mp4");
    break_off(&emulator, &ticket, &sample, 1_500_000).await;
    let session = ticket.session.url().expect("a session was started");
    let held = held(&emulator, session.0.as_str(), sample.content.len());
    assert!((QUANTUM..sample.content.len()).contains(&held), "{held}");
    let meter = Arc::new(TransferProgress::default());
    let begun = Arc::clone(&meter);
    let from = tokio::spawn(async move {
        while begun.sent() == 0 {
            tokio::task::yield_now().await;
        }
        begun.sent()
    });
    let hash = client.store(&ticket, &sample.file, &meter).await.unwrap();
    assert!(from.await.unwrap() >= held as u64);
    let expected = blake3::hash(&sample.content).to_hex();
    assert_eq!(hash.unwrap().to_hex(), expected.as_str());
    assert!(emulator.get("/bucket/rest.mp4") == sample.content);
}

/// Returns the number of bytes that a session holds, queried without the client.
fn held(emulator: &Emulator, session: &str, size: usize) -> usize {
    let target = session
        .split_once(&format!(":{}", emulator.port))
        .unwrap()
        .1;
    let mut stream = TcpStream::connect(("127.0.0.1", emulator.port)).unwrap();
    write!(
        stream,
        "PUT {target} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\
         Content-Range: bytes */{size}\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 308 "), "{answer}");
    let range = answer.split_once("Range: bytes=0-").expect("it holds some");
    let last: usize = range.1.lines().next().unwrap().trim().parse().unwrap();
    last + 1
}
