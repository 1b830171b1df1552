//! The API key: parsed from pasted text, never shown whole, wiped when dropped.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::asset::Account;

/// Key of the hash behind [`Account`]. Changing it would detach every history from its account.
const FINGERPRINT_KEY: &[u8; 32] = b"mavi-uploader account, version 1";

/// Length in bytes below which nothing of a key is shown: the four characters are a third at most.
const SHORT: usize = 12;

/// Quotes and invisible characters that come along with a copied key.
const AROUND: &str = "\"'`\u{201c}\u{201d}\u{2018}\u{2019}\u{feff}\u{200b}";

/// An API key of the service.
///
/// `Debug` shows its last four characters at most, there is no `Display`, and its memory is
/// overwritten when the last clone is dropped (clones share one text).
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Arc<Zeroizing<String>>);

/// Reason why a text is not an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// Nothing is left after cleaning.
    #[error("no key was given")]
    Empty,
    /// Characters that no HTTP header may carry, or inner white space.
    #[error("the text holds characters that an API key cannot have")]
    Characters,
    /// Longer than any key.
    #[error("the text is longer than an API key can be")]
    Long,
}

impl ApiKey {
    /// Longest accepted key, in bytes: servers accept no longer header.
    pub const LONGEST: usize = 4096;

    /// Parses a pasted key: white space, line breaks, surrounding quotes and a leading `Bearer `
    /// are removed.
    ///
    /// # Errors
    /// [`NotAKey`] if the rest cannot be a key.
    pub fn from_pasted(text: &str) -> Result<Self, NotAKey> {
        // A string that grew would leave pieces of the key behind in memory.
        let mut joined = Zeroizing::new(String::with_capacity(text.len()));
        joined.extend(text.chars().filter(|c| !matches!(c, '\r' | '\n')));
        let mut rest = joined.as_str();
        loop {
            let before = rest;
            rest = rest.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(c));
            for prefix in ["Authorization:", "Bearer "] {
                if rest
                    .get(..prefix.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
                {
                    rest = &rest[prefix.len()..];
                }
            }
            if rest == before {
                break;
            }
        }
        if rest.is_empty() {
            return Err(NotAKey::Empty);
        }
        if !rest.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NotAKey::Characters);
        }
        if rest.len() > Self::LONGEST {
            return Err(NotAKey::Long);
        }
        Ok(Self(Arc::new(Zeroizing::new(rest.to_owned()))))
    }

    /// Returns whether it looks like the service's keys, which begin with `sk-`. Their form is not
    /// documented, so another one is not rejected for it.
    pub fn looks_usual(&self) -> bool {
        self.0.len() >= SHORT && self.0.starts_with("sk-")
    }

    /// The key itself, for the `Authorization` header and the keychain.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the last four characters, or nothing for a key so short that they would give it
    /// away.
    pub fn last4(&self) -> String {
        if self.0.len() < SHORT {
            return String::new();
        }
        self.0[self.0.len() - 4..].to_owned()
    }

    /// Returns the key's account in the history: a keyed hash.
    pub fn account(&self) -> Account {
        let hash = blake3::keyed_hash(FINGERPRINT_KEY, self.0.as_bytes()).to_hex();
        Account::from_fingerprint(&hash[..16])
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey(…{})", self.last4())
    }
}

#[cfg(test)]
mod tests;
