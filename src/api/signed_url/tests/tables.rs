//! Kinds of URLs, meanings of responses, and the order of protocols.

use super::*;
use crate::api::protocol::KnownProtocol;

#[test]
fn a_url_says_what_it_was_signed_for() {
    for (query, kind) in [
        (
            "upload_id=A&X-Goog-SignedHeaders=host",
            SignedUrlKind::Session,
        ),
        ("Upload_ID=A", SignedUrlKind::Session),
        (STARTS, SignedUrlKind::StartsSession),
        (
            "X-Amz-SignedHeaders=host;x-goog-resumable",
            SignedUrlKind::StartsSession,
        ),
        (V4_TYPED, SignedUrlKind::V4Typed),
        (V4, SignedUrlKind::V4),
        ("X-AMZ-SIGNEDHEADERS=host", SignedUrlKind::V4),
        ("GoogleAccessId=a&Expires=1&Signature=b", SignedUrlKind::V2),
        ("googleaccessid=a&expires=1&SIGNATURE=b", SignedUrlKind::V2),
        ("Expires=1&Signature=b", SignedUrlKind::Unknown),
        ("token=1", SignedUrlKind::Unknown),
        ("", SignedUrlKind::Unknown),
    ] {
        let url = Url::parse(&format!("https://h/o?{query}")).unwrap();
        assert_eq!(SignedUrlKind::of(&url), kind, "{query}");
    }
}

#[test]
fn every_answer_of_the_table_is_judged() {
    let xml = |code: &str, more: &str| format!("<Error><Code> {code} </Code>{more}</Error>");
    for (status, body, verdict) in [
        (200, String::new(), StorageOutcome::Stored),
        (204, String::new(), StorageOutcome::Stored),
        (
            200,
            r#"{"kind":"storage#object","name":"o.mp4","size":"5"}"#.to_owned(),
            StorageOutcome::Stored,
        ),
        (
            200,
            r#"{"code":200,"msg":"success","success":true}"#.to_owned(),
            StorageOutcome::Stored,
        ),
        (
            200,
            "<!DOCTYPE html><title>Sign in</title>".to_owned(),
            StorageOutcome::Unconfirmed(FaultKind::WebPage),
        ),
        (
            200,
            r#"{"code":"0402","msg":"no credits","success":false}"#.to_owned(),
            StorageOutcome::Unconfirmed(FaultKind::BadAnswer),
        ),
        (
            403,
            xml("SignatureDoesNotMatch", ""),
            StorageOutcome::WrongProtocol,
        ),
        (405, String::new(), StorageOutcome::WrongProtocol),
        (501, String::new(), StorageOutcome::WrongProtocol),
        (
            400,
            xml(
                "MalformedSecurityHeader",
                "<ParameterName>content-type</ParameterName>",
            ),
            StorageOutcome::MissingHeader(StorageProtocol::PutTyped),
        ),
        (
            400,
            xml(
                "MalformedSecurityHeader",
                "<ParameterName>x-goog-resumable</ParameterName>",
            ),
            StorageOutcome::MissingHeader(StorageProtocol::StartSession),
        ),
        (
            400,
            xml(
                "MalformedSecurityHeader",
                "<ParameterName>x-goog-acl</ParameterName>",
            ),
            StorageOutcome::Refused,
        ),
        (
            400,
            xml(
                "MalformedSecurityHeader",
                "<ParameterName>x-goog-acl</ParameterName><Details>not content-type</Details>",
            ),
            StorageOutcome::Refused,
        ),
        (400, xml("ExpiredToken", ""), StorageOutcome::Expired),
        (
            403,
            xml("AccessDenied", "<Message>Request has expired</Message>"),
            StorageOutcome::Expired,
        ),
        (
            403,
            xml("AccessDenied", "<Message>no</Message>"),
            StorageOutcome::Refused,
        ),
        (403, String::new(), StorageOutcome::Refused),
        (400, "<Code>".to_owned(), StorageOutcome::Refused),
        (401, String::new(), StorageOutcome::Refused),
        (404, String::new(), StorageOutcome::Refused),
        (412, String::new(), StorageOutcome::AlreadyExists),
        (
            408,
            String::new(),
            StorageOutcome::Retryable(FaultKind::Stalled),
        ),
        (
            429,
            String::new(),
            StorageOutcome::Retryable(FaultKind::RateLimited),
        ),
        (
            503,
            "<html>".to_owned(),
            StorageOutcome::Retryable(FaultKind::ServerError),
        ),
        (302, String::new(), StorageOutcome::Redirect),
    ] {
        let answer = Response {
            status,
            headers: reqwest::header::HeaderMap::new(),
            body: body.clone().into(),
            cut: None,
        };
        assert_eq!(classify(&answer), verdict, "{status} {body}");
    }
}

