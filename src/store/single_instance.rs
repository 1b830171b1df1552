//! One window per data directory: a second start forwards its paths to it.
//!
//! A lock, which the system releases however a process ends, tells if a window is open, so
//! leftovers of a killed one are taken over. The window listens on a socket (a pipe on Windows)
//! that only its own user can reach.

mod message;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
#[cfg(unix)]
use self::unix::{SocketListener as Listener, connect};
#[cfg(windows)]
use self::windows::{PipeListener as Listener, connect};

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::files;

/// Name of the lock in the data directory.
const LOCK: &str = "window.lock";
/// Timeout for the window's reply, even while it opens or closes. A second start has to end within
/// 10 s, including the time to report why.
const PATIENCE: Duration = Duration::from_secs(8);
/// Time between attempts.
const PAUSE: Duration = Duration::from_millis(50);
/// Timeout for reading a message.
const LISTENS: Duration = Duration::from_secs(5);
/// Reply of the window after taking the paths.
const TAKEN: u8 = b'+';

/// Paths forwarded by another start of the program.
#[derive(Debug)]
pub struct ForwardedPaths {
    /// Absolute paths; empty to only show the window.
    pub paths: Vec<PathBuf>,
    /// Confirms that the paths were taken.
    pub taken: oneshot::Sender<()>,
}

/// Result of starting the window.
#[derive(Debug)]
pub enum Instance {
    /// This process is the window.
    Primary(InstanceLock),
    /// The open window has taken the paths.
    Forwarded,
    /// A window is open, but does not answer or cannot be reached.
    Unresponsive,
}

/// The right to be the data directory's window, held until dropped.
#[derive(Debug)]
pub struct InstanceLock {
    dir: PathBuf,
    _lock: File,
}

/// Locks the data directory for this window, or forwards the paths to the open one.
///
/// # Errors
/// The file system has no locks.
pub async fn enter(dir: &Path, paths: &[PathBuf]) -> io::Result<Instance> {
    enter_within(dir, paths, PATIENCE).await
}

async fn enter_within(dir: &Path, paths: &[PathBuf], patience: Duration) -> io::Result<Instance> {
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let paths: Vec<PathBuf> = paths.iter().map(absolute).collect();
    let end = Instant::now() + patience;
    loop {
        if let Some(lock) = lock(dir)? {
            let dir = dir.to_owned();
            return Ok(Instance::Primary(InstanceLock { dir, _lock: lock }));
        }
        match timeout_at(end, hand_over(dir, &paths)).await {
            Ok(Ok(())) => return Ok(Instance::Forwarded),
            Ok(Err(error)) if Instant::now() < end => {
                tracing::debug!(%error, "the open window does not answer yet");
            }
            Ok(Err(_)) | Err(_) => return Ok(Instance::Unresponsive),
        }
        sleep(PAUSE).await;
    }
}

fn lock(dir: &Path) -> io::Result<Option<File>> {
    let file = files::open_lock_file(&dir.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

async fn hand_over(dir: &Path, paths: &[PathBuf]) -> io::Result<()> {
    for message in message::write(paths) {
        let mut stream = connect(dir).await?;
        stream.write_all(&message).await?;
        let answer = stream.read_u8().await?;
        if answer != TAKEN {
            return Err(io::Error::other("the window answered something else"));
        }
    }
    Ok(())
}

impl InstanceLock {
    /// Listens for other starts on the current runtime until the task is aborted.
    ///
    /// # Errors
    /// The socket or pipe cannot be created.
    pub fn listen(
        &self,
        deliver: impl Fn(ForwardedPaths) + Send + Sync + 'static,
    ) -> io::Result<JoinHandle<()>> {
        let mut listener = Listener::bind(&self.dir)?;
        let deliver = Arc::new(deliver);
        Ok(tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok(stream) => {
                        let deliver = Arc::clone(&deliver);
                        tokio::spawn(async move {
                            if let Err(error) = answer(stream, &*deliver).await {
                                tracing::warn!(%error, "another start was not understood");
                            }
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "another start could not be heard");
                        sleep(PAUSE).await;
                    }
                }
            }
        }))
    }
}

/// Reads one message and confirms when its paths are taken.
async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    deliver: &(impl Fn(ForwardedPaths) + ?Sized),
) -> io::Result<()> {
    let paths = timeout(LISTENS, message::read(&mut stream)).await??;
    let (taken, is_taken) = oneshot::channel();
    deliver(ForwardedPaths { paths, taken });
    // A window that closes meanwhile takes nothing: the other start opens its own.
    if is_taken.await.is_ok() {
        stream.write_all(&[TAKEN]).await?;
        stream.flush().await?;
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests;
