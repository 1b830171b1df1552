//! What uploads are measured against: a server that takes what it is sent and drops it.
//!
//! usage: cargo bench --bench sink [-- --tls AUTHORITY]
//!
//! Prints its base URL, then serves until its standard input ends. With `--tls` it has a
//! certificate of an authority of its own, which it writes to the file AUTHORITY. HTTP/1.1 on
//! plain threads: it must cost less than what is measured. Every upload gets an asset id,
//! and every asset is SUCCESS.

use std::error::Error;
use std::io::{self, BufRead, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Bytes that are read at a time.
const BUFFER: usize = 256 * 1024;
/// Most bytes of a request's head.
const HEAD: usize = 64 * 1024;

/// Ids are given in their order.
static NEXT: AtomicU64 = AtomicU64::new(1);

#[expect(clippy::print_stdout, reason = "the URL is what this is started for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let tls = match arguments.find(|argument| argument == "--tls") {
        Some(_) => {
            let authority = arguments.next().ok_or("--tls needs a file")?;
            Some(Arc::new(certified(Path::new(&authority))?))
        }
        None => None,
    };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    println!("{scheme}://{}/serve/api/v2", listener.local_addr()?);
    io::stdout().flush()?;
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let tls = tls.clone();
            // A client that goes away is no fault of the server's.
            thread::spawn(move || drop(serve(stream, tls)));
        }
    });
    for line in io::stdin().lock().lines() {
        line?;
    }
    Ok(())
}

/// A certificate for this computer, by an authority whose own is written to the file.
fn certified(authority: &Path) -> Result<ServerConfig, Box<dyn Error>> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    // With the same name for both, curl takes what it signs for its own.
    let name = "The authority of the benchmarks";
    params.distinguished_name.push(DnType::CommonName, name);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    std::fs::write(authority, issuer.pem())?;
    let key = KeyPair::generate()?;
    let certificate =
        CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    Ok(ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?)
}

fn serve(stream: TcpStream, tls: Option<Arc<ServerConfig>>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    match tls {
        None => talk(stream),
        Some(config) => {
            let mut session = ServerConnection::new(config).map_err(io::Error::other)?;
            // More than one record may lie between two reads.
            session.set_buffer_limit(None);
            talk(StreamOwned::new(session, stream))
        }
    }
}

/// One request after the other.
fn talk(mut stream: impl Read + Write) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut have = 0;
    loop {
        let end = loop {
            let ahead = buffer.get(..have).unwrap_or_default();
            if let Some(at) = ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            let room = buffer.get_mut(have..HEAD).unwrap_or_default();
            match stream.read(room)? {
                0 => return Ok(()),
                got => have += got,
            }
        };
        let head = String::from_utf8_lossy(buffer.get(..end).unwrap_or_default()).into_owned();
        let length: usize = field(&head, "content-length")
            .and_then(|value| value.parse().ok())
            .unwrap_or(0);
        if field(&head, "expect").is_some() {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            stream.flush()?;
        }
        let mut left = length.saturating_sub(have - end);
        while left > 0 {
            let room = left.min(BUFFER);
            match stream.read(buffer.get_mut(..room).unwrap_or_default())? {
                0 => return Ok(()),
                got => left -= got,
            }
        }
        have = 0;
        let (status, text) = answer(&head);
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        )?;
        stream.flush()?;
    }
}

/// The value of a header field, whose name is in lower case.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Returns what the service would say.
fn answer(head: &str) -> (&'static str, String) {
    let path = head.split(' ').nth(1).unwrap_or_default();
    let good = |data: &str| {
        let text = format!(
            r#"{{"code":200,"msg":"success","data":{data},"failed":false,"success":true}}"#
        );
        ("200 OK", text)
    };
    if path.ends_with("/upload") {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        return good(&format!(r#"{{"asset_id":"re_{id}"}}"#));
    }
    match path.rsplit('/').nth(1) {
        // By this call it is found out whether a key is taken.
        Some("re_0") | None => (
            "400 Bad Request",
            r#"{"code":400,"msg":"Asset not found","data":null}"#.to_owned(),
        ),
        Some(id) => good(&format!(
            r#"{{"total":1,"resource":[{{"asset_id":"{id}","upload_status":"SUCCESS"}}]}}"#
        )),
    }
}
