//! Messages for faults.

use std::time::Duration;

use super::messages::fault as say;
use super::{Backend, Message, NextStep, duration};
use crate::model::fault::{Fault, FaultKind};
use crate::model::retry::Policy;

/// Returns the message of a fault at a backend: title, cause, next step.
pub fn fault(fault: &Fault, at: Backend) -> Message {
    let mut message = message(fault.kind, at);
    if let (FaultKind::Retired, Some(said)) = (fault.kind, &fault.diagnostics.message) {
        let said = said.replace(char::is_control, " ");
        message.cause = say::service_says(said.trim().trim_end_matches('.'));
    }
    message
}

fn message(kind: FaultKind, at: Backend) -> Message {
    use FaultKind as K;
    let step = next_step(kind);
    match kind {
        K::Offline => Message::new(say::offline(at), step),
        K::Tls => Message::new(say::tls(), step),
        K::Proxy => Message::new(say::proxy(at), step),
        K::BrokenInBody => Message::new(say::broken_in_body(), step),
        K::LostAnswer => Message::new(say::lost_answer(), step),
        K::Stalled => Message::new(say::stalled(Policy::default().stall.as_secs()), step),
        K::NoAnswer => Message::new(say::no_answer(), step),
        K::BadAnswer => Message::new(say::bad_answer(), step),
        K::WebPage => Message::new(say::web_page(), step),
        K::Blocked => Message::new(say::blocked(), step),
        K::AnswerTooLarge => Message::new(say::answer_too_large(), step),
        K::Redirect => Message::new(say::redirect(), step),
        K::RateLimited => Message::new(say::rate_limited(at), step),
        K::RateLimitedOrInvalid => Message::new(say::rate_limited_or_invalid(at), step),
        K::BadRequest => Message::new(say::bad_request(at), step),
        K::Unauthorized => Message::new(say::unauthorized(at), step),
        K::InsufficientBalance => Message::new(say::insufficient_balance(), step),
        K::Forbidden => Message::new(say::forbidden(), step),
        K::Retired => Message::new(say::retired(at), step),
        K::Conflict => Message::new(say::conflict(at), step),
        K::TooLargeForDirect => Message::new(say::too_large_for_direct(), step),
        K::UnsupportedMedia => Message::new(say::unsupported_media(at), step),
        K::ServerError => Message::new(say::server_error(at), step),
        K::WrongProtocol | K::StorageRefused => Message::new(say::storage_refused(at), step),
        K::ExpiredUrl => Message::new(say::expired_url(at), step),
        K::ProcessingFailed => Message::new(say::processing_failed(at), step),
        K::AssetMissing => Message::new(say::asset_missing(at), step),
        K::AssetDeleted => Message::new(say::asset_deleted(at), step),
        K::SizeMismatch => Message::new(say::size_mismatch(at), step),
        K::StillProcessing => Message::new(say::still_processing(at), step),
        K::FileChanged => Message::new(say::file_changed(), step),
        K::FileGone => Message::new(say::file_gone(), step),
        K::Unreadable => Message::new(say::unreadable(), step),
        K::NotSaved => Message::new(say::not_saved(), step),
        K::Cancelled => Message::new(say::cancelled(), step),
    }
}

/// Returns the button for the next step after a fault.
pub fn next_step(kind: FaultKind) -> NextStep {
    use FaultKind as K;
    match kind {
        K::BadRequest => NextStep::CopyDetails,
        K::Unauthorized => NextStep::UpdateKey,
        K::InsufficientBalance | K::Forbidden | K::Retired => NextStep::OpenConsole,
        K::UnsupportedMedia => NextStep::Remove,
        K::AssetMissing | K::AssetDeleted | K::SizeMismatch => NextStep::UploadAgain,
        K::StillProcessing => NextStep::CheckAgain,
        K::FileGone => NextStep::Locate,
        _ => NextStep::Retry,
    }
}

/// Returns why the whole queue waits, and how long: "memories.ai asks us to slow down; next try in
/// 8 s".
pub fn next_try(kind: FaultKind, left: Duration, at: Backend) -> String {
    let Message { title, .. } = message(kind, at);
    if left.is_zero() {
        say::trying_again(&title)
    } else {
        say::next_try(&title, &duration(left))
    }
}

/// Returns the technical details of a fault as name and value, for "Details" and "Copy details".
pub fn details(fault: &Fault) -> Vec<(&'static str, String)> {
    let detail = &fault.diagnostics;
    let time = |ms: i64| {
        let time = jiff::Timestamp::from_millisecond(ms).ok()?;
        Some(format!("{time:.3}"))
    };
    let causes = (!detail.causes.is_empty()).then(|| detail.causes.join(": "));
    let lines = [
        (say::detail_kind(), Some(format!("{:?}", fault.kind))),
        (say::detail_call(), detail.call.clone()),
        (
            say::detail_http_status(),
            detail.http_status.map(|status| status.to_string()),
        ),
        (say::detail_code(), detail.code.clone()),
        (say::detail_message(), detail.message.clone()),
        (say::detail_request_id(), detail.request_id.clone()),
        (
            say::detail_tries(),
            detail.tries.map(|tries| tries.to_string()),
        ),
        (say::detail_began(), detail.began_ms.and_then(time)),
        (say::detail_failed(), detail.failed_ms.and_then(time)),
        (say::detail_causes(), causes),
    ];
    let known = lines
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    known.collect()
}

#[cfg(test)]
mod tests;
