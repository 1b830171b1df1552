//! Resumable sessions: started, resumed, lost.

use super::*;

/// Responds to the start of a session with its URL.
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
    // A break ends the attempt, so that its caller notices.
    let fault = store(&client, &ticket, &sample).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::BrokenInBody, TRANSIENT)
    );
    let meter = Arc::new(TransferProgress::default());
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
    assert_eq!(client.learned()[0].protocol, StorageProtocol::StartSession);
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
    // A new URL after a failure: the second session is gone too, or the URL starts none any more.
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
        // The URL that starts sessions could not be kept beside it.
        let session = SecretUrl(zeroize::Zeroizing::new(format!(
            "http://{}/session?id=5ecret",
            server.address
        )));
        let mut ticket = ticket(&server, STARTS);
        ticket.url = session.clone();
        ticket.session.put(session);
        ticket
    };
    let meter = Arc::new(TransferProgress::default());
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
        // Everything was sent, and the session reports no bytes.
        busy(),
        answers("308 Resume Incomplete", "", ""),
        // Busy already when queried.
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
        // It is incomplete, so nothing is unknown.
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
