//! Queries of the Library, and their SQL.

use std::collections::HashSet;

use rusqlite::types::Value;

use super::{FOLDER, NATURAL};
use crate::model::asset::{Account, AssetStatus};
use crate::model::batch::BatchId;
use crate::model::media::Kind;
use crate::store::history::rows::to_sql_batch;
use crate::store::history::search::{casefold, label_text};

/// SQL condition of the assets in the Library, as `AssetRecord::is_reserved` has it: bytes are stored under
/// their IDs, or the user asked about an ID that the service does not know.
pub(super) const IS_LISTED: &str = "(upload_status IS NOT NULL OR remark = 'gone')";
/// SQL expression for the bytes that the service still stores.
pub(super) const STORED_BYTES: &str =
    "iif(deleted_at_ms IS NULL AND coalesce(remark, '') <> 'gone', size, 0)";

/// Most words that a query looks for.
pub const MAX_WORDS: usize = 32;

/// Query of the Library. The default is everything, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryQuery {
    /// Words, each of which must be part of the name, path, ID, note or label, or of the batch's note,
    /// ignoring case and accents. Those after [`MAX_WORDS`] different ones are left out.
    pub words: String,
    /// Media kind.
    pub kind: Option<Kind>,
    /// Earliest time of upload, in milliseconds since the Unix epoch.
    pub since_ms: Option<i64>,
    /// First time of upload that is too late, in milliseconds since the Unix epoch.
    pub until_ms: Option<i64>,
    /// Status.
    pub status: Option<StatusFilter>,
    /// Batch.
    pub batch: Option<BatchId>,
    /// Label of the batch, whole but ignoring case.
    pub label: Option<String>,
    /// Accounts, one of which must hold the asset; none for all.
    pub accounts: Vec<Account>,
    /// Order.
    pub sort: LibrarySort,
}

/// Status of an asset, as a user asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// Ready for use.
    Ready,
    /// The service is still processing it.
    Processing,
    /// Processing failed, or the service holds another number of bytes.
    Failed,
    /// The service no longer knows it.
    Gone,
    /// Deleted from the service.
    Deleted,
    /// Stored, but nobody may need it: failed, abandoned, or a further copy of the same content.
    Unneeded,
    /// This status was reported last, whatever is known beside it.
    Reported(AssetStatus),
}

/// A column of the Library by which it can be sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LibraryColumn {
    /// File name, as people count.
    Name,
    /// Folder that the file was in.
    Folder,
    /// Time of upload.
    #[default]
    Uploaded,
    /// Size in bytes.
    Size,
    /// Playing time.
    Duration,
    /// Media kind.
    Kind,
    /// Status.
    Status,
    /// Label of the batch.
    Batch,
}

/// Order of the Library. Equal assets are newest first; those without a value come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LibrarySort {
    /// Column.
    pub column: LibraryColumn,
    /// Largest, latest or last first.
    pub descending: bool,
}

impl Default for LibrarySort {
    fn default() -> Self {
        Self {
            column: LibraryColumn::Uploaded,
            descending: true,
        }
    }
}

impl LibrarySort {
    /// Returns the SQL terms of `ORDER BY`. A search text begins with the folded name.
    pub(super) fn order_by(self) -> String {
        let direction = if self.descending { "DESC" } else { "ASC" };
        let then_name = format!(", search COLLATE {NATURAL} {direction}");
        let (term, then) = match self.column {
            LibraryColumn::Name => (format!("search COLLATE {NATURAL}"), ""),
            LibraryColumn::Folder => (
                format!("{FOLDER}(search) COLLATE {NATURAL}"),
                then_name.as_str(),
            ),
            LibraryColumn::Uploaded => ("uploaded_at_ms".to_owned(), ""),
            LibraryColumn::Size => ("size".to_owned(), ""),
            LibraryColumn::Duration => ("duration_ms".to_owned(), ""),
            LibraryColumn::Kind => ("kind".to_owned(), ""),
            LibraryColumn::Status => (format!("CASE {STATUS_RANK} END"), ""),
            LibraryColumn::Batch => (
                format!(
                    "(SELECT label FROM batches WHERE batches.id = assets.batch) \
                     COLLATE {NATURAL}"
                ),
                "",
            ),
        };
        format!("{term} {direction} NULLS LAST{then}, id DESC")
    }
}

