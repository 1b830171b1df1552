//! Conversion of a row for the snapshot.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Item, KnownDuplicate};
use crate::model::retry::Policy;
use crate::model::snapshot::{DuplicateOf, DuplicateStage, ResumeBehaviour, Row, Status, Transfer};
use crate::model::upload::{Original, UploadState};

impl Item {
    /// Returns the status for the window. Offline, a row without a byte sent is not uploading.
    pub fn status(&self, now: Instant, policy: &Policy, offline: bool) -> Status {
        match &self.upload.state {
            UploadState::Checking => Status::Checking,
            UploadState::StillChanging => Status::Settling,
            UploadState::Rejected(rejection) => Status::Rejected(rejection.clone()),
            UploadState::Ready => match &self.known_duplicate {
                Some(KnownDuplicate { waits: true, .. }) => {
                    Status::FoundDuplicate(DuplicateStage::Before)
                }
                Some(KnownDuplicate {
                    original: Original::Asset(_),
                    ..
                }) => Status::FoundDuplicate(DuplicateStage::Uploaded),
                Some(_) => Status::FoundDuplicate(DuplicateStage::Known),
                None => Status::ReadyToUpload,
            },
            UploadState::Queued | UploadState::Hashing if self.known_duplicate.is_some() => {
                Status::FoundDuplicate(DuplicateStage::Asked)
            }
            UploadState::Queued => Status::Queued,
            UploadState::Hashing => Status::Checking,
            UploadState::Duplicate(Original::Asset(asset)) => Status::Duplicate {
                of: Some(asset.clone()),
            },
            UploadState::Duplicate(Original::Row(_)) => Status::Duplicate { of: None },
            // Past this point it can't be paused, however slow its last bytes are.
            UploadState::Sending { body_out: true, .. } => Status::Finishing,
            UploadState::Sending { .. } => match self.transfer.meter() {
                Some(meter) if meter.body_out() => Status::Finishing,
                Some(meter) if meter.started() && !(offline && meter.sent() == 0) => {
                    Status::Uploading
                }
                _ => Status::Queued,
            },
            UploadState::RetryScheduled { cause } => Status::Waiting {
                until: self.waits.until().unwrap_or(now).into_std(),
                cause: Arc::new(cause.clone()),
            },
            UploadState::Processing { .. } => {
                let since = self.waits.polled_since().unwrap_or(now);
                Status::Processing {
                    since: since.into_std(),
                    long: now.saturating_duration_since(since) >= policy.slow_processing_after,
                }
            }
            UploadState::OtherKey { last4, .. } => Status::OtherKey {
                last4: last4.clone(),
            },
            UploadState::Done { .. } => Status::Ready,
            UploadState::Failed { fault, .. } => Status::Failed(Arc::new(fault.clone())),
            UploadState::Paused { .. } => Status::Paused,
            UploadState::Cancelled { .. } => Status::Cancelled,
        }
    }

    /// Builds the row for the snapshot. `saved` tells whether its id is on disk, `later` what
    /// becomes of the bytes sent, `offline` whether the service is unreachable.
    pub fn row(
        &self,
        now: Instant,
        policy: &Policy,
        saved: bool,
        later: Option<ResumeBehaviour>,
        duplicate_of: Option<Arc<DuplicateOf>>,
        offline: bool,
    ) -> Row {
        let status = self.status(now, policy, offline);
        let total = self.upload.size();
        let moves = matches!(status, Status::Uploading | Status::Finishing);
        let stands = matches!(
            status,
            Status::Queued | Status::Waiting { .. } | Status::Paused
        );
        let (sent, speed) = (self.sent(), self.transfer.speed());
        let left = || speed.left(total.saturating_sub(sent));
        let transfer = (moves || stands && sent > 0).then(|| Transfer {
            sent,
            total,
            rate: speed.rate().filter(|_| moves),
            left: left().filter(|_| moves),
        });
        Row {
            id: self.id,
            name: self.name.clone(),
            path: self.path.clone(),
            size: total,
            kind: self.upload.media.map(|media| media.kind),
            route: self
                .upload
                .media
                .map(|_| self.upload.route(policy.direct_limit)),
            note: self.upload.media.and_then(|media| media.note),
            status,
            transfer,
            asset_id: self.upload.stored_asset().cloned(),
            account: self.shown_account().cloned(),
            reserved_id: self.upload.reserved_asset().cloned(),
            saved,
            possibly_stored_twice: self.upload.counters.possibly_stored_twice,
            duplicate_unconfirmed: self.upload.counters.duplicate_unconfirmed,
            duplicate_of,
            later,
            interrupted: self.is_interrupted(),
            batch: self.batch.as_ref().map(|batch| batch.id),
            metadata: self.content.metadata(),
        }
    }
}
