//! Connections that break, stall or never open, and invalid responses.

use std::sync::mpsc;

use super::*;
use crate::api::exchange::ANSWER_LIMIT;
use crate::model::asset::AssetId;
use crate::model::fault::RequiredAction;

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

/// Responds to a large upload with success after a part of its body, then runs `then`.
async fn answered_early(
    close: &'static str,
    then: impl FnOnce(&mut Conn) + Send + 'static,
) -> (Uploaded, Vec<AssetId>, Sample, Seen) {
    let script: Script = Box::new(move |conn| {
        conn.read_head();
        conn.read_body(50_000);
        conn.write(&format!(
            "HTTP/1.1 200 OK\r\n{close}Content-Length: {}\r\n\r\n{OK}",
            OK.len()
        ));
        then(conn);
    });
    let server = Server::start(vec![script]);
    let client = client_at(&server.base(), |options| {
        options.policy.stall = Duration::from_secs(2);
    });
    let (told, early) = mpsc::channel();
    let meter = TransferProgress::default().telling_early_id(move |id| told.send(id).unwrap());
    let (meter, sample) = (Arc::new(meter), sample(LARGE));
    let uploaded = client.upload(&key(), &sample.file, &meter).await.unwrap();
    assert_eq!(meter.body_out(), uploaded.content.is_some());
    let seen = server.finish().await.remove(0);
    (uploaded, early.try_iter().collect(), sample, seen)
}

#[tokio::test]
async fn a_body_that_is_answered_with_an_id_before_its_end_is_sent_to_its_end() {
    let rest = |conn: &mut Conn| {
        let length: usize = conn.seen.header("content-length").unwrap().parse().unwrap();
        conn.read_body(length - 50_000);
    };
    let (uploaded, early, sample, seen) = answered_early("", rest).await;
    assert_eq!(early, [uploaded.asset_id]);
    let hash = blake3::hash(&sample.content).to_hex();
    assert_eq!(uploaded.content.unwrap().to_hex(), hash.as_str());
    assert!(seen.body.ends_with(b"--\r\n"), "its last bytes came");
}

