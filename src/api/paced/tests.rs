//! Priorities of rate-limited calls, over a service in memory on paused time.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::api::SecretUrl;
use crate::api::limiter::LimiterOptions;
use crate::api::protocol::KnownProtocol;
use crate::api::tests::wire_server;
use crate::model::asset::{AssetMetadata, AssetStatus};

/// A service that records its calls and fails on demand.
#[derive(Default)]
struct Noting {
    calls: Mutex<Vec<(&'static str, Instant)>>,
    fails: Mutex<Option<Fault>>,
}

impl Noting {
    fn note<T>(&self, call: &'static str, answer: T) -> Result<T, Fault> {
        self.calls.lock().unwrap().push((call, Instant::now()));
        self.fails.lock().unwrap().take().map_or(Ok(answer), Err)
    }
}

fn asset() -> AssetId {
    AssetId::new("re_1").unwrap()
}

fn ticket() -> SignedUpload {
    SignedUpload {
        asset_id: asset(),
        url: SecretUrl(zeroize::Zeroizing::new("https://h/o".into())),
        expires_in: None,
        session: crate::api::Session::default(),
        unanswered: Default::default(),
    }
}

impl Service for Noting {
    async fn check_key(&self, _: &ApiKey) -> Result<(), Fault> {
        self.note("check", ())
    }

    async fn upload(
        &self,
        _: &ApiKey,
        _: &UploadFile,
        _: &Arc<TransferProgress>,
    ) -> Result<Uploaded, Fault> {
        let content = Some(ContentHash::from_bytes([0; 32]));
        let asset_id = asset();
        self.note("upload", Uploaded { asset_id, content })
    }

    async fn signed_url(&self, _: &ApiKey, _: &str) -> Result<SignedUpload, Fault> {
        self.note("signed_url", ticket())
    }

    fn learned(&self) -> Vec<KnownProtocol> {
        vec![]
    }

    fn recall(&self, _: &[KnownProtocol]) {}

    async fn store(
        &self,
        _: &SignedUpload,
        _: &UploadFile,
        _: &Arc<TransferProgress>,
    ) -> Result<Option<ContentHash>, Fault> {
        self.note("store", None)
    }

    async fn delete(&self, _: &ApiKey, _: &AssetId) -> Result<DeletionAnswer, Fault> {
        unreachable!()
    }

    async fn metadata(&self, _: &ApiKey, _: &AssetId) -> Result<AssetAnswer, Fault> {
        let status = AssetStatus::Success;
        let file_size = None;
        self.note(
            "metadata",
            AssetAnswer::Known(AssetMetadata::new(status, file_size)),
        )
    }
}

fn paced() -> RateLimited<Noting> {
    let limiter = Arc::new(Limiter::new(LimiterOptions::default()));
    RateLimited::new(Noting::default(), limiter)
}

fn key() -> ApiKey {
    ApiKey::from_pasted("sk-mavi-test").unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_call_takes_a_slot_and_a_transfer_starts_with_it() {
    let paced = paced();
    let sample = wire_server::sample(1);
    let meter = Arc::new(TransferProgress::default());
    let first = Instant::now();
    tokio::join!(
        async {
            paced
                .metadata(&key(), &asset(), Priority::Poll)
                .await
                .unwrap()
        },
        async { paced.check_key(&key(), Priority::Upload).await.unwrap() },
        async {
            let file = &sample.file;
            paced.upload(&key(), file, &meter, None).await.unwrap()
        },
        async { paced.signed_url(&key(), "a.mp4", None).await.unwrap() },
        async {
            let file = &sample.file;
            paced.store(&ticket(), file, &meter, None).await.unwrap()
        },
    );
    let calls = paced.service().calls.lock().unwrap().clone();
    let spacing = Duration::from_millis(1050);
    for (index, (call, at)) in calls.iter().enumerate() {
        let index = u32::try_from(index).unwrap();
        assert!(*at - first >= spacing * index, "{call}");
    }
    assert!(meter.started());
    let mut names: Vec<&str> = calls.iter().map(|(call, _)| *call).collect();
    // The poll was there first, with a free slot.
    assert_eq!(names.remove(0), "metadata");
    assert_eq!(names, ["check", "upload", "signed_url", "store"]);
}

#[tokio::test(start_paused = true)]
async fn the_limiter_learns_from_answers() {
    let paced = paced();
    let call = async || paced.check_key(&key(), Priority::Upload).await;
    let fail = |fault| *paced.service().fails.lock().unwrap() = Some(fault);
    let spacing = Duration::from_millis(1050);
    fail(
        Fault::new(FaultKind::RateLimited).with_recovery(Recovery::Transient {
            retry_after: Some(Duration::from_secs(5)),
        }),
    );
    call().await.unwrap_err();
    assert_eq!(paced.limiter().spacing(), spacing * 2);
    let before = Instant::now();
    fail(Fault::new(FaultKind::RateLimitedOrInvalid));
    call().await.unwrap_err();
    assert_eq!(before.elapsed().as_secs(), 5);
    assert_eq!(paced.limiter().spacing(), spacing * 4);
    fail(Fault::new(FaultKind::ServerError));
    call().await.unwrap_err();
    assert_eq!(paced.limiter().spacing(), spacing * 4);
    call().await.unwrap();
    assert_eq!(paced.limiter().spacing(), (spacing * 4).mul_f64(0.9));
    // Also with an unknown outcome, when nothing is sent before a poll.
    let before = paced.limiter().spacing();
    fail(Fault::new(FaultKind::RateLimited).with_recovery(Recovery::OutcomeUnknown));
    call().await.unwrap_err();
    assert_eq!(paced.limiter().spacing(), before * 2);
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_a_probe_takes_the_place_of_the_hold() {
    let paced = paced();
    let fail = |kind, seconds| {
        let retry_after = Some(Duration::from_secs(seconds));
        let fault = Fault::new(kind).with_recovery(Recovery::Transient { retry_after });
        *paced.service().fails.lock().unwrap() = Some(fault);
    };
    let start = Instant::now();
    let held_for = || {
        let hold = *paced.limiter().hold().borrow();
        hold.map(|hold| (hold.until - Instant::now()).as_secs())
    };
    fail(FaultKind::RateLimited, 600);
    paced.check_key(&key(), Priority::Upload).await.unwrap_err();
    assert_eq!(held_for(), Some(600));
    // Network trouble proves nothing about the hold.
    fail(FaultKind::Offline, 0);
    paced.check_key(&key(), Priority::Probe).await.unwrap_err();
    assert!(held_for() > Some(590));
    fail(FaultKind::RateLimited, 30);
    paced.check_key(&key(), Priority::Probe).await.unwrap_err();
    assert_eq!(held_for(), Some(30));
    paced.check_key(&key(), Priority::Probe).await.unwrap();
    assert_eq!(held_for(), None);
    paced
        .metadata(&key(), &asset(), Priority::Poll)
        .await
        .unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_wait_never_sends() {
    let paced = paced();
    paced.check_key(&key(), Priority::Upload).await.unwrap();
    let short = Duration::from_millis(500);
    let (key, sample) = (key(), wire_server::sample(1));
    let meter = Arc::new(TransferProgress::default());
    let waiting = paced.upload(&key, &sample.file, &meter, None);
    assert!(tokio::time::timeout(short, waiting).await.is_err());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(paced.service().calls.lock().unwrap().len(), 1);
    assert!(!meter.started());
}
