use crate::model::media::MediaMetadata;
use std::path::PathBuf;
use std::sync::Arc;

use super::opening::{OpenOutcome, OpenedHistory};
use super::previous_runs::RestoredItems;
use super::{Journal, SAVE_AGAIN};
use crate::engine::queue::item::Origin;
use crate::model::asset::{Account, AssetId, AssetStatus};
use crate::model::snapshot::ItemId;
use crate::store::history::LEDGER_NAME;
use crate::store::{History, OpenError, RunId};

#[tokio::test(start_paused = true)]
async fn a_ledger_that_cannot_be_written_is_not_tried_again_at_every_turn() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join(LEDGER_NAME);
    let opened = History::open(dir.path()).unwrap();
    std::fs::create_dir(&ledger).unwrap();
    let never = || Err(OpenError::NoPlace(String::new()));
    let mut journal = Journal::new(Arc::new(never), String::new());
    let opened = OpenedHistory {
        history: opened.history,
        set_aside: None,
        run: RunId::from_text(""),
        lock: None,
    };
    let left = RestoredItems::default();
    journal.opened(Ok(OpenOutcome { opened, left }));
    let origin = Origin {
        item: ItemId(1),
        name: "a.mp3".to_owned(),
        path: PathBuf::from("/a.mp3"),
        size: 1,
        account: Account::from_fingerprint(""),
        batch: None,
        kind: None,
        metadata: MediaMetadata::default(),
        upload: Default::default(),
    };
    let asset = AssetId::new("re_1").unwrap();
    journal.stage_asset(&origin, &asset, None, AssetStatus::Waiting, None);
    assert!(journal.commit());
    assert!(journal.is_ledger_behind());
    journal.commit();
    std::fs::remove_dir(&ledger).unwrap();
    journal.commit();
    assert!(journal.is_ledger_behind());
    tokio::time::advance(SAVE_AGAIN).await;
    journal.commit();
    assert!(!journal.is_ledger_behind());
}
