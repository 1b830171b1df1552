//! The service's base URL, safe to send an API key to.

use std::fmt;

use url::{Host, Url};

/// The service's documented base URL (`docs/service.md`).
pub const DEFAULT_BASE_URL: &str = "https://mavi-backend.memories.ai/serve/api/v2";

/// Base of every call: `https`, or `http` on a loopback host, without credentials, query or
/// trailing slash.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl(Url);

/// Reason why a text is not a base URL. No message repeats credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBaseUrl {
    /// Not an absolute URL with a host.
    #[error("the base URL cannot be read: {0}")]
    Unreadable(String),
    /// Neither `https` nor `http`.
    #[error("the base URL must begin with https://, not {0}://")]
    Scheme(String),
    /// `http` to another computer: the key would be sent unencrypted.
    #[error(
        "the base URL must begin with https://: plain http would show the API key to the network between here and {0}"
    )]
    PlainHttp(String),
    /// Contains a user name or a password.
    #[error("the base URL must not hold a user name or a password")]
    Credentials,
    /// Contains a query or a fragment.
    #[error("the base URL must end with its path: nothing after ? or #")]
    Query,
}

impl BaseUrl {
    /// Parses a base URL; surrounding white space and trailing slashes are removed.
    ///
    /// # Errors
    /// [`BadBaseUrl`] if the URL is malformed or unsafe.
    pub fn parse(text: &str) -> Result<Self, BadBaseUrl> {
        let mut url =
            Url::parse(text.trim()).map_err(|error| BadBaseUrl::Unreadable(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BadBaseUrl::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadBaseUrl::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BadBaseUrl::Query);
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(BadBaseUrl::PlainHttp(host));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Returns whether the host is this computer by name or address: no proxy is used then, and
    /// signed URLs may be plain `http` on loopback too.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Returns whether calls go over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Returns a call's URL: the base plus percent-encoded segments.
    pub(crate) fn endpoint(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Returns the URL without a trailing slash, as the history stores it.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

/// Returns whether a URL's host is `localhost`, 127.0.0.0/8 or `::1`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self::parse(DEFAULT_BASE_URL).expect("the constant is a base URL; a test reads it")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

#[cfg(test)]
mod tests;
