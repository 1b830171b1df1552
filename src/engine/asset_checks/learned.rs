//! Compares an answer with the history's record of the asset.

use std::path::Path;

use crate::engine::clock::now_ms;
use crate::model::asset::{Account, AssetAnswer, AssetId, AssetMetadata, AssetStatus};
use crate::model::asset_check::AssetCheckResult;
use crate::model::media;
use crate::model::upload_facts::SeenMetadata;
use crate::store::{AssetRecord, AssetRemark, HistoryChange};

/// An answer of the service, and the question.
pub(in crate::engine) struct AnsweredCheck<'a> {
    pub asset: &'a AssetId,
    pub answer: &'a AssetAnswer,
    /// Account of the key that asked.
    pub account: &'a Account,
    pub base_url: &'a str,
}

impl AnsweredCheck<'_> {
    /// Returns the outcome for the user. `record` is the history's record of the asset.
    pub fn result(&self, record: Option<&AssetRecord>) -> AssetCheckResult {
        match self.answer {
            AssetAnswer::NotFound => AssetCheckResult::Unknown,
            AssetAnswer::Known(metadata) => AssetCheckResult::Known {
                status: metadata.status,
                is_other_size: record.is_some_and(|record| is_other_size(record, metadata)),
            },
        }
    }

    /// Returns what changes in the history, if anything does.
    pub fn changes(&self, record: Option<&AssetRecord>) -> Vec<HistoryChange> {
        let mut changes = self.asset_changes(record);
        if let AssetAnswer::Known(metadata) = self.answer {
            changes.push(HistoryChange::SetSeen {
                base_url: self.base_url.to_owned(),
                asset_id: self.asset.clone(),
                metadata: SeenMetadata::new(metadata, now_ms()),
            });
        }
        changes
    }

    fn asset_changes(&self, record: Option<&AssetRecord>) -> Vec<HistoryChange> {
        match (record, self.answer) {
            (None, AssetAnswer::NotFound) => vec![HistoryChange::PutAsset(AssetRecord {
                // Another key may know it.
                account: Account::from_fingerprint(""),
                remark: Some(AssetRemark::Gone),
                ..self.new_record()
            })],
            (None, AssetAnswer::Known(metadata)) => {
                vec![HistoryChange::PutAsset(self.found(metadata))]
            }
            // Nothing was stored under a reserved ID, and a deleted asset is not to be found.
            (Some(record), AssetAnswer::NotFound)
                if record.is_reserved() || record.deleted_at_ms.is_some() =>
            {
                vec![]
            }
            (Some(record), AssetAnswer::NotFound) => match record.remark {
                Some(AssetRemark::Gone) => vec![],
                _ => vec![HistoryChange::PutAsset(record.clone().into_gone(now_ms()))],
            },
            (Some(record), AssetAnswer::Known(metadata)) => {
                let after = self.updated(record, metadata);
                if after == *record {
                    return vec![];
                }
                let is_cleared = record.remark.is_some() && after.remark.is_none();
                let cleared = is_cleared.then(|| {
                    HistoryChange::ClearRemark(AssetRecord {
                        uploaded_at_ms: Some(now_ms()),
                        ..record.clone()
                    })
                });
                let put = HistoryChange::PutAsset(AssetRecord {
                    // A row of an earlier run must not count as unsaved.
                    item: None,
                    uploaded_at_ms: match record.uploaded_at_ms {
                        Some(_) => Some(now_ms()),
                        None => metadata.created_at_ms,
                    },
                    ..after
                });
                cleared.into_iter().chain([put]).collect()
            }
        }
    }

    fn new_record(&self) -> AssetRecord {
        AssetRecord::of_id(
            self.asset.clone(),
            self.account.clone(),
            self.base_url.to_owned(),
            now_ms(),
        )
    }

    fn found(&self, metadata: &AssetMetadata) -> AssetRecord {
        let record = self.new_record();
        let name = metadata.file_name.clone().unwrap_or(record.name);
        AssetRecord {
            kind: media::format_of(Path::new(&name))
                .ok()
                .map(|format| format.kind),
            name,
            size: metadata.file_size.unwrap_or_default(),
            status: Some(metadata.status),
            uploaded_at_ms: metadata.created_at_ms.or(record.uploaded_at_ms),
            ..record
        }
    }

    /// Returns the record as the answer leaves it. What the history knows of the file stays.
    fn updated(&self, record: &AssetRecord, metadata: &AssetMetadata) -> AssetRecord {
        let mut after = record.clone();
        if !record.is_reserved() || metadata.arrived() {
            after.status = Some(metadata.status);
        }
        if record.size == 0 {
            after.size = metadata.file_size.unwrap_or_default();
        }
        if record.name == self.asset.as_str()
            && let Some(name) = &metadata.file_name
        {
            after.name.clone_from(name);
        }
        if record.account.as_str().is_empty() {
            after.account = self.account.clone();
        }
        after.remark = match record.remark {
            _ if is_other_size(record, metadata) => Some(AssetRemark::SizeMismatch),
            Some(AssetRemark::Gone) => None,
            Some(AssetRemark::SizeMismatch) if metadata.file_size == Some(record.size) => None,
            remark => remark,
        };
        after
    }
}

/// Returns whether the service holds another number of bytes than were sent.
fn is_other_size(record: &AssetRecord, metadata: &AssetMetadata) -> bool {
    let is_other = |size| record.size > 0 && size != record.size;
    metadata.status == AssetStatus::Success && metadata.file_size.is_some_and(is_other)
}
