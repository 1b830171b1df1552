//! Threads that ask for files, and drives that do not answer: after a while whoever waits goes
//! on without. The blocked thread is left to the system, and says nothing any more.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::model::media::Rejection;
use crate::source_file::NO_ANSWER;

/// The refusal of a file on such a drive.
pub(super) fn no_answer() -> Rejection {
    Rejection::Unreadable {
        cause: NO_ANSWER.to_owned(),
    }
}

/// Waits for a thread as long as its count of `steps` rises within `blocking_io`, or twice that;
/// `None` where it hangs.
pub(super) async fn join_unless_stalled<T>(
    mut thread: JoinHandle<T>,
    blocking_io: Duration,
    steps: impl Fn() -> u64,
) -> Option<Result<T, JoinError>> {
    let mut before = 0;
    loop {
        if let Ok(ended) = tokio::time::timeout(blocking_io, &mut thread).await {
            return Some(ended);
        }
        let now = steps();
        if now == before {
            return None;
        }
        before = now;
    }
}

/// Asks for each of these files on a thread; `None` for those whose drive hangs. In their
/// order, except that files of other folders than the first one that hangs come after it.
pub(super) async fn for_each_file_with_timeout<K, T>(
    files: Vec<(K, PathBuf)>,
    blocking_io: Duration,
    ask: impl Fn(&Path) -> T + Clone + Send + 'static,
) -> Vec<(K, Option<T>)>
where
    T: Send + 'static,
{
    let mut told = Vec::with_capacity(files.len());
    let mut left = files;
    while !left.is_empty() {
        let paths: Vec<PathBuf> = left.iter().map(|(_, path)| path.clone()).collect();
        let answers = Arc::new(Mutex::new(Vec::with_capacity(paths.len())));
        let is_unwanted = Arc::new(AtomicBool::new(false));
        let thread = spawn_blocking({
            let (answers, is_unwanted) = (Arc::clone(&answers), Arc::clone(&is_unwanted));
            let ask = ask.clone();
            move || {
                for path in paths {
                    if is_unwanted.load(Ordering::Relaxed) {
                        break;
                    }
                    let answer = ask(&path);
                    locked(&answers).push(answer);
                }
            }
        });
        let count = || locked(&answers).len() as u64;
        let ended = join_unless_stalled(thread, blocking_io, count).await;
        is_unwanted.store(true, Ordering::Relaxed);
        let answers = std::mem::take(&mut *locked(&answers));
        let rest = left.split_off(answers.len().min(left.len()));
        let answered = left.into_iter().zip(answers);
        told.extend(answered.map(|((key, _), answer)| (key, Some(answer))));
        if ended.is_some() {
            // Nothing is left, unless the runtime ends.
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

/// Returns what a thread has said is good even if it panicked.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
