//! Collects the changes that a turn commits.

use super::{Journal, OWN_IDS, TURNS_WORTH};
use crate::engine::clock::now_ms;
use crate::engine::queue::item::{Item, Origin};
use crate::engine::row_change::RowChange;
use crate::model::asset::{Account, AssetId, AssetStatus, ContentHash};
use crate::model::fault::FaultKind;
use crate::model::key::ApiKey;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Upload, UploadState};
use crate::store::{AssetRecord, AssetRemark, HistoryChange, ItemRecord};

impl Journal {
    /// Stages a row's position and state.
    pub fn stage_item(&mut self, item: &Item) {
        if item.id.0 < OWN_IDS {
            self.highest = self.highest.max(item.id.0);
        }
        let state = match serde_json::to_string(item.upload()) {
            Ok(state) => state,
            Err(error) => {
                tracing::error!(%error, "an upload has no JSON");
                return;
            }
        };
        let given = (item.path != item.file).then(|| item.path.to_string_lossy().into_owned());
        self.staged.push(HistoryChange::PutItem(ItemRecord {
            id: item.id,
            run: self.run.clone(),
            path: item.file.clone(),
            given,
            position: item.place().0,
            stamp: item.upload().media.map(|media| media.stamp),
            state,
            added_at_ms: item.added_at_ms,
            changed_at_ms: now_ms(),
            account: item.account.clone(),
            // A row not sent yet belongs to any service.
            base_url: item.account.as_ref().map(|_| self.base_url.clone()),
            batch: item.batch.as_ref().map(|batch| batch.id),
            metadata: item.content.metadata(),
        }));
    }

    /// Stages a row as a transition left it, with the assets that it tells of.
    pub fn stage_transition(&mut self, change: &RowChange<'_>) {
        let item = change.item;
        self.stage_item(item);
        for effect in &change.effects {
            if let Effect::Record {
                asset,
                content,
                status,
                abandoned,
            } = effect
            {
                let content = content.or_else(|| stored_content(item));
                let remark = remark(item, asset, *abandoned);
                // For an abandoned id the history knows more than the row.
                let origin = if *abandoned {
                    item.origin_of_earlier()
                } else {
                    item.origin()
                };
                self.stage_asset(&origin, asset, content, *status, remark);
            }
        }
    }

    /// Stages a row and its asset with all that is known of them, for a recreated history.
    pub fn stage_anew(&mut self, item: &Item) {
        self.stage_item(item);
        if let Some((asset, origin)) = own_asset(item) {
            let status = last_word(item.upload());
            let remark = remark(item, asset, false);
            self.stage_asset(&origin, asset, stored_content(item), status, remark);
        }
    }

    /// Stages the hash of a file that arrived without a response.
    pub fn stage_content(&mut self, item: &Item, asset: &AssetId, content: ContentHash) {
        let remark = remark(item, asset, false);
        let status = last_word(item.upload());
        self.stage_asset(&item.origin(), asset, Some(content), status, remark);
    }

    /// Stages an asset; an unknown status keeps the one on disk.
    pub fn stage_asset(
        &mut self,
        origin: &Origin,
        asset: &AssetId,
        content: Option<ContentHash>,
        status: impl Into<Option<AssetStatus>>,
        remark: Option<AssetRemark>,
    ) {
        self.staged.push(HistoryChange::PutAsset(AssetRecord {
            asset_id: asset.clone(),
            item: Some(origin.item),
            account: origin.account.clone(),
            base_url: self.base_url.clone(),
            name: origin.name.clone(),
            path: origin.path.clone(),
            size: origin.size,
            content,
            status: status.into(),
            uploaded_at_ms: Some(now_ms()),
            remark,
            note: None,
            batch: origin.batch.as_ref().map(|batch| batch.id),
            label: origin.batch.as_ref().map(|batch| batch.label.clone()),
            kind: origin.kind,
            metadata: origin.metadata,
            deleted_at_ms: None,
            upload: origin.upload.clone(),
            batch_note: None,
        }));
    }

    /// Returns a number that rises with every opening, and every commit that concerns assets or
    /// batches.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns whether the staged changes should end the turn; false while they cannot be written.
    pub fn has_a_turns_worth(&self) -> bool {
        self.is_good() && self.staged.len() >= TURNS_WORTH
    }

