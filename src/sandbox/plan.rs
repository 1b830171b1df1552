//! Planned faults, by call and by file.

use std::time::Duration;

use serde::Serialize;

use super::answer::{EnvelopeStyle, Reply};
use super::ticket::OfferedProtocol;

/// Calls that the server distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Call {
    /// `POST /upload`.
    Upload,
    /// `POST /upload/signed-url`.
    SignedUrl,
    /// `GET /{asset_id}/metadata`, except for [`Call::KeyCheck`].
    Metadata,
    /// `GET /re_0/metadata`, with which a client checks a key.
    KeyCheck,
    /// `DELETE /{asset_id}`.
    Delete,
    /// Storage: `PUT` of the raw bytes to a signed URL.
    StoragePut,
    /// Storage: `POST` of a multipart form to a signed URL.
    StorageForm,
    /// Storage: `POST` that starts a resumable session.
    SessionStart,
    /// Storage: `PUT` of bytes into a session.
    SessionPut,
    /// Storage: empty `PUT` that queries a session's offset.
    SessionStatus,
}

/// A fault of one call.
///
/// A fault without meaning for its call is ignored. Byte counts are of the request's body on the
/// wire, framing included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlannedFault {
    /// Reads the whole request, ignores it, and sends this reply.
    Answer(Reply),
    /// Performs the call, and sends this reply instead of its result.
    StoreThenAnswer(Reply),
    /// Replies after this many bytes of the body, or at its end if it is shorter.
    AnswerEarly {
        /// Bytes of the body to read first.
        after: u64,
        /// The reply.
        reply: Reply,
        /// `true` reads and drops the rest of the body; `false` closes the connection on unread
        /// bytes, which often loses the reply.
        linger: bool,
    },
    /// Resets the connection after this many bytes of the body, at its end at the latest.
    ResetAfter {
        /// Bytes of the body to read first.
        bytes: u64,
    },
    /// Stops reading after this many bytes of the body, without closing.
    Stall {
        /// Bytes of the body to read first.
        after: u64,
        /// Duration; `None` lasts until the server stops.
        lasting: Option<Duration>,
    },
    /// Reads the body at this rate. The system's buffer is not slowed: see `receive_buffer` of the
    /// options.
    Trickle {
        /// Bytes per second, at least 1.
        bytes_per_second: u64,
    },
    /// Reads the whole body, then ends the connection without a reply.
    LoseAnswer {
        /// Performs the call first if true.
        stored: bool,
        /// Ends with a reset instead of in order.
        reset: bool,
    },
    /// Performs the call and replies this much later.
    DelayAnswer(Duration),
    /// Statuses of the upload's asset at successive polls once stored, the last one repeated. May
    /// be words that the service does not document.
    Statuses(Vec<String>),
    /// The upload's asset reports another size than was stored.
    SizeDiffers {
        /// Bytes added to the stored size.
        by: i64,
    },
    /// The first polls do not find the upload's asset.
    NotFoundAtFirst {
        /// Number of polls.
        polls: u32,
    },
    /// The signed URL has this protocol instead of the options' one.
    OfferedProtocol(OfferedProtocol),
    /// The session is forgotten and answered with this status (404 or 410 at Google).
    LoseSession {
        /// HTTP status of the reply.
        status: u16,
    },
}

impl PlannedFault {
    /// Returns an error with the service's usual text for this HTTP status; nothing is stored.
    pub fn status(status: u16) -> Self {
        Self::Answer(Reply::status(status))
    }

    /// Lets the upload's asset end as FAILED.
    pub fn processing_fails() -> Self {
        Self::Statuses(vec!["WAITING".into(), "FAILED".into()])
    }
}

#[derive(Clone, Debug)]
struct Rule {
    call: Call,
    name: Option<String>,
    /// Remaining calls; `None` is unlimited.
    left: Option<u32>,
    fault: Option<PlannedFault>,
}

