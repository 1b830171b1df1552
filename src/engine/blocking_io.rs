//! Blocking file I/O with a stall timeout. A call that hangs on an unresponsive drive is abandoned:
//! its thread stays blocked, its result is discarded.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::model::media::Rejection;
use crate::source_file::NO_ANSWER;

pub(super) fn no_answer() -> Rejection {
    Rejection::Unreadable {
        cause: NO_ANSWER.to_owned(),
    }
}

/// Waits for a thread while `steps` grows; `None` if it has not grown for `stall`.
pub(super) async fn join_unless_stalled<T>(
    mut thread: JoinHandle<T>,
    stall: Duration,
    steps: impl Fn() -> u64,
) -> Option<Result<T, JoinError>> {
    let mut before = 0;
    loop {
        if let Ok(ended) = tokio::time::timeout(stall, &mut thread).await {
            return Some(ended);
        }
        let now = steps();
        if now == before {
            return None;
        }
        before = now;
    }
}

/// Runs a function on each file on a blocking thread; `None` for files that stalled. Order is kept,
/// except that files outside a stalled folder come after it.
pub(super) async fn for_each_file_with_timeout<K, T>(
    files: Vec<(K, PathBuf)>,
    stall: Duration,
    ask: impl Fn(&K, &Path) -> T + Clone + Send + 'static,
) -> Vec<(K, Option<T>)>
where
    K: Clone + Send + 'static,
    T: Send + 'static,
{
    let mut told = Vec::with_capacity(files.len());
    let mut left = files;
    while !left.is_empty() {
        let files = left.clone();
        let answers = Arc::new(Mutex::new(Vec::with_capacity(files.len())));
        let is_unwanted = Arc::new(AtomicBool::new(false));
        let thread = spawn_blocking({
            let (answers, is_unwanted) = (Arc::clone(&answers), Arc::clone(&is_unwanted));
            let ask = ask.clone();
            move || {
                for (key, path) in files {
                    if is_unwanted.load(Ordering::Relaxed) {
                        break;
                    }
                    let answer = ask(&key, &path);
                    locked(&answers).push(answer);
                }
            }
        });
        let count = || locked(&answers).len() as u64;
        let ended = join_unless_stalled(thread, stall, count).await;
        is_unwanted.store(true, Ordering::Relaxed);
        let answers = std::mem::take(&mut *locked(&answers));
        let rest = left.split_off(answers.len().min(left.len()));
        let answered = left.into_iter().zip(answers);
        told.extend(answered.map(|((key, _), answer)| (key, Some(answer))));
        if ended.is_some() {
            // Nothing is left, unless the runtime is shutting down.
            break;
        }
        let hung = rest.first().and_then(|(_, path)| path.parent());
        let hung = hung.map(Path::to_owned);
        let (blocked, others): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|(_, path)| path.parent() == hung.as_deref());
        told.extend(blocked.into_iter().map(|(key, _)| (key, None)));
        left = others;
    }
    told
}

/// Locks a mutex whose data stays valid even if its holder panicked.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
