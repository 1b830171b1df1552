//! Texts about the API key.

use crate::app::environment::VaultError;
use crate::model::accounts::{AccountInfo, Accounts};
use crate::model::asset::Account;
use crate::model::snapshot::{KeySource, KeyState};
use crate::text::messages::key as say;

/// Returns the label of the key button.
pub fn key_button(key: &KeyState, accounts: &Accounts) -> String {
    let name = || accounts.current()?.name.clone();
    let words = match key {
        KeyState::Loading => say::button_loading(),
        KeyState::Missing => say::button_missing(),
        KeyState::Present { refused: true, .. } => say::button_refused(),
        KeyState::Present { .. } if name().is_some() => return name().unwrap_or_default(),
        KeyState::Present {
            checked: false,
            source: KeySource::Keychain,
            ..
        } => say::button_unchecked(),
        KeyState::Present { checked: false, .. } => say::button_not_checked(),
        KeyState::Present { last4, .. } if last4.is_empty() => say::button_short(),
        KeyState::Present { last4, .. } => return say::button(last4),
    };
    words.to_owned()
}

/// Returns an account's name, or what tells its key from others.
pub fn account_name(accounts: &Accounts, account: &Account) -> String {
    match accounts.get(account) {
        Some(AccountInfo {
            name: Some(name), ..
        }) => name.clone(),
        Some(AccountInfo { last4, .. }) if !last4.is_empty() => say::button(last4),
        _ => say::title().to_owned(),
    }
}

/// Returns the entry of an account's key in a list: its name, and the key's last characters.
pub fn account_entry(accounts: &Accounts, account: &Account) -> String {
    match accounts.get(account) {
        Some(AccountInfo {
            name: Some(name),
            last4,
            ..
        }) if !last4.is_empty() => say::account_entry(last4, name),
        _ => account_name(accounts, account),
    }
}

/// Returns the key in use and the effect of entering another; `for_session` if that is not stored.
pub fn key_in_use(key: &KeyState, for_session: bool) -> String {
    match key {
        KeyState::Loading if for_session => say::loading_silent().to_owned(),
        KeyState::Loading => say::loading().to_owned(),
        KeyState::Missing => say::missing().to_owned(),
        KeyState::Present {
            source,
            last4,
            refused,
            checked,
        } => {
            let next = if for_session { "session" } else { "keychain" };
            let check = check(*refused, *checked);
            say::in_use(check, last4, next, last4.len(), name(*source))
        }
    }
}

/// Returns the state of the key in a few words.
pub fn key_state(key: &KeyState) -> String {
    match key {
        KeyState::Loading => say::state_loading().to_owned(),
        KeyState::Missing => say::state_missing().to_owned(),
        KeyState::Present {
            source,
            last4,
            refused,
            checked,
        } => {
            let check = check(*refused, *checked);
            say::state(check, last4, last4.len(), name(*source))
        }
    }
}

/// Returns the name that messages select by.
fn check(refused: bool, checked: bool) -> &'static str {
    match (refused, checked) {
        (true, _) => "refused",
        (false, false) => "unchecked",
        (false, true) => "checked",
    }
}

/// Returns the name that messages select by.
fn name(source: KeySource) -> &'static str {
    match source {
        KeySource::Environment => "environment",
        KeySource::Keychain => "keychain",
        KeySource::Session => "session",
        KeySource::Sandbox => "sandbox",
    }
}

/// Returns why a keychain call failed, and what helps.
pub fn vault(error: &VaultError) -> &'static str {
    match error {
        VaultError::Absent if cfg!(all(unix, not(target_os = "macos"))) => say::no_keychain_here(),
        VaultError::Absent => say::no_keychain(),
        VaultError::Locked => say::keychain_locked(),
        VaultError::Denied => say::keychain_denied(),
        VaultError::NotAKey => say::keychain_holds_none(),
        VaultError::Failed => say::keychain_failed(),
    }
}

#[cfg(test)]
mod tests;
