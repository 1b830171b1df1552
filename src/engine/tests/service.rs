//! An in-memory service without sockets or threads; it records every call and follows a script.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::api::protocol::KnownProtocol;
use crate::api::{
    SecretUrl, Service, Session, SignedUpload, TransferProgress, UploadFile, Uploaded,
};
use crate::model::asset::{AssetAnswer, AssetId, AssetMetadata, AssetStatus, ContentHash};
use crate::model::asset_deletion::DeletionAnswer;
use crate::model::fault::{Fault, FaultKind, Recovery};
use crate::model::key::ApiKey;

/// Scripted course of a transfer.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Takes the file after this long.
    Take(Duration),
    /// Moves its bytes evenly over this long, then takes it.
    Steadily(Duration),
    /// Learns from a session, after the first duration, that half of the bytes are there; moves the
    /// rest evenly over the second, then takes it.
    GoOnFromHalf(Duration, Duration),
    /// Answers well before the body is out, and takes no more of it.
    TakeEarly,
    /// Answers at once, and takes the body evenly over this long.
    AnswerEarly(Duration),
    /// Fails before a byte moves.
    Fail(Fault),
    /// Moves half the bytes and fails after this long.
    LateFail(Duration, Fault),
    /// Moves half the bytes and fails.
    FailInBody(Fault),
    /// Moves half the bytes and hangs.
    Stay,
    /// Hangs, and names an id when it is cut off.
    NameIdAtEnd,
    /// Moves all bytes that are let go, stores the file, and fails.
    Lose(Fault),
    /// Moves all bytes and hangs without a response.
    StayOut,
}

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub at: Instant,
    /// For instance `upload a.mp3`.
    pub what: String,
    /// Last characters of the key.
    pub key: String,
}

type Watcher = Box<dyn Fn(&str) + Send>;

#[derive(Default)]
struct Inner {
    calls: Vec<Call>,
    /// Acts of a file's transfers in order, by file name; then it is taken.
    acts: HashMap<String, VecDeque<Act>>,
    /// Answers to a file's first polls, by file name; then it is ready.
    answers: HashMap<String, VecDeque<Result<AssetAnswer, Fault>>>,
    /// Faults of the first requests to delete an asset; true if it is deleted all the same.
    deletions: HashMap<AssetId, VecDeque<(Fault, bool)>>,
    key_checks: VecDeque<Result<(), Fault>>,
    tickets: VecDeque<Fault>,
    /// File name and size of each id.
    assets: HashMap<AssetId, (String, u64)>,
    /// Number of times that a file's bytes arrived.
    stored: HashMap<String, u32>,
    refused_keys: Vec<String>,
    next: u64,
    /// Running transfers by file name.
    moving: HashMap<String, u32>,
    /// Number of transfers that began while another one of their file was running.
    overlaps: u32,
    /// Callback at the moment of a file's response.
    when_taken: HashMap<String, Box<dyn FnOnce() + Send>>,
    expires_in: Option<Duration>,
    /// The storage starts a session for each file.
    sessions: bool,
    /// Protocols it reports as learned.
    learned: Vec<KnownProtocol>,
}

/// The scripted service.
#[derive(Default)]
pub(super) struct Scripted {
    inner: Mutex<Inner>,
    /// Called at once for events such as `released a.mp3` or `store a.mp3`.
    watcher: Mutex<Option<Watcher>>,
}

/// A running transfer; it ends on drop.
struct Moving<'a>(&'a Scripted, String);

impl<'a> Moving<'a> {
    fn begin(service: &'a Scripted, name: &str) -> Self {
        let mut inner = service.inner.lock().unwrap();
        let moving = inner.moving.entry(name.to_owned()).or_default();
        *moving += 1;
        if *moving > 1 {
            inner.overlaps += 1;
        }
        Self(service, name.to_owned())
    }
}

impl Drop for Moving<'_> {
    fn drop(&mut self) {
        if let Ok(mut inner) = self.0.inner.lock() {
            *inner.moving.entry(self.1.clone()).or_default() -= 1;
        }
    }
}

pub(super) fn known(status: AssetStatus, file_size: Option<u64>) -> Result<AssetAnswer, Fault> {
    Ok(AssetAnswer::Known(AssetMetadata::new(status, file_size)))
}

