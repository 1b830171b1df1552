//! The API keys that the service has accepted, and which of them belong together.

use super::asset::Account;

/// Longest name of an account, in characters.
pub const LONGEST_NAME: usize = 60;

/// An API key that the service has accepted, without the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountInfo {
    /// The key's account.
    pub account: Account,
    /// Last four characters of the key; empty if unknown or if they would give it away.
    pub last4: String,
    /// Name by the user, the same for all keys of one account.
    pub name: Option<String>,
    /// Fingerprint that all keys of one account share.
    pub group: Account,
}

/// All known accounts, and the one in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    known: Vec<AccountInfo>,
    current: Option<Account>,
}

impl Accounts {
    /// Sets the known keys; the current one is added if the service has not accepted it yet.
    pub fn new(mut known: Vec<AccountInfo>, current: Option<(Account, String)>) -> Self {
        let current = current.map(|(account, last4)| {
            match known.iter_mut().find(|info| info.account == account) {
                Some(info) => info.last4 = last4,
                None => known.push(AccountInfo {
                    account: account.clone(),
                    last4,
                    name: None,
                    group: account.clone(),
                }),
            }
            account
        });
        Self { known, current }
    }

    /// Returns every known key.
    pub fn all(&self) -> &[AccountInfo] {
        &self.known
    }

    /// Returns the account of the key in use.
    pub fn current(&self) -> Option<&AccountInfo> {
        self.get(self.current.as_ref()?)
    }

    /// Returns what is known of a key's account.
    pub fn get(&self, account: &Account) -> Option<&AccountInfo> {
        self.known.iter().find(|info| info.account == *account)
    }

    /// Returns the keys of all other accounts than this one, those with a name first.
    pub fn others<'a>(&'a self, account: &'a Account) -> impl Iterator<Item = &'a AccountInfo> {
        let group = self.get(account).map_or(account, |info| &info.group);
        self.known.iter().filter(move |info| info.group != *group)
    }

    /// Returns whether an account is certainly another one than that of the key in use.
    pub fn is_other(&self, account: &Account) -> bool {
        let Some(current) = self.current() else {
            return false;
        };
        let group = self.get(account).map_or(account, |info| &info.group);
        *group != current.group
    }
}

/// Cleans a name that the user gave an account; `None` if nothing is left.
pub fn account_name(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let name: String = words.join(" ").chars().take(LONGEST_NAME).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests;
