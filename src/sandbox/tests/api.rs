//! Valid calls of the API, and requests that must be rejected.

use super::*;

#[tokio::test]
async fn a_file_is_stored_as_it_was_sent() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let mut bytes = content(700_000);
    // Resembles framing but is content.
    bytes.extend_from_slice(b"\r\n--\r\n------boundary7f3b--\r\n\r\n");
    let answer = upload(&sandbox, r#"影片 \"最终\" %22.mp4"#, &bytes)
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
    let envelope = answer.json();
    assert_eq!(envelope["code"], 200);
    assert_eq!(envelope["success"], true);
    assert_eq!(envelope["failed"], false);
    assert!(answer.asset_id().starts_with("re_"));

    let stored = sandbox.stored();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].asset_id, answer.asset_id());
    assert_eq!(stored[0].file_name, "影片 \"最终\" \".mp4");
    assert_eq!(stored[0].size, bytes.len() as u64);
    assert_eq!(stored[0].blake3, blake3_of(&bytes));
    assert_eq!(stored[0].content_type.as_deref(), Some("video/mp4"));
    assert_eq!(stored[0].via, Via::Direct);
    assert_eq!(stored[0].status, "SUCCESS");
}

#[tokio::test]
async fn metadata_has_the_documented_form() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let id = upload(&sandbox, "a clip.v2.mp4", b"0123456789")
        .await
        .unwrap()
        .asset_id();
    let answer = metadata(&sandbox, &id).await;
    assert_eq!(answer.status, 200);
    let resource = &answer.json()["data"]["resource"][0];
    assert_eq!(resource["asset_id"], id.as_str());
    assert_eq!(resource["original_filename"], "a clip.v2");
    assert_eq!(resource["extension"], "mp4");
    assert_eq!(resource["file_size"], "10");
    assert_eq!(resource["upload_status"], "SUCCESS");
    let created = resource["create_time"].as_str().unwrap();
    assert_eq!(created.len(), 13, "milliseconds: {created}");

    let list = send(
        sandbox.address,
        &head(sandbox.address, "GET /sandbox/stored", &[]),
    )
    .await
    .unwrap()
    .json();
    assert_eq!(list[0]["asset_id"], id.as_str());
    assert_eq!(list[0]["blake3"], blake3_of(b"0123456789"));
}

#[tokio::test]
async fn whoever_asks_is_told_how_much_of_an_upload_has_come() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let form = form_of("a.mp4", &content(300_000));
    let request = upload_request(&sandbox, &form);
    let (first, rest) = request.split_at(request.len() - 100_000);
    let mut tcp = TcpStream::connect(sandbox.address).await.unwrap();
    tcp.write_all(first).await.unwrap();
    let come = form.len() - rest.len();
    let under_way = loop {
        let list = sandbox.requests();
        if list.first().is_some_and(|first| first.body == come as u64) {
            break list;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(under_way[0].call, Some(Call::Upload));
    assert_eq!(under_way[0].file_name.as_deref(), Some("a.mp4"));
    assert!(!under_way[0].over);
    assert_eq!(sandbox.stored(), []);

    tcp.write_all(rest).await.unwrap();
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).await.unwrap();
    let list = sandbox.requests();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].body, form.len() as u64);
    assert_eq!(list[0].status, Some(200));
    assert!(list[0].over);
    let id = Answer::parse(&answer).asset_id();
    assert_eq!(list[0].asset_id.as_deref(), Some(id.as_str()));
}

#[tokio::test]
async fn an_asset_can_be_deleted_by_its_owner_only() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let id = upload(&sandbox, "a.mp4", b"x").await.unwrap().asset_id();
    for (key, status) in [("sk-other", 400), (KEY, 200), (KEY, 400)] {
        let line = format!("DELETE /serve/api/v2/{id}");
        let request = head(sandbox.address, &line, &[("Authorization", key)]);
        let answer = send(sandbox.address, &request).await.unwrap();
        assert_eq!(answer.status, status, "{answer:?}");
        if status == 400 {
            assert_eq!(answer.json()["msg"], "Asset not found");
        }
    }
    assert!(sandbox.stored().is_empty());
}

#[tokio::test]
async fn a_bad_key_is_told_from_a_good_one_by_an_asset_that_is_not_there() {
    let sandbox = with_plan(FaultPlan::new().refuse_key("sk-refused"));
    for (key, status) in [
        (Some("sk-anything"), 400),
        (Some("sk-refused"), 401),
        (Some("Bearer sk-anything"), 401),
        (Some("anything"), 401),
        (Some("sk-"), 401),
        (None, 401),
    ] {
        let headers: Vec<_> = key.map(|key| ("Authorization", key)).into_iter().collect();
        let line = "GET /serve/api/v2/re_0/metadata";
        let request = head(sandbox.address, line, &headers);
        let answer = send(sandbox.address, &request).await.unwrap();
        assert_eq!(answer.status, status, "{key:?}");
        assert_eq!(answer.json()["code"], status, "{key:?}");
    }
    let requests = sandbox.requests();
    assert_eq!(requests[0].call, Some(Call::KeyCheck));
    assert_eq!(requests[0].key_end, "hing");
    assert_eq!(requests[5].key_end, "");
    assert_eq!(requests[5].status, Some(401));
}

