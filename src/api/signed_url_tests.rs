//! The storage step: its tables, and its flavours against scripted bytes.

use std::time::Duration;

use super::super::wire_server::*;
use super::*;
use crate::api::base_url::BaseUrl;
use crate::api::client::ClientOptions;
use crate::api::flavour::Learned;
use crate::api::{Service, Session};
use crate::model::asset::AssetId;

const TRANSIENT: Recovery = Recovery::Transient { retry_after: None };
const V4: &str =
    "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-SignedHeaders=host&X-Goog-Signature=5ecret";
const V4_TYPED: &str = "x-goog-signedheaders=content-type%3Bhost&X-Goog-Signature=5ecret";
const STARTS: &str = "X-Goog-SignedHeaders=host%3Bx-goog-resumable&X-Goog-Signature=5ecret";
const MISMATCH: &str = "<?xml version='1.0'?><Error><Code>SignatureDoesNotMatch</Code>\
    <Message>see https://h/o?X-Goog-Signature=5ecret</Message></Error>";

fn client(server: &Server) -> Client {
    Client::new(ClientOptions::new(BaseUrl::parse(&server.base()).unwrap())).unwrap()
}

fn ticket(server: &Server, query: &str) -> Ticket {
    let url = format!("http://{}/bucket/o.mp4?{query}", server.address);
    Ticket {
        asset_id: AssetId::new("re_1").unwrap(),
        url: SecretUrl(zeroize::Zeroizing::new(url)),
        expires_in: None,
        session: Session::default(),
        unanswered: Default::default(),
    }
}

async fn store(
    client: &Client,
    ticket: &Ticket,
    sample: &Sample,
) -> Result<Option<ContentHash>, Fault> {
    let meter = Arc::new(Meter::default());
    let result = client.store(ticket, &sample.file, &meter).await;
    match &result {
        Ok(hash) => assert_eq!(
            hash.unwrap().to_hex(),
            blake3::hash(&sample.content).to_hex().as_str()
        ),
        Err(fault) => {
            let shown = format!("{fault:?}");
            assert!(!shown.contains("5ecret"), "{shown}");
        }
    }
    result
}

fn assert_raw(seen: &Seen, sample: &Sample) {
    assert!(seen.line.starts_with("PUT /bucket/o.mp4?"), "{}", seen.line);
    assert!(seen.body == sample.content);
}

