//! Messages for faults.

use std::time::Duration;

use super::row::{TRYING_AGAIN, next_try_in};
use super::{Message, NextStep};
use crate::app::command::RowCommand;
use crate::model::fault::{Fault, FaultKind};
use crate::model::retry::Policy;

/// Returns the message of a fault: title, cause, next step.
pub fn fault(fault: &Fault) -> Message {
    let (title, cause, next, step) = words(fault.kind);
    let stall = Policy::default().stall.as_secs().to_string();
    let cause = cause.replace("{stall}", &stall);
    let mut message = Message::new(title, &cause, next, Some(step));
    if let (FaultKind::Retired, Some(said)) = (fault.kind, &fault.diagnostics.message) {
        let said = said.replace(char::is_control, " ");
        message.cause = format!("The service says: “{}”.", said.trim().trim_end_matches('.'));
    }
    message
}

fn words(kind: FaultKind) -> (&'static str, &'static str, &'static str, NextStep) {
    use FaultKind as K;
    let again = NextStep::Row(RowCommand::Retry);
    let connection = "Check the internet connection, then try again.";
    let wait = "Wait a little, then try again.";
    let network = "Sign in to the network in a browser, or ask who runs it, then try again.";
    match kind {
        K::Offline => (
            "memories.ai can’t be reached",
            "There is no connection to the service.",
            connection,
            again,
        ),
        K::Tls => (
            "No secure connection",
            "The service’s certificate was not accepted. Usual reasons are a company proxy, an antivirus program or a wrong clock.",
            "Check the computer’s date and time and its proxy, then try again.",
            again,
        ),
        K::Proxy => (
            "The proxy doesn’t let the upload through",
            "This computer reaches the internet through a proxy, which asks for a name and a password or can’t reach memories.ai.",
            "Check the proxy in the computer’s network settings, then try again.",
            again,
        ),
        K::BrokenInBody => (
            "The connection broke",
            "The connection ended before the whole file was sent.",
            connection,
            again,
        ),
        K::LostAnswer => (
            "The answer was lost",
            "The whole file was sent, but the connection broke before the service answered. The file may be stored there.",
            "Try again; the file may then be stored twice.",
            again,
        ),
        K::Stalled => (
            "The upload stood still",
            "No data moved for {stall} seconds.",
            connection,
            again,
        ),
        K::NoAnswer => (
            "The service did not answer",
            "The whole file was sent, and no answer came in time. The file may be stored there.",
            "Try again; the file may then be stored twice.",
            again,
        ),
        K::BadAnswer => (
            "The answer can’t be understood",
            "The service, or something between here and there, sent an answer that makes no sense.",
            wait,
            again,
        ),
        K::WebPage => (
            "A web page answered instead of the service",
            "This is usually the sign-in page of a hotel, train or company network.",
            network,
            again,
        ),
        K::Blocked => (
            "A firewall, a proxy or a sign-in page blocks the upload",
            "A web page came instead of the service’s answer: that of a firewall, a proxy or a network’s sign-in.",
            network,
            again,
        ),
        K::AnswerTooLarge => (
            "The answer was far too long",
            "Something between here and the service sent more than an answer can be.",
            network,
            again,
        ),
        K::Redirect => (
            "The service was redirected",
            "Something redirects the upload to another address. The program does not follow, to keep the file and the key safe.",
            network,
            again,
        ),
        K::RateLimited => (
            "memories.ai asks us to slow down",
            "There were too many requests in a short time, perhaps from other programs with the same key.",
            wait,
            again,
        ),
        K::RateLimitedOrInvalid => (
            "memories.ai says that a limit is exceeded",
            "Either there were too many requests, or the service doesn’t take a file like this one.",
            "Wait a little and try again; if that does not help, try a shorter or smaller file.",
            again,
        ),
        K::BadRequest => (
            "memories.ai doesn’t take this file",
            "The service called the request wrong.",
            "Try another file; if every one fails, copy the details and ask the service’s support.",
            NextStep::CopyDetails,
        ),
        K::Unauthorized => (
            "The API key is not accepted",
            "The key is wrong, revoked, or one of memories.ai’s newer DataLake console, whose keys don’t work here.",
            "Enter another key.",
            NextStep::UpdateKey,
        ),
        K::InsufficientBalance => (
            "The balance is used up",
            "The account has no credit left for this.",
            "Top up the balance in the console, then try again.",
            NextStep::OpenConsole,
        ),
        K::Forbidden => (
            "The account may not do this",
            "The account is disabled, or may not be used from this network address.",
            "Check the account in the console, then try again.",
            NextStep::OpenConsole,
        ),
        K::Retired => (
            "memories.ai has retired this way of uploading",
            "The service no longer answers the calls that this version of the program makes.",
            "Look for a newer version of this program; the console may say more.",
            NextStep::OpenConsole,
        ),
        K::Conflict => (
            "memories.ai is busy with this file",
            "The service says that the same thing is under way already.",
            wait,
            again,
        ),
        K::TooLargeForDirect => (
            "Too large for this way",
            "The service refused the file’s size on the direct way.",
            "Try again; the file then takes the way for large files.",
            again,
        ),
        K::UnsupportedMedia => (
            "memories.ai doesn’t take this format",
            "The service looked at the file and refused its format.",
            "Export the file as MP4, MP3 or JPG and add that one.",
            NextStep::Row(RowCommand::Remove),
        ),
        K::ServerError => (
            "memories.ai has a problem",
            "The service reported an error of its own.",
            wait,
            again,
        ),
        K::WrongProtocol | K::StorageRefused => (
            "The storage refused the file",
            "The storage that memories.ai named did not take the file.",
            "Try again; if that does not help, copy the details and ask the service’s support.",
            again,
        ),
        K::ExpiredUrl => (
            "The upload took too long to start",
            "The place that memories.ai had reserved for the file was given up.",
            "Try again; a new place is reserved.",
            again,
        ),
        K::ProcessingFailed => (
            "memories.ai could not process the file",
            "The file was uploaded, and the service gave up on it twice.",
            "Play the file to see that it is whole, or export it again, then try again.",
            again,
        ),
        K::AssetMissing => (
            "memories.ai no longer knows the file",
            "The service gave the file an ID, and then said that there is no such asset.",
            "Upload it again: the program first asks whether memories.ai has it by now.",
            NextStep::Row(RowCommand::UploadAgain),
        ),
        K::SizeMismatch => (
            "memories.ai holds another size",
            "The service reports a size that is not this file’s, so something was lost or added on the way.",
            "Upload the file again; the first ID is kept in the history.",
            NextStep::Row(RowCommand::UploadAgain),
        ),
        K::StillProcessing => (
            "Still being processed",
            "The file is at memories.ai, which is still working on it.",
            "Check again later.",
            NextStep::Row(RowCommand::CheckAgain),
        ),
        K::FileChanged => (
            "The file changed",
            "The file was changed after it had been checked, while it was being uploaded.",
            "Wait until nothing writes to it, then try again.",
            again,
        ),
        K::FileGone => (
            "The file is not there any more",
            "The file was moved or deleted, or its drive was removed.",
            "Reconnect the drive or locate the file.",
            NextStep::Row(RowCommand::Locate),
        ),
        K::Unreadable => (
            "The file can’t be read",
            "The system refused to read the file.",
            "Check the file’s permissions and its drive, then try again.",
            again,
        ),
        K::NotSaved => (
            "Nothing can be saved",
            "The upload’s record can’t be written, so the upload was not started.",
            "Put right what is said of the history, then try again.",
            again,
        ),
        K::Cancelled => (
            "Cancelled",
            "You cancelled this upload.",
            "Try again to upload the file after all.",
            again,
        ),
    }
}