#[test]
fn the_book_goes_through_the_flavours_and_keeps_what_worked() {
    let mut book = ProtocolCache::default();
    let kind = SignedUrlKind::V4Typed;
    assert_eq!(book.next("h", kind), StorageProtocol::PutTyped);
    assert!(book.refused("h", kind, StorageProtocol::PutTyped));
    assert!(
        book.refused("h", kind, StorageProtocol::PutTyped),
        "a second transfer's news is old"
    );
    assert_eq!(book.next("h", kind), StorageProtocol::PutOctets);
    assert!(book.refused("h", kind, StorageProtocol::PutOctets));
    assert_eq!(book.next("h", kind), StorageProtocol::Form);
    assert_eq!(book.next("other", kind), StorageProtocol::PutTyped);
    let mut all_wrong = book.clone();
    assert!(!all_wrong.refused("h", kind, StorageProtocol::Form));
    assert_eq!(
        all_wrong.next("h", kind),
        StorageProtocol::PutTyped,
        "the next file starts again"
    );
    book.proven("h", kind, StorageProtocol::Form);
    book.broke("h", kind, StorageProtocol::Form);
    assert_eq!(book.next("h", kind), StorageProtocol::Form, "proven stays");
    let kept = serde_json::to_string(&book.learned()).unwrap();
    let kept: Vec<KnownProtocol> = serde_json::from_str(&kept).unwrap();
    let mut later = ProtocolCache::default();
    later.recall(&kept);
    assert_eq!(later.next("h", kind), StorageProtocol::Form);
    assert!(
        book.refused("h", kind, StorageProtocol::Form),
        "also what was proven may change"
    );
    assert_eq!(book.next("h", kind), StorageProtocol::PutTyped);
}

#[test]
fn a_break_moves_an_unproven_flavour_on_past_those_that_were_refused() {
    let mut book = ProtocolCache::default();
    book.broke("h", SignedUrlKind::V4, StorageProtocol::Put);
    assert_eq!(book.next("h", SignedUrlKind::V4), StorageProtocol::Form);
    book.broke("h", SignedUrlKind::V4, StorageProtocol::Put);
    assert_eq!(
        book.next("h", SignedUrlKind::V4),
        StorageProtocol::Form,
        "old news"
    );
    assert!(book.refused("h", SignedUrlKind::V4, StorageProtocol::Form));
    assert_eq!(book.next("h", SignedUrlKind::V4), StorageProtocol::Put);
    book.broke("h", SignedUrlKind::V4, StorageProtocol::Put);
    assert_eq!(
        book.next("h", SignedUrlKind::V4),
        StorageProtocol::Put,
        "the form was refused"
    );
}

#[test]
fn what_was_proven_gives_way_when_it_breaks_again_and_again() {
    let mut book = ProtocolCache::default();
    let kind = SignedUrlKind::V4;
    book.proven("h", kind, StorageProtocol::Put);
    for _ in 0..2 {
        book.broke("h", kind, StorageProtocol::Put);
    }
    // It works in between: these breaks were the network's.
    book.proven("h", kind, StorageProtocol::Put);
    for _ in 0..2 {
        book.broke("h", kind, StorageProtocol::Put);
        assert_eq!(book.next("h", kind), StorageProtocol::Put);
    }
    book.broke("h", kind, StorageProtocol::Put);
    assert_eq!(book.next("h", kind), StorageProtocol::Form);
    assert!(book.learned().is_empty(), "it is not kept as what works");
}
