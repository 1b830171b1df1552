use super::*;

#[test]
fn how_the_service_is_reached_is_said_on_one_line() {
    let state = NetworkState {
        proxy: None,
        unusable: None,
        no_proxy: Some("localhost".to_owned()),
        certificates: Certificates::Files {
            count: 142,
            variable: None,
        },
    };
    assert_eq!(network(&state), "No proxy · the system’s 142 certificates");
    let state = NetworkState {
        proxy: Some("http://proxy.example:8080".to_owned()),
        certificates: Certificates::Files {
            count: 0,
            variable: Some("SSL_CERT_FILE"),
        },
        ..state
    };
    assert_eq!(
        network(&state),
        "Proxy http://proxy.example:8080, but for localhost · no certificates in SSL_CERT_FILE: nothing can be reached"
    );
    let state = NetworkState {
        proxy: None,
        unusable: Some("HTTPS_PROXY"),
        certificates: Certificates::System,
        ..state
    };
    assert_eq!(
        network(&state),
        "The proxy in HTTPS_PROXY can’t be understood: direct · the system’s certificates"
    );
}