/// Planned faults, in order.
///
/// The first matching rule with calls left decides; without one the call succeeds. Only calls that
/// pass the checks of key and rate use up a rule.
///
/// ```
/// use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault};
///
/// let plan = FaultPlan::new()
///     .on(Call::Upload).then(PlannedFault::status(500))
///     .on(Call::Upload).named("b.mp4").times(2).then(PlannedFault::ResetAfter { bytes: 4096 })
///     .on(Call::Metadata).always().then(PlannedFault::status(503));
/// ```
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    rules: Vec<Rule>,
    pub(super) style: EnvelopeStyle,
    refused_keys: Vec<String>,
    pub(super) balance_empty: bool,
    pub(super) refuses_connections: bool,
    hang_ups: u32,
}

impl FaultPlan {
    /// Returns a plan without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a rule for one call.
    pub fn on(self, call: Call) -> RuleBuilder {
        RuleBuilder {
            plan: self,
            rule: Rule {
                call,
                name: None,
                left: Some(1),
                fault: None,
            },
        }
    }

    /// Sets the form of successes.
    #[must_use]
    pub fn envelope(mut self, style: EnvelopeStyle) -> Self {
        self.style = style;
        self
    }

    /// Answers 401 to this key.
    #[must_use]
    pub fn refuse_key(mut self, key: &str) -> Self {
        self.refused_keys.push(key.to_owned());
        self
    }

    /// Answers 402 to every upload and every request for a signed URL.
    #[must_use]
    pub fn empty_balance(mut self) -> Self {
        self.balance_empty = true;
        self
    }

    /// Makes the system refuse connections to the API's port until another plan is set. Only for
    /// the plan a server starts with: one that listens keeps listening.
    #[must_use]
    pub fn refuse_connections(mut self) -> Self {
        self.refuses_connections = true;
        self
    }

    /// Resets this many next connections to the API before reading from them.
    #[must_use]
    pub fn hang_up(mut self, connections: u32) -> Self {
        self.hang_ups = connections;
        self
    }

    /// Returns true if a new connection is to be reset.
    pub(super) fn take_hang_up(&mut self) -> bool {
        let left = self.hang_ups.checked_sub(1);
        self.hang_ups = left.unwrap_or_default();
        left.is_some()
    }

    pub(super) fn refuses(&self, key: &str) -> bool {
        self.refused_keys.iter().any(|refused| refused == key)
    }

    /// Uses up one call of the first matching rule and returns its fault.
    pub(super) fn take(&mut self, call: Call, name: Option<&str>) -> Option<PlannedFault> {
        let rule = self.rules.iter_mut().find(|rule| {
            rule.left != Some(0)
                && rule.call == call
                && (rule.name.is_none() || rule.name.as_deref() == name)
        })?;
        if let Some(left) = &mut rule.left {
            *left -= 1;
        }
        rule.fault.clone()
    }
}

/// A rule of a [`FaultPlan`] without its fault.
#[derive(Debug)]
#[must_use]
pub struct RuleBuilder {
    plan: FaultPlan,
    rule: Rule,
}

impl RuleBuilder {
    /// Limits the rule to the file of this name.
    pub fn named(mut self, file_name: &str) -> Self {
        self.rule.name = Some(file_name.to_owned());
        self
    }

    /// Applies the rule to this many calls instead of one.
    pub fn times(mut self, calls: u32) -> Self {
        self.rule.left = Some(calls);
        self
    }

    /// Applies the rule to all further calls.
    pub fn always(mut self) -> Self {
        self.rule.left = None;
        self
    }

    /// Lets these calls succeed.
    pub fn pass(mut self) -> FaultPlan {
        self.plan.rules.push(self.rule);
        self.plan
    }

    /// Sets the fault of these calls.
    pub fn then(mut self, fault: PlannedFault) -> FaultPlan {
        self.rule.fault = Some(fault);
        self.pass()
    }
}

#[cfg(test)]
mod tests;
