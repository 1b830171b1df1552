//! One window for a data directory: who has it open, and how a second start hands over
//! what it was given.
//!
//! A lock, which the system lets go of however a process ends, says whether a window is
//! open; so whatever a killed one left behind is taken over. The window listens on a
//! socket, or a pipe on Windows, that only its own user reaches.

mod message;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
#[cfg(unix)]
use self::unix as wire;
#[cfg(windows)]
use self::windows as wire;

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
/// How long an open window may take to answer: also one that is being closed or opened. A second
/// start is to end within 10 s, and it may take a moment to say why.
const PATIENCE: Duration = Duration::from_secs(8);
/// Until it is asked again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long whoever knocks may take to say what it wants.
const LISTENS: Duration = Duration::from_secs(5);
/// The window's answer once it has taken the paths.
const TAKEN: u8 = b'+';

/// What another start of the program was given.
#[derive(Debug)]
pub struct ForwardedPaths {
    /// Absolute paths; none where the window is only to be shown.
    pub paths: Vec<PathBuf>,
    /// To be told when they are taken.
    pub taken: oneshot::Sender<()>,
}

/// What a start of the window comes to.
#[derive(Debug)]
pub enum Instance {
    /// This is the window of the data directory.
    Primary(InstanceLock),
    /// The window that is open has taken the paths.
    Forwarded,
    /// A window is open, and does not answer or cannot be reached: nothing is handed over.
    Unresponsive,
}

/// The right to be the window of a data directory, for as long as it is kept.
#[derive(Debug)]
pub struct InstanceLock {
    dir: PathBuf,
    _lock: File,
}

/// Takes the data directory for this window, or hands the paths to the one that is open.
///
/// # Errors
/// The lock can't be had on this file system.
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
        let mut stream = wire::connect(dir).await?;
        stream.write_all(&message).await?;
        let answer = stream.read_u8().await?;
        if answer != TAKEN {
            return Err(io::Error::other("the window answered something else"));
        }
    }
    Ok(())
}

impl InstanceLock {
    /// Listens to other starts, on the current runtime, until the task is aborted.
    ///
    /// # Errors
    /// There is no place to listen at.
    pub fn listen(
        &self,
        deliver: impl Fn(ForwardedPaths) + Send + Sync + 'static,
    ) -> io::Result<JoinHandle<()>> {
        let mut listener = wire::Listener::bind(&self.dir)?;
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

/// Hears one start of the program out, and says when its paths are taken.
async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    deliver: &(impl Fn(ForwardedPaths) + ?Sized),
) -> io::Result<()> {
    let paths = timeout(LISTENS, message::read(&mut stream)).await??;
    let (taken, is_taken) = oneshot::channel();
    deliver(ForwardedPaths { paths, taken });
    // A window that is closed meanwhile takes nothing: the other start opens its own.
    if is_taken.await.is_ok() {
        stream.write_all(&[TAKEN]).await?;
        stream.flush().await?;
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests;
