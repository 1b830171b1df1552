//! Proxy and certificates in the settings.

use crate::api::network::{Certificates, NetworkState};
use crate::text::messages::{list, settings as say};

/// Returns proxy and certificates on one line.
pub fn network(state: &NetworkState) -> String {
    let proxy = match (state.unusable, &state.proxy, &state.no_proxy) {
        (Some(variable), _, _) => say::unusable_proxy(variable),
        (None, Some(proxy), Some(hosts)) => say::proxy_except(hosts, proxy),
        (None, Some(proxy), None) => say::proxy(proxy),
        (None, None, _) => say::no_proxy().to_owned(),
    };
    let certificates = match state.certificates {
        Certificates::NotNeeded => say::certificates_not_needed().to_owned(),
        Certificates::System => say::system_certificates().to_owned(),
        Certificates::Files {
            count,
            variable: Some(variable),
        } => say::certificates_of(count, variable),
        Certificates::Files { count, .. } => say::certificates(count),
    };
    [proxy, certificates].join(list::parts())
}

#[cfg(test)]
mod tests;
