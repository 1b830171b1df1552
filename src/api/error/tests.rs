//! Faults of responses, by the rows of `docs/faults.md`.

use super::*;
use crate::model::fault::RequiredAction;

const TRANSIENT: Recovery = Recovery::Transient { retry_after: None };

fn call(effect: CallKind) -> CallContext<'static> {
    CallContext {
        name: "POST /upload",
        effect,
        key: None,
    }
}

fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: HeaderMap::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
        cut: None,
    }
}

fn fault_of(answer: &Response) -> Fault {
    call(CallKind::Stores { body_out: true })
        .data(answer)
        .unwrap_err()
}

#[test]
fn every_row_of_the_fault_table_that_is_an_answer() {
    use FaultKind as K;
    let key = Recovery::NeedsUser(RequiredAction::Key);
    let balance = Recovery::NeedsUser(RequiredAction::Balance);
    let account = Recovery::NeedsUser(RequiredAction::Account);
    let program = Recovery::NeedsUser(RequiredAction::Program);
    let html = "<html><body>nginx</body></html>";
    let spring = r#"{"timestamp":"t","path":"/x","status":503,"error":"e","requestId":"r"}"#;
    for (status, body, kind, recovery) in [
        (200, "", K::BadAnswer, Recovery::OutcomeUnknown),
        (
            200,
            r#"{"code":200,"da"#,
            K::BadAnswer,
            Recovery::OutcomeUnknown,
        ),
        (200, html, K::WebPage, Recovery::OutcomeUnknown),
        (
            200,
            r#"{"code":200,"success":false}"#,
            K::BadAnswer,
            Recovery::OutcomeUnknown,
        ),
        (
            200,
            r#"{"code":"0001","msg":"The network is abnormal, please try again later"}"#,
            K::ServerError,
            TRANSIENT,
        ),
        (
            200,
            r#"{"code":"0402","msg":"System busy","failed":true}"#,
            K::ServerError,
            TRANSIENT,
        ),
        (
            200,
            r#"{"success":false,"msg":"Please try again later"}"#,
            K::ServerError,
            TRANSIENT,
        ),
        (
            400,
            r#"{"code":400,"msg":"The network is abnormal, please try again later"}"#,
            K::ServerError,
            TRANSIENT,
        ),
        (
            402,
            r#"{"code":402,"msg":"Not enough credit, top up and try again later"}"#,
            K::InsufficientBalance,
            Recovery::NeedsUser(RequiredAction::Balance),
        ),
        (
            200,
            r#"{"code":"0429","msg":"Too many requests, please try again later"}"#,
            K::RateLimited,
            TRANSIENT,
        ),
        (
            400,
            r#"{"code":400,"msg":"This API is deprecated"}"#,
            K::Retired,
            program,
        ),
        (
            200,
            r#"{"code":"0003","msg":"POST /upload is no longer supported"}"#,
            K::Retired,
            program,
        ),
        (410, "This API has been sunset.", K::Retired, program),
        (503, r#"{"code":503,"msg":"retired"}"#, K::Retired, program),
        (
            415,
            r#"{"code":415,"msg":"AVI is no longer supported"}"#,
            K::UnsupportedMedia,
            Recovery::Permanent,
        ),
        (302, "", K::Redirect, Recovery::OutcomeUnknown),
        (308, html, K::Redirect, Recovery::OutcomeUnknown),
        (
            400,
            r#"{"code":400,"msg":"Request has exceeded the limit."}"#,
            K::RateLimitedOrInvalid,
            TRANSIENT,
        ),
        (
            200,
            r#"{"code":"0001","msg":"Request has exceeded the limit."}"#,
            K::RateLimitedOrInvalid,
            TRANSIENT,
        ),
        (
            200,
            r#"{"code":400,"msg":"Rate limit exceeded"}"#,
            K::RateLimited,
            TRANSIENT,
        ),
        (
            400,
            r#"{"code":400,"msg":"bad"}"#,
            K::BadRequest,
            Recovery::Permanent,
        ),
        (
            200,
            r#"{"code":"0001"}"#,
            K::BadRequest,
            Recovery::Permanent,
        ),
        (
            200,
            r#"{"code":"0003"}"#,
            K::BadRequest,
            Recovery::Permanent,
        ),
        (
            200,
            r#"{"failed":true}"#,
            K::BadRequest,
            Recovery::Permanent,
        ),
        (400, html, K::BadRequest, Recovery::Permanent),
        (404, html, K::BadRequest, Recovery::Permanent),
        (
            401,
            r#"{"code":401,"msg":"Unauthorized","data":null}"#,
            K::Unauthorized,
            key,
        ),
        (401, "", K::Unauthorized, key),
        (200, r#"{"code":"0401"}"#, K::Unauthorized, key),
        (200, r#"{"code":"9009"}"#, K::Unauthorized, key),
        (400, r#"{"code":"0401"}"#, K::Unauthorized, key),
        (402, html, K::InsufficientBalance, balance),
        (200, r#"{"code":"0402"}"#, K::InsufficientBalance, balance),
        (403, spring, K::Forbidden, account),
        (403, "", K::Forbidden, account),
        (403, html, K::Blocked, TRANSIENT),
        (200, r#"{"code":"0403"}"#, K::Forbidden, account),
        (409, "{}", K::Conflict, TRANSIENT),
        (200, r#"{"code":"0409"}"#, K::Conflict, TRANSIENT),
        (413, html, K::TooLargeForDirect, TRANSIENT),
        (415, "", K::UnsupportedMedia, Recovery::Permanent),
        (408, "", K::Stalled, TRANSIENT),
        (
            429,
            r#"{"code":429,"msg":"Rate limit exceeded"}"#,
            K::RateLimited,
            TRANSIENT,
        ),
        (429, html, K::RateLimited, TRANSIENT),
        (200, r#"{"code":"0429"}"#, K::RateLimited, TRANSIENT),
        (500, r#"{"code":500,"msg":"x"}"#, K::ServerError, TRANSIENT),
        (500, r#"{"code":429,"msg":"x"}"#, K::RateLimited, TRANSIENT),
        (502, html, K::ServerError, TRANSIENT),
        (503, spring, K::ServerError, TRANSIENT),
        (
            503,
            r#"{"code":200,"success":true,"data":{}}"#,
            K::ServerError,
            TRANSIENT,
        ),
    ] {
        let fault = fault_of(&answer(status, body));
        assert_eq!(
            (fault.kind, fault.recovery),
            (kind, recovery),
            "{status} {body}"
        );
        assert_eq!(fault.diagnostics.http_status, Some(status));
        assert_eq!(fault.diagnostics.call.as_deref(), Some("POST /upload"));
    }
}

#[test]
fn an_id_beside_a_success_counts_whatever_the_code() {
    for body in [
        r#"{"code":201,"msg":"created","data":{"asset_id":"re_1"},"success":true,"failed":false}"#,
        r#"{"code":"SUCCESS","data":{"asset_id":"re_1"},"success":true}"#,
        r#"{"code":"0429","data":"re_1","success":true}"#,
    ] {
        let good = answer(200, body);
        let data = call(CallKind::None).data(&good).unwrap();
        assert_eq!(wire::asset_id(data).unwrap().as_str(), "re_1", "{body}");
        assert_eq!(
            fault_of(&answer(500, body)).diagnostics.http_status,
            Some(500)
        );
    }
}

#[test]
fn an_error_in_plain_text_keeps_its_words() {
    let fault = fault_of(&answer(410, "v2 is retired, see sk-mavi-abc"));
    let said = fault.diagnostics.message.as_deref();
    assert_eq!(said, Some("v2 is retired, see sk-…"));
    let page = fault_of(&answer(410, "<html>retired"));
    assert_eq!(
        (page.kind, page.diagnostics.message),
        (FaultKind::BadRequest, None)
    );
}

#[test]
fn a_cut_answer_is_told_from_a_bad_one() {
    for (status, cut, kind) in [
        (200, Truncation::TooLarge, FaultKind::AnswerTooLarge),
        (200, Truncation::ConnectionLost, FaultKind::LostAnswer),
        (200, Truncation::TimedOut, FaultKind::NoAnswer),
        (401, Truncation::ConnectionLost, FaultKind::Unauthorized),
        (401, Truncation::TimedOut, FaultKind::Unauthorized),
        (503, Truncation::TooLarge, FaultKind::ServerError),
    ] {
        let mut answer = answer(status, "{\"code\":");
        answer.cut = Some(cut);
        assert_eq!(fault_of(&answer).kind, kind);
    }
    let mut whole = answer(200, r#"{"code":200,"data":5}"#);
    whole.cut = Some(Truncation::ConnectionLost);
    assert!(call(CallKind::None).data(&whole).is_ok());
}

#[test]
fn a_call_that_stores_nothing_has_no_unknown_outcome() {
    let fault = call(CallKind::None)
        .data(&answer(200, "<html>"))
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.recovery),
        (FaultKind::WebPage, TRANSIENT)
    );
    let fault = call(CallKind::None).data(&answer(413, "")).unwrap_err();
    assert_eq!(fault.kind, FaultKind::BadRequest);
}

#[test]
fn a_limit_says_how_long_to_wait() {
    let mut limited = answer(429, "");
    limited.headers.insert(RETRY_AFTER, "7".parse().unwrap());
    assert_eq!(
        fault_of(&limited).recovery,
        Recovery::Transient {
            retry_after: Some(Duration::from_secs(7))
        }
    );
    // A date is by the server's clock, however wrong ours is.
    let headers = &mut limited.headers;
    headers.insert(DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
    headers.insert(
        RETRY_AFTER,
        "Sun, 06 Nov 1994 08:49:42 GMT".parse().unwrap(),
    );
    assert_eq!(limited.retry_after(), Some(Duration::from_secs(5)));
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let seconds = |text| retry_after(text, now).map(|wait| wait.as_secs());
    assert_eq!(seconds("Sun, 06 Nov 1994 08:49:47 GMT"), Some(10));
    assert_eq!(seconds("Sun, 06 Nov 1994 08:49:30 GMT"), Some(0));
    assert_eq!(seconds(" 0 "), Some(0));
    assert_eq!(seconds("999999999"), Some(3600));
    assert_eq!(seconds("99999999999999999999"), Some(3600));
    assert_eq!(seconds("soon"), None);
    assert_eq!(seconds(""), None);
    assert_eq!(seconds("-1"), None);
}

#[test]
fn a_fault_tells_what_the_answer_said_and_no_secret() {
    let key = ApiKey::from_pasted("odd:secret/key").unwrap();
    let call = CallContext {
        name: "POST /upload",
        effect: CallKind::None,
        key: Some(&key),
    };
    let mut refused = answer(
        401,
        &format!(
            r#"{{"code":"401","msg":"odd:secret/key and sk-mavi-abc at https://h/o?sig=x {}"}}"#,
            "y".repeat(500)
        ),
    );
    refused
        .headers
        .insert("x-request-id", "req-1".parse().unwrap());
    let detail = call.data(&refused).unwrap_err().diagnostics;
    assert_eq!(detail.code.as_deref(), Some("401"));
    assert_eq!(detail.request_id.as_deref(), Some("req-1"));
    let message = detail.message.unwrap();
    assert!(
        message.starts_with("… and sk-… at https://h/o?… yyy"),
        "{message}"
    );
    assert!(message.chars().count() <= MESSAGE_CHARS + 1);
}