fn assert_clean(seen: &Seen) {
    for absent in [
        "authorization",
        "user-agent",
        "transfer-encoding",
        "expect",
        "referer",
    ] {
        assert_eq!(seen.header(absent), None, "{absent}");
    }
    assert_eq!(seen.all("content-length").len(), 1);
}

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
        (408, String::new(), Verdict::Later(FaultKind::Stalled)),
        (429, String::new(), Verdict::Later(FaultKind::RateLimited)),
        (
            503,
            "<html>".to_owned(),
            Verdict::Later(FaultKind::ServerError),
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

#[tokio::test]
async fn a_v4_url_gets_the_raw_bytes_and_no_header_that_was_not_signed() {
    let sample = sample(700_000);
    let v2 = "GoogleAccessId=a&Expires=1&Signature=5ecret";
    for (query, content_type) in [(V4, None), (V4_TYPED, Some("video/mp4")), (v2, None)] {
        let server = Server::start(vec![answers("200 OK", "", "")]);
        let client = client(&server);
        store(&client, &ticket(&server, query), &sample)
            .await
            .unwrap();
        let seen = &server.finish().await[0];
        assert_clean(seen);
        assert_raw(seen, &sample);
        assert_eq!(seen.header("content-type"), content_type);
    }
}

#[tokio::test]
async fn a_refused_flavour_gives_way_to_the_next_and_what_works_is_kept() {
    let sample = sample(1000);
    let server = Server::start(vec![
        answers("403 Forbidden", "", MISMATCH),
        answers("403 Forbidden", "", MISMATCH),
        answers("200 OK", "", ""),
        answers("200 OK", "", ""),
    ]);
    let client = client(&server);
    let ticket = ticket(&server, V4_TYPED);
    for _ in 0..2 {
        let fault = store(&client, &ticket, &sample).await.unwrap_err();
        assert_eq!(
            (fault.kind, fault.recovery),
            (FaultKind::WrongFlavour, TRANSIENT)
        );
        assert_eq!(
            fault.diagnostics.code.as_deref(),
            Some("SignatureDoesNotMatch")
        );
        assert_eq!(fault.diagnostics.http_status, Some(403));
    }
    store(&client, &ticket, &sample).await.unwrap();
    store(&client, &ticket, &sample).await.unwrap();
    assert_eq!(client.learned()[0].flavour, Flavour::Form);
    let seen = server.finish().await;
    assert_eq!(seen[0].header("content-type"), Some("video/mp4"));
    assert_eq!(seen[1].header("content-type"), Some(OCTET_STREAM));
    assert_raw(&seen[1], &sample);
    for form in &seen[2..] {
        assert_clean(form);
        assert!(form.line.starts_with("POST /bucket/"));
        let content_type = form.header("content-type").unwrap();
        let boundary = content_type.split_once("boundary=").unwrap().1;
        let body = String::from_utf8_lossy(&form.body);
        assert!(body.starts_with(&format!("--{boundary}\r\n")));
        assert!(body.ends_with(&format!("\r\n--{boundary}--\r\n")));
    }
}

#[tokio::test]
async fn an_unknown_url_gets_the_documented_form_and_then_a_put() {
    let sample = sample(1000);
    let server = Server::start(vec![
        answers("405 Method Not Allowed", "", ""),
        answers("405 Method Not Allowed", "", ""),
    ]);
    let client = client(&server);
    let ticket = ticket(&server, "t=1");
    let fault = store(&client, &ticket, &sample).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::WrongFlavour);
    let fault = store(&client, &ticket, &sample).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::StorageRefused, Recovery::Permanent),
        "nothing is left to try"
    );
    let seen = server.finish().await;
    assert!(seen[0].line.starts_with("POST "));
    assert_raw(&seen[1], &sample);
}

#[tokio::test]
async fn answers_of_the_storage_become_their_faults() {
    let sample = sample(1000);
    let expired = "<Error><Code>ExpiredToken</Code></Error>";
    for (status, body, kind, recovery) in [
        ("400 Bad Request", expired, FaultKind::ExpiredUrl, TRANSIENT),
        (
            "403 Forbidden",
            "",
            FaultKind::StorageRefused,
            Recovery::Permanent,
        ),
        (
            "401 Unauthorized",
            "",
            FaultKind::StorageRefused,
            Recovery::Permanent,
        ),
        // All was sent: the metadata is to be asked first.
        (
            "503 Service Unavailable",
            "",
            FaultKind::ServerError,
            Recovery::OutcomeUnknown,
        ),
        (
            "429 Too Many Requests",
            "",
            FaultKind::RateLimited,
            Recovery::OutcomeUnknown,
        ),
        (
            "307 Temporary Redirect",
            "",
            FaultKind::Redirect,
            Recovery::OutcomeUnknown,
        ),
        // A sign-in page of the network stored nothing, most likely.
        (
            "200 OK",
            "<html>Sign in to the network</html>",
            FaultKind::WebPage,
            Recovery::OutcomeUnknown,
        ),
    ] {
        let server = Server::start(vec![answers(status, "", body)]);
        let client = client(&server);
        let fault = store(&client, &ticket(&server, V4), &sample)
            .await
            .unwrap_err();
        assert_eq!((fault.kind, fault.recovery), (kind, recovery), "{status}");
        server.finish().await;
    }
    let server = Server::start(vec![answers("412 Precondition Failed", "", "")]);
    let client = client(&server);
    store(&client, &ticket(&server, V4), &sample).await.unwrap();
    assert!(
        client.learned().is_empty(),
        "an object that exists proves no flavour"
    );
    server.finish().await;
}