/// SQL condition of assets that the service stores although nobody may need them. Of equal content in
/// one account the first ready copy is needed, whichever keys sent it.
pub(super) const UNNEEDED: &str = "(deleted_at_ms IS NULL
     AND upload_status IS NOT NULL AND coalesce(remark, '') <> 'gone'
     AND (upload_status = 'FAILED' OR coalesce(remark, '') IN ('abandoned', 'size_mismatch')
     OR id IN (SELECT id FROM (SELECT a.id, row_number() OVER (
         PARTITION BY a.base_url, coalesce(k.account, a.account), content
         ORDER BY upload_status = 'FAILED' OR coalesce(remark, '') IN ('abandoned', 'size_mismatch'),
             upload_status <> 'SUCCESS', a.id) AS copy
         FROM assets AS a
         LEFT JOIN accounts AS k ON k.base_url = a.base_url AND k.fingerprint = a.account
         WHERE deleted_at_ms IS NULL AND upload_status IS NOT NULL AND a.account <> ''
         AND coalesce(remark, '') <> 'gone'
         AND content IN (SELECT content FROM assets GROUP BY content HAVING count(*) > 1))
         WHERE copy > 1)))";

/// Cases of the statuses in the order in which they are sorted.
const STATUS_RANK: &str = "WHEN deleted_at_ms IS NOT NULL THEN 5 \
     WHEN remark = 'gone' THEN 4 \
     WHEN upload_status = 'FAILED' OR remark = 'size_mismatch' THEN 3 \
     WHEN upload_status = 'SUCCESS' THEN 1 ELSE 2";

impl LibraryQuery {
    /// Returns the SQL condition of this query, and the values of its parameters.
    pub(super) fn clause(&self) -> (String, Vec<Value>) {
        let mut clause = IS_LISTED.to_owned();
        let mut values = Vec::new();
        let mut add = |condition: &str, value: Value| {
            values.push(value);
            let place = format!("?{}", values.len());
            clause.push_str(" AND ");
            clause.push_str(&condition.replace('?', &place));
        };
        if let Some(kind) = self.kind {
            add("kind = ?", text(kind.as_str()));
        }
        if let Some(since) = self.since_ms {
            add("uploaded_at_ms >= ?", Value::Integer(since));
        }
        if let Some(until) = self.until_ms {
            add("uploaded_at_ms < ?", Value::Integer(until));
        }
        if let Some(batch) = self.batch {
            add("batch = ?", Value::Integer(to_sql_batch(batch)));
        }
        if let Some(label) = &self.label {
            add(
                "batch IN (SELECT id FROM batches WHERE instr(search, ?) = 1)",
                Value::Text(label_text(label)),
            );
        }
        if !self.accounts.is_empty() {
            let accounts: Vec<_> = self.accounts.iter().map(Account::as_str).collect();
            let accounts = serde_json::to_string(&accounts).unwrap_or_default();
            add(
                "account IN (SELECT value FROM json_each(?))",
                Value::Text(accounts),
            );
        }
        if let Some(status) = self.status {
            let ranked = |rank| (format!("CASE {STATUS_RANK} END = ?"), Value::Integer(rank));
            let (condition, value) = match status {
                StatusFilter::Ready => ranked(1),
                StatusFilter::Processing => ranked(2),
                StatusFilter::Failed => ranked(3),
                StatusFilter::Gone => ranked(4),
                StatusFilter::Deleted => ranked(5),
                StatusFilter::Unneeded => (format!("{UNNEEDED} = ?"), Value::Integer(1)),
                StatusFilter::Reported(status) => {
                    ("upload_status = ?".to_owned(), text(status.as_str()))
                }
            };
            add(&condition, value);
        }
        // Last, for these cost the most.
        for word in different_words(&self.words).iter().take(MAX_WORDS) {
            add(
                "(instr(search, ?) > 0
                  OR batch IN (SELECT id FROM batches WHERE instr(search, ?) > 0))",
                text(word),
            );
        }
        (clause, values)
    }
}

/// Returns the folded words of a text, each once, in order.
pub fn different_words(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let folded = casefold(text);
    let words = folded.split_whitespace().filter(|word| seen.insert(*word));
    words.map(str::to_owned).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
