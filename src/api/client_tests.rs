//! The client against scripted bytes on loopback, in real time with short limits.

use std::sync::mpsc;

use super::super::wire_server::*;
use super::*;
use crate::model::fault::Recovery;

const KEY: &str = "sk-mavi-0123456789abcdef";
const OK: &str = r#"{"code":200,"msg":"success","data":{"asset_id":"re_660727003963174912"},"success":true,"failed":false}"#;
/// More than the buffers of a loopback connection take.
const LARGE: usize = 24_000_000;
const TRANSIENT: Recovery = Recovery::Transient { retry_after: None };

fn key() -> ApiKey {
    ApiKey::from_pasted(KEY).unwrap()
}

fn client_at(base: &str, change: impl FnOnce(&mut ClientOptions)) -> Client {
    let mut options = ClientOptions::new(BaseUrl::parse(base).unwrap());
    change(&mut options);
    Client::new(options).unwrap()
}

fn client(server: &Server) -> Client {
    client_at(&server.base(), |_| {})
}

async fn upload(client: &Client, sample: &Sample) -> Result<Uploaded, Fault> {
    let meter = Arc::new(Meter::default());
    let result = client.upload(&key(), &sample.file, &meter).await;
    if let Err(fault) = &result {
        let shown = format!("{fault:?}");
        assert!(!shown.contains("0123456789abcdef"), "{shown}");
    }
    result
}

/// The fault of uploading a file of this size against one script.
async fn fault(size: usize, script: Script) -> Fault {
    let server = Server::start(vec![script]);
    let fault = upload(&client(&server), &sample(size)).await.unwrap_err();
    server.finish().await;
    fault
}

#[tokio::test]
async fn an_upload_is_one_exactly_sized_form() {
    for size in [1, 262_144, 1_000_000] {
        let server = Server::start(vec![answers("200 OK", "", OK)]);
        let sample = sample(size);
        let meter = Arc::new(Meter::default());
        let uploaded = client(&server)
            .upload(&key(), &sample.file, &meter)
            .await
            .unwrap();
        assert_eq!(uploaded.asset_id.as_str(), "re_660727003963174912");
        let hash = blake3::hash(&sample.content).to_hex();
        assert_eq!(uploaded.content.unwrap().to_hex(), hash.as_str());
        assert_eq!(meter.sent(), size as u64);
        assert!(meter.body_out());

        let seen = &server.finish().await[0];
        assert_eq!(seen.line, "POST /serve/api/v2/upload HTTP/1.1");
        assert_eq!(seen.all("authorization"), [KEY]);
        assert_eq!(seen.all("content-length").len(), 1);
        for absent in ["transfer-encoding", "expect", "referer", "cookie"] {
            assert_eq!(seen.header(absent), None, "{absent}");
        }
        assert!(
            seen.header("user-agent")
                .unwrap()
                .starts_with("mavi-uploader/")
        );
        let boundary = seen
            .header("content-type")
            .unwrap()
            .strip_prefix("multipart/form-data; boundary=")
            .unwrap();
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"影片 \\\"1\\\".mp4\"\r\nContent-Type: video/mp4\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let inner = seen.body.strip_prefix(head.as_bytes()).unwrap();
        let inner = inner.strip_suffix(tail.as_bytes()).unwrap();
        assert!(inner == sample.content);
    }
}

#[tokio::test]
async fn a_reset_in_mid_body_is_told_from_a_lost_answer() {
    let broken = fault(LARGE, resets_after(100_000)).await;
    assert_eq!(
        (broken.kind, broken.recovery),
        (FaultKind::BrokenInBody, TRANSIENT)
    );
    let lost = fault(
        1000,
        Box::new(|conn| {
            conn.read_request();
            hangs_up(conn);
        }),
    )
    .await;
    assert_eq!(
        (lost.kind, lost.recovery),
        (FaultKind::LostAnswer, Recovery::OutcomeUnknown)
    );
    assert_eq!(lost.diagnostics.call.as_deref(), Some("POST /upload"));
    assert!(!lost.diagnostics.causes.is_empty());
    let lost = fault(
        1000,
        Box::new(|conn| {
            conn.read_request();
            conn.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"code\":");
        }),
    )
    .await;
    assert_eq!(lost.kind, FaultKind::LostAnswer);
}

