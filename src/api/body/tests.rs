//! Bodies over real files, read without a connection.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::*;
use crate::model::fault::FaultKind;
use crate::model::media::FileStamp;

const SIZE: usize = 3_000_001;

fn content() -> Vec<u8> {
    (0..SIZE).map(|at| (at * 31 % 251) as u8).collect()
}

fn sample(dir: &Path) -> UploadFile {
    let path = dir.join("sample.mp4");
    fs::write(&path, content()).unwrap();
    outgoing(path)
}

fn outgoing(path: PathBuf) -> UploadFile {
    let stamp = FileStamp::of(&fs::metadata(&path).unwrap());
    UploadFile {
        name: "sample.mp4".into(),
        mime: "video/mp4",
        stamp,
        path,
    }
}

async fn start(
    file: &UploadFile,
    shape: BodyLayout,
) -> (FileBody, ReaderHandle, Arc<TransferProgress>) {
    let meter = Arc::new(TransferProgress::default());
    let (body, transfer) = open(file, shape, &meter, &RateLimit::new(None))
        .await
        .unwrap();
    (body, transfer, meter)
}

async fn frame(body: &mut FileBody) -> Option<Result<Bytes, BodyAborted>> {
    std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx))
        .await
        .map(|frame| frame.map(|frame| frame.into_data().unwrap()))
}

/// Reads all bytes of a body and its result.
async fn drain(body: &mut FileBody) -> (Vec<u8>, Result<(), BodyAborted>) {
    let mut all = Vec::new();
    while let Some(next) = frame(body).await {
        match next {
            Ok(bytes) => all.extend_from_slice(&bytes),
            Err(stopped) => return (all, Err(stopped)),
        }
    }
    (all, Ok(()))
}

#[tokio::test]
async fn a_form_is_as_long_as_it_says_and_holds_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = sample(dir.path());
    let framing = Framing::new("sample.mp4", "video/mp4");
    let (mut body, transfer, meter) = start(&file, BodyLayout::form(&framing)).await;
    let length = body.size_hint().exact().unwrap();
    assert!(!body.is_end_stream());
    let (all, end) = drain(&mut body).await;
    assert_eq!(end, Ok(()));
    assert_eq!(all.len() as u64, length);
    let expected = [&framing.head[..], &content(), &framing.tail].concat();
    assert!(all == expected);
    assert!(body.is_end_stream() && meter.body_out());
    assert_eq!(meter.sent(), SIZE as u64, "the framing is not counted");
    assert_eq!(
        transfer.hash().unwrap().to_hex(),
        blake3::hash(&content()).to_hex().as_str()
    );
}

#[tokio::test]
async fn a_resumed_body_sends_the_rest_and_hashes_the_whole() {
    let dir = tempfile::tempdir().unwrap();
    let file = sample(dir.path());
    for from in [1, 262_144, 1_000_000, SIZE as u64 - 1] {
        let (mut body, transfer, meter) = start(&file, BodyLayout::raw(from)).await;
        assert_eq!(body.size_hint().exact(), Some(SIZE as u64 - from));
        let (all, end) = drain(&mut body).await;
        assert_eq!(end, Ok(()));
        assert!(all == content()[usize::try_from(from).unwrap()..]);
        assert_eq!(meter.sent(), SIZE as u64);
        assert_eq!(
            transfer.hash().unwrap().to_hex(),
            blake3::hash(&content()).to_hex().as_str()
        );
    }
}

/// Starts a body, changes the file after the first frame, and reads the rest.
async fn changed(change: impl FnOnce(&Path)) -> (Fault, usize) {
    let dir = tempfile::tempdir().unwrap();
    let file = sample(dir.path());
    let (mut body, transfer, meter) = start(&file, BodyLayout::raw(0)).await;
    frame(&mut body).await.unwrap().unwrap();
    change(&file.path);
    let (all, end) = drain(&mut body).await;
    assert_eq!(end, Err(BodyAborted), "the body must not end well");
    assert!(!meter.body_out());
    assert_eq!(transfer.hash(), None);
    (transfer.fault().unwrap(), all.len())
}

#[tokio::test]
async fn a_file_that_shrinks_never_completes() {
    let (fault, _) = changed(|path| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(1_900_000).unwrap();
    })
    .await;
    assert_eq!(fault.kind, FaultKind::FileChanged);
}

#[tokio::test]
async fn a_file_that_grows_never_completes() {
    let (fault, sent) = changed(|path| {
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(b"more").unwrap();
    })
    .await;
    assert_eq!(fault.kind, FaultKind::FileChanged);
    assert!(sent < SIZE - 262_144, "the last buffer is kept back");
}

