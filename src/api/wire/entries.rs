//! The entries of a metadata answer: one is wanted, and no more than that one is kept.

use serde::de::{MapAccess, SeqAccess};
use serde_json::Value;

use super::look::{At, Look, members, rest};
use super::{scalar, size};
use crate::model::asset::AssetId;

/// What a metadata answer says of one asset.
pub(super) struct Entry {
    pub(super) id: Option<String>,
    pub(super) status: Option<String>,
    pub(super) size: Option<u64>,
}

/// A list of entries, or the only one.
#[derive(Default)]
pub(super) struct Entries {
    /// How long the list is, where it is one.
    pub(super) length: Option<usize>,
    /// How many objects there are.
    pub(super) objects: usize,
    /// The first of them, unless it is `matching`.
    pub(super) first: Option<Entry>,
    /// The first one with the asset's id.
    pub(super) matching: Option<Entry>,
}

impl Entries {
    fn add(&mut self, entry: Entry, asset: &AssetId) {
        self.objects += 1;
        if self.matching.is_none() && entry.id.as_deref() == Some(asset.as_str()) {
            self.matching = Some(entry);
        } else if self.objects == 1 {
            self.first = Some(entry);
        }
    }
}

/// Reads entries, looking for this asset's. `None` for `null`.
#[derive(Clone, Copy)]
pub(super) struct EntriesFor<'n>(pub(super) &'n AssetId);

impl<'de> Look<'de> for EntriesFor<'_> {
    type Kept = Option<Entries>;

    fn scalar(self, value: Value) -> Self::Kept {
        (!value.is_null()).then(Entries::default)
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Kept, A::Error> {
        let mut entries = Entries::default();
        let mut length = 0;
        while let Some(entry) = list.next_element_seed(At(EntryOf))? {
            length += 1;
            if let Some(entry) = entry {
                entries.add(entry, self.0);
            }
        }
        entries.length = Some(length);
        Ok(Some(entries))
    }

    fn object<A: MapAccess<'de>>(self, members: A) -> Result<Self::Kept, A::Error> {
        let mut entries = Entries::default();
        if let Some(entry) = EntryOf.object(members)? {
            entries.add(entry, self.0);
        }
        Ok(Some(entries))
    }
}

/// Reads one entry. `None` for what is no object.
struct EntryOf;

impl<'de> Look<'de> for EntryOf {
    type Kept = Option<Entry>;

    fn scalar(self, _: Value) -> Self::Kept {
        None
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Kept, A::Error> {
        rest(&mut list)?;
        Ok(None)
    }

    fn object<A: MapAccess<'de>>(self, from: A) -> Result<Self::Kept, A::Error> {
        let names = [
            "asset_id",
            "assetId",
            "upload_status",
            "uploadStatus",
            "file_size",
            "fileSize",
        ];
        let [id, camel_id, status, camel_status, bytes, camel_bytes] = members(from, names)?;
        Ok(Some(Entry {
            id: [id, camel_id].iter().find_map(scalar),
            status: [status, camel_status]
                .iter()
                .find_map(|status| status.as_str().map(str::to_owned)),
            size: [bytes, camel_bytes].iter().find_map(size),
        }))
    }
}
