//! What earlier runs wrote: read back, taken over, and tidied up for the next one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::{Journal, Renewed, logged};
use crate::engine::item::Item;
use crate::model::asset::{Account, AssetId, ContentHash};
use crate::model::snapshot::ItemId;
use crate::model::upload::{State, Upload};
use crate::store::{Change, FlavourRecord, History, ItemRecord, RunId, StoreError};

impl Journal {
    /// When the service last took this account's key, in milliseconds since the epoch.
    pub fn key_good_at(&self, account: &Account) -> Option<i64> {
        let history = self.history.as_ref()?;
        logged(history.key_good_at(account, &self.base_url)).flatten()
    }

    /// What earlier runs learned of storage hosts.
    pub fn flavours(&self) -> Vec<FlavourRecord> {
        let flavours = self.history.as_ref().map(History::flavours);
        flavours.and_then(logged).unwrap_or_default()
    }

    /// The uploads to this service of which the keychain may have a session.
    pub fn sessions(&self) -> Vec<(AssetId, i64)> {
        let history = self.history.as_ref();
        let sessions = history.map(|history| history.sessions(&self.base_url));
        sessions.and_then(logged).unwrap_or_default()
    }

    /// Assets that are ready, of this account and service, of a size.
    pub fn ready_assets(&self, account: &Account, size: u64) -> Vec<(AssetId, ContentHash)> {
        let found = self
            .history
            .as_ref()
            .and_then(|history| logged(history.same_size(account, &self.base_url, size)));
        let known = found.unwrap_or_default().into_iter();
        known
            .filter_map(|record| Some((record.asset_id, record.content?)))
            .collect()
    }

    /// The rows of runs that are over, `of` this path where one is given, that are
    /// `wanted`; the others stay as they are. Rows of another service are not given. A
    /// record that cannot be understood is set aside.
    pub fn left_behind(
        &mut self,
        of: Option<&Path>,
        is_alive: impl Fn(&RunId) -> bool,
        wanted: impl Fn(&ItemRecord, &Upload) -> bool,
    ) -> Vec<(ItemRecord, Upload)> {
        let Some(history) = &mut self.history else {
            return vec![];
        };
        let records = match of {
            Some(path) => logged(history.items_by_path(path)),
            None => logged(history.items()),
        };
        let mut alive: HashMap<RunId, bool> = HashMap::new();
        let mut left = vec![];
        let mut by_run: BTreeMap<RunId, Vec<ItemId>> = BTreeMap::new();
        for record in records.unwrap_or_default() {
            let lives = *alive
                .entry(record.run.clone())
                .or_insert_with(|| record.run == self.run || is_alive(&record.run));
            let elsewhere = record
                .base_url
                .as_ref()
                .is_some_and(|base_url| *base_url != self.base_url);
            if lives || elsewhere {
                continue;
            }
            match serde_json::from_str(&record.state) {
                Ok(upload) if wanted(&record, &upload) => {
                    by_run
                        .entry(record.run.clone())
                        .or_default()
                        .push(record.id);
                    left.push((record, upload));
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(item = record.id.0, %error, "a damaged record is set aside");
                    self.staged.push(Change::SetAside {
                        id: record.id,
                        why: error.to_string(),
                    });
                }
            }
        }
        // Of two programs that find a row, one gets it.
        let mut won = HashSet::new();
        for (run, ids) in by_run {
            let mut claimed = history.claim(&ids, &run, &self.run);
            if claimed == Err(StoreError::Replaced) {
                self.renewed = Some(Renewed { set_aside: None });
                claimed = history.claim(&ids, &run, &self.run);
            }
            won.extend(logged(claimed).unwrap_or_default());
        }
        left.retain(|(record, _)| won.contains(&record.id));
        left
    }

    /// Takes rows that are over out of the journal when a run of the command line ends.
    /// What the service has, or may have, stays for the next one.
    pub fn drop_ended(&mut self, items: &HashMap<ItemId, Item>) {
        for item in items.values() {
            let upload = &item.upload;
            let goes_on = match upload.state {
                State::Processing { .. }
                | State::Sending { .. }
                | State::Waiting { .. }
                | State::Paused { .. } => true,
                _ => upload.is_active() && upload.may_be_there(),
            };
            if !goes_on {
                self.drop_item(item.id);
            }
        }
    }
}
