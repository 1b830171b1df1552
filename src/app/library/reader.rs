//! The thread that reads the history for the Library.

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::app::pending::Wake;
use crate::store::history::library::{
    Interrupter, Library, LibraryFacets, LibraryQuery, LibraryResults,
};
use crate::store::{AssetRecord, StoreError};
use crate::text::messages::library as words;

/// Question to the thread. Of several of a kind, only the newest is answered.
enum LibraryRequest {
    /// The last field is the places in view, whose records come with the answer.
    Find(u64, LibraryQuery, Range<usize>),
    Records(u64, Vec<i64>),
    Count(u64, Arc<[i64]>),
    Peek(u64, String),
}

/// Records by row; `None` for those that are gone.
pub type ReadRecords = Vec<(i64, Option<AssetRecord>)>;

/// Answer of the thread.
pub enum LibraryAnswer {
    /// Assets that match the newest query, and the records of those in view.
    Found(Result<(LibraryResults, ReadRecords), String>),
    /// Records of rows, or why they cannot be read.
    Records(Result<ReadRecords, String>),
    /// Bytes of the newest selection.
    Counted(u64),
    /// Number of assets that match these words; `None` if they cannot be read.
    Peeked(String, Option<usize>),
    /// The facets, in which the number of unneeded assets changed.
    Facets(Arc<LibraryFacets>),
    /// Another database was opened, whose rows have other numbers.
    Replaced,
}

/// Questions that wait, the newest of each kind.
#[derive(Default)]
struct Waiting {
    find: Option<(u64, LibraryQuery, Range<usize>)>,
    records: Option<(u64, Vec<i64>)>,
    count: Option<(u64, Arc<[i64]>)>,
    peek: Option<(u64, String)>,
}

impl Waiting {
    fn take(&mut self, request: LibraryRequest) {
        match request {
            LibraryRequest::Find(ticket, query, view) => self.find = Some((ticket, query, view)),
            LibraryRequest::Records(ticket, rows) => self.records = Some((ticket, rows)),
            LibraryRequest::Count(ticket, rows) => self.count = Some((ticket, rows)),
            LibraryRequest::Peek(ticket, words) => self.peek = Some((ticket, words)),
        }
    }
}

/// The window's end of the thread, which is started with the first question and ends with it.
pub struct LibraryReader {
    dir: Option<PathBuf>,
    requests: Option<Sender<LibraryRequest>>,
    answers: Receiver<(u64, LibraryAnswer)>,
    sender: Sender<(u64, LibraryAnswer)>,
    interrupter: Arc<Mutex<Option<Interrupter>>>,
    /// Number of the newest question.
    ticket: u64,
    /// Numbers of the newest search and count.
    newest_find: u64,
    newest_count: u64,
    wake: Wake,
}

impl LibraryReader {
    pub fn new(dir: Option<PathBuf>, wake: Wake) -> Self {
        let (sender, answers) = channel();
        Self {
            dir,
            requests: None,
            answers,
            sender,
            interrupter: Arc::default(),
            ticket: 0,
            newest_find: 0,
            newest_count: 0,
            wake,
        }
    }

    /// Searches, and reads the records at the places in view; a search under way is interrupted.
    pub fn find(&mut self, query: LibraryQuery, view: Range<usize>) {
        if let Some(running) = &*lock(&self.interrupter) {
            running.interrupt();
        }
        self.ticket += 1;
        self.newest_find = self.ticket;
        self.ask(LibraryRequest::Find(self.ticket, query, view));
    }

    pub fn records(&mut self, rows: Vec<i64>) {
        self.ask(LibraryRequest::Records(self.newest_find, rows));
    }

    /// Counts the bytes of these rows.
    pub fn count(&mut self, rows: Arc<[i64]>) {
        self.ticket += 1;
        self.newest_count = self.ticket;
        self.ask(LibraryRequest::Count(self.ticket, rows));
    }

    /// Counts the assets that match these words, whatever the query.
    pub fn peek(&mut self, words: String) {
        self.ask(LibraryRequest::Peek(self.newest_find, words));
    }

    /// Returns the next answer that is still wanted.
    pub fn answer(&mut self) -> Option<LibraryAnswer> {
        while let Ok((ticket, answer)) = self.answers.try_recv() {
            // A later search may have interrupted what failed. Its answer has the records in view.
            let is_of_newest_find = ticket == self.newest_find;
            let is_wanted = match &answer {
                LibraryAnswer::Found(_) | LibraryAnswer::Records(Err(_)) => is_of_newest_find,
                LibraryAnswer::Counted(_) => ticket == self.newest_count,
                LibraryAnswer::Peeked(words, None) if !is_of_newest_find => {
                    self.peek(words.clone());
                    false
                }
                LibraryAnswer::Records(Ok(_))
                | LibraryAnswer::Peeked(..)
                | LibraryAnswer::Facets(_)
                | LibraryAnswer::Replaced => true,
            };
            if is_wanted {
                return Some(answer);
            }
        }
        None
    }

