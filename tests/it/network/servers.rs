//! A service behind TLS with certificates of an authority of the test's own, and a proxy
//! that writes down what it sees.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The host that only the proxy knows.
pub const SERVICE: &str = "mavi.test";
/// The storage host that only the proxy knows.
pub const STORAGE: &str = "storage.mavi.test";

/// An authority that nobody knows but who has its file.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// Writes a store that has this authority alone.
    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.0.pem()).unwrap();
    }

    /// A certificate for these names, with its key.
    fn issue(&self, names: &[&str], last_year: i32) -> Arc<ServerConfig> {
        let names = names.iter().map(|name| (*name).to_owned());
        let mut params = CertificateParams::new(names.collect::<Vec<_>>()).unwrap();
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }
}

/// What came in, as it is added to.
pub type Seen = Arc<Mutex<Vec<String>>>;

/// A server on this computer, on threads that end with the test.
pub struct Server {
    pub port: u16,
    /// One line a connection or request, whatever became of it.
    pub seen: Seen,
}

impl Server {
    fn start(serve: impl Fn(TcpStream, &Seen) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Seen::default();
        let serve = Arc::new(serve);
        thread::spawn({
            let seen = Arc::clone(&seen);
            move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    let (serve, seen) = (Arc::clone(&serve), Arc::clone(&seen));
                    // A client that goes away is no fault of the server's.
                    thread::spawn(move || drop(serve(stream, &seen)));
                }
            }
        });
        Self { port, seen }
    }

    /// A service with the certificate for these names; `last_year` is when it ends.
    pub fn service(authority: &Authority, names: &[&str], last_year: i32) -> Self {
        let config = authority.issue(names, last_year);
        Self::start(move |stream, seen| {
            note(seen, "a connection");
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(session, stream);
            answer(&mut stream, seen)?;
            stream.conn.send_close_notify();
            stream.flush()
        })
    }

    /// One without TLS that has the same answer for everything.
    pub fn plain(status: u16, text: String) -> Self {
        Self::start(move |mut stream, seen| {
            note(seen, "a connection");
            let _ = stream.read(&mut [0; 4096])?;
            let length = text.len();
            write!(
                stream,
                "HTTP/1.1 {status} So\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
            )
        })
    }

    /// A proxy that opens a way to the service on this port for every name, or answers
    /// with this status. What it sees goes into `seen`, what passes it as well.
    pub fn proxy(answer: Result<u16, u16>) -> Self {
        Self::start(move |mut client, seen| {
            let (head, _) = head(&mut client)?;
            note(seen, &head);
            let port = match answer {
                Ok(port) => port,
                Err(status) => {
                    let text = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
                    return client.write_all(text.as_bytes());
                }
            };
            let mut server = TcpStream::connect(("127.0.0.1", port))?;
            client.write_all(b"HTTP/1.1 200 Open\r\n\r\n")?;
            let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
            thread::spawn(move || {
                let copied = io::copy(&mut from, &mut to);
                to.shutdown(std::net::Shutdown::Write).and(copied)
            });
            let mut buffer = vec![0; 16 * 1024];
            loop {
                let got = client.read(&mut buffer)?;
                if got == 0 {
                    return server.shutdown(std::net::Shutdown::Write);
                }
                note(seen, &String::from_utf8_lossy(&buffer[..got]));
                server.write_all(&buffer[..got])?;
            }
        })
    }

    /// Returns what was seen so far.
    pub fn lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// Returns how many lines begin so.
    pub fn count(&self, start: &str) -> usize {
        let lines = self.lines();
        lines.iter().filter(|line| line.starts_with(start)).count()
    }
}

fn note(seen: &Seen, line: &str) {
    seen.lock().unwrap().push(line.to_owned());
}

/// A request's head, and what came of its body with it.
fn head(stream: &mut impl Read) -> io::Result<(String, Vec<u8>)> {
    let mut bytes = vec![];
    let mut buffer = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(end) = end {
            let body = bytes.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&bytes).into_owned(), body));
        }
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            got => bytes.extend_from_slice(&buffer[..got]),
        }
    }
}

/// Answers one request as the service or its storage would; every file is ready at once.
fn answer(stream: &mut (impl Read + Write), seen: &Seen) -> io::Result<()> {
    let (head, mut body) = head(stream)?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let mut buffer = [0; 16 * 1024];
    while body.len() < length.unwrap_or(0) {
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            got => body.extend_from_slice(&buffer[..got]),
        }
    }
    let line = head.lines().next().unwrap_or_default().to_owned();
    note(seen, &line);
    let text = if line.starts_with("PUT ") {
        String::new()
    } else if line.contains("/upload/signed-url ") {
        format!(
            r#"{{"code":200,"data":{{"asset_id":"re_7","signed_url":"https://{STORAGE}/o?GoogleAccessId=a&Expires=1&Signature=b"}}}}"#
        )
    } else if line.contains("/upload ") {
        r#"{"code":200,"msg":"success","data":{"asset_id":"re_7"}}"#.to_owned()
    } else if line.contains("/re_7/") {
        r#"{"code":200,"data":{"resource":[{"asset_id":"re_7","upload_status":"SUCCESS"}]}}"#
            .to_owned()
    } else {
        r#"{"code":400,"msg":"Asset not found","data":null}"#.to_owned()
    };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )?;
    stream.flush()
}
