//! Records of the rows in view.

use std::collections::{HashMap, HashSet};

use super::reader::ReadRecords;
use crate::store::AssetRecord;

/// Most records that are kept: several screens.
const KEPT_RECORDS: usize = 512;

/// Records that were read, of rows in view now or before.
#[derive(Debug, Default)]
pub struct RecordCache {
    records: HashMap<i64, AssetRecord>,
    /// Rows whose records were read before the history changed; they are shown until read again.
    stale: HashSet<i64>,
    /// Rows that were asked for last.
    asked: Vec<i64>,
}

impl RecordCache {
    pub fn get(&self, row: i64) -> Option<&AssetRecord> {
        self.records.get(&row)
    }

    /// Marks all records to be read again.
    pub fn expire(&mut self) {
        self.stale = self.records.keys().copied().collect();
        self.asked.clear();
    }

    /// Returns the rows to be read so that these can be drawn; `None` if all are known, or asked
    /// for already. Rows out of view are dropped where there are too many.
    pub fn missing(&mut self, rows: &[i64]) -> Option<Vec<i64>> {
        let is_known = |row: &i64| self.records.contains_key(row) && !self.stale.contains(row);
        let missing: Vec<i64> = rows.iter().copied().filter(|row| !is_known(row)).collect();
        if missing.is_empty() || missing == self.asked {
            return None;
        }
        if self.records.len() > KEPT_RECORDS {
            let in_view: HashSet<i64> = rows.iter().copied().collect();
            self.records.retain(|row, _| in_view.contains(row));
        }
        self.asked.clone_from(&missing);
        Some(missing)
    }

    pub fn take_in(&mut self, records: ReadRecords) {
        for (row, record) in records {
            self.stale.remove(&row);
            match record {
                Some(record) => self.records.insert(row, record),
                None => self.records.remove(&row),
            };
        }
    }
}
