//! The server's replies: envelopes and everything else.

use std::io;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use serde_json::{Value, json};

/// Body of a reply.
pub(super) type AnswerBody = UnsyncBoxBody<Bytes, io::Error>;

/// Chunk size of a huge body in bytes.
const HUGE_CHUNK: usize = 64 * 1024;

/// Placeholder in a storage reply for the request's path and query.
pub(super) const TARGET: &str = "{target}";

/// Form of the success envelope. `Created` and `Words` have not been seen from the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EnvelopeStyle {
    /// `code: 200` (a number) with `success` and `failed`, as in the service's example.
    #[default]
    Number,
    /// `code: 201`.
    Created,
    /// `code: "SUCCESS"`; an asset id alone in `data` is a plain string.
    Words,
}

/// A reply of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub(super) status: u16,
    headers: Vec<(&'static str, String)>,
    body: ReplyBody,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ReplyBody {
    Whole(String),
    /// Declares the full length, sends half, then closes the connection.
    Broken(String),
    /// This many bytes, without `Content-Length`.
    Huge(u64),
}

impl Reply {
    fn new(status: u16, content_type: &str, body: String) -> Self {
        Self {
            status,
            headers: vec![(CONTENT_TYPE.as_str(), content_type.to_owned())],
            body: ReplyBody::Whole(body),
        }
    }

    /// Returns JSON with any HTTP status.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// Returns a status without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: ReplyBody::Whole(String::new()),
        }
    }

    /// Returns a success with `data` in the given style.
    pub(super) fn success(style: EnvelopeStyle, data: &Value) -> Self {
        let code = match style {
            EnvelopeStyle::Number => json!(200),
            EnvelopeStyle::Created => json!(201),
            EnvelopeStyle::Words => json!("SUCCESS"),
        };
        let only_id = data.as_object().filter(|members| members.len() == 1);
        let only_id = only_id.and_then(|members| members.get("asset_id"));
        let data = match only_id {
            Some(id) if style == EnvelopeStyle::Words => id,
            _ => data,
        };
        Self::json(
            200,
            &json!({ "code": code, "msg": "success", "data": data, "success": true, "failed": false }),
        )
    }

    /// Returns the service's error form: the HTTP status again as `code`, no `success`.
    pub fn error(status: u16, message: &str) -> Self {
        Self::json(
            status,
            &json!({ "code": status, "msg": message, "data": null }),
        )
    }

    /// Returns an error with the service's usual text for this status.
    pub fn status(status: u16) -> Self {
        let message = match status {
            400 => "Invalid parameters",
            401 => "Unauthorized",
            402 => "Insufficient balance",
            403 => "Forbidden",
            405 => "Method not allowed",
            409 => "Request conflict or duplicate request",
            411 => "Length required",
            413 => "Maximum upload size exceeded",
            415 => "Unsupported media type",
            429 => "Rate limit exceeded",
            500 => "Internal server error",
            _ => "error",
        };
        Self::error(status, message)
    }

    /// Returns the storage's 411: no length, or chunked.
    pub(super) fn length_required() -> Self {
        let what = "You must provide the Content-Length HTTP header.";
        Self::storage_error(411, "MissingContentLength", what)
    }

    /// Returns HTTP 200 with a failing envelope, e.g. `"0429"`, `"0401"`, `"0402"`, `"0403"`,
    /// `"0409"`, `"0001"`, `"0003"`, `"9009"`.
    pub fn failing_code(code: &str) -> Self {
        Self::json(
            200,
            &json!({ "code": code, "msg": "failed", "data": null, "success": false, "failed": true }),
        )
    }

    /// Returns HTTP 400 with the text shared by a rate limit and a rejected parameter.
    pub fn limit_exceeded() -> Self {
        Self::error(400, "Request has exceeded the limit.")
    }

    /// Returns a web page, as of a proxy or a captive portal.
    pub fn html(status: u16) -> Self {
        Self::page(status, "Sign in", "Sign in to this network")
    }

    /// Returns a blocking proxy's web page, which repeats the requested URL: a secret at the
    /// storage.
    pub fn blocked_page(status: u16) -> Self {
        Self::page(status, "Blocked", &format!("You may not go to {TARGET}."))
    }

    fn page(status: u16, title: &str, text: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\
             <body><p>{text}</p></body></html>\n"
        );
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// Fills in the request's path and query.
    #[must_use]
    pub(super) fn naming(mut self, target: &str) -> Self {
        if let ReplyBody::Whole(text) = &mut self.body
            && text.contains(TARGET)
        {
            *text = text.replace(TARGET, target);
        }
        self
    }

    /// Returns the error body of the service's framework.
    pub fn spring(status: u16) -> Self {
        Self::json(
            status,
            &json!({
                "timestamp": "2026-11-22T08:00:00.000+00:00",
                "path": "/serve/api/v2",
                "status": status,
                "error": "Service unavailable",
                "requestId": "5b1c9e02-17",
            }),
        )
    }

    /// Returns HTTP 200 with truncated JSON and the `Content-Length` of the truncated text.
    pub fn truncated_json() -> Self {
        Self::new(
            200,
            "application/json",
            r#"{"code":200,"msg":"success","data":{"asset_id":"re_66"#.to_owned(),
        )
    }

    /// Returns HTTP 200 whose connection closes before the declared length.
    pub fn broken_off() -> Self {
        let text = r#"{"code":200,"msg":"success","data":{"asset_id":"re_660727003963174912"}}"#;
        Self {
            body: ReplyBody::Broken(text.to_owned()),
            ..Self::new(200, "application/json", String::new())
        }
    }

    /// Returns a success whose `data` lacks the asset id.
    pub fn without_asset_id() -> Self {
        Self::success(EnvelopeStyle::Number, &json!({}))
    }

    /// Returns HTTP 200 with this many bytes of JSON inside one unterminated string.
    pub fn huge(bytes: u64) -> Self {
        Self {
            body: ReplyBody::Huge(bytes),
            ..Self::new(200, "application/json", String::new())
        }
    }

    /// Returns a redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::empty(status).header(LOCATION.as_str(), location)
    }

    /// Returns an error in the form of Google Cloud Storage.
    pub fn storage_error(status: u16, code: &str, message: &str) -> Self {
        Self::storage_error_with(status, code, message, &[])
    }

    /// Returns a storage error with further elements beside `Code` and `Message`.
    pub(super) fn storage_error_with(
        status: u16,
        code: &str,
        message: &str,
        elements: &[(&str, &str)],
    ) -> Self {
        let more: String = elements
            .iter()
            .map(|(name, text)| {
                let text = text.replace('&', "&amp;").replace('<', "&lt;");
                format!("<{name}>{text}</{name}>")
            })
            .collect();
        let body = format!(
            "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code>\
             <Message>{message}</Message>{more}</Error>"
        );
        Self::new(status, "application/xml; charset=UTF-8", body)
    }

    /// Adds `Retry-After` in seconds.
    #[must_use]
    pub fn retry_after_seconds(self, seconds: u64) -> Self {
        self.header(RETRY_AFTER.as_str(), &seconds.to_string())
    }

    /// Adds `Retry-After` as the date `wait` from now, truncated to seconds.
    #[must_use]
    pub fn retry_after_date(self, wait: Duration) -> Self {
        let date = httpdate::fmt_http_date(SystemTime::now() + wait);
        self.header(RETRY_AFTER.as_str(), &date)
    }

    /// Adds a header; an invalid value is left out on sending.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn into_response(self, close: bool) -> Response<AnswerBody> {
        let mut response = Response::new(full(Bytes::new()));
        *response.status_mut() = hyper::StatusCode::from_u16(self.status)
            .unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().append(*name, value);
            }
        }
        if close {
            response
                .headers_mut()
                .insert(hyper::header::CONNECTION, HeaderValue::from_static("close"));
        }
        match self.body {
            ReplyBody::Whole(text) => *response.body_mut() = full(Bytes::from(text)),
            ReplyBody::Broken(text) => {
                response
                    .headers_mut()
                    .insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
                let half = Bytes::from(text[..text.len() / 2].to_owned());
                *response.body_mut() = broken(half);
            }
            ReplyBody::Huge(bytes) => *response.body_mut() = huge(bytes),
        }
        response
    }
}