#[tokio::test]
async fn a_break_on_an_unproven_flavour_makes_the_next_try_another() {
    let large = sample(24_000_000);
    let small = sample(1000);
    let server = Server::start(vec![resets_after(100_000), answers("200 OK", "", "")]);
    let client = client(&server);
    let ticket = ticket(&server, V4);
    let fault = store(&client, &ticket, &large).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::BrokenInBody, TRANSIENT)
    );
    store(&client, &ticket, &small).await.unwrap();
    let seen = server.finish().await;
    assert!(seen[0].line.starts_with("PUT "));
    assert!(seen[1].line.starts_with("POST "));
}

#[tokio::test]
async fn a_refusal_that_is_lost_behind_a_body_in_the_buffers_makes_the_next_try_another() {
    let sample = sample(1000);
    let server = Server::start(vec![loses(), answers("200 OK", "", "")]);
    let client = client(&server);
    let ticket = ticket(&server, "t=1");
    let fault = store(&client, &ticket, &sample).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::LostAnswer, Recovery::OutcomeUnknown),
        "the service is asked before anything is sent again"
    );
    store(&client, &ticket, &sample).await.unwrap();
    let seen = server.finish().await;
    assert!(seen[0].line.starts_with("POST "));
    assert_raw(&seen[1], &sample);
}

#[tokio::test]
async fn a_lost_answer_changes_nothing_for_other_files_as_long_as_the_bytes_may_be_there() {
    let sample = sample(1000);
    let server = Server::start(vec![loses(), answers("200 OK", "", "")]);
    let client = client(&server);
    store(&client, &ticket(&server, V4), &sample)
        .await
        .unwrap_err();
    // It was found to be there: its ticket is not used again.
    store(&client, &ticket(&server, V4), &sample).await.unwrap();
    let seen = server.finish().await;
    assert_raw(&seen[0], &sample);
    assert_raw(&seen[1], &sample);
    assert_eq!(client.learned()[0].flavour, Flavour::Put);
}

#[tokio::test]
async fn the_hash_of_what_was_sent_is_known_also_without_an_answer_that_says_so() {
    let sample = sample(700_000);
    let server = Server::start(vec![
        loses(),
        answers("503 Service Unavailable", "", ""),
        answers("200 OK", "", "<html>Sign in to the network</html>"),
    ]);
    let client = client(&server);
    let ticket = ticket(&server, V4);
    for kind in [
        FaultKind::LostAnswer,
        FaultKind::ServerError,
        FaultKind::WebPage,
    ] {
        let meter = Arc::new(Meter::default());
        let fault = client.store(&ticket, &sample.file, &meter).await;
        let fault = fault.unwrap_err();
        assert_eq!(
            (fault.kind, fault.recovery),
            (kind, Recovery::OutcomeUnknown)
        );
        assert_eq!(
            meter.content().unwrap().to_hex(),
            blake3::hash(&sample.content).to_hex().as_str(),
            "{kind:?}"
        );
    }
    server.finish().await;
}

#[tokio::test]
async fn a_busy_storage_that_has_not_all_of_it_yet_is_waited_for() {
    let large = sample(24_000_000);
    let server = Server::start(vec![Box::new(|conn| {
        conn.read_head();
        conn.read_body(100_000);
        conn.answer("429 Too Many Requests", "Retry-After: 7\r\n", "");
        conn.read_to_close();
    })]);
    let fault = store(&client(&server), &ticket(&server, V4), &large)
        .await
        .unwrap_err();
    let retry_after = Some(Duration::from_secs(7));
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::RateLimited, Recovery::Transient { retry_after })
    );
    server.finish().await;
}

#[tokio::test]
async fn an_early_success_ends_the_sending_and_still_gives_the_whole_hash() {
    let sample = sample(24_000_000);
    let server = Server::start(vec![Box::new(|conn| {
        conn.read_head();
        conn.read_body(1000);
        conn.answer("200 OK", "", "");
        conn.read_to_close();
    })]);
    let client = client(&server);
    store(&client, &ticket(&server, V4), &sample).await.unwrap();
    let seen = server.finish().await;
    assert!(seen[0].body.len() < sample.content.len());
}