#[tokio::test]
async fn a_file_that_is_written_to_in_place_never_completes() {
    let (fault, _) = changed(|path| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH)
            .unwrap();
    })
    .await;
    assert_eq!(fault.kind, FaultKind::FileChanged);
}

#[tokio::test]
async fn a_file_that_vanishes_never_completes() {
    let (fault, _) = changed(|path| fs::remove_file(path).unwrap()).await;
    assert_eq!(fault.kind, FaultKind::FileGone);
}

#[tokio::test]
async fn a_file_that_is_replaced_never_completes() {
    let (fault, _) = changed(|path| {
        let other = path.with_extension("new");
        fs::write(&other, vec![0; SIZE]).unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        let file = OpenOptions::new().write(true).open(&other).unwrap();
        file.set_modified(later).unwrap();
        fs::rename(&other, path).unwrap();
    })
    .await;
    assert_eq!(fault.kind, FaultKind::FileChanged);
}

#[tokio::test]
async fn a_file_that_is_not_what_was_checked_is_not_begun() {
    let dir = tempfile::tempdir().unwrap();
    let file = sample(dir.path());
    let begin = async |file: &UploadFile| {
        let meter = Arc::new(TransferProgress::default());
        open(file, BodyLayout::raw(0), &meter, &RateLimit::new(None))
            .await
            .map(drop)
            .unwrap_err()
            .kind
    };
    let mut other = file.clone();
    other.stamp.size += 1;
    assert_eq!(begin(&other).await, FaultKind::FileChanged);
    other = file.clone();
    other.stamp.modified_ns += 1;
    assert_eq!(begin(&other).await, FaultKind::FileChanged);
    fs::write(&file.path, b"").unwrap();
    assert_eq!(
        begin(&outgoing(file.path.clone())).await,
        FaultKind::Unreadable
    );
    fs::remove_file(&file.path).unwrap();
    assert_eq!(begin(&file).await, FaultKind::FileGone);
}

#[tokio::test]
async fn dropping_the_transfer_ends_body_and_reader() {
    let dir = tempfile::tempdir().unwrap();
    let file = sample(dir.path());
    let (mut body, transfer, _) = start(&file, BodyLayout::raw(0)).await;
    frame(&mut body).await.unwrap().unwrap();
    let shared = Arc::downgrade(&body.shared);
    drop(transfer);
    assert_eq!(frame(&mut body).await, Some(Err(BodyAborted)));
    drop(body);
    // The reader thread holds the last handle until it ends.
    let ended = async {
        while shared.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), ended)
        .await
        .expect("the reader thread ends");
}

#[tokio::test]
async fn a_body_that_waits_is_woken_to_end() {
    let dir = tempfile::tempdir().unwrap();
    let file = sample(dir.path());
    let limit = RateLimit::new(Some(1024));
    let meter = Arc::new(TransferProgress::default());
    let (mut body, transfer) = open(&file, BodyLayout::raw(0), &meter, &limit)
        .await
        .unwrap();
    let stop = async {
        tokio::task::yield_now().await;
        drop(transfer);
    };
    let ((_, end), ()) = tokio::join!(drain(&mut body), stop);
    assert_eq!(end, Err(BodyAborted));
    assert!(meter.sent() < 10_000);
}

#[tokio::test]
async fn the_end_of_a_body_waits_for_the_gate() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let dir = tempfile::tempdir().unwrap();
    let file = sample(dir.path());
    let framing = Framing::new("sample.mp4", "video/mp4");
    for shape in [BodyLayout::raw(0), BodyLayout::form(&framing)] {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let meter = Arc::new(TransferProgress::gated(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        }));
        let (body, _transfer) = open(&file, shape, &meter, &RateLimit::new(None))
            .await
            .unwrap();
        let whole = body.length();
        let mut body = Box::pin(body);
        let mut out = 0;
        // Everything that comes before the gate asks.
        let held = std::future::poll_fn(|cx| {
            loop {
                let frame = match body.as_mut().poll_frame(cx) {
                    Poll::Ready(frame) => frame,
                    Poll::Pending if asked.load(Ordering::Relaxed) > 0 => return Poll::Ready(true),
                    Poll::Pending => return Poll::Pending,
                };
                match frame {
                    Some(frame) => out += frame.unwrap().into_data().unwrap().len() as u64,
                    None => return Poll::Ready(false),
                }
            }
        });
        assert!(held.await, "the end went out unasked");
        assert!(out < whole && !meter.body_out());
        meter.release();
        while let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
            out += frame.unwrap().into_data().unwrap().len() as u64;
        }
        assert_eq!((out, asked.load(Ordering::Relaxed)), (whole, 1));
        assert!(meter.body_out());
    }
}
