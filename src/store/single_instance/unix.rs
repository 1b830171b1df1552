//! The window's socket, which only its own user reaches.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tokio::net::{UnixListener, UnixStream};

use crate::store::files;

/// Name of the socket.
const SOCKET: &str = "window.sock";

/// The window's listening socket.
#[derive(Debug)]
pub struct SocketListener {
    socket: UnixListener,
    path: PathBuf,
}

impl SocketListener {
    /// Binds the socket of a data directory. The caller holds its lock, so an existing socket is a
    /// killed window's.
    ///
    /// # Errors
    /// The socket cannot be created.
    pub fn bind(dir: &Path) -> io::Result<Self> {
        bind_at(dir.join(SOCKET)).or_else(|_| {
            let shelter = shelter(dir);
            files::create_private_dir(&shelter)?;
            is_mine_alone(&shelter)?;
            bind_at(shelter.join(SOCKET))
        })
    }

    /// Accepts the next connection of the same user.
    ///
    /// # Errors
    /// The socket fails.
    pub async fn accept(&mut self) -> io::Result<UnixStream> {
        loop {
            let (stream, _) = self.socket.accept().await?;
            match is_mine(&stream) {
                Ok(()) => return Ok(stream),
                Err(error) => tracing::warn!(%error, "another user knocked"),
            }
        }
    }
}

impl Drop for SocketListener {
    fn drop(&mut self) {
        // A leftover is merely a socket without a listener.
        let _ = fs::remove_file(&self.path);
    }
}

fn bind_at(path: PathBuf) -> io::Result<SocketListener> {
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let socket = UnixListener::bind(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    Ok(SocketListener { socket, path })
}

/// Connects to the window of a data directory.
///
/// # Errors
/// There is no socket, or nothing listens on it.
pub async fn connect(dir: &Path) -> io::Result<UnixStream> {
    let stream = match UnixStream::connect(dir.join(SOCKET)).await {
        Ok(stream) => stream,
        Err(_) => {
            let shelter = shelter(dir);
            is_mine_alone(&shelter)?;
            UnixStream::connect(shelter.join(SOCKET)).await?
        }
    };
    is_mine(&stream)?;
    Ok(stream)
}

/// Returns a folder for the socket if the data directory cannot hold one: its path is too long, or
/// its file system has no sockets.
fn shelter(dir: &Path) -> PathBuf {
    let place = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|place| place.is_absolute())
        .unwrap_or_else(std::env::temp_dir);
    let name = blake3::hash(&files::path_to_bytes(dir)).to_hex();
    place.join(format!("mavi-uploader-{}", &name[..16]))
}

fn is_mine_alone(folder: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(folder)?;
    if found.is_dir() && found.uid() == geteuid().as_raw() && found.mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the socket's folder is not this user's alone",
        ))
    }
}

fn is_mine(stream: &UnixStream) -> io::Result<()> {
    if stream.peer_cred()?.uid() == geteuid().as_raw() {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the other end is another user’s",
        ))
    }
}

#[cfg(test)]
mod tests;
