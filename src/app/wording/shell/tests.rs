use super::*;

#[test]
fn each_path_that_is_not_handed_over_is_one_line_without_commands() {
    let words = silent_window(&["a\nb.mp4".into(), "\u{202e}4pm.c".into()]);
    let paths: Vec<_> = words.lines().skip(1).collect();
    assert_eq!(paths, [r"a\nb.mp4", r"\u{202e}4pm.c"]);
}

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

#[test]
fn a_key_is_told_by_its_end_and_its_place() {
    let key = KeyState::Present {
        source: KeySource::Environment,
        last4: "cdef".to_owned(),
        refused: true,
        checked: false,
    };
    assert_eq!(
        key_state(&key),
        "Ends in cdef, from the environment (MEMORIES_API_KEY); not accepted."
    );
}
#[test]
fn the_end_of_a_batch_is_told_as_it_is() {
    let said = |ready, duplicates, failed| {
        let end = BatchEnd {
            ready,
            duplicates,
            failed,
            nothing_sent: ready + failed == 0,
            ..BatchEnd::default()
        };
        (batch_done(&end), batch_ended(&end))
    };
    let (window, (title, line)) = said(3, 1, 0);
    assert_eq!(window, "Done: 3 files ready, 1 duplicate.");
    assert_eq!(title, "Uploads finished");
    assert_eq!(line, "3 files ready at memories.ai, 1 duplicate.");
    assert_eq!(
        said(0, 2, 0).0,
        "Done: 2 duplicates, nothing was sent.",
        "none of them is called ready"
    );
    let (window, (title, line)) = said(0, 0, 2);
    assert_eq!(window, "Done: 2 need attention.");
    assert_eq!(title, "Uploads not finished");
    assert_eq!(line, "2 need attention.");
    assert_eq!(
        said(1, 1, 1).0,
        "Done: 1 file ready, 1 duplicate, 1 needs attention."
    );
    let cancelled = BatchEnd {
        duplicates: 1,
        cancelled: 1,
        ..BatchEnd::default()
    };
    assert_eq!(batch_done(&cancelled), "Done: 1 duplicate, 1 cancelled.");
}
