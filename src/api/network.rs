//! Proxy and certificates in use, for display: the client decides both itself, with the same code.
//!
//! A loopback host is reached without a proxy. Otherwise `HTTPS_PROXY` (else `ALL_PROXY`) counts,
//! then the system's settings on macOS and Windows; `NO_PROXY` excepts hosts. Certificates are the
//! system's; on Linux `SSL_CERT_FILE` and `SSL_CERT_DIR` replace them.

use std::env;
use std::ffi::OsString;

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::base_url::BaseUrl;

/// Variables of the `https` proxy, by precedence.
const PROXY_VARIABLES: [[&str; 2]; 2] =
    [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

/// Connection settings for the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkState {
    /// Proxy to the service without credentials, as `http://proxy.example:8080`; `None` for a
    /// direct connection.
    pub proxy: Option<String>,
    /// Environment variable with an invalid proxy, which is ignored.
    pub unusable: Option<&'static str>,
    /// `NO_PROXY` as written, if set.
    pub no_proxy: Option<String>,
    /// Trusted certificates.
    pub certificates: Certificates,
}

/// Trusted certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// Not needed: the service is on this computer, without TLS.
    NotNeeded,
    /// Verified by the system.
    System,
    /// Loaded from files.
    Files {
        /// Number of certificates; with none, no connection is made.
        count: usize,
        /// Variable that names the files, `SSL_CERT_FILE` or `SSL_CERT_DIR`; `None` for the
        /// system's.
        variable: Option<&'static str>,
    },
}

/// Returns the connection settings for `base_url`. Reads files, so it must not run on the UI
/// thread.
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

/// Returns the environment variable whose proxy would apply, but is invalid.
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

/// Returns the first of these variables that is set.
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
