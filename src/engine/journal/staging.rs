//! Collects the changes that a turn commits.

use super::{Journal, OWN_IDS, Origin, TURNS_WORTH};
use crate::engine::clock::now_ms;
use crate::engine::item::Item;
use crate::model::asset::{Account, AssetId, AssetStatus, ContentHash};
use crate::model::key::ApiKey;
use crate::model::snapshot::ItemId;
use crate::store::{AssetNote, AssetRecord, HistoryChange, ItemRecord};

impl Journal {
    /// Stages a row's position and state.
    pub fn stage_item(&mut self, item: &Item) {
        if item.id.0 < OWN_IDS {
            self.highest = self.highest.max(item.id.0);
        }
        let state = match serde_json::to_string(&item.upload) {
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
            position: item.position,
            stamp: item.upload.media.map(|media| media.stamp),
            state,
            added_at_ms: item.added_at_ms,
            changed_at_ms: now_ms(),
            account: item.account.clone(),
            // A row not sent yet belongs to any service.
            base_url: item.account.as_ref().map(|_| self.base_url.clone()),
        }));
    }

    /// Stages an asset; an unknown status keeps the one on disk.
    pub fn stage_asset(
        &mut self,
        origin: &Origin,
        asset: &AssetId,
        content: Option<ContentHash>,
        status: impl Into<Option<AssetStatus>>,
        note: Option<AssetNote>,
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
            uploaded_at_ms: now_ms(),
            note,
        }));
    }

    /// Returns whether the staged changes should end the turn; false while they cannot be written.
    pub fn has_a_turns_worth(&self) -> bool {
        self.is_good() && self.staged.len() >= TURNS_WORTH
    }

    /// Stages that the service no longer knows an asset.
    pub fn stage_gone(&mut self, asset: &AssetId) {
        self.staged.push(HistoryChange::SetNote {
            base_url: self.base_url.clone(),
            asset_id: asset.clone(),
            note: AssetNote::Gone,
        });
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