#[tokio::test]
async fn an_early_answer_is_taken_and_sending_stops() {
    for (status, kind) in [
        ("403 Forbidden", FaultKind::Forbidden),
        ("413 Content Too Large", FaultKind::TooLargeForDirect),
        ("401 Unauthorized", FaultKind::Unauthorized),
    ] {
        for close in ["Connection: close\r\n", ""] {
            let script: Script = Box::new(move |conn| {
                conn.read_head();
                conn.read_body(50_000);
                conn.write(&format!(
                    "HTTP/1.1 {status}\r\n{close}Content-Length: 2\r\n\r\n{{}}"
                ));
                conn.read_to_close();
            });
            let server = Server::start(vec![script]);
            let fault = upload(&client(&server), &sample(LARGE)).await.unwrap_err();
            assert_eq!(fault.kind, kind);
            let sent = server.finish().await[0].body.len();
            assert!(sent < LARGE, "all was sent after {status} {close:?}");
        }
    }
}

#[tokio::test]
async fn answers_that_are_none_leave_the_outcome_unknown() {
    for (status, headers, body, kind) in [
        (
            "302 Found",
            "Location: /elsewhere\r\n",
            "",
            FaultKind::Redirect,
        ),
        (
            "307 Temporary Redirect",
            "Location: /elsewhere\r\n",
            "",
            FaultKind::Redirect,
        ),
        (
            "200 OK",
            "Content-Type: text/html\r\n",
            "<html>Sign in",
            FaultKind::WebPage,
        ),
        (
            "200 OK",
            "",
            "{\"code\":200,\"data\":{}}",
            FaultKind::BadAnswer,
        ),
        ("200 OK", "", "", FaultKind::BadAnswer),
    ] {
        let fault = fault(1000, answers(status, headers, body)).await;
        assert_eq!(
            (fault.kind, fault.recovery),
            (kind, Recovery::OutcomeUnknown),
            "{status} {body}"
        );
    }
    let garbage: Script = Box::new(|conn| {
        conn.read_request();
        conn.write("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    });
    let fault = fault(1000, garbage).await;
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::BadAnswer, Recovery::OutcomeUnknown)
    );
}

#[tokio::test]
async fn reading_stops_within_an_endless_answer() {
    let endless: Script = Box::new(|conn| {
        conn.read_request();
        conn.write("HTTP/1.1 200 OK\r\n\r\n");
        let block = vec![b' '; 64 * 1024];
        let mut written = 0;
        while std::io::Write::write_all(&mut conn.stream, &block).is_ok() {
            written += block.len();
            assert!(written < 64 * ANSWER_LIMIT, "nobody stops reading");
        }
    });
    let fault = fault(1000, endless).await;
    assert_eq!(fault.kind, FaultKind::AnswerTooLarge);
}

#[tokio::test]
async fn a_connection_on_which_nothing_moves_is_dropped() {
    let (hold, held) = mpsc::channel::<()>();
    let server = Server::start(vec![Box::new(move |conn| {
        conn.read_head();
        let _ = held.recv();
    })]);
    let client = client_at(&server.base(), |options| {
        options.policy.stall = Duration::from_millis(400);
    });
    let started = Instant::now();
    let fault = upload(&client, &sample(LARGE)).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::Stalled, TRANSIENT)
    );
    assert!(started.elapsed() >= Duration::from_millis(400));
    drop(hold);
    server.finish().await;
}

#[tokio::test]
async fn a_slow_connection_that_moves_is_not_dropped() {
    let slow: Script = Box::new(|conn| {
        conn.read_head();
        let length: usize = conn.seen.header("content-length").unwrap().parse().unwrap();
        let mut left = length;
        while left > 0 {
            std::thread::sleep(Duration::from_millis(30));
            let piece = left.min(600_000);
            conn.read_body(piece);
            left -= piece;
        }
        conn.answer("200 OK", "", OK);
    });
    let server = Server::start(vec![slow]);
    let client = client_at(&server.base(), |options| {
        options.policy.stall = Duration::from_secs(1);
    });
    let started = Instant::now();
    upload(&client, &sample(LARGE)).await.unwrap();
    assert!(started.elapsed() > Duration::from_secs(1));
    server.finish().await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_leaves_the_outcome_unknown() {
    let (hold, held) = mpsc::channel::<()>();
    let server = Server::start(vec![Box::new(move |conn| {
        conn.read_request();
        let _ = held.recv();
    })]);
    let client = client_at(&server.base(), |options| {
        options.policy.answer_min = Duration::from_millis(200);
    });
    let fault = upload(&client, &sample(1000)).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::NoAnswer, Recovery::OutcomeUnknown)
    );
    drop(hold);
    server.finish().await;
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_never_arrives_whole() {
    let sample = sample(LARGE);
    let path = sample.file.path.clone();
    let server = Server::start(vec![Box::new(move |conn| {
        conn.read_head();
        conn.read_body(50_000);
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap();
        std::io::Write::write_all(&mut file, b"more").unwrap();
        conn.read_to_close();
    })]);
    let fault = upload(&client(&server), &sample).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::FileChanged, Recovery::Permanent)
    );
    let seen = &server.finish().await[0];
    let length: usize = seen.header("content-length").unwrap().parse().unwrap();
    assert!(seen.body.len() < length);
}

