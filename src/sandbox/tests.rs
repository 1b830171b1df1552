//! The server, driven by handwritten requests.

mod api;
mod faults;
mod storage;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

const BOUNDARY: &str = "----boundary7f3a";

/// Returns options without a rate limit whose assets are SUCCESS at once.
fn quick() -> SandboxOptions {
    SandboxOptions {
        interval: Duration::ZERO,
        timing: Timing::AT_ONCE,
        ..SandboxOptions::default()
    }
}

fn with_plan(plan: FaultPlan) -> Sandbox {
    Sandbox::start(SandboxOptions { plan, ..quick() }).unwrap()
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer with a head");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    fn asset_id(&self) -> String {
        self.json()["data"]["asset_id"].as_str().unwrap().to_owned()
    }

    fn header(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }
}

/// Writes a request's head, adding `Host` and `Connection: close`.
fn head(address: SocketAddr, line: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// Sends bytes on a new connection and reads to its end.
async fn send(address: SocketAddr, bytes: &[u8]) -> io::Result<Answer> {
    let mut tcp = TcpStream::connect(address).await?;
    tcp.write_all(bytes).await?;
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).await?;
    if answer.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Answer::parse(&answer))
}

fn form(disposition: &str, content: &[u8]) -> Vec<u8> {
    let mut form = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: video/mp4\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(content);
    form.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    form
}

fn form_of(name: &str, content: &[u8]) -> Vec<u8> {
    form(&format!("name=\"file\"; filename=\"{name}\""), content)
}

/// Formats a request to the API with the sandbox's own key.
fn api_request(sandbox: &Sandbox, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let (method, path) = line.split_once(' ').unwrap();
    let line = format!("{method} /serve/api/v2{path}");
    let length = body.len().to_string();
    let mut all = vec![
        ("Authorization", sandbox.key()),
        ("Content-Length", length.as_str()),
    ];
    all.extend_from_slice(headers);
    let mut request = head(sandbox.address, &line, &all);
    request.extend_from_slice(body);
    request
}

fn upload_request(sandbox: &Sandbox, form: &[u8]) -> Vec<u8> {
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [("Content-Type", content_type.as_str())];
    api_request(sandbox, "POST /upload", &headers, form)
}

async fn upload(sandbox: &Sandbox, name: &str, content: &[u8]) -> io::Result<Answer> {
    let request = upload_request(sandbox, &form_of(name, content));
    send(sandbox.address, &request).await
}

async fn metadata(sandbox: &Sandbox, id: &str) -> Answer {
    let request = api_request(sandbox, &format!("GET /{id}/metadata"), &[], b"");
    send(sandbox.address, &request).await.unwrap()
}

async fn status_of(sandbox: &Sandbox, id: &str) -> String {
    let answer = metadata(sandbox, id).await.json();
    let status = &answer["data"]["resource"][0]["upload_status"];
    status.as_str().unwrap_or("not found").to_owned()
}

/// Requests a signed URL: returns the asset's id, the storage server's address, path and query.
async fn signed_url(sandbox: &Sandbox, name: &str) -> (String, SocketAddr, String) {
    let body = serde_json::json!({ "original_filename": name }).to_string();
    let headers = [("Content-Type", "application/json")];
    let request = api_request(
        sandbox,
        "POST /upload/signed-url",
        &headers,
        body.as_bytes(),
    );
    let answer = send(sandbox.address, &request).await.unwrap();
    let data = answer.json()["data"].clone();
    assert_eq!(data["expires_in"], 93_600, "{answer:?}");
    let url = data["signed_url"].as_str().unwrap();
    let (address, target) = split_url(url);
    (answer.asset_id(), address, target)
}

fn split_url(url: &str) -> (SocketAddr, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (address, path) = rest.split_once('/').unwrap();
    (address.parse().unwrap(), format!("/{path}"))
}

/// Sends a request to the storage server.
async fn store(
    address: SocketAddr,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    let length = body.len().to_string();
    let mut all = vec![("Content-Length", length.as_str())];
    all.extend_from_slice(headers);
    let mut request = head(address, line, &all);
    request.extend_from_slice(body);
    send(address, &request).await
}

fn blake3_of(content: &[u8]) -> String {
    blake3::hash(content).to_hex().to_string()
}

/// Bytes that differ by position.
fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at / 251 + at) as u8).collect()
}
