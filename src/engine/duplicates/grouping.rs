//! Groups the rows of one size by content.

use std::collections::{HashMap, HashSet};

use super::comparison::can_be_original;
use crate::engine::queue::item::{Item, KnownDuplicate};
use crate::model::asset::{Account, AssetId, ContentHash};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Original, UploadState};

/// Rows of one size.
pub(super) struct SizeGroup<'a> {
    /// Their bytes go up or went up, whatever the others are.
    originals: Vec<&'a Item>,
    /// Each is a duplicate if an equal row comes before it. Started rows come first.
    candidates: Vec<&'a Item>,
    others: Vec<&'a Item>,
}

impl<'a> SizeGroup<'a> {
    /// Sorts rows by their part; `own` are the current key's accounts.
    pub fn of(rows: impl Iterator<Item = &'a Item>, own: &HashSet<Account>) -> Self {
        let mut group = Self {
            originals: vec![],
            candidates: vec![],
            others: vec![],
        };
        for item in rows {
            let counters = &item.upload().counters;
            let has_started = item.starts.count() > 0;
            let part = match item.upload().state {
                UploadState::Ready | UploadState::Queued | UploadState::Hashing
                    if counters.force_upload =>
                {
                    &mut group.originals
                }
                UploadState::Queued if has_started => &mut group.originals,
                UploadState::Ready | UploadState::Queued | UploadState::Hashing => {
                    &mut group.candidates
                }
                _ if can_be_original(item, own) => &mut group.originals,
                _ => &mut group.others,
            };
            part.push(item);
        }
        let order = |item: &&Item| (is_unstarted(item), item.place());
        group.candidates.sort_unstable_by_key(order);
        group
    }

    pub fn has_no_candidates(&self) -> bool {
        self.candidates.is_empty()
    }

    /// Returns the rows that are no duplicates, whatever their content.
    pub fn others(&self) -> impl Iterator<Item = ItemId> {
        let items = self.originals.iter().chain(&self.others);
        items.map(|item| item.id)
    }

    /// Returns what each candidate is a duplicate of: a row before it, or an asset of the history.
    pub fn duplicates(
        &self,
        history: &[(AssetId, ContentHash)],
    ) -> Vec<(ItemId, Option<KnownDuplicate>)> {
        // The newest asset of a content comes first, and the last one that is put here stays.
        let newest = history.iter().rev();
        let uploaded: HashMap<ContentHash, &AssetId> =
            newest.map(|(asset, content)| (*content, asset)).collect();
        let mut in_list: HashMap<ContentHash, KnownDuplicate> = HashMap::new();
        for item in &self.originals {
            in_list.extend(as_original(item));
        }
        let mut found = vec![];
        for item in &self.candidates {
            let content = item.content.hash();
            let known = content.and_then(|content| {
                // Unconfirmed assets are looked up only when the file is sent.
                let is_asked = !item.upload().counters.duplicate_unconfirmed;
                let asset = uploaded.get(&content).filter(|_| is_asked);
                let known = in_list.get(&content).cloned();
                let of_asset = |asset: &&AssetId| KnownDuplicate {
                    original: Original::Asset(AssetId::clone(asset)),
                    waits: false,
                };
                known.or_else(|| asset.map(of_asset))
            });
            // A started row does not wait for an unstarted one.
            let known = known.filter(|known| is_unstarted(item) || !known.waits);
            if known.is_none() && !item.upload().counters.reuse_only {
                in_list.extend(as_original(item));
            }
            found.push((item.id, known));
        }
        found
    }

    /// Returns the rows to be read before they can be grouped; none if no row waits for the user.
    pub fn unread(&self, history_is_empty: bool) -> Vec<ItemId> {
        let is_alone = history_is_empty && self.originals.len() + self.candidates.len() < 2;
        let rows = || self.originals.iter().chain(&self.candidates);
        if is_alone || !rows().any(|item| is_unstarted(item)) {
            return vec![];
        }
        let unread = rows().filter(|item| item.content.is_unread());
        unread.map(|item| item.id).collect()
    }
}

fn is_unstarted(item: &Item) -> bool {
    item.upload().state == UploadState::Ready
}

/// Returns a row as the original of others, once its content is known.
fn as_original(item: &Item) -> Option<(ContentHash, KnownDuplicate)> {
    let original = match &item.upload().state {
        UploadState::Done { asset, .. } => Original::Asset(asset.clone()),
        _ => Original::Row(item.id),
    };
    let waits = is_unstarted(item);
    Some((item.content.hash()?, KnownDuplicate { original, waits }))
}