#[tokio::test]
async fn bytes_go_to_no_plain_host_and_no_other_scheme() {
    let sample = sample(10);
    let server = Server::start(vec![]);
    let client = client(&server);
    for url in ["http://storage.example.com/o", "ftp://h/o", "rubbish", ""] {
        let mut ticket = ticket(&server, V4);
        ticket.url = SecretUrl(zeroize::Zeroizing::new(url.to_owned()));
        let fault = store(&client, &ticket, &sample).await.unwrap_err();
        assert_eq!(
            (fault.kind, fault.recovery),
            (FaultKind::BadAnswer, TRANSIENT),
            "{url}"
        );
    }
    server.finish().await;
}

/// Answers the start of a session with its URL.
fn starts_session() -> Script {
    Box::new(|conn| {
        conn.read_request();
        let here = conn.stream.local_addr().unwrap();
        let location = format!("Location: http://{here}/session?upload_id=5ecret\r\n");
        conn.answer("201 Created", &location, "");
    })
}

fn holds(bytes: usize) -> Script {
    let range = format!("Range: bytes=0-{}\r\n", bytes - 1);
    answers("308 Resume Incomplete", &range, "")
}

#[tokio::test]
async fn a_session_goes_on_where_the_server_says() {
    const SIZE: usize = 24_000_000;
    const HELD: usize = 5_242_880;
    let sample = sample(SIZE);
    let server = Server::start(vec![
        starts_session(),
        resets_after(6_000_000),
        holds(HELD),
        answers("200 OK", "", ""),
    ]);
    let client = client(&server);
    let ticket = ticket(&server, STARTS);
    // What breaks ends the attempt, so that whoever made it hears of it.
    let fault = store(&client, &ticket, &sample).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::BrokenInBody, TRANSIENT)
    );
    let meter = Arc::new(Meter::default());
    let hash = client.store(&ticket, &sample.file, &meter).await.unwrap();
    assert_eq!(
        hash.unwrap().to_hex(),
        blake3::hash(&sample.content).to_hex().as_str()
    );
    assert_eq!(meter.sent(), SIZE as u64);
    assert_eq!(meter.moved(), (SIZE - HELD) as u64);
    let seen = server.finish().await;
    assert_eq!(seen[0].header("x-goog-resumable"), Some("start"));
    assert_eq!(seen[0].header("content-length"), Some("0"));
    assert!(seen[0].line.starts_with("POST /bucket/o.mp4?"));
    assert_eq!(
        seen[1].header("content-range"),
        Some("bytes 0-23999999/24000000")
    );
    assert_eq!(seen[2].header("content-range"), Some("bytes */24000000"));
    assert_eq!(seen[2].header("content-length"), Some("0"));
    assert_eq!(
        seen[3].header("content-range"),
        Some("bytes 5242880-23999999/24000000")
    );
    assert!(seen[3].body == sample.content[HELD..]);
    for request in &seen {
        assert_clean(request);
    }
    for request in &seen[1..] {
        assert_eq!(request.line, "PUT /session?upload_id=5ecret HTTP/1.1");
        assert_eq!(request.header("x-goog-resumable"), None);
    }
}

#[tokio::test]
async fn a_url_that_is_a_session_is_asked_first() {
    let sample = sample(1000);
    let server = Server::start(vec![
        answers("308 Resume Incomplete", "", ""),
        answers("200 OK", "", ""),
    ]);
    let client = client(&server);
    store(&client, &ticket(&server, "upload_id=5ecret"), &sample)
        .await
        .unwrap();
    let seen = server.finish().await;
    assert_eq!(seen[0].header("content-range"), Some("bytes */1000"));
    assert_eq!(seen[1].header("content-range"), Some("bytes 0-999/1000"));
    assert_raw(&seen[1], &sample);
}

#[tokio::test]
async fn a_session_that_has_everything_is_done() {
    let sample = sample(1000);
    let server = Server::start(vec![starts_session(), loses(), answers("200 OK", "", "")]);
    let client = client(&server);
    store(&client, &ticket(&server, STARTS), &sample)
        .await
        .unwrap();
    assert_eq!(client.learned()[0].flavour, Flavour::StartSession);
    server.finish().await;
}