    /// Stages a change that concerns neither a row nor an asset.
    pub fn stage(&mut self, change: HistoryChange) {
        self.staged.push(change);
    }

    /// Stages since when the keychain may have an upload's session; `None` if it has none.
    pub fn stage_session(&mut self, asset: &AssetId, at_ms: Option<i64>) {
        let (base_url, asset_id) = (self.base_url.clone(), asset.clone());
        self.staged.push(match at_ms {
            Some(at_ms) => HistoryChange::PutSession {
                base_url,
                asset_id,
                at_ms,
            },
            None => HistoryChange::DropSession { base_url, asset_id },
        });
    }

    /// Stages that an asset is to be deleted from the service, or not any more.
    pub fn stage_deletion(&mut self, asset: &AssetId, is_wanted: bool) {
        let (base_url, asset_id) = (self.base_url.clone(), asset.clone());
        self.staged.push(match is_wanted {
            true => HistoryChange::PutDeletion {
                base_url,
                asset_id,
                at_ms: now_ms(),
            },
            false => HistoryChange::DropDeletion { base_url, asset_id },
        });
    }

    pub fn drop_item(&mut self, id: ItemId) {
        self.staged.push(HistoryChange::DropItem(id));
    }

    pub fn key_is_good(&mut self, key: &ApiKey) {
        self.staged.push(HistoryChange::KeyGood {
            account: key.account(),
            last4: key.last4(),
            base_url: self.base_url.clone(),
            at_ms: now_ms(),
        });
    }

    /// Stages an account's name; `None` takes it away.
    pub fn name_account(&mut self, account: &Account, name: Option<String>) {
        self.staged.push(HistoryChange::NameAccount {
            base_url: self.base_url.clone(),
            account: account.clone(),
            name,
        });
    }

    /// Stages that two accounts turned out to be one.
    pub fn join(&mut self, one: &Account, other: &Account) {
        self.staged.push(HistoryChange::JoinAccounts {
            base_url: self.base_url.clone(),
            one: one.clone(),
            other: other.clone(),
        });
    }

    pub fn key_is_refused(&mut self, account: &Account) {
        let (account, base_url) = (account.clone(), self.base_url.clone());
        self.staged
            .push(HistoryChange::KeyRefused { account, base_url });
    }
}

/// Returns the hash of a row's content, if bytes were stored; before that it describes only the file.
fn stored_content(item: &Item) -> Option<ContentHash> {
    let is_stored = matches!(
        item.upload().state,
        UploadState::Processing { .. }
            | UploadState::Done { .. }
            | UploadState::Failed { .. }
            | UploadState::Cancelled { .. }
    );
    item.content.hash().filter(|_| is_stored)
}

/// Returns the asset created for a row, and its origin. The asset of a duplicate's original is not
/// the row's own.
fn own_asset(item: &Item) -> Option<(&AssetId, Origin)> {
    match &item.upload().state {
        UploadState::Processing { .. }
        | UploadState::OtherKey { .. }
        | UploadState::Done { .. }
        | UploadState::Failed { .. }
        | UploadState::Cancelled { .. } => Some((item.upload().asset()?, item.origin())),
        _ => {
            let asset = item.upload().reserved_id.as_ref()?;
            Some((asset, item.origin_of_earlier()))
        }
    }
}

/// Returns what the service last said of a row's asset, as far as the row knows; `None` for an ID that is
/// only reserved.
fn last_word(upload: &Upload) -> Option<AssetStatus> {
    upload.stored_asset()?;
    Some(match (&upload.state, upload.fault()) {
        (UploadState::Done { .. }, _) | (_, Some(FaultKind::SizeMismatch)) => AssetStatus::Success,
        (_, Some(FaultKind::ProcessingFailed)) => AssetStatus::Failed,
        _ => AssetStatus::Waiting,
    })
}

/// Returns the history's remark on an asset.
fn remark(item: &Item, asset: &AssetId, abandoned: bool) -> Option<AssetRemark> {
    let mismatch = item.upload().fault() == Some(FaultKind::SizeMismatch)
        && item.upload().asset() == Some(asset);
    if abandoned {
        Some(AssetRemark::Abandoned)
    } else if mismatch {
        Some(AssetRemark::SizeMismatch)
    } else if item.upload().counters.possibly_stored_twice {
        Some(AssetRemark::MayBeStoredTwice)
    } else {
        None
    }
}
