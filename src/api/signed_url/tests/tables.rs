//! What a URL says, what an answer means, and which flavour is tried when.

use super::*;
use crate::api::flavour::Learned;

#[test]
fn a_url_says_what_it_was_signed_for() {
    for (query, kind) in [
        ("upload_id=A&X-Goog-SignedHeaders=host", UrlKind::Session),
        ("Upload_ID=A", UrlKind::Session),
        (STARTS, UrlKind::StartsSession),
        (
            "X-Amz-SignedHeaders=host;x-goog-resumable",
            UrlKind::StartsSession,
        ),
        (V4_TYPED, UrlKind::V4Typed),
        (V4, UrlKind::V4),
        ("X-AMZ-SIGNEDHEADERS=host", UrlKind::V4),
        ("GoogleAccessId=a&Expires=1&Signature=b", UrlKind::V2),
        ("googleaccessid=a&expires=1&SIGNATURE=b", UrlKind::V2),
        ("Expires=1&Signature=b", UrlKind::Unknown),
        ("token=1", UrlKind::Unknown),
        ("", UrlKind::Unknown),
    ] {
        let url = Url::parse(&format!("https://h/o?{query}")).unwrap();
        assert_eq!(UrlKind::of(&url), kind, "{query}");
    }
}

#[test]
fn every_answer_of_the_table_is_judged() {
    let xml = |code: &str, more: &str| format!("<Error><Code> {code} </Code>{more}</Error>");
    for (status, body, verdict) in [
        (200, String::new(), Verdict::Stored),
        (204, String::new(), Verdict::Stored),
        (
            200,
            r#"{"kind":"storage#object","name":"o.mp4","size":"5"}"#.to_owned(),
            Verdict::Stored,
        ),
        (
            200,
            r#"{"code":200,"msg":"success","success":true}"#.to_owned(),
            Verdict::Stored,
        ),
        (
            200,
            "<!DOCTYPE html><title>Sign in</title>".to_owned(),
            Verdict::Doubtful(FaultKind::WebPage),
        ),
        (
            200,
            r#"{"code":"0402","msg":"no credits","success":false}"#.to_owned(),
            Verdict::Doubtful(FaultKind::BadAnswer),
        ),
        (403, xml("SignatureDoesNotMatch", ""), Verdict::Wrong),
        (405, String::new(), Verdict::Wrong),
        (501, String::new(), Verdict::Wrong),
        (
            400,
            xml(
                "MalformedSecurityHeader",
                "<ParameterName>content-type</ParameterName>",
            ),
            Verdict::Lacks(Flavour::PutTyped),
        ),
        (
            400,
            xml(
                "MalformedSecurityHeader",
                "<ParameterName>x-goog-resumable</ParameterName>",
            ),
            Verdict::Lacks(Flavour::StartSession),
        ),
        (
            400,
            xml(
                "MalformedSecurityHeader",
                "<ParameterName>x-goog-acl</ParameterName>",
            ),
            Verdict::Refused,
        ),
        (
            400,
            xml(
                "MalformedSecurityHeader",
                "<ParameterName>x-goog-acl</ParameterName><Details>not content-type</Details>",
            ),
            Verdict::Refused,
        ),
        (400, xml("ExpiredToken", ""), Verdict::Expired),
        (
            403,
            xml("AccessDenied", "<Message>Request has expired</Message>"),
            Verdict::Expired,
        ),
        (
            403,
            xml("AccessDenied", "<Message>no</Message>"),
            Verdict::Refused,
        ),
        (403, String::new(), Verdict::Refused),
        (400, "<Code>".to_owned(), Verdict::Refused),
        (401, String::new(), Verdict::Refused),
        (404, String::new(), Verdict::Refused),
        (412, String::new(), Verdict::Exists),
        (
            408,
            String::new(),
            Verdict::ResumeBehaviour(FaultKind::Stalled),
        ),
        (
            429,
            String::new(),
            Verdict::ResumeBehaviour(FaultKind::RateLimited),
        ),
        (
            503,
            "<html>".to_owned(),
            Verdict::ResumeBehaviour(FaultKind::ServerError),
        ),
        (302, String::new(), Verdict::Redirect),
    ] {
        let answer = Answer {
            status,
            headers: reqwest::header::HeaderMap::new(),
            body: body.clone().into(),
            cut: None,
        };
        assert_eq!(judge(&answer), verdict, "{status} {body}");
    }
}

#[test]
fn the_book_goes_through_the_flavours_and_keeps_what_worked() {
    let mut book = FlavourBook::default();
    let kind = UrlKind::V4Typed;
    assert_eq!(book.next("h", kind), Flavour::PutTyped);
    assert!(book.refused("h", kind, Flavour::PutTyped));
    assert!(
        book.refused("h", kind, Flavour::PutTyped),
        "a second transfer's news is old"
    );
    assert_eq!(book.next("h", kind), Flavour::PutOctets);
    assert!(book.refused("h", kind, Flavour::PutOctets));
    assert_eq!(book.next("h", kind), Flavour::Form);
    assert_eq!(book.next("other", kind), Flavour::PutTyped);
    let mut all_wrong = book.clone();
    assert!(!all_wrong.refused("h", kind, Flavour::Form));
    assert_eq!(
        all_wrong.next("h", kind),
        Flavour::PutTyped,
        "the next file starts again"
    );
    book.proven("h", kind, Flavour::Form);
    book.broke("h", kind, Flavour::Form);
    assert_eq!(book.next("h", kind), Flavour::Form, "proven stays");
    let kept = serde_json::to_string(&book.learned()).unwrap();
    let kept: Vec<Learned> = serde_json::from_str(&kept).unwrap();
    let mut later = FlavourBook::default();
    later.recall(&kept);
    assert_eq!(later.next("h", kind), Flavour::Form);
    assert!(
        book.refused("h", kind, Flavour::Form),
        "also what was proven may change"
    );
    assert_eq!(book.next("h", kind), Flavour::PutTyped);
}

#[test]
fn a_break_moves_an_unproven_flavour_on_past_those_that_were_refused() {
    let mut book = FlavourBook::default();
    book.broke("h", UrlKind::V4, Flavour::Put);
    assert_eq!(book.next("h", UrlKind::V4), Flavour::Form);
    book.broke("h", UrlKind::V4, Flavour::Put);
    assert_eq!(book.next("h", UrlKind::V4), Flavour::Form, "old news");
    assert!(book.refused("h", UrlKind::V4, Flavour::Form));
    assert_eq!(book.next("h", UrlKind::V4), Flavour::Put);
    book.broke("h", UrlKind::V4, Flavour::Put);
    assert_eq!(
        book.next("h", UrlKind::V4),
        Flavour::Put,
        "the form was refused"
    );
}

#[test]
fn what_was_proven_gives_way_when_it_breaks_again_and_again() {
    let mut book = FlavourBook::default();
    let kind = UrlKind::V4;
    book.proven("h", kind, Flavour::Put);
    for _ in 0..2 {
        book.broke("h", kind, Flavour::Put);
    }
    // It works in between: these breaks were the network's.
    book.proven("h", kind, Flavour::Put);
    for _ in 0..2 {
        book.broke("h", kind, Flavour::Put);
        assert_eq!(book.next("h", kind), Flavour::Put);
    }
    book.broke("h", kind, Flavour::Put);
    assert_eq!(book.next("h", kind), Flavour::Form);
    assert!(book.learned().is_empty(), "it is not kept as what works");
}
