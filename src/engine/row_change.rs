//! A transition of an upload, for the components that keep something about its row.

use std::time::Duration;

use super::queue::item::{Item, is_over};
use crate::model::asset::AssetId;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Original, Upload, UploadState};

/// A row after a transition of its upload, and the consequences.
pub(super) struct RowChange<'a> {
    /// The row after it.
    pub item: &'a Item,
    pub before: Upload,
    /// To be carried out once the commit of the transition was tried.
    pub effects: Vec<Effect>,
    /// The last byte may go once the commit of the transition was tried.
    pub releases_body: bool,
    /// The first upload that is started after all others have ended.
    pub begins_busy_period: bool,
    /// Other rows that belong to no busy period any more.
    pub left_busy_period: Vec<ItemId>,
}

impl RowChange<'_> {
    pub fn has_moved(&self) -> bool {
        self.before.state != self.item.upload().state
    }

    /// Returns whether the row ended, so that its dependents are notified.
    pub fn has_ended(&self) -> bool {
        is_over(self.item.upload()) && !is_over(&self.before)
    }

    /// Returns the asset that has the row's content and is ready.
    pub fn ready_asset(&self) -> Option<&AssetId> {
        match &self.item.upload().state {
            UploadState::Done { asset, .. } | UploadState::Duplicate(Original::Asset(asset)) => {
                Some(asset)
            }
            _ => None,
        }
    }

    /// Returns the reserved id that no attempt of the row will use any more.
    pub fn unused_reservation(&self) -> Option<&AssetId> {
        let (asset, after) = (self.before.reserved_id.as_ref()?, self.item.upload());
        (after.has_ended() || after.reserved_id.as_ref() != Some(asset)).then_some(asset)
    }

    /// Returns the time until the next retry or poll.
    pub fn delay(&self) -> Duration {
        let waits = self.effects.iter().find_map(Effect::wait);
        waits.unwrap_or_default()
    }

    /// Logs the new state, with all that is known of a fault.
    pub fn log(&self) {
        if !self.has_moved() {
            return;
        }
        let (item, upload) = (self.item, self.item.upload());
        tracing::info!(
            item = item.id.0,
            attempt = upload.attempt,
            from = self.before.state.name(),
            to = upload.state.name(),
            asset = upload.asset().map(AssetId::as_str),
            fault = ?upload.fault(),
        );
        let (UploadState::RetryScheduled { cause: fault } | UploadState::Failed { fault, .. }) =
            &upload.state
        else {
            return;
        };
        let detail = &fault.diagnostics;
        tracing::warn!(
            item = item.id.0,
            kind = ?fault.kind,
            call = detail.call.as_deref(),
            status = detail.http_status,
            code = detail.code.as_deref(),
            message = detail.message.as_deref(),
            request_id = detail.request_id.as_deref(),
            causes = detail.causes.join(": "),
            tries = item.starts.count(),
            next_try_ms = u64::try_from(self.delay().as_millis()).unwrap_or(u64::MAX),
            ended = upload.has_ended(),
            "trouble"
        );
    }
}