#[tokio::test]
async fn a_session_that_is_gone_is_started_again_once() {
    let sample = sample(1000);
    let gone = || answers("410 Gone", "", "");
    let server = Server::start(vec![
        starts_session(),
        gone(),
        starts_session(),
        answers("200 OK", "", ""),
    ]);
    store(&client(&server), &ticket(&server, STARTS), &sample)
        .await
        .unwrap();
    server.finish().await;
    // A new URL where that fails: the second is gone too, or the URL gives none any more.
    let refused = || {
        answers(
            "403 Forbidden",
            "",
            "<Error><Code>AccessDenied</Code></Error>",
        )
    };
    for second in [vec![starts_session(), gone()], vec![refused()]] {
        let mut scripts = vec![starts_session(), gone()];
        scripts.extend(second);
        let server = Server::start(scripts);
        let fault = store(&client(&server), &ticket(&server, STARTS), &sample)
            .await
            .unwrap_err();
        assert_eq!(
            (fault.kind, fault.recovery),
            (FaultKind::ExpiredUrl, TRANSIENT)
        );
        server.finish().await;
    }
}

#[tokio::test]
async fn a_session_of_an_earlier_run_is_asked_first_whatever_its_url_looks_like() {
    let sample = sample(600_000);
    let server = Server::start(vec![
        holds(262_144),
        answers("200 OK", "", ""),
        answers("410 Gone", "", ""),
        answers("404 Not Found", "", ""),
    ]);
    let client = client(&server);
    let kept = || {
        // Where the URL that starts another one could not be kept beside it.
        let session = SecretUrl(zeroize::Zeroizing::new(format!(
            "http://{}/session?id=5ecret",
            server.address
        )));
        let mut ticket = ticket(&server, STARTS);
        ticket.url = session.clone();
        ticket.session.put(session);
        ticket
    };
    let meter = Arc::new(Meter::default());
    let hash = client.store(&kept(), &sample.file, &meter).await.unwrap();
    assert_eq!(
        hash.unwrap().to_hex(),
        blake3::hash(&sample.content).to_hex().as_str(),
        "the part that was sent before is hashed too"
    );
    let fault = store(&client, &kept(), &sample).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::ExpiredUrl, "a new URL is needed");
    let seen = server.finish().await;
    assert_eq!(seen[0].header("content-range"), Some("bytes */600000"));
    assert_eq!(
        seen[1].header("content-range"),
        Some("bytes 262144-599999/600000")
    );
    assert!(seen[1].body == sample.content[262_144..]);
}

/// Reads a whole request and hangs up.
fn loses() -> Script {
    Box::new(|conn| {
        conn.read_request();
        hangs_up(conn);
    })
}

#[tokio::test]
async fn a_session_that_can_not_be_reached_ends_the_attempt_at_once() {
    let sample = sample(1000);
    let server = Server::start(vec![starts_session(), resets_after(10)]);
    let (client, ticket) = (client(&server), ticket(&server, STARTS));
    store(&client, &ticket, &sample).await.unwrap_err();
    let seen = server.finish().await;
    assert_eq!(seen.len(), 2);
    // Nothing listens any more.
    let fault = store(&client, &ticket, &sample).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::Offline, TRANSIENT)
    );
    assert!(ticket.session.url().is_some(), "it goes on with the next");
}

#[tokio::test]
async fn a_session_that_is_busy_ends_the_attempt_and_is_gone_on_with_later() {
    let sample = sample(1000);
    let busy = || answers("503 Service Unavailable", "Retry-After: 7\r\n", "");
    let server = Server::start(vec![
        starts_session(),
        // All of it is out, and the session says that it has none of it.
        busy(),
        answers("308 Resume Incomplete", "", ""),
        // Busy already when it is asked.
        busy(),
        holds(400),
        answers("201 Created", "", ""),
    ]);
    let (client, ticket) = (client(&server), ticket(&server, STARTS));
    for _ in 0..2 {
        let fault = store(&client, &ticket, &sample).await.unwrap_err();
        let retry_after = Some(Duration::from_secs(7));
        assert_eq!(
            (fault.kind, fault.recovery),
            (FaultKind::ServerError, Recovery::Transient { retry_after })
        );
    }
    store(&client, &ticket, &sample).await.unwrap();
    let seen = server.finish().await;
    assert_eq!(seen.len(), 6, "no second session was started");
    assert_eq!(seen[5].header("content-range"), Some("bytes 400-999/1000"));
}

