use super::*;
use crate::model::fault::Diagnostics;

#[test]
fn every_fault_has_title_cause_and_next_step() {
    for &kind in FaultKind::ALL {
        let message = fault(&Fault::new(kind), Backend::Service);
        assert!(
            !message.title.is_empty() && !message.title.ends_with('.'),
            "{kind:?}"
        );
        assert!(message.cause.ends_with('.'), "{kind:?}");
        assert!(message.next.ends_with('.'), "{kind:?}");
        assert!(message.step.is_some(), "{kind:?}");
    }
}

/// Causes are also shown alone, on a terminal and after other text.
#[test]
fn every_cause_names_what_it_is_about() {
    for &kind in FaultKind::ALL {
        let message = fault(&Fault::new(kind), Backend::Service);
        for sentence in [message.cause, message.next]
            .iter()
            .flat_map(|it| it.split(". "))
        {
            let first = sentence.split_whitespace().next();
            assert!(!matches!(first, Some("It" | "Its")), "{kind:?}: {sentence}");
        }
    }
}

#[test]
fn a_stalled_upload_says_how_long_nothing_moved() {
    let message = fault(&Fault::new(FaultKind::Stalled), Backend::Service);
    assert_eq!(message.cause, "No data moved for 30 seconds.");
}

#[test]
fn no_fault_speaks_in_codes() {
    for &kind in FaultKind::ALL {
        let message = fault(&Fault::new(kind), Backend::Service);
        let text = format!("{} {}", message.title, message.line());
        for word in ["HTTP", "401", "400", "500", "Error", "error code", "null"] {
            assert!(!text.contains(word), "{kind:?}: {text}");
        }
    }
}

#[test]
fn a_retired_call_is_told_of_in_the_services_own_words_on_one_line() {
    let fault_with = |said: &str| {
        fault(
            &Fault::new(FaultKind::Retired).with_diagnostics(Diagnostics {
                message: Some(said.to_owned()),
                ..Diagnostics::default()
            }),
            Backend::Service,
        )
    };
    let told = fault_with("v2 is\u{1b}[2J deprecated.\n");
    assert_eq!(told.cause, "The service says: “v2 is [2J deprecated”.");
}

#[test]
fn the_technical_detail_is_one_click_away() {
    let fault = Fault::new(FaultKind::ServerError).with_diagnostics(Diagnostics {
        call: Some("POST /upload".to_owned()),
        http_status: Some(503),
        request_id: Some("5b1c9e02-17".to_owned()),
        tries: Some(6),
        began_ms: Some(1_795_580_000_000),
        failed_ms: Some(1_795_580_007_250),
        causes: vec!["one".to_owned(), "two".to_owned()],
        ..Diagnostics::default()
    });
    assert_eq!(
        details(&fault),
        [
            ("Kind", "ServerError".to_owned()),
            ("Call", "POST /upload".to_owned()),
            ("HTTP status", "503".to_owned()),
            ("Request ID", "5b1c9e02-17".to_owned()),
            ("Tries", "6".to_owned()),
            ("Began", "2026-11-25T04:13:20.000Z".to_owned()),
            ("Failed", "2026-11-25T04:13:27.250Z".to_owned()),
            ("Causes", "one: two".to_owned()),
        ]
    );
}
