//! The history's records and their changes.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::asset::{Account, AssetId, AssetRemark, AssetState, AssetStatus, ContentHash};
use crate::model::batch::{Batch, BatchId};
use crate::model::export_record::ExportRecord;
use crate::model::media::{FileStamp, Kind, MediaMetadata};
use crate::model::snapshot::ItemId;
use crate::model::upload_facts::{SeenMetadata, UploadFacts};
use crate::store::run_lock::RunId;

/// A row of the queue, as it is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRecord {
    /// Row id, from [`History::reserve_ids`](super::History::reserve_ids).
    pub id: ItemId,
    /// Run that owns the row.
    pub run: RunId,
    /// Path of the file, byte for byte.
    pub path: PathBuf,
    /// Path as given on the command line.
    pub given: Option<String>,
    /// Queue position, ascending; ties are ordered by id.
    pub position: i64,
    /// Stamp of the file when it was checked.
    pub stamp: Option<FileStamp>,
    /// The engine's state as JSON.
    pub state: String,
    /// Time of adding, in milliseconds since the Unix epoch.
    pub added_at_ms: i64,
    /// Time of the last state change, in milliseconds since the Unix epoch.
    pub changed_at_ms: i64,
    /// Account of the upload, once started.
    pub account: Option<Account>,
    /// Service of the upload, once started.
    pub base_url: Option<String>,
    /// Batch that it was added with.
    pub batch: Option<BatchId>,
    /// Facts that the file states about itself.
    pub metadata: MediaMetadata,
}

/// A row of the queue that could not be parsed and was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedItem {
    /// Row id.
    pub id: ItemId,
    /// The file.
    pub path: PathBuf,
    /// The state that could not be parsed.
    pub state: String,
    /// Reason for the failure.
    pub why: String,
}

/// An asset of the service, unique by (`base_url`, `asset_id`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetRecord {
    /// Asset id.
    pub asset_id: AssetId,
    /// Row of the queue that it was made for.
    pub item: Option<ItemId>,
    /// Account that holds it.
    pub account: Account,
    /// Service that holds it.
    pub base_url: String,
    /// File name, lossy if it is not UTF-8.
    pub name: String,
    /// Path of the file, byte for byte.
    pub path: PathBuf,
    /// File size in bytes.
    pub size: u64,
    /// BLAKE3 of the sent bytes, once all were sent.
    pub content: Option<ContentHash>,
    /// Last reported status; `None` before bytes are stored.
    pub status: Option<AssetStatus>,
    /// Time the id was assigned, in milliseconds since the Unix epoch; unknown for some imported
    /// ones.
    pub uploaded_at_ms: Option<i64>,
    /// Further knowledge.
    pub remark: Option<AssetRemark>,
    /// The user's own note.
    pub note: Option<String>,
    /// Batch that it was added with.
    pub batch: Option<BatchId>,
    /// Label of that batch.
    pub label: Option<String>,
    /// Media kind.
    pub kind: Option<Kind>,
    /// Facts that the file states about itself.
    pub metadata: MediaMetadata,
    /// Time at which it was deleted from the service, in milliseconds since the Unix epoch.
    pub deleted_at_ms: Option<i64>,
    /// Facts about its upload.
    pub upload: UploadFacts,
    /// The user's note of that batch.
    pub batch_note: Option<String>,
}

impl AssetRecord {
    /// Returns the record of an asset of which only its ID is known, which is its name too; `at_ms`
    /// is when it was heard of.
    pub fn of_id(asset_id: AssetId, account: Account, base_url: String, at_ms: i64) -> Self {
        Self {
            item: None,
            account,
            base_url,
            name: asset_id.to_string(),
            asset_id,
            path: PathBuf::new(),
            size: 0,
            content: None,
            status: None,
            uploaded_at_ms: Some(at_ms),
            remark: None,
            note: None,
            batch: None,
            label: None,
            kind: None,
            metadata: MediaMetadata::default(),
            deleted_at_ms: None,
            upload: UploadFacts::default(),
            batch_note: None,
        }
    }

    /// Returns how the asset is.
    pub fn state(&self) -> AssetState {
        match (self.deleted_at_ms, self.remark, self.status) {
            (Some(_), ..) => AssetState::Deleted,
            (_, Some(AssetRemark::Gone), _) => AssetState::Gone,
            (_, Some(AssetRemark::SizeMismatch), _) => AssetState::WrongSize,
            (.., Some(AssetStatus::Failed)) => AssetState::Failed,
            (.., Some(AssetStatus::Success)) => AssetState::Ready,
            _ => AssetState::Processing,
        }
    }

    /// Returns true if the service reported as many bytes as this computer sent.
    pub fn is_size_confirmed(&self) -> bool {
        let seen = self.upload.service.as_ref();
        seen.and_then(|seen| seen.file_size) == Some(self.size)
    }

    /// Returns true for an ID under which no bytes are known to be stored. Such an ID is neither
    /// listed nor exported, unless the user asked about it and the service does not know it.
    pub fn is_reserved(&self) -> bool {
        self.status.is_none() && self.remark != Some(AssetRemark::Gone)
    }

    /// Returns what to write when the service no longer knows the asset.
    pub fn into_gone(self, at_ms: i64) -> Self {
        Self {
            // A row of an earlier run must not count as unsaved.
            item: None,
            // It dates the line of the ledger; an unknown time of upload stays unknown.
            uploaded_at_ms: self.uploaded_at_ms.map(|_| at_ms),
            remark: Some(AssetRemark::Gone),
            ..self
        }
    }
}

