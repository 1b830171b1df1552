//! State of an upload after a restart of the program.

use super::{Original, PausedBy, Upload, UploadState};
use crate::model::fault::{Fault, FaultKind};

impl Upload {
    /// Restores the state after the program ended during the upload: completely sent bytes are
    /// polled for or marked as possibly stored, the rest waits for the user.
    #[must_use]
    pub fn after_restart(mut self) -> Self {
        self.attempt += 1;
        if self.counters.reuse_only
            && matches!(
                self.state,
                UploadState::Hashing | UploadState::Duplicate(Original::Row(_))
            )
        {
            // Nothing was to be sent, so nothing was interrupted.
            self.state = UploadState::Ready;
            self.counters.reuse_only = false;
        }
        let held = UploadState::Paused {
            by: PausedBy::Restart,
        };
        if matches!(
            self.state,
            UploadState::Checking | UploadState::StillChanging
        ) {
            // A start requested in the earlier run does not carry over.
            self.counters.auto_start = false;
        }
        self.state = match self.state {
            UploadState::StillChanging => UploadState::Checking,
            UploadState::Sending { body_out: true, .. } => match &self.reserved_id {
                Some(asset) => UploadState::polling(
                    asset.clone(),
                    None,
                    Some(Fault::new(FaultKind::LostAnswer)),
                ),
                None => {
                    self.counters.unknown += 1;
                    self.counters.possibly_stored_twice = true;
                    held
                }
            },
            UploadState::Sending { .. }
            | UploadState::RetryScheduled { .. }
            | UploadState::Queued
            | UploadState::Hashing
            | UploadState::Duplicate(Original::Row(_)) => held,
            UploadState::Processing {
                asset,
                content,
                doubt,
                ..
            }
            | UploadState::OtherKey {
                asset,
                content,
                doubt,
                ..
            } => UploadState::polling(asset, content, doubt),
            other => other,
        };
        self
    }
}