    fn ask(&mut self, request: LibraryRequest) {
        let Some(dir) = self.dir.clone() else {
            let answer = LibraryAnswer::Found(Err(words::no_history().to_owned()));
            let _ = self.sender.send((self.newest_find, answer));
            return;
        };
        if self.requests.is_none() {
            let (requests, received) = channel();
            let mut thread = ReaderThread {
                dir,
                library: None,
                interrupter: Arc::clone(&self.interrupter),
                answers: self.sender.clone(),
                wake: self.wake.clone(),
            };
            let run = move || thread.run(&received);
            let started = thread::Builder::new().name("library".to_owned()).spawn(run);
            self.requests = started.is_ok().then_some(requests);
        }
        if let Some(requests) = &self.requests {
            let _ = requests.send(request);
        }
    }
}

struct ReaderThread {
    dir: PathBuf,
    library: Option<Library>,
    interrupter: Arc<Mutex<Option<Interrupter>>>,
    answers: Sender<(u64, LibraryAnswer)>,
    wake: Wake,
}

impl ReaderThread {
    fn run(&mut self, requests: &Receiver<LibraryRequest>) {
        while let Ok(request) = requests.recv() {
            let mut waiting = Waiting::default();
            waiting.take(request);
            requests.try_iter().for_each(|next| waiting.take(next));
            if let Some((ticket, query, view)) = waiting.find {
                let found = self.read(|library| {
                    let found = library.find(&query)?;
                    let end = view.end.min(found.ids.len());
                    let rows = &found.ids[view.start.min(end)..end];
                    let records = library.records(rows)?;
                    let records = rows.iter().copied().zip(records).collect();
                    Ok((found, records))
                });
                let found = found.map(Option::unwrap_or_default);
                self.say(ticket, LibraryAnswer::Found(found));
            }
            if let Some((ticket, rows)) = waiting.records {
                let records = self.read(|library| library.records(&rows)).map(|records| {
                    let records = records.unwrap_or_default();
                    rows.into_iter().zip(records).collect()
                });
                self.say(ticket, LibraryAnswer::Records(records));
            }
            if let Some((ticket, rows)) = waiting.count
                && let Ok(Some(bytes)) = self.read(|library| library.bytes(&rows))
            {
                self.say(ticket, LibraryAnswer::Counted(bytes));
            }
            if let Some((ticket, words)) = waiting.peek {
                let query = LibraryQuery {
                    words: words.clone(),
                    ..LibraryQuery::default()
                };
                let found = self.read(|library| library.find(&query));
                let found = found.map(|found| found.map_or(0, |found| found.ids.len()));
                self.say(ticket, LibraryAnswer::Peeked(words, found.ok()));
            }
            // Last, for it costs the most. A search interrupts it.
            if let Ok(Some(Some(facets))) = self.read(Library::count_unneeded) {
                self.say(0, LibraryAnswer::Facets(facets));
            }
        }
    }

    fn say(&self, ticket: u64, answer: LibraryAnswer) {
        let _ = self.answers.send((ticket, answer));
        (self.wake)();
    }

    /// Reads from the history; `None` if there is none yet.
    fn read<T>(
        &mut self,
        work: impl FnOnce(&mut Library) -> Result<T, StoreError>,
    ) -> Result<Option<T>, String> {
        if self.library.as_ref().is_none_or(|it| !it.is_current()) {
            *lock(&self.interrupter) = None;
            let opened = open(&self.dir)?;
            *lock(&self.interrupter) = opened.as_ref().map(Library::interrupter);
            let before = std::mem::replace(&mut self.library, opened);
            if before.is_some() {
                self.say(0, LibraryAnswer::Replaced);
            }
        }
        let library = self.library.as_mut().map(work);
        library
            .transpose()
            .map_err(|error| words::unreadable(&error.to_string()))
    }
}

/// Opens the history to read it; an error is a sentence for the user.
pub fn open(dir: &Path) -> Result<Option<Library>, String> {
    Library::open(dir).map_err(|error| error.to_string())
}

fn lock(
    interrupter: &Mutex<Option<Interrupter>>,
) -> std::sync::MutexGuard<'_, Option<Interrupter>> {
    interrupter.lock().unwrap_or_else(PoisonError::into_inner)
}