#[tokio::test]
async fn a_dropped_upload_closes_its_connection() {
    let (begun_in, begun) = tokio::sync::oneshot::channel();
    let server = Server::start(vec![Box::new(move |conn| {
        conn.read_head();
        conn.read_body(10);
        begun_in.send(()).unwrap();
        conn.read_to_close();
    })]);
    let client = client(&server);
    let sample = sample(LARGE);
    tokio::select! {
        _ = upload(&client, &sample) => panic!("no answer is given"),
        _ = begun => {}
    }
    let seen = server.finish().await;
    assert!(seen[0].body.len() < LARGE);
}

#[tokio::test]
async fn what_nobody_listens_for_is_offline() {
    let server = Server::start(vec![]);
    let base = server.base();
    server.finish().await;
    let client = client_at(&base, |_| {});
    for fault in [
        upload(&client, &sample(1000)).await.unwrap_err(),
        client.check_key(&key()).await.unwrap_err(),
    ] {
        assert_eq!(
            (fault.kind, fault.recovery),
            (FaultKind::Offline, TRANSIENT)
        );
    }
}

#[tokio::test]
async fn a_failed_handshake_is_told_from_a_broken_one() {
    let https = |server: &Server| server.base().replace("http://", "https://");
    let server = Server::start(vec![Box::new(|conn| {
        conn.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        conn.read_to_close();
    })]);
    let fault = client_at(&https(&server), |_| {})
        .check_key(&key())
        .await
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::Tls, Recovery::Permanent)
    );
    server.finish().await;
    let server = Server::start(vec![Box::new(|conn| {
        let mut some = [0; 64];
        std::io::Read::read_exact(&mut conn.stream, &mut some).unwrap();
        conn.reset();
    })]);
    let fault = client_at(&https(&server), |_| {})
        .check_key(&key())
        .await
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::Offline, TRANSIENT)
    );
    server.finish().await;
}

#[tokio::test]
async fn a_key_is_good_when_it_gets_an_asset_error() {
    for (status, body, kind) in [
        (
            "400 Bad Request",
            r#"{"code":400,"msg":"Asset not found","data":null}"#,
            None,
        ),
        (
            "400 Bad Request",
            r#"{"code":400,"msg":"invalid id","data":null}"#,
            None,
        ),
        (
            "404 Not Found",
            r#"{"code":404,"msg":"Asset not found","data":null}"#,
            None,
        ),
        ("200 OK", r#"{"code":"0001","msg":"Asset not found"}"#, None),
        (
            "200 OK",
            r#"{"code":"0003","msg":"invalid parameter"}"#,
            None,
        ),
        // Another server, or another path of this one: it never looked at the key.
        (
            "404 Not Found",
            r#"{"timestamp":"2026-01-01T00:00:00Z","path":"/re_0/metadata","status":404,"error":"Not Found","requestId":"7"}"#,
            Some(FaultKind::BadRequest),
        ),
        (
            "200 OK",
            r#"{"code":404,"msg":"no route","data":null,"success":false}"#,
            Some(FaultKind::BadRequest),
        ),
        (
            "405 Method Not Allowed",
            r#"{"code":405,"msg":"no"}"#,
            Some(FaultKind::BadRequest),
        ),
        (
            "200 OK",
            r#"{"code":200,"data":{"total":0,"resource":[]}}"#,
            None,
        ),
        (
            "401 Unauthorized",
            r#"{"code":401,"msg":"Unauthorized"}"#,
            Some(FaultKind::Unauthorized),
        ),
        (
            "200 OK",
            r#"{"code":"0401"}"#,
            Some(FaultKind::Unauthorized),
        ),
        ("404 Not Found", "<html>nginx", Some(FaultKind::BadRequest)),
        ("429 Too Many Requests", "", Some(FaultKind::RateLimited)),
        ("200 OK", "<html>", Some(FaultKind::WebPage)),
        ("503 Service Unavailable", "", Some(FaultKind::ServerError)),
    ] {
        let server = Server::start(vec![answers(status, "", body)]);
        let result = client(&server).check_key(&key()).await;
        assert_eq!(
            result.err().map(|fault| fault.kind),
            kind,
            "{status} {body}"
        );
        let seen = &server.finish().await[0];
        assert_eq!(seen.line, "GET /serve/api/v2/re_0/metadata HTTP/1.1");
        assert_eq!(seen.header("authorization"), Some(KEY));
    }
}

#[tokio::test]
async fn metadata_is_asked_for_by_id() {
    let body = r#"{"code":200,"data":{"total":"1","resource":[
        {"asset_id":"re_7","file_size":"12","upload_status":"SUCCESS"}]}}"#;
    let not_found = r#"{"code":400,"msg":"Asset not found","data":null}"#;
    let server = Server::start(vec![
        answers("200 OK", "", body),
        answers("400 Bad Request", "", not_found),
        answers("400 Bad Request", "", r#"{"code":400,"msg":"bad id"}"#),
    ]);
    let client = client(&server);
    let asset = AssetId::new("re_7").unwrap();
    let AssetAnswer::Known(known) = client.metadata(&key(), &asset).await.unwrap() else {
        panic!("known");
    };
    assert_eq!(known.file_size, Some(12));
    assert_eq!(
        client.metadata(&key(), &asset).await.unwrap(),
        AssetAnswer::NotFound
    );
    let fault = client.metadata(&key(), &asset).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::BadRequest);
    assert_eq!(
        server.finish().await[0].line,
        "GET /serve/api/v2/re_7/metadata HTTP/1.1"
    );
}