#[tokio::test]
async fn one_request_an_interval_is_taken_of_all_calls_together_and_401_goes_first() {
    let sandbox = Sandbox::start(SandboxOptions {
        interval: Duration::from_secs(600),
        ..quick()
    })
    .unwrap();
    assert_eq!(upload(&sandbox, "a.mp4", b"x").await.unwrap().status, 200);
    let refused = metadata(&sandbox, "re_0").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["msg"], "Rate limit exceeded");
    assert_eq!(upload(&sandbox, "a.mp4", b"x").await.unwrap().status, 429);
    for (key, status) in [("nonsense", 401), ("sk-other", 400), ("sk-other", 429)] {
        let line = "GET /serve/api/v2/re_0/metadata";
        let request = head(sandbox.address, line, &[("Authorization", key)]);
        let answer = send(sandbox.address, &request).await.unwrap();
        assert_eq!(answer.status, status, "{key}");
    }
    assert_eq!(sandbox.stored().len(), 1);
}

#[tokio::test]
async fn a_body_that_is_not_exactly_one_file_in_a_form_is_refused() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let good = form_of("a.mp4", b"content");
    let mut second = good[..good.len() - 4].to_vec();
    second.extend_from_slice(&good[BOUNDARY.len() + 2..]);
    let cases: [(&str, Vec<u8>); 6] = [
        ("no form at all", b"content".to_vec()),
        ("another part", second),
        ("no end", good[..good.len() - 8].to_vec()),
        ("no file name", form("name=\"file\"", b"content")),
        (
            "another name",
            form("name=\"f\"; filename=\"a.mp4\"", b"content"),
        ),
        ("an empty file", form_of("a.mp4", b"")),
    ];
    for (what, body) in cases {
        let request = upload_request(&sandbox, &body);
        let answer = send(sandbox.address, &request).await.unwrap();
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        assert_eq!(answer.json()["data"], Value::Null, "{what}");
    }
    assert!(sandbox.stored().is_empty());

    let unlined = &good[..good.len() - 2];
    let answer = send(sandbox.address, &upload_request(&sandbox, unlined)).await;
    assert_eq!(answer.unwrap().status, 200, "the last CRLF is optional");
}

#[tokio::test]
async fn a_body_without_a_declared_length_is_refused() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    for (line, content_type) in [
        ("POST /serve/api/v2/upload", content_type.as_str()),
        ("POST /serve/api/v2/upload/signed-url", "application/json"),
    ] {
        let headers = [
            ("Authorization", KEY),
            ("Content-Type", content_type),
            ("Transfer-Encoding", "chunked"),
        ];
        let mut request = head(sandbox.address, line, &headers);
        request.extend_from_slice(b"2\r\n{}\r\n0\r\n\r\n");
        let answer = send(sandbox.address, &request).await.unwrap();
        assert_eq!(answer.status, 411, "{line}");
    }
}

#[tokio::test]
async fn the_limit_of_a_direct_upload_is_that_of_the_file() {
    let sandbox = Sandbox::start(SandboxOptions {
        direct_limit: 1000,
        ..quick()
    })
    .unwrap();
    for (size, status) in [(1000, 200), (1001, 413), (200_000, 413)] {
        let answer = upload(&sandbox, "a.mp4", &content(size)).await.unwrap();
        assert_eq!(answer.status, status, "{size}");
    }
    assert_eq!(sandbox.stored().len(), 1);
}

#[tokio::test]
async fn what_is_not_a_call_is_answered_as_the_service_does() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let wrong = api_request(&sandbox, "GET /upload", &[], b"");
    assert_eq!(send(sandbox.address, &wrong).await.unwrap().status, 405);
    let nowhere = api_request(&sandbox, "GET /a/b/c", &[], b"");
    let answer = send(sandbox.address, &nowhere).await.unwrap();
    assert_eq!(answer.status, 404);
    assert!(answer.json()["requestId"].is_string(), "{answer:?}");
}

#[tokio::test]
async fn a_success_comes_in_each_of_the_known_wordings() {
    for (style, code) in [
        (EnvelopeStyle::Number, Value::from(200)),
        (EnvelopeStyle::Created, Value::from(201)),
        (EnvelopeStyle::Words, Value::from("SUCCESS")),
    ] {
        let sandbox = with_plan(FaultPlan::new().envelope(style));
        let envelope = upload(&sandbox, "a.mp4", b"x").await.unwrap().json();
        assert_eq!(envelope["code"], code);
        let alone = style == EnvelopeStyle::Words;
        assert_eq!(envelope["data"].is_string(), alone, "{style:?}");
    }
}

#[test]
fn statuses_advance_with_time() {
    let timing = Timing::default();
    let at = |ms| timing.status(Duration::from_millis(ms));
    assert_eq!(
        [at(0), at(499), at(500)],
        ["WAITING", "WAITING", "UPLOADING"]
    );
    assert_eq!([at(1499), at(1500)], ["UPLOADING", "SUCCESS"]);
    let quick = timing.scaled(0.01);
    assert_eq!(quick.status(Duration::from_millis(15)), "SUCCESS");
}

#[tokio::test]
async fn a_stopped_sandbox_frees_its_ports_and_connections() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let address = sandbox.address;
    let mut idle = TcpStream::connect(address).await.unwrap();
    upload(&sandbox, "a.mp4", b"x").await.unwrap();
    sandbox.shutdown().await;
    let mut rest = Vec::new();
    // The connection ends in order or by a reset.
    let _ = idle.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
    let again = Sandbox::start(SandboxOptions {
        port: address.port(),
        ..quick()
    });
    assert_eq!(again.unwrap().address, address);
}
