//! Rows that were read of a damaged database, into the fresh one.

use rusqlite::types::Value;
use rusqlite::{Connection, Statement, params_from_iter};

use super::super::StoreError;
use super::super::schema::Table;

/// The table of which a new database has rows too.
pub(super) const COUNTERS: &str = "counters";

/// Takes the rows of one table.
pub(super) struct Keeper<'a> {
    insert: Statement<'a>,
    /// For a row whose number another one has: in a damaged page numbers may be any.
    elsewhere: Option<Statement<'a>>,
}

impl<'a> Keeper<'a> {
    /// The fresh database's own counters give way. Of a row of the queue that is read twice the
    /// newer version stays, of any other the first reading.
    pub(super) fn new(fresh: &'a Connection, table: &Table) -> Result<Self, StoreError> {
        let Table { name, columns } = table;
        let numbered: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
        let values = numbered.join(", ");
        // All of them are bound, and the first one is NULL.
        let unnumbered = format!("nullif(?1, ?1), {}", numbered[1..].join(", "));
        let columns_text = columns.join(", ");
        let into = format!("INTO {name} ({columns_text})");
        let (insert, elsewhere) = match *name {
            COUNTERS => (format!("INSERT OR REPLACE {into} VALUES ({values})"), None),
            "items" => {
                let set = columns
                    .iter()
                    .map(|column| format!("{column} = excluded.{column}"));
                let set = set.collect::<Vec<_>>().join(", ");
                (
                    format!(
                        "INSERT {into} VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {set}
                         WHERE excluded.changed_at_ms > items.changed_at_ms
                         AND excluded.path = items.path"
                    ),
                    Some(format!(
                        "INSERT {into} SELECT {unnumbered}
                         WHERE NOT EXISTS (SELECT 1 FROM items WHERE path = ?3)"
                    )),
                )
            }
            "assets" => (
                format!("INSERT OR IGNORE {into} VALUES ({values})"),
                Some(format!("INSERT OR IGNORE {into} VALUES ({unnumbered})")),
            ),
            _ => (format!("INSERT OR IGNORE {into} VALUES ({values})"), None),
        };
        Ok(Self {
            insert: fresh.prepare(&insert)?,
            elsewhere: elsewhere.map(|sql| fresh.prepare(&sql)).transpose()?,
        })
    }

    /// Gives how many rows that added; `None` for a row whose values are not of their columns'
    /// types: it is none.
    pub(super) fn keep(&mut self, row: &[Value]) -> Result<Option<u64>, StoreError> {
        let mut kept = self.insert.execute(params_from_iter(row));
        if let (Ok(0), Some(elsewhere)) = (&kept, &mut self.elsewhere) {
            kept = elsewhere.execute(params_from_iter(row));
        }
        match kept {
            Ok(count) => Ok(Some(count as u64)),
            Err(error) => match StoreError::from(error) {
                StoreError::Damaged(_) => Ok(None),
                error => Err(error),
            },
        }
    }
}
