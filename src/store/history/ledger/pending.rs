//! Lines that the ledger or the database does not have yet.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::hash::Hash;

use crate::model::asset::AssetId;

/// Lines with their assets, in order, each once. The first ones are in the ledger, and wait for
/// their transaction; the others are held back, e.g. while a spreadsheet locks the file.
#[derive(Debug, Default)]
pub(super) struct PendingLines<L = String> {
    lines: Vec<(L, Option<AssetId>)>,
    known: HashSet<L>,
    /// Number of lines that are in the ledger.
    appended: usize,
}

impl<L: Clone + Eq + Hash> PendingLines<L> {
    /// Adds a line, unless it is there already.
    pub fn add(&mut self, line: L, asset: Option<AssetId>) {
        if self.known.insert(line.clone()) {
            self.lines.push((line, asset));
        }
    }

    /// Returns the lines that the ledger lacks.
    pub fn held_back(&self) -> impl Iterator<Item = &L> {
        self.lines[self.appended..].iter().map(|(line, _)| line)
    }

    /// Returns true if the ledger lacks a line.
    pub fn is_behind(&self) -> bool {
        self.appended < self.lines.len()
    }

    /// Notes that the ledger has every line.
    pub fn on_appended(&mut self) {
        self.appended = self.lines.len();
    }

    /// Forgets the lines in the ledger, since the database has them too.
    pub fn confirm(&mut self) {
        for (line, _) in self.lines.drain(..self.appended) {
            self.known.remove(&line);
        }
        self.appended = 0;
    }

    /// Returns the assets in the ledger whose transaction is not committed.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &AssetId> {
        let appended = self.lines[..self.appended].iter();
        appended.filter_map(|(_, asset)| asset.as_ref())
    }
}