#[tokio::test]
async fn of_a_body_that_is_answered_early_and_taken_no_further_the_id_is_kept_and_no_hash_claimed()
{
    for close in ["", "Connection: close\r\n"] {
        // A connection closed at once often loses the response too.
        let closes = |_: &mut Conn| std::thread::sleep(Duration::from_millis(500));
        let (uploaded, early, _, seen) = answered_early(close, closes).await;
        assert_eq!(early, [uploaded.asset_id], "{close:?}");
        assert_eq!(uploaded.content, None);
        assert!(seen.body.len() < LARGE);
    }
    let (hold, held) = mpsc::channel::<()>();
    let (uploaded, ..) = answered_early("", move |_| {
        let _ = held.recv_timeout(Duration::from_secs(20));
    })
    .await;
    assert_eq!(uploaded.content, None, "it stands still");
    drop(hold);
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

/// Sends a response after a whole request, then keeps the connection until the client closes it.
fn never_ends(answer: String) -> Script {
    Box::new(move |conn| {
        conn.read_request();
        conn.write(&answer);
        conn.read_to_close();
    })
}

/// Returns responses to an upload that lack only their end.
fn without_end(body: &str) -> [String; 2] {
    let longer = body.len() + 10;
    let size = body.len();
    [
        format!("HTTP/1.1 200 OK\r\nContent-Length: {longer}\r\n\r\n{body}"),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{size:x}\r\n{body}\r\n"),
    ]
}

#[tokio::test]
async fn an_id_whose_answer_does_not_end_in_time_is_taken() {
    for answer in without_end(OK) {
        let server = Server::start(vec![never_ends(answer.clone())]);
        let client = client_at(&server.base(), |options| {
            options.policy.answer_min = Duration::from_millis(400);
        });
        let uploaded = upload(&client, &sample(1000)).await;
        let id = uploaded.map(|uploaded| uploaded.asset_id.as_str().to_owned());
        assert_eq!(id.as_deref(), Ok("re_660727003963174912"), "{answer}");
        server.finish().await;
    }
}

#[tokio::test]
async fn an_answer_that_says_all_is_not_waited_for_until_it_ends() {
    let [answer, _] = without_end(OK);
    let server = Server::start(vec![never_ends(answer)]);
    let client = client(&server);
    let upload = async { upload(&client, &sample(1000)).await };
    // The end of a response may take a minute and more.
    let uploaded = tokio::time::timeout(Duration::from_secs(20), upload).await;
    assert!(uploaded.expect("it waits for the end").is_ok());
    server.finish().await;
}

#[tokio::test]
async fn what_was_read_of_an_answer_when_its_time_is_over_counts() {
    let half = &OK[..OK.len() - 20];
    for (answer, kind, recovery, id) in [
        (
            format!("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{half}"),
            FaultKind::NoAnswer,
            Recovery::OutcomeUnknown,
            Some("re_660727003963174912"),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n".to_owned(),
            FaultKind::NoAnswer,
            Recovery::OutcomeUnknown,
            None,
        ),
        (
            "HTTP/1.1 402 Payment Required\r\nContent-Length: 9\r\n\r\n".to_owned(),
            FaultKind::InsufficientBalance,
            Recovery::NeedsUser(RequiredAction::Balance),
            None,
        ),
    ] {
        let server = Server::start(vec![never_ends(answer.clone())]);
        let client = client_at(&server.base(), |options| {
            options.policy.answer_min = Duration::from_millis(400);
        });
        let fault = upload(&client, &sample(1000)).await.unwrap_err();
        assert_eq!((fault.kind, fault.recovery), (kind, recovery), "{answer}");
        let kept = fault.diagnostics.asset_id.as_ref();
        assert_eq!(kept.map(AssetId::as_str), id);
        server.finish().await;
    }
}

#[tokio::test]
async fn a_call_whose_answer_does_not_end_is_judged_by_what_came() {
    let url = r#"{"code":200,"data":{"asset_id":"re_7","signed_url":"https://h.example/o?s=1"}}"#;
    let [whole, _] = without_end(url);
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"code\"";
    let server = Server::start(vec![never_ends(whole), never_ends(half.to_owned())]);
    let client = client_at(&server.base(), |options| {
        options.call_limit = Duration::from_millis(400);
    });
    let ticket = client.signed_url(&key(), "a.mp4").await.unwrap();
    assert_eq!(ticket.asset_id.as_str(), "re_7");
    let fault = client.signed_url(&key(), "a.mp4").await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::Stalled, TRANSIENT)
    );
    server.finish().await;
}

#[tokio::test]
async fn ids_that_are_not_taken_are_told() {
    let long = "r".repeat(3000);
    for (data, told) in [
        (r#"{"asset_id":"re_1/2"}"#, "\"re_1/2\""),
        (r#"{"asset_id":"re 1?a#b"}"#, "\"re 1\\u{3f}a#b\""),
        (r#"{"asset_id":".."}"#, "\"..\""),
        (r#"{"asset_id":"re_\n1"}"#, "\"re_\\n1\""),
        (r#"[{"asset_id":"re_1"},{"asset_id":"re_2"}]"#, "\"re_2\""),
        (&format!(r#"{{"asset_id":"{long}"}}"#), &long[..1000]),
    ] {
        let body = format!(r#"{{"code":200,"data":{data}}}"#);
        let fault = fault(1000, answers("200 OK", "", &body)).await;
        assert_eq!(fault.kind, FaultKind::BadAnswer);
        let causes = fault.diagnostics.causes.join("; ");
        assert!(causes.contains(told), "{told} in {causes}");
        assert!(causes.len() < 1200, "{}", causes.len());
        assert!(!causes.contains("\"re_1\""), "that one is kept: {causes}");
    }
    let secret = r#"{"code":200,"data":{"asset_id":"https://h/o?X-Goog-Signature=abc"}}"#;
    let fault = fault(1000, answers("200 OK", "", secret)).await;
    let causes = fault.diagnostics.causes.join("; ");
    assert!(
        causes.contains("https://h/o") && !causes.contains("abc"),
        "{causes}"
    );
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