impl From<&AssetRecord> for ExportRecord {
    fn from(asset: &AssetRecord) -> Self {
        let second = |ms: i64| Timestamp::from_second(ms.div_euclid(1000)).ok();
        Self {
            asset_id: Some(asset.asset_id.clone()),
            name: asset.name.clone(),
            path: asset.path.to_string_lossy().into_owned(),
            size: Some(asset.size),
            blake3: asset.content,
            upload_status: asset.status,
            uploaded_at: asset.uploaded_at_ms.and_then(second),
            account: Some(asset.account.clone()),
            base_url: Some(asset.base_url.clone()),
            note: asset.note.clone(),
            label: asset.label.clone(),
            deleted_at: asset.deleted_at_ms.and_then(second),
            remark: asset.remark,
            status: asset.state().as_str().to_owned(),
            ..Self::of_media(asset.kind, &asset.metadata)
        }
    }
}

/// A change of the history; each commit is one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryChange {
    /// Adds or replaces a row of the queue.
    PutItem(ItemRecord),
    /// Removes a row of the queue; its assets stay.
    DropItem(ItemId),
    /// Moves an unreadable row to the damaged ones.
    SetAside {
        /// Row id.
        id: ItemId,
        /// Reason.
        why: String,
    },
    /// Adds or updates an asset. `None`, empty and 0 leave existing values, and the first upload
    /// time stays.
    PutAsset(AssetRecord),
    /// Adds or updates an asset, which the user brings in at this time, in milliseconds since the
    /// Unix epoch. The ledger gets a line of the import, and one of the asset's state.
    ImportAsset(AssetRecord, i64),
    /// Clears the remark of an asset, if it exists: the service knows it again. The ledger keeps a
    /// line of it, with this record.
    ClearRemark(AssetRecord),
    /// Sets the user's note of an asset, if it exists; `None` removes it.
    SetNote {
        /// Service that holds it.
        base_url: String,
        /// Asset id.
        asset_id: AssetId,
        /// The note.
        note: Option<String>,
    },
    /// Sets what the service said of an asset, if it exists. The ledger has no line of it.
    SetSeen {
        /// Service that holds it.
        base_url: String,
        /// Asset id.
        asset_id: AssetId,
        /// Its metadata.
        metadata: SeenMetadata,
    },
    /// Removes an asset from the history; the ledger keeps a line of it, with this record.
    RemoveAsset(AssetRecord),
    /// Adds a batch, or replaces its label, note and skipped files.
    PutBatch(Arc<Batch>),
    /// Changes label and note of a batch, if it exists.
    EditBatch {
        /// Batch.
        batch: BatchId,
        /// The label.
        label: String,
        /// The user's note.
        note: Option<String>,
        /// Time in milliseconds since the Unix epoch, if the label is a new one: the ledger gets a
        /// line.
        renamed_at_ms: Option<i64>,
    },
    /// The service accepted a key.
    KeyGood {
        /// The key's account.
        account: Account,
        /// Last four characters of the key; empty if they would reveal too much of a short key.
        last4: String,
        /// The service.
        base_url: String,
        /// Time in milliseconds since the Unix epoch.
        at_ms: i64,
    },
    /// The service rejected a key, which must be checked before the next upload.
    KeyRefused {
        /// The key's account.
        account: Account,
        /// The service.
        base_url: String,
    },
    /// Two keys belong to one account: the service knows an asset under both.
    JoinAccounts {
        /// The service.
        base_url: String,
        /// The account by the first key.
        one: Account,
        /// The account by the second key.
        other: Account,
    },
    /// The user names an account that the service accepted a key of.
    NameAccount {
        /// The service.
        base_url: String,
        /// The account, by one of its keys.
        account: Account,
        /// The name; `None` takes it away.
        name: Option<String>,
    },
    /// A storage protocol worked.
    PutProtocol(ProtocolRecord),
    /// The protocol of this host and kind of URL no longer works.
    DropProtocol {
        /// Storage host.
        host: String,
        /// Kind of its signed URLs.
        kind: String,
    },
    /// The keychain gets an upload's session, or may still hold it.
    PutSession {
        /// The service.
        base_url: String,
        /// Asset of the upload.
        asset_id: AssetId,
        /// Start in milliseconds since the Unix epoch; 0 for a session to be removed.
        at_ms: i64,
    },
    /// The user wants an asset deleted from the service.
    PutDeletion {
        /// The service.
        base_url: String,
        /// The asset.
        asset_id: AssetId,
        /// Time in milliseconds since the Unix epoch.
        at_ms: i64,
    },
    /// The service deleted an asset, or it is to be left alone.
    DropDeletion {
        /// The service.
        base_url: String,
        /// The asset.
        asset_id: AssetId,
    },
    /// The keychain no longer holds it.
    DropSession {
        /// The service.
        base_url: String,
        /// Asset of the upload.
        asset_id: AssetId,
    },
}

impl HistoryChange {
    /// Returns true if it may change what a listing of assets shows.
    pub fn concerns_assets(&self) -> bool {
        matches!(
            self,
            Self::PutAsset(_)
                | Self::ImportAsset(..)
                | Self::ClearRemark(_)
                | Self::SetNote { .. }
                | Self::SetSeen { .. }
                | Self::RemoveAsset(_)
                | Self::PutBatch(_)
                | Self::EditBatch { .. }
                | Self::JoinAccounts { .. }
        )
    }

    /// Returns whether it changes what is known of accounts.
    pub fn is_of_accounts(&self) -> bool {
        matches!(
            self,
            Self::KeyGood { .. } | Self::JoinAccounts { .. } | Self::NameAccount { .. }
        )
    }
}

/// A storage protocol that worked, in the client's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolRecord {
    /// Storage host.
    pub host: String,
    /// Kind of its signed URLs.
    pub kind: String,
    /// Protocol that they accept.
    pub protocol: String,
}