pub(super) fn fault(kind: FaultKind) -> Fault {
    let mut fault = Fault::new(kind);
    if kind == FaultKind::Unauthorized {
        fault.diagnostics.http_status = Some(401);
    }
    fault
}

pub(super) fn limited(after: u64) -> Fault {
    fault(FaultKind::RateLimited).with_recovery(Recovery::Transient {
        retry_after: Some(Duration::from_secs(after)),
    })
}

impl Scripted {
    pub fn new() -> Self {
        Self::default()
    }

    fn with(self, work: impl FnOnce(&mut Inner)) -> Self {
        work(&mut self.inner.lock().unwrap());
        self
    }

    pub fn acts(self, name: &str, acts: impl IntoIterator<Item = Act>) -> Self {
        self.with(|inner| {
            inner.acts.entry(name.to_owned()).or_default().extend(acts);
        })
    }

    /// Adds an answer to the next question about a file's asset.
    pub fn answer_next(&self, name: &str, answer: Result<AssetAnswer, Fault>) {
        let mut inner = self.inner.lock().unwrap();
        let answers = inner.answers.entry(name.to_owned()).or_default();
        answers.push_back(answer);
    }

    pub fn answers(
        self,
        name: &str,
        answers: impl IntoIterator<Item = Result<AssetAnswer, Fault>>,
    ) -> Self {
        self.with(|inner| {
            inner
                .answers
                .entry(name.to_owned())
                .or_default()
                .extend(answers);
        })
    }

    pub fn key_checks(self, answers: impl IntoIterator<Item = Result<(), Fault>>) -> Self {
        self.with(|inner| inner.key_checks.extend(answers))
    }

    pub fn tickets(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.with(|inner| inner.tickets.extend(faults))
    }

    pub fn expires_in(self, valid: Duration) -> Self {
        self.with(|inner| inner.expires_in = Some(valid))
    }

    pub fn sessions(self) -> Self {
        self.with(|inner| inner.sessions = true)
    }

    /// Counts ids from here, so that two services never give the same.
    pub fn ids_from(self, first: u64) -> Self {
        self.with(|inner| inner.next = first)
    }

    /// Adds an asset of an earlier run.
    pub fn holds(self, asset: &str, name: &str, size: u64) -> Self {
        self.with(|inner| {
            let asset = AssetId::new(asset).unwrap();
            inner.assets.insert(asset, (name.to_owned(), size));
        })
    }

    /// Rejects every further call with this key.
    pub fn refuse(&self, key: &ApiKey) {
        self.inner.lock().unwrap().refused_keys.push(key.last4());
    }

    pub fn watch(&self, watcher: impl Fn(&str) + Send + 'static) {
        *self.watcher.lock().unwrap() = Some(Box::new(watcher));
    }

    pub fn when_taken(&self, name: &str, then: impl FnOnce() + Send + 'static) {
        let mut inner = self.inner.lock().unwrap();
        inner.when_taken.insert(name.to_owned(), Box::new(then));
    }

    pub fn calls(&self) -> Vec<Call> {
        self.inner.lock().unwrap().calls.clone()
    }

