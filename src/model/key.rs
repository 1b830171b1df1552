//! The API key: parsed from pasted text, never shown whole, wiped when dropped.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::asset::Account;

/// Key of the hash behind [`Account`]. Changing it would detach every history from its account.
const FINGERPRINT_KEY: &[u8; 32] = b"mavi-uploader account, version 1";

/// Length in bytes below which nothing of a key is shown: the four characters are a third at most.
const SHORT: usize = 12;

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
    ///
    /// [`NotAKey`] if the rest cannot be a key.
    pub fn from_pasted(text: &str) -> Result<Self, NotAKey> {
        // A string that grew would leave pieces of the key behind in memory.
        let mut joined = Zeroizing::new(String::with_capacity(text.len()));
        joined.extend(text.chars().filter(|c| !matches!(c, '\r' | '\n')));
        let mut rest = joined.as_str();
        loop {
            let before = rest;
            rest = rest.trim_matches(|c: char| {
                c.is_whitespace()
                    || matches!(
                        c,
                        '"' | '\''
                            | '`'
                            | '\u{201c}'
                            | '\u{201d}'
                            | '\u{2018}'
                            | '\u{2019}'
                            | '\u{feff}'
                            | '\u{200b}'
                    )
            });
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
mod tests {
    use super::*;

    #[test]
    fn pasted_text_is_cleaned() {
        for pasted in [
            "sk-mavi-0123456789abcdef",
            "  sk-mavi-0123456789abcdef\r\n",
            "\"sk-mavi-0123456789abcdef\"",
            "Bearer sk-mavi-0123456789abcdef",
            "'bearer  sk-mavi-0123456789abcdef '",
            "Authorization: Bearer sk-mavi-0123456789abcdef",
            "sk-mavi-0123\n456789abcdef",
            "\u{201c}sk-mavi-0123456789abcdef\u{201d}",
        ] {
            assert_eq!(
                ApiKey::from_pasted(pasted).unwrap().expose(),
                "sk-mavi-0123456789abcdef",
                "{pasted:?}"
            );
        }
        assert_eq!(ApiKey::from_pasted(" \"\" "), Err(NotAKey::Empty));
        assert_eq!(ApiKey::from_pasted("sk mavi"), Err(NotAKey::Characters));
        assert_eq!(ApiKey::from_pasted("ключ"), Err(NotAKey::Characters));
        assert!(ApiKey::from_pasted(&"k".repeat(ApiKey::LONGEST)).is_ok());
        let long = "k".repeat(ApiKey::LONGEST + 1);
        assert_eq!(ApiKey::from_pasted(&long), Err(NotAKey::Long));
    }

    #[test]
    fn all_clones_of_a_key_are_one_text() {
        let key = ApiKey::from_pasted("sk-mavi-0123456789abcdef").unwrap();
        assert_eq!(key.clone().expose().as_ptr(), key.expose().as_ptr());
    }

    #[test]
    fn a_key_never_shows_more_than_its_end() {
        let key = ApiKey::from_pasted("sk-mavi-0123456789abcdef").unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey(…cdef)");
        assert_eq!(ApiKey::from_pasted("hello").unwrap().last4(), "");
        assert_eq!(ApiKey::from_pasted("sk-mavi-abc").unwrap().last4(), "");
        assert_eq!(ApiKey::from_pasted("sk-mavi-abcd").unwrap().last4(), "abcd");
    }

    #[test]
    fn accounts_differ_by_key_and_do_not_hold_it() {
        let one = ApiKey::from_pasted("sk-mavi-one").unwrap().account();
        let two = ApiKey::from_pasted("sk-mavi-two").unwrap().account();
        assert_ne!(one, two);
        assert_eq!(one.as_str().len(), 16);
        assert_eq!(
            one,
            ApiKey::from_pasted("\"sk-mavi-one\"").unwrap().account()
        );
    }
}
