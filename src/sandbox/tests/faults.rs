//! Each fault happens on the wire.

use super::*;

#[tokio::test]
async fn a_reset_is_a_reset() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::ResetAfter { bytes: 50_000 });
    let sandbox = with_plan(plan);
    let form = form_of("a.mp4", &content(100_000));
    let request = upload_request(&sandbox, &form);
    let mut tcp = TcpStream::connect(sandbox.address).await.unwrap();
    // Not all of it, so that unread bytes alone cause no reset.
    let written = tcp.write_all(&request[..request.len() - 20_000]).await;
    let error = match written {
        Ok(()) => tcp.read_to_end(&mut Vec::new()).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert!(sandbox.stored().is_empty());
    assert_eq!(sandbox.requests()[0].status, None);
    assert_eq!(upload(&sandbox, "a.mp4", b"x").await.unwrap().status, 200);
}

#[tokio::test]
async fn an_answer_is_lost_with_or_without_the_file() {
    for stored in [true, false] {
        for reset in [true, false] {
            let plan = FaultPlan::new()
                .on(Call::Upload)
                .then(PlannedFault::LoseAnswer { stored, reset });
            let sandbox = with_plan(plan);
            let error = upload(&sandbox, "a.mp4", b"content").await.unwrap_err();
            let expected = if reset {
                io::ErrorKind::ConnectionReset
            } else {
                io::ErrorKind::UnexpectedEof
            };
            assert_eq!(error.kind(), expected);
            assert_eq!(sandbox.stored().len(), usize::from(stored));
        }
    }
}

#[tokio::test]
async fn an_early_answer_is_readable_while_the_body_is_still_being_sent() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::AnswerEarly {
            after: 1000,
            reply: Reply::status(403),
            linger: true,
        });
    let sandbox = with_plan(plan);
    let request = upload_request(&sandbox, &form_of("a.mp4", &content(8_000_000)));
    let (first, rest) = request.split_at(10_000);
    let mut tcp = TcpStream::connect(sandbox.address).await.unwrap();
    tcp.write_all(first).await.unwrap();
    let mut answer = vec![0; 12];
    tcp.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 403");
    tcp.write_all(rest).await.unwrap();
    tcp.read_to_end(&mut answer).await.unwrap();
    assert_eq!(Answer::parse(&answer).json()["code"], 403);
    assert!(sandbox.stored().is_empty());
}

#[tokio::test]
async fn an_early_answer_without_lingering_closes_on_what_is_still_to_come() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::AnswerEarly {
            after: 0,
            reply: Reply::status(413),
            linger: false,
        });
    let sandbox = with_plan(plan);
    let request = upload_request(&sandbox, &form_of("a.mp4", &content(32_000_000)));
    let mut tcp = TcpStream::connect(sandbox.address).await.unwrap();
    let written = tcp.write_all(&request).await;
    assert!(written.is_err(), "nobody reads 32 MB");
    assert_eq!(sandbox.requests()[0].status, Some(413));
}

#[tokio::test]
async fn a_stalled_body_is_not_read_on() {
    let plan = FaultPlan::new().on(Call::Upload).then(PlannedFault::Stall {
        after: 1000,
        lasting: None,
    });
    let sandbox = Sandbox::start(SandboxOptions {
        plan,
        receive_buffer: Some(16 * 1024),
        ..quick()
    })
    .unwrap();
    let request = upload_request(&sandbox, &form_of("a.mp4", &content(32_000_000)));
    let mut tcp = TcpStream::connect(sandbox.address).await.unwrap();
    let writing = tokio::time::timeout(Duration::from_millis(300), tcp.write_all(&request));
    assert!(writing.await.is_err(), "the body was read");
}

#[tokio::test]
async fn a_stall_that_ends_and_a_trickle_only_take_their_time() {
    let time = Duration::from_millis(200);
    for fault in [
        PlannedFault::Stall {
            after: 1000,
            lasting: Some(time),
        },
        PlannedFault::Trickle {
            bytes_per_second: 1_500_000,
        },
        PlannedFault::DelayAnswer(time),
    ] {
        let sandbox = with_plan(FaultPlan::new().on(Call::Upload).then(fault));
        let begun = Instant::now();
        let answer = upload(&sandbox, "a.mp4", &content(500_000)).await.unwrap();
        assert_eq!(answer.status, 200);
        assert!(begun.elapsed() >= time, "{:?}", begun.elapsed());
        assert_eq!(sandbox.stored()[0].blake3, blake3_of(&content(500_000)));
    }
}

