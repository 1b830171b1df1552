//! Accounts of the API keys that a service accepted, by the keys' fingerprints.

use rusqlite::{Connection, OptionalExtension, params};

use super::{History, StoreError};
use crate::model::asset::Account;

pub(super) fn put(
    connection: &Connection,
    base_url: &str,
    account: &Account,
    last4: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO accounts (base_url, fingerprint, last4, account)
             VALUES (?1, ?2, ?3, ?2)
             ON CONFLICT DO UPDATE SET last4 = excluded.last4",
        )?
        .execute(params![base_url, account.as_str(), last4])
        .map(drop)
}

/// Merges two accounts and all that were joined with either before.
pub(super) fn join(
    connection: &Connection,
    base_url: &str,
    one: &Account,
    other: &Account,
) -> rusqlite::Result<()> {
    let both = params![base_url, one.as_str(), other.as_str()];
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO accounts (base_url, fingerprint, last4, account)
             VALUES (?1, ?2, '', ?2), (?1, ?3, '', ?3)",
        )?
        .execute(both)?;
    connection
        .prepare_cached(
            "UPDATE accounts SET account = one.account
             FROM accounts AS one, accounts AS other
             WHERE one.base_url = ?1 AND one.fingerprint = ?2
                 AND other.base_url = ?1 AND other.fingerprint = ?3
                 AND accounts.base_url = ?1 AND accounts.account = other.account",
        )?
        .execute(both)
        .map(drop)
}

impl History {
    /// Returns the accounts of this name or of keys with these last four characters, and those
    /// joined with them, by their keys.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn accounts_called(&self, text: &str) -> Result<Vec<Account>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT fingerprint FROM accounts WHERE account IN
                 (SELECT account FROM accounts WHERE last4 = ?1 OR name = ?1)",
        )?;
        let called = statement.query_map([text], |row| {
            Ok(Account::from_fingerprint(row.get::<_, String>(0)?))
        })?;
        Ok(called.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the accounts joined with this one, by their keys; empty if nothing is known of it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn joined(&self, account: &Account, base_url: &str) -> Result<Vec<Account>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT fingerprint FROM accounts WHERE base_url = ?1 AND account =
                 (SELECT account FROM accounts WHERE base_url = ?1 AND fingerprint = ?2)",
        )?;
        let joined = statement.query_map([base_url, account.as_str()], |row| {
            Ok(Account::from_fingerprint(row.get::<_, String>(0)?))
        })?;
        Ok(joined.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the accounts whose key the service ever accepted.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn accounts(&self, base_url: &str) -> Result<Vec<Account>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT fingerprint FROM accounts WHERE base_url = ?1")?;
        let accounts = statement.query_map([base_url], |row| {
            Ok(Account::from_fingerprint(row.get::<_, String>(0)?))
        })?;
        Ok(accounts.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the last four characters of an account's key, if the service ever accepted it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn last4(&self, account: &Account, base_url: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT last4 FROM accounts WHERE base_url = ?1 AND fingerprint = ?2")?
            .query_row([base_url, account.as_str()], |row| row.get(0))
            .optional()?)
    }
}