/// Returns why the whole queue waits, and how long: "memories.ai asks us to slow down; next try in
/// 8 s".
pub fn next_try(kind: FaultKind, left: Duration) -> String {
    let (title, ..) = words(kind);
    if left.is_zero() {
        format!("{title}; {TRYING_AGAIN}")
    } else {
        format!("{title}; {}", next_try_in(left))
    }
}

/// Returns the technical details of a fault as name and value, for "Details" and "Copy details".
pub fn details(fault: &Fault) -> Vec<(&'static str, String)> {
    let detail = &fault.diagnostics;
    let time = |ms: i64| jiff::Timestamp::from_millisecond(ms).ok();
    let mut lines = vec![("Kind", format!("{:?}", fault.kind))];
    let mut say = |name, value: Option<String>| {
        if let Some(value) = value {
            lines.push((name, value));
        }
    };
    say("Call", detail.call.clone());
    say(
        "HTTP status",
        detail.http_status.map(|status| status.to_string()),
    );
    say("Code", detail.code.clone());
    say("Message", detail.message.clone());
    say("Request id", detail.request_id.clone());
    say("Tries", detail.tries.map(|tries| tries.to_string()));
    for (name, ms) in [("Began", detail.began_ms), ("Failed", detail.failed_ms)] {
        say(name, ms.and_then(time).map(|time| format!("{time:.3}")));
    }
    say(
        "Causes",
        (!detail.causes.is_empty()).then(|| detail.causes.join(": ")),
    );
    lines
}

#[cfg(test)]
mod tests;
