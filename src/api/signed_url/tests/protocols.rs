//! Raw bytes and forms: requests, and the meaning of responses.

use super::*;

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
            (FaultKind::WrongProtocol, TRANSIENT)
        );
        assert_eq!(
            fault.diagnostics.code.as_deref(),
            Some("SignatureDoesNotMatch")
        );
        assert_eq!(fault.diagnostics.http_status, Some(403));
    }
    store(&client, &ticket, &sample).await.unwrap();
    store(&client, &ticket, &sample).await.unwrap();
    assert_eq!(client.learned()[0].protocol, StorageProtocol::Form);
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
    assert_eq!(fault.kind, FaultKind::WrongProtocol);
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
        // Everything was sent: the metadata is polled first.
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
        // A sign-in page of the network most likely stored nothing.
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
    // The asset exists: its signed URL is not used again.
    store(&client, &ticket(&server, V4), &sample).await.unwrap();
    let seen = server.finish().await;
    assert_raw(&seen[0], &sample);
    assert_raw(&seen[1], &sample);
    assert_eq!(client.learned()[0].protocol, StorageProtocol::Put);
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
        let meter = Arc::new(TransferProgress::default());
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
async fn after_an_early_success_the_rest_is_sent_and_hashed_too() {
    let sample = sample(24_000_000);
    let server = Server::start(vec![Box::new(|conn| {
        conn.read_head();
        conn.read_body(1000);
        conn.answer("200 OK", "", "");
        conn.read_to_close();
    })]);
    let (client, meter) = (client(&server), Arc::new(TransferProgress::default()));
    let ticket = ticket(&server, V4);
    let hash = client.store(&ticket, &sample.file, &meter).await.unwrap();
    let whole = blake3::hash(&sample.content).to_hex();
    assert_eq!(hash.unwrap().to_hex(), whole.as_str());
    let seen = server.finish().await;
    assert_eq!(seen[0].body.len(), sample.content.len());
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