#[tokio::test]
async fn a_fault_without_a_body_to_cut_still_happens() {
    let plan = FaultPlan::new()
        .on(Call::Metadata)
        .then(PlannedFault::ResetAfter { bytes: 1 << 40 })
        .on(Call::KeyCheck)
        .then(PlannedFault::LoseAnswer {
            stored: false,
            reset: false,
        });
    let sandbox = with_plan(plan);
    for (id, kind) in [
        ("re_1", io::ErrorKind::ConnectionReset),
        ("re_0", io::ErrorKind::UnexpectedEof),
    ] {
        let request = api_request(&sandbox, &format!("GET /{id}/metadata"), &[], b"");
        let error = send(sandbox.address, &request).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{id}");
    }
}

#[tokio::test]
async fn answers_that_are_no_envelope_come_as_planned() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::Answer(Reply::html(502)))
        .on(Call::Upload)
        .then(PlannedFault::StoreThenAnswer(Reply::truncated_json()))
        .on(Call::Upload)
        .then(PlannedFault::StoreThenAnswer(Reply::broken_off()))
        .on(Call::Upload)
        .then(PlannedFault::Answer(Reply::redirect(
            302,
            "http://127.0.0.1:1/",
        )))
        .on(Call::Upload)
        .then(PlannedFault::Answer(Reply::failing_code("0429")))
        .on(Call::Upload)
        .then(PlannedFault::Answer(Reply::without_asset_id()))
        .on(Call::Upload)
        .then(PlannedFault::Answer(Reply::limit_exceeded()))
        .on(Call::Upload)
        .then(PlannedFault::Answer(
            Reply::status(429).retry_after_seconds(7),
        ))
        .on(Call::Upload)
        .then(PlannedFault::Answer(
            Reply::status(503).retry_after_date(Duration::from_secs(60)),
        ));
    let sandbox = with_plan(plan);
    let next = async || upload(&sandbox, "a.mp4", b"content").await.unwrap();

    let html = next().await;
    assert_eq!(html.status, 502);
    assert!(html.body.starts_with("<!DOCTYPE html>"));
    let truncated = next().await;
    assert_eq!(truncated.status, 200);
    assert!(serde_json::from_str::<Value>(&truncated.body).is_err());
    let broken = next().await;
    let declared: usize = broken.header("content-length").unwrap().parse().unwrap();
    assert!(broken.body.len() < declared);
    assert_eq!(sandbox.stored().len(), 2, "these two were stored");
    let redirect = next().await;
    assert_eq!(redirect.status, 302);
    assert_eq!(redirect.header("location").unwrap(), "http://127.0.0.1:1/");
    let failing = next().await.json();
    assert_eq!(
        (&failing["code"], &failing["failed"]),
        (&Value::from("0429"), &Value::from(true))
    );
    assert_eq!(next().await.json()["data"], serde_json::json!({}));
    let limit = next().await;
    assert_eq!(limit.status, 400);
    assert_eq!(limit.json()["msg"], "Request has exceeded the limit.");
    let limited = next().await;
    assert_eq!(limited.header("retry-after").unwrap(), "7");
    let later = next().await.header("retry-after").unwrap();
    assert!(later.ends_with(" GMT"), "{later}");
    assert_eq!(next().await.status, 200);
    assert_eq!(sandbox.stored().len(), 3);
}

#[tokio::test]
async fn a_huge_answer_is_made_as_it_is_read() {
    let plan = FaultPlan::new()
        .on(Call::Metadata)
        .then(PlannedFault::Answer(Reply::huge(2 << 30)));
    let sandbox = with_plan(plan);
    let request = api_request(&sandbox, "GET /re_1/metadata", &[], b"");
    let mut tcp = TcpStream::connect(sandbox.address).await.unwrap();
    tcp.write_all(&request).await.unwrap();
    let mut buffer = vec![0; 8 << 20];
    tcp.read_exact(&mut buffer).await.unwrap();
    assert!(buffer.starts_with(b"HTTP/1.1 200"));
    // Unread bytes are not produced, beyond the system's buffer.
    let made = sandbox.requests()[0].answered;
    assert!(((8 << 20)..(64 << 20)).contains(&made), "{made}");
}