#[tokio::test]
async fn a_session_that_takes_a_part_is_given_the_rest_and_one_that_takes_none_ends_the_attempt() {
    let sample = sample(1000);
    let server = Server::start(vec![
        starts_session(),
        holds(400),
        holds(600),
        holds(600),
        holds(600),
        answers("200 OK", "", ""),
    ]);
    let (client, ticket) = (client(&server), ticket(&server, STARTS));
    let fault = store(&client, &ticket, &sample).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::ServerError, TRANSIENT),
        "whoever tries again waits before that, and counts it"
    );
    store(&client, &ticket, &sample).await.unwrap();
    let ranges: Vec<_> = server.finish().await[1..]
        .iter()
        .map(|seen| seen.header("content-range").unwrap().to_owned())
        .collect();
    assert_eq!(
        ranges,
        [
            "bytes 0-999/1000",
            "bytes 400-999/1000",
            "bytes 600-999/1000",
            "bytes */1000",
            "bytes 600-999/1000"
        ]
    );
}

#[tokio::test]
async fn what_became_of_a_whole_body_the_session_is_asked_once() {
    let sample = sample(1000);
    for (asked, kind, recovery) in [
        // It has not all of it: nothing is unknown.
        (holds(400), FaultKind::BrokenInBody, TRANSIENT),
        // It does not say: the metadata has to.
        (loses(), FaultKind::LostAnswer, Recovery::OutcomeUnknown),
        (
            answers("503 Service Unavailable", "", ""),
            FaultKind::LostAnswer,
            Recovery::OutcomeUnknown,
        ),
        (holds(1000), FaultKind::LostAnswer, Recovery::OutcomeUnknown),
    ] {
        let server = Server::start(vec![starts_session(), loses(), asked]);
        let (client, ticket) = (client(&server), ticket(&server, STARTS));
        let fault = store(&client, &ticket, &sample).await.unwrap_err();
        assert_eq!((fault.kind, fault.recovery), (kind, recovery));
        assert!(ticket.session.url().is_some());
        assert_eq!(server.finish().await.len(), 3);
    }
}

#[tokio::test]
async fn a_sign_in_page_of_the_network_does_not_end_a_session() {
    let sample = sample(1000);
    for (status, kind) in [
        ("200 OK", FaultKind::WebPage),
        ("302 Found", FaultKind::Redirect),
    ] {
        let server = Server::start(vec![
            starts_session(),
            answers(status, "", "<html>Sign in to the network</html>"),
            holds(400),
            answers("200 OK", "", ""),
        ]);
        let (client, ticket) = (client(&server), ticket(&server, STARTS));
        let fault = store(&client, &ticket, &sample).await.unwrap_err();
        assert_eq!(fault.kind, kind);
        store(&client, &ticket, &sample).await.unwrap();
        let seen = server.finish().await;
        assert_eq!(seen[3].header("content-range"), Some("bytes 400-999/1000"));
    }
}

#[tokio::test]
async fn a_start_that_is_refused_is_judged_like_any_answer() {
    let sample = sample(1000);
    for (status, body, kind) in [
        ("403 Forbidden", MISMATCH, FaultKind::StorageRefused),
        (
            "400 Bad Request",
            "<Code>ExpiredToken</Code>",
            FaultKind::ExpiredUrl,
        ),
        ("503 Service Unavailable", "", FaultKind::ServerError),
        ("201 Created", "", FaultKind::BadAnswer),
    ] {
        let server = Server::start(vec![answers(status, "", body)]);
        let fault = store(&client(&server), &ticket(&server, STARTS), &sample)
            .await
            .unwrap_err();
        assert_eq!(fault.kind, kind, "{status}");
        server.finish().await;
    }
}
