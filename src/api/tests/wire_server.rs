//! A server of scripted bytes for client tests: one script per connection, without an HTTP library.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use crate::api::UploadFile;
use crate::model::media::FileStamp;

#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// Returns a header's values, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    fn length(&self) -> usize {
        self.header("content-length")
            .map_or(0, |length| length.parse().unwrap())
    }
}

/// A connection, as a script sees it.
pub(crate) struct Conn {
    pub(crate) stream: TcpStream,
    pub(crate) seen: Seen,
}

impl Conn {
    pub(crate) fn read_head(&mut self) {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            self.stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        self.seen.line = lines.next().unwrap().to_owned();
        self.seen.headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
    }

    pub(crate) fn read_body(&mut self, bytes: usize) {
        let start = self.seen.body.len();
        self.seen.body.resize(start + bytes, 0);
        self.stream
            .read_exact(&mut self.seen.body[start..])
            .unwrap();
    }

    /// Reads a whole request by its `Content-Length`.
    pub(crate) fn read_request(&mut self) {
        self.read_head();
        self.read_body(self.seen.length());
    }

    /// Reads until the client closes or resets.
    pub(crate) fn read_to_close(&mut self) {
        let _ = self.stream.read_to_end(&mut self.seen.body);
    }

    pub(crate) fn write(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    /// Responds with a body and `Connection: close`.
    pub(crate) fn answer(&mut self, status: &str, headers: &str, body: &str) {
        self.write(&format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ));
    }

    pub(crate) fn reset(&mut self) {
        SockRef::from(&self.stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }
}

pub(crate) type Script = Box<dyn FnOnce(&mut Conn) + Send>;

pub(crate) fn answers(status: &str, headers: &str, body: &str) -> Script {
    let (status, headers, body) = (status.to_owned(), headers.to_owned(), body.to_owned());
    Box::new(move |conn| {
        conn.read_request();
        conn.answer(&status, &headers, &body);
    })
}

/// Reads the head and `bytes` bytes of the body, then resets the connection.
pub(crate) fn resets_after(bytes: usize) -> Script {
    Box::new(move |conn| {
        conn.read_head();
        conn.read_body(bytes);
        conn.reset();
    })
}

/// A server that runs one script per connection, in order, and then stops listening.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    thread: std::thread::JoinHandle<()>,
}

impl Server {
    pub(crate) fn start(scripts: Vec<Script>) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        // Small buffers, which cannot swallow a large body.
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        socket
            .bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())
            .unwrap();
        socket.listen(16).unwrap();
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        let thread = std::thread::spawn(move || {
            for script in scripts {
                let (stream, _) = listener.accept().unwrap();
                stream
                    .set_read_timeout(Some(Duration::from_secs(30)))
                    .unwrap();
                let mut conn = Conn {
                    stream,
                    seen: Seen::default(),
                };
                script(&mut conn);
                kept.lock().unwrap().push(conn.seen);
            }
        });
        Self {
            address,
            seen,
            thread,
        }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}/serve/api/v2", self.address)
    }

    /// Waits for the end of the scripts and returns the received requests.
    pub(crate) async fn finish(self) -> Vec<Seen> {
        let thread = self.thread;
        let ended = tokio::task::spawn_blocking(|| thread.join());
        tokio::time::timeout(Duration::from_secs(40), ended)
            .await
            .expect("not every script was used")
            .unwrap()
            .expect("a script failed");
        self.seen.lock().unwrap().clone()
    }
}

/// Closes the connection, so that the client sees its end.
pub(crate) fn hangs_up(conn: &Conn) {
    let _ = conn.stream.shutdown(Shutdown::Both);
}

/// A file in a temporary directory of its own.
pub(crate) struct Sample {
    pub(crate) file: UploadFile,
    pub(crate) content: Vec<u8>,
    _directory: tempfile::TempDir,
}

pub(crate) fn sample(size: usize) -> Sample {
    let directory = tempfile::tempdir().unwrap();
    let path: PathBuf = directory.path().join("影片 \"1\".mp4");
    let content: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
    std::fs::write(&path, &content).unwrap();
    let stamp = FileStamp::of(&std::fs::metadata(&path).unwrap());
    Sample {
        file: UploadFile {
            path,
            name: "影片 \"1\".mp4".into(),
            mime: "video/mp4",
            stamp,
        },
        content,
        _directory: directory,
    }
}