/// Wraps a body so that it reports the bytes taken from it.
pub(super) fn counted(body: AnswerBody, taken: impl Fn(u64) + Send + 'static) -> AnswerBody {
    let count = move |frame: &Frame<Bytes>| taken(frame.data_ref().map_or(0, Bytes::len) as u64);
    body.inspect_frame(count).boxed_unsync()
}

fn full(bytes: Bytes) -> AnswerBody {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

fn broken(half: Bytes) -> AnswerBody {
    let frames = stream::once(std::future::ready(Ok(Frame::data(half))));
    let failure = stream::once(async {
        // The connection flushes only when its body is not ready; an immediate error would drop
        // unwritten bytes.
        tokio::task::yield_now().await;
        Err(io::Error::other("broken off on purpose"))
    });
    StreamBody::new(frames.chain(failure)).boxed_unsync()
}

fn huge(bytes: u64) -> AnswerBody {
    let head = Bytes::from_static(br#"{"code":200,"msg":""#);
    let filler = Bytes::from(vec![b'a'; HUGE_CHUNK]);
    let frames = stream::unfold((bytes, Some(head)), move |(left, head)| {
        let mut chunk = head.unwrap_or_else(|| filler.clone());
        chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        let next = (left > 0).then(|| {
            let left = left - chunk.len() as u64;
            (Ok(Frame::data(chunk)), (left, None))
        });
        std::future::ready(next)
    });
    StreamBody::new(frames).boxed_unsync()
}
