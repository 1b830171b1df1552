//! Events of one asset in the ledger.

use std::io;
use std::path::Path;

use super::Ledger;
use super::line::{LedgerEntry, LedgerEvent};
use crate::store::history::records::AssetRecord;

/// An event of an asset in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetEvent {
    /// Time in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// `None` for an event of another program version.
    pub event: Option<LedgerEvent>,
}

/// Reads the events of an asset from the ledger of a data directory, oldest first. Blocks: it reads
/// the whole ledger.
///
/// # Errors
/// The ledger cannot be read. A missing one has no events.
pub fn asset_events(dir: &Path, of: &AssetRecord) -> io::Result<Vec<AssetEvent>> {
    let mut events = Vec::new();
    Ledger::new(dir).read_from(0, |entry| {
        if let LedgerEntry::Asset { event, asset } = entry
            && asset.asset_id == of.asset_id
            && asset.base_url == of.base_url
            && let Some(at_ms) = asset.uploaded_at_ms
        {
            events.push(AssetEvent { at_ms, event });
        }
        Ok(())
    })?;
    Ok(events)
}
