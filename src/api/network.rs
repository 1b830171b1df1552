//! How connections leave this computer: which proxy is asked, and whose certificates are
//! believed. For showing: the client decides both by itself, with the same code.
//!
//! A host on this computer is reached without a proxy. Where `HTTPS_PROXY` (else `ALL_PROXY`)
//! is set it counts, else the system's settings on macOS and Windows; `NO_PROXY` excepts
//! hosts. Certificates are the system's; on Linux `SSL_CERT_FILE` and `SSL_CERT_DIR` stand in
//! for them.

use std::env;
use std::ffi::OsString;

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::base_url::BaseUrl;

/// The variables that name a proxy for `https`, in the order in which they count.
const PROXY_VARIABLES: [[&str; 2]; 2] =
    [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

/// How the service is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkState {
    /// The proxy on the way to the service, as `http://proxy.example:8080`: without a name
    /// and a password. `None` where it is reached directly.
    pub proxy: Option<String>,
    /// The environment variable that names a proxy which cannot be understood, and is
    /// passed over therefore.
    pub unusable: Option<&'static str>,
    /// `NO_PROXY` as it is written, where it is set.
    pub no_proxy: Option<String>,
    /// Whose certificates are believed.
    pub certificates: Certificates,
}

/// Whose certificates are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// None are needed: the service is on this computer, without TLS.
    NotNeeded,
    /// The system judges them itself.
    System,
    /// Those of files.
    Files {
        /// How many there are; with none, no connection is made.
        count: usize,
        /// What names the files, where it is not the system: `SSL_CERT_FILE` or
        /// `SSL_CERT_DIR`.
        variable: Option<&'static str>,
    },
}

/// Returns how the service at `base_url` is reached. Reads files: not for the thread that draws.
pub fn describe(base_url: &BaseUrl) -> NetworkState {
    NetworkState {
        proxy: proxy(base_url),
        unusable: unusable_proxy(base_url),
        no_proxy: variable(["NO_PROXY", "no_proxy"])
            .and_then(|(_, value)| value.into_string().ok())
            .filter(|value| !value.trim().is_empty()),
        certificates: certificates(base_url),
    }
}

fn proxy(base_url: &BaseUrl) -> Option<String> {
    if base_url.is_loopback() {
        return None;
    }
    let uri = base_url.as_str().parse::<Uri>().ok()?;
    let proxy = Matcher::from_system().intercept(&uri)?;
    Some(proxy.uri().to_string().trim_end_matches('/').to_owned())
}

/// The environment variable whose proxy would count, but cannot be understood.
pub fn unusable_proxy(base_url: &BaseUrl) -> Option<&'static str> {
    if base_url.is_loopback() {
        return None;
    }
    let anywhere = Uri::from_static("https://service.test/");
    PROXY_VARIABLES
        .into_iter()
        .filter_map(variable)
        .find(|(_, value)| !value.is_empty())
        .filter(|(_, value)| {
            let understood = value.to_str().is_some_and(|value| {
                let matcher = Matcher::builder().https(value).build();
                matcher.intercept(&anywhere).is_some()
            });
            !understood
        })
        .map(|(name, _)| name)
}

/// The first of these variables that is set.
fn variable(names: [&'static str; 2]) -> Option<(&'static str, OsString)> {
    names
        .into_iter()
        .find_map(|name| Some((name, env::var_os(name)?)))
}

#[cfg(any(windows, target_os = "macos"))]
fn certificates(base_url: &BaseUrl) -> Certificates {
    if base_url.is_https() {
        Certificates::System
    } else {
        Certificates::NotNeeded
    }
}

#[cfg(not(any(windows, target_os = "macos")))]
fn certificates(base_url: &BaseUrl) -> Certificates {
    if !base_url.is_https() {
        return Certificates::NotNeeded;
    }
    Certificates::Files {
        count: rustls_native_certs::load_native_certs().certs.len(),
        variable: variable(["SSL_CERT_FILE", "SSL_CERT_DIR"]).map(|(name, _)| name),
    }
}