    /// Returns the calls as words, in order.
    pub fn words(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.what).collect()
    }

    /// Returns every id given for a file.
    pub fn given(&self) -> Vec<AssetId> {
        self.inner.lock().unwrap().assets.keys().cloned().collect()
    }

    pub fn count(&self, prefix: &str) -> usize {
        let words = self.words();
        words.iter().filter(|what| what.starts_with(prefix)).count()
    }

    /// Returns how often a file was sent twice at once.
    pub fn overlaps(&self) -> u32 {
        self.inner.lock().unwrap().overlaps
    }

    /// Returns the number of running transfers.
    pub fn moving(&self) -> u32 {
        self.inner.lock().unwrap().moving.values().sum()
    }

    pub fn stored(&self, name: &str) -> u32 {
        let inner = self.inner.lock().unwrap();
        inner.stored.get(name).copied().unwrap_or(0)
    }

    fn call(&self, what: &str, key: Option<&ApiKey>) -> Result<(), Fault> {
        let mut inner = self.inner.lock().unwrap();
        let key = key.map(ApiKey::last4).unwrap_or_default();
        let refused = inner.refused_keys.contains(&key);
        inner.calls.push(Call {
            at: Instant::now(),
            what: what.to_owned(),
            key,
        });
        drop(inner);
        self.tell(what);
        if refused {
            Err(fault(FaultKind::Unauthorized))
        } else {
            Ok(())
        }
    }

    fn tell(&self, what: &str) {
        if let Some(watcher) = &*self.watcher.lock().unwrap() {
            watcher(what);
        }
    }

    fn answered(&self, name: &str) {
        let then = self.inner.lock().unwrap().when_taken.remove(name);
        if let Some(then) = then {
            then();
        }
    }

    /// Fails the first requests to delete an asset; true for one that is carried out.
    pub fn deletions<const N: usize>(self, asset: &str, faults: [(FaultKind, bool); N]) -> Self {
        let faults = faults.map(|(kind, is_done)| (fault(kind), is_done));
        let asset = AssetId::new(asset).unwrap();
        self.inner
            .lock()
            .unwrap()
            .deletions
            .insert(asset, faults.into());
        self
    }

    fn next_act(&self, name: &str) -> Act {
        let mut inner = self.inner.lock().unwrap();
        let act = inner.acts.get_mut(name).and_then(VecDeque::pop_front);
        act.unwrap_or(Act::Take(Duration::ZERO))
    }

    fn new_asset(&self, name: &str, size: u64) -> AssetId {
        let mut inner = self.inner.lock().unwrap();
        inner.next += 1;
        let asset = AssetId::new(&format!("re_{}", inner.next)).unwrap();
        inner.assets.insert(asset.clone(), (name.to_owned(), size));
        asset
    }

    /// Runs the part that direct uploads and storage transfers share.
    async fn transfer(
        &self,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
    ) -> Result<Option<ContentHash>, Fault> {
        let size = file.stamp.size;
        let _moving = Moving::begin(self, &file.name);
        let whole = async {
            let bytes = std::fs::read(&file.path).unwrap();
            let content = ContentHash::from_bytes(blake3::hash(&bytes).into());
            meter.add(size);
            meter.note_content(content);
            released(meter).await;
            self.tell(&format!("released {}", file.name));
            meter.finish_body();
            let mut inner = self.inner.lock().unwrap();
            *inner.stored.entry(file.name.clone()).or_default() += 1;
            content
        };
        match self.next_act(&file.name) {
            Act::Take(after) => {
                let content = whole.await;
                tokio::time::sleep(after).await;
                self.answered(&file.name);
                Ok(Some(content))
            }
            Act::Steadily(over) => {
                steadily(meter, size, over).await;
                Ok(None)
            }
            Act::GoOnFromHalf(asked, over) => {
                tokio::time::sleep(asked).await;
                meter.set(size / 2);
                steadily(meter, size - size / 2, over).await;
                Ok(None)
            }
            Act::TakeEarly => Ok(None),
            Act::AnswerEarly(over) => {
                let number = self.inner.lock().unwrap().next + 1;
                meter.tell_early_id(&AssetId::new(&format!("re_{number}")).unwrap());
                steadily(meter, size, over).await;
                Ok(None)
            }
            Act::Fail(fault) => Err(fault),
            Act::FailInBody(fault) => {
                meter.add(size / 2);
                Err(fault)
            }
            Act::LateFail(after, fault) => {
                meter.add(size / 2);
                tokio::time::sleep(after).await;
                self.answered(&file.name);
                Err(fault)
            }
            Act::Stay => {
                let _cut_off = CutOff(self, &file.name);
                meter.add(size / 2);
                std::future::pending().await
            }
            Act::NameIdAtEnd => {
                let _named = NameOnDrop(meter);
                meter.add(size / 2);
                std::future::pending().await
            }
            Act::Lose(fault) => {
                whole.await;
                Err(fault)
            }
            Act::StayOut => {
                whole.await;
                std::future::pending().await
            }
        }
    }
}

/// Moves this many bytes evenly, and ends the body.
async fn steadily(meter: &TransferProgress, bytes: u64, over: Duration) {
    let steps = u64::try_from(over.as_millis() / 100).unwrap();
    for step in 0..steps {
        tokio::time::sleep(over / u32::try_from(steps).unwrap()).await;
        meter.add(bytes * (step + 1) / steps - bytes * step / steps);
    }
    released(meter).await;
    meter.finish_body();
}