#[tokio::test]
async fn a_signed_url_is_asked_for_by_name_and_only_a_safe_one_is_taken() {
    let url = |url: &str| {
        format!(
            r#"{{"code":200,"data":{{"asset_id":"re_7","signed_url":"{url}","expires_in":93600}}}}"#
        )
    };
    let server = Server::start(vec![
        answers(
            "200 OK",
            "",
            &url("https://storage.googleapis.com/b/o?X-Goog-Signature=1"),
        ),
        answers("200 OK", "", &url("http://storage.googleapis.com/b/o")),
        answers(
            "200 OK",
            "",
            &url("https://me:pw@storage.googleapis.com/b/o"),
        ),
        answers("200 OK", "", &url("file:///etc/passwd")),
    ]);
    let client = client(&server);
    let ticket = client.signed_url(&key(), "影 \"x\".mp4").await.unwrap();
    assert_eq!(ticket.asset_id.as_str(), "re_7");
    assert_eq!(format!("{:?}", ticket.url), "SecretUrl(…)");
    for _ in 0..3 {
        let fault = client.signed_url(&key(), "a.mp4").await.unwrap_err();
        assert_eq!(
            (fault.kind, fault.recovery),
            (FaultKind::BadAnswer, TRANSIENT)
        );
        let kept = fault.diagnostics.asset_id.unwrap();
        assert_eq!(kept.as_str(), "re_7", "no id is lost");
    }
    let seen = &server.finish().await[0];
    assert_eq!(seen.line, "POST /serve/api/v2/upload/signed-url HTTP/1.1");
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(
        String::from_utf8_lossy(&seen.body),
        r#"{"original_filename":"影 \"x\".mp4"}"#
    );
}

#[tokio::test]
async fn an_id_in_an_answer_that_is_no_success_comes_with_the_fault() {
    let denied = r#"{"code":200,"success":false,"data":{"asset_id":"re_8"}}"#;
    let cut = r#"{"code":200,"data":{"asset_id":"re_8","signed_u"#;
    let no_url = r#"{"code":200,"data":{"asset_id":"re_8","expires_in":93600}}"#;
    for body in [denied, cut, no_url] {
        let server = Server::start(vec![answers("200 OK", "", body)]);
        let client = client(&server);
        let fault = client.signed_url(&key(), "a.mp4").await.unwrap_err();
        let kept = fault.diagnostics.asset_id.map(|id| id.to_string());
        assert_eq!(kept.as_deref(), Some("re_8"), "{body}");
        server.finish().await;
    }
    let listed = r#"{"code":200,"data":[{"asset_id":"re_8"},{"name":"a"}]}"#;
    for (status, body) in [
        ("200 OK", denied),
        ("500 Oh", denied),
        ("200 OK", cut),
        ("200 OK", listed),
    ] {
        let fault = fault(1000, answers(status, "", body)).await;
        let kept = fault.diagnostics.asset_id.map(|id| id.to_string());
        assert_eq!(kept.as_deref(), Some("re_8"), "{status} {body}");
    }
}

#[tokio::test]
async fn a_call_without_a_file_has_a_limit_and_no_unknown_outcome() {
    let (hold, held) = mpsc::channel::<()>();
    let server = Server::start(vec![
        Box::new(move |conn| {
            conn.read_request();
            let _ = held.recv();
        }),
        Box::new(|conn| {
            conn.read_request();
            hangs_up(conn);
        }),
    ]);
    let impatient = client_at(&server.base(), |options| {
        options.call_limit = Duration::from_millis(200);
    });
    let fault = impatient.signed_url(&key(), "a.mp4").await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::Stalled, TRANSIENT)
    );
    drop(hold);
    let fault = client(&server)
        .signed_url(&key(), "a.mp4")
        .await
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::Offline, TRANSIENT)
    );
    server.finish().await;
}