#[tokio::test]
async fn a_huge_answer_has_the_bytes_that_were_asked_for() {
    let plan = FaultPlan::new()
        .on(Call::Metadata)
        .then(PlannedFault::Answer(Reply::huge(3_000_001)));
    let sandbox = with_plan(plan);
    let answer = metadata(&sandbox, "re_1").await;
    assert!(answer.body.contains(r#"{"code":200,"msg":""#));
    assert!(answer.body.len() >= 3_000_001, "{}", answer.body.len());
    assert_eq!(sandbox.requests()[0].answered, 3_000_001);
}

#[tokio::test]
async fn connections_are_refused_until_the_plan_is_replaced() {
    let sandbox = with_plan(FaultPlan::new().refuse_connections());
    for _ in 0..2 {
        let error = TcpStream::connect(sandbox.address).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
    let mut changes = sandbox.changes();
    sandbox.set_plan(FaultPlan::new().refuse_connections());
    changes.changed().await.unwrap();
    tokio::task::yield_now().await;
    assert!(TcpStream::connect(sandbox.address).await.is_err());
    sandbox.set_plan(FaultPlan::new());
    // The door opens in the server's task.
    tokio::time::timeout(Duration::from_secs(20), async {
        while TcpStream::connect(sandbox.address).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(upload(&sandbox, "a.mp4", b"x").await.unwrap().status, 200);
}

#[tokio::test]
async fn connections_are_reset_as_they_come_as_many_as_planned() {
    let sandbox = with_plan(FaultPlan::new().hang_up(2));
    for _ in 0..2 {
        let error = upload(&sandbox, "a.mp4", b"x").await.unwrap_err();
        // Either writing or reading notices it first.
        assert!(
            matches!(
                error.kind(),
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
            ),
            "{error:?}"
        );
    }
    assert!(sandbox.requests().is_empty());
    assert_eq!(upload(&sandbox, "a.mp4", b"x").await.unwrap().status, 200);
}

#[tokio::test]
async fn an_asset_fails_hides_or_claims_another_size_as_planned() {
    let words = ["WAITING", "TRANSCODING", "FAILED"].map(str::to_owned);
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .named("failing.mp4")
        .then(PlannedFault::Statuses(words.to_vec()))
        .on(Call::Upload)
        .named("hidden.mp4")
        .then(PlannedFault::NotFoundAtFirst { polls: 2 })
        .on(Call::SignedUrl)
        .named("short.mp4")
        .then(PlannedFault::SizeDiffers { by: -3 });
    let sandbox = with_plan(plan);

    let id = upload(&sandbox, "failing.mp4", b"x")
        .await
        .unwrap()
        .asset_id();
    for word in ["WAITING", "TRANSCODING", "FAILED", "FAILED"] {
        assert_eq!(status_of(&sandbox, &id).await, word);
    }
    let id = upload(&sandbox, "hidden.mp4", b"x")
        .await
        .unwrap()
        .asset_id();
    for word in ["not found", "not found", "SUCCESS"] {
        assert_eq!(status_of(&sandbox, &id).await, word);
    }
    let (id, address, target) = signed_url(&sandbox, "short.mp4").await;
    let put = store(address, &format!("PUT {target}"), &[], b"0123456789").await;
    assert_eq!(put.unwrap().status, 200);
    let answer = metadata(&sandbox, &id).await.json();
    assert_eq!(answer["data"]["resource"][0]["file_size"], "7");
    assert_eq!(sandbox.stored()[2].size, 10);
}

#[tokio::test]
async fn the_plan_can_be_replaced_while_the_server_runs() {
    let sandbox = with_plan(FaultPlan::new().empty_balance());
    assert_eq!(upload(&sandbox, "a.mp4", b"x").await.unwrap().status, 402);
    assert_eq!(metadata(&sandbox, "re_0").await.status, 400);
    sandbox.set_plan(FaultPlan::new().refuse_key(KEY));
    assert_eq!(upload(&sandbox, "a.mp4", b"x").await.unwrap().status, 401);
    sandbox.set_plan(FaultPlan::new());
    assert_eq!(upload(&sandbox, "a.mp4", b"x").await.unwrap().status, 200);
}

#[tokio::test]
async fn whoever_waits_is_told_of_what_is_stored() {
    let sandbox = with_plan(
        FaultPlan::new()
            .on(Call::Upload)
            .then(PlannedFault::DelayAnswer(Duration::from_secs(600))),
    );
    let request = upload_request(&sandbox, &form_of("a.mp4", b"x"));
    let mut tcp = TcpStream::connect(sandbox.address).await.unwrap();
    tcp.write_all(&request).await.unwrap();
    sandbox
        .wait_until(|sandbox| !sandbox.stored().is_empty())
        .await;
    assert_eq!(sandbox.requests()[0].status, None);
}