/// Reports that a hanging transfer was dropped: `cut off a.mp3`.
struct CutOff<'a>(&'a Scripted, &'a str);

impl Drop for CutOff<'_> {
    fn drop(&mut self) {
        self.0.tell(&format!("cut off {}", self.1));
    }
}

/// Names the id `re_1` when a transfer is dropped.
struct NameOnDrop<'a>(&'a TransferProgress);

impl Drop for NameOnDrop<'_> {
    fn drop(&mut self) {
        self.0.tell_early_id(&AssetId::new("re_1").unwrap());
    }
}

impl Service for Scripted {
    async fn check_key(&self, key: &ApiKey) -> Result<(), Fault> {
        self.call("check", Some(key))?;
        let next = self.inner.lock().unwrap().key_checks.pop_front();
        next.unwrap_or(Ok(()))
    }

    async fn upload(
        &self,
        key: &ApiKey,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
    ) -> Result<Uploaded, Fault> {
        self.call(&format!("upload {}", file.name), Some(key))?;
        let content = self.transfer(file, meter).await?;
        Ok(Uploaded {
            asset_id: self.new_asset(&file.name, file.stamp.size),
            content,
        })
    }

    async fn signed_url(&self, key: &ApiKey, file_name: &str) -> Result<SignedUpload, Fault> {
        self.call(&format!("ticket {file_name}"), Some(key))?;
        let next = self.inner.lock().unwrap().tickets.pop_front();
        if let Some(fault) = next {
            return Err(fault);
        }
        let asset_id = self.new_asset(file_name, 0);
        Ok(SignedUpload {
            url: SecretUrl(format!("https://storage.test/{asset_id}").into()),
            asset_id,
            expires_in: self.inner.lock().unwrap().expires_in,
            session: Session::default(),
            unanswered: Default::default(),
        })
    }

    async fn store(
        &self,
        ticket: &SignedUpload,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
    ) -> Result<Option<ContentHash>, Fault> {
        let what = match ticket.session.url() {
            Some(_) => "go on",
            None => "store",
        };
        self.call(&format!("{what} {} {}", file.name, ticket.asset_id), None)?;
        if self.inner.lock().unwrap().sessions {
            // A new one each time.
            let (asset, n) = (&ticket.asset_id, self.calls().len());
            let url = format!("https://storage.test/session/{asset}/{n}");
            ticket.session.put(SecretUrl(url.into()));
        }
        let content = self.transfer(file, meter).await?;
        let mut inner = self.inner.lock().unwrap();
        let held = (file.name.clone(), file.stamp.size);
        inner.assets.insert(ticket.asset_id.clone(), held);
        Ok(content)
    }

    fn learned(&self) -> Vec<KnownProtocol> {
        self.inner.lock().unwrap().learned.clone()
    }

    fn recall(&self, learned: &[KnownProtocol]) {
        self.inner.lock().unwrap().learned = learned.to_vec();
    }

    async fn delete(&self, key: &ApiKey, asset: &AssetId) -> Result<DeletionAnswer, Fault> {
        self.call(&format!("delete {asset}"), Some(key))?;
        let mut inner = self.inner.lock().unwrap();
        let next = inner.deletions.get_mut(asset).and_then(VecDeque::pop_front);
        if let Some((fault, false)) = next {
            return Err(fault);
        }
        let known = inner.assets.remove(asset).is_some();
        match next {
            Some((fault, _)) => Err(fault),
            None if known => Ok(DeletionAnswer::Deleted),
            None => Ok(DeletionAnswer::NotFound),
        }
    }

    async fn metadata(&self, key: &ApiKey, asset: &AssetId) -> Result<AssetAnswer, Fault> {
        self.call(&format!("ask {asset}"), Some(key))?;
        let mut inner = self.inner.lock().unwrap();
        let Some((name, size)) = inner.assets.get(asset).cloned() else {
            return Ok(AssetAnswer::NotFound);
        };
        let next = inner.answers.get_mut(&name).and_then(VecDeque::pop_front);
        next.unwrap_or_else(|| known(AssetStatus::Success, Some(size)))
    }
}

/// Waits until the end of the body may be sent.
async fn released(meter: &TransferProgress) {
    std::future::poll_fn(|context| meter.poll_release(context)).await;
}
