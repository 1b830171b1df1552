//! Accounts of the API keys that a service accepted, by the keys' fingerprints.

use rusqlite::{Connection, params};

use super::rows::{all, first, run};
use super::{History, StoreError};
use crate::model::accounts::AccountInfo;
use crate::model::asset::Account;

pub(super) fn put(
    connection: &Connection,
    base_url: &str,
    account: &Account,
    last4: &str,
) -> rusqlite::Result<()> {
    run(
        connection,
        "INSERT INTO accounts (base_url, fingerprint, last4, account)
             VALUES (?1, ?2, ?3, ?2)
             ON CONFLICT DO UPDATE SET last4 = excluded.last4",
        params![base_url, account.as_str(), last4],
    )
    .map(drop)
}

/// Names an account, with all its keys; `None` takes its name away.
pub(super) fn name(
    connection: &Connection,
    base_url: &str,
    account: &Account,
    name: Option<&str>,
) -> rusqlite::Result<()> {
    // A key that the service has not accepted yet can be named as well.
    run(
        connection,
        "INSERT OR IGNORE INTO accounts (base_url, fingerprint, last4, account)
             VALUES (?1, ?2, '', ?2)",
        params![base_url, account.as_str()],
    )?;
    run(
        connection,
        "UPDATE accounts SET name = ?3 WHERE base_url = ?1 AND account =
                 (SELECT account FROM accounts WHERE base_url = ?1 AND fingerprint = ?2)",
        params![base_url, account.as_str(), name],
    )
    .map(drop)
}

/// Merges two accounts and all that were joined with either before. The name of the first one, or
/// else of the second, stays.
pub(super) fn join(
    connection: &Connection,
    base_url: &str,
    one: &Account,
    other: &Account,
) -> rusqlite::Result<()> {
    let both = params![base_url, one.as_str(), other.as_str()];
    run(
        connection,
        "INSERT OR IGNORE INTO accounts (base_url, fingerprint, last4, account)
             VALUES (?1, ?2, '', ?2), (?1, ?3, '', ?3)",
        both,
    )?;
    run(
        connection,
        "UPDATE accounts SET account = one.account, name = coalesce(one.name, other.name)
             FROM accounts AS one, accounts AS other
             WHERE one.base_url = ?1 AND one.fingerprint = ?2
                 AND other.base_url = ?1 AND other.fingerprint = ?3
                 AND accounts.base_url = ?1
                 AND accounts.account IN (one.account, other.account)",
        both,
    )
    .map(drop)
}

/// Returns the accounts of all services that a name, without regard to case, or the last four
/// characters of a key stand for, with those joined with them.
pub(super) fn called(connection: &Connection, text: &str) -> rusqlite::Result<Vec<Account>> {
    let select = "SELECT base_url, account, fingerprint, last4, name FROM accounts";
    let rows = all(connection, select, (), |row| {
        let group: (String, String) = (row.get(0)?, row.get(1)?);
        let (last4, name): (String, Option<String>) = (row.get(3)?, row.get(4)?);
        let is_named = name.is_some_and(|name| name.to_lowercase() == text.to_lowercase());
        let is_called = is_named || !last4.is_empty() && last4 == text;
        Ok((group, row.get::<_, String>(2)?, is_called))
    })?;
    let called: Vec<_> = rows.iter().filter(|row| row.2).map(|row| &row.0).collect();
    let accounts = rows.iter().filter(|row| called.contains(&&row.0));
    Ok(accounts
        .map(|row| Account::from_fingerprint(&row.1))
        .collect())
}

impl History {
    /// Returns the accounts joined with this one, by their keys; empty if nothing is known of it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn joined(&self, account: &Account, base_url: &str) -> Result<Vec<Account>, StoreError> {
        let select = "SELECT fingerprint FROM accounts WHERE base_url = ?1 AND account =
                          (SELECT account FROM accounts WHERE base_url = ?1 AND fingerprint = ?2)";
        let key = [base_url, account.as_str()];
        Ok(all(&self.connection, select, key, |row| {
            Ok(Account::from_fingerprint(row.get::<_, String>(0)?))
        })?)
    }

    /// Returns the last four characters of an account's key, if the service ever accepted it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn last4(&self, account: &Account, base_url: &str) -> Result<Option<String>, StoreError> {
        let select = "SELECT last4 FROM accounts WHERE base_url = ?1 AND fingerprint = ?2";
        let key = [base_url, account.as_str()];
        Ok(first(&self.connection, select, key, |row| row.get(0))?)
    }

    /// Returns the keys that a service accepted, named ones first, by name and last characters.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn accounts(&self, base_url: &str) -> Result<Vec<AccountInfo>, StoreError> {
        let select = "SELECT fingerprint, last4, name, account FROM accounts WHERE base_url = ?1
                      ORDER BY name IS NULL, name, last4, fingerprint";
        Ok(all(&self.connection, select, [base_url], |row| {
            Ok(AccountInfo {
                account: Account::from_fingerprint(row.get::<_, String>(0)?),
                last4: row.get(1)?,
                name: row.get(2)?,
                group: Account::from_fingerprint(row.get::<_, String>(3)?),
            })
        })?)
    }
}
