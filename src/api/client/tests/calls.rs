//! Calls without a file: key check, metadata, signed URLs.

use std::sync::mpsc;

use super::*;
use crate::api::limiter::{Limiter, LimiterOptions, Priority};
use crate::api::paced::RateLimited;

#[tokio::test]
async fn a_key_is_good_when_the_answer_finds_fault_with_the_request() {
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
        (
            "400 Bad Request",
            r#"{"code":400,"msg":"Request has exceeded the limit.","data":null}"#,
            None,
        ),
        (
            "200 OK",
            r#"{"code":"0001","msg":"Request has exceeded the limit."}"#,
            None,
        ),
        (
            "404 Not Found",
            r#"{"timestamp":"2026-01-01T00:00:00Z","path":"/re_0/metadata","status":404,"error":"Not Found","requestId":"7"}"#,
            None,
        ),
        (
            "200 OK",
            r#"{"code":404,"msg":"no route","data":null,"success":false}"#,
            None,
        ),
        ("405 Method Not Allowed", r#"{"code":405,"msg":"no"}"#, None),
        ("404 Not Found", "<html>nginx", None),
        ("400 Bad Request", "", None),
        // The key's own code takes precedence over the status.
        (
            "400 Bad Request",
            r#"{"code":"0401","msg":"no"}"#,
            Some(FaultKind::Unauthorized),
        ),
        (
            "400 Bad Request",
            r#"{"code":400,"msg":"The network is abnormal, please try again later"}"#,
            Some(FaultKind::ServerError),
        ),
        (
            "400 Bad Request",
            r#"{"code":400,"msg":"This API is deprecated"}"#,
            Some(FaultKind::Retired),
        ),
        (
            "403 Forbidden",
            r#"{"code":403,"msg":"Forbidden"}"#,
            Some(FaultKind::Forbidden),
        ),
        (
            "403 Forbidden",
            "<html>Blocked by the firewall",
            Some(FaultKind::Blocked),
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
async fn a_check_of_a_good_key_slows_nothing_down() {
    let limit = r#"{"code":400,"msg":"Request has exceeded the limit."}"#;
    let server = Server::start(vec![
        answers("400 Bad Request", "", limit),
        answers("429 Too Many Requests", "", ""),
    ]);
    let limiter = Arc::new(Limiter::new(LimiterOptions::default().faster(100)));
    let paced = RateLimited::new(client(&server), Arc::clone(&limiter));
    let usual = limiter.spacing();
    paced.check_key(&key(), Priority::Upload).await.unwrap();
    assert_eq!(limiter.spacing(), usual);
    paced.check_key(&key(), Priority::Upload).await.unwrap_err();
    assert!(limiter.spacing() > usual);
    server.finish().await;
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
async fn an_asset_is_deleted_by_id_and_only_the_services_word_counts() {
    let not_found = r#"{"code":400,"msg":"Asset not found","data":null}"#;
    let limit = r#"{"code":400,"msg":"Request has exceeded the limit.","data":null}"#;
    let server = Server::start(vec![
        answers("200 OK", "", r#"{"code":200,"msg":"success","data":null}"#),
        answers("400 Bad Request", "", not_found),
        answers("404 Not Found", "", not_found),
        answers("404 Not Found", "", "<html>nginx"),
        answers("400 Bad Request", "", limit),
        answers(
            "200 OK",
            "",
            r#"{"code":"0429","msg":"Rate limit exceeded"}"#,
        ),
        answers(
            "402 Payment Required",
            "",
            r#"{"code":402,"msg":"balance"}"#,
        ),
        answers("200 OK", "", "<html>Sign in"),
    ]);
    let client = client(&server);
    let asset = AssetId::new("re_7").unwrap();
    for expected in [
        Ok(DeletionAnswer::Deleted),
        Ok(DeletionAnswer::NotFound),
        Ok(DeletionAnswer::NotFound),
        Err(FaultKind::BadRequest),
        Err(FaultKind::RateLimitedOrInvalid),
        Err(FaultKind::RateLimited),
        Err(FaultKind::InsufficientBalance),
        Err(FaultKind::WebPage),
    ] {
        let outcome = client.delete(&key(), &asset).await;
        assert_eq!(outcome.map_err(|fault| fault.kind), expected);
    }
    assert_eq!(
        server.finish().await[0].line,
        "DELETE /serve/api/v2/re_7 HTTP/1.1"
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
