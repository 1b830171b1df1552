//! What is to go wrong: faults in order, by call and by file.

use std::time::Duration;

use super::answer::{EnvelopeStyle, Reply};
use super::ticket::OfferedProtocol;

/// The calls that the server tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// `POST /upload`.
    Upload,
    /// `POST /upload/signed-url`.
    SignedUrl,
    /// `GET /{asset_id}/metadata`, except for [`Call::KeyCheck`].
    Metadata,
    /// `GET /re_0/metadata`, by which a client finds out whether a key is taken.
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
    /// Storage: empty `PUT` that asks where a session stands.
    SessionStatus,
}

impl Call {
    /// Method and path with places for what differs, as `GET /{asset_id}/metadata`.
    pub fn template(self) -> &'static str {
        match self {
            Self::Upload => "POST /upload",
            Self::SignedUrl => "POST /upload/signed-url",
            Self::Metadata => "GET /{asset_id}/metadata",
            Self::KeyCheck => "GET /re_0/metadata",
            Self::Delete => "DELETE /{asset_id}",
            Self::StoragePut => "PUT {signed_url}",
            Self::StorageForm | Self::SessionStart => "POST {signed_url}",
            Self::SessionPut | Self::SessionStatus => "PUT {session}",
        }
    }
}

/// One thing that goes wrong with one call.
///
/// A fault that has no meaning for the call that it meets leaves the call as it is.
/// Counts of bytes are of the request's body as it is on the wire, framing included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlannedFault {
    /// The whole request is taken, nothing comes of it, and this is answered.
    Answer(Reply),
    /// The call does what it should, and this is answered instead of its result.
    StoreThenAnswer(Reply),
    /// Answers when this many bytes of the body have come (all of them, if it is shorter).
    AnswerEarly {
        /// Bytes of the body that are read first.
        after: u64,
        /// What is answered.
        reply: Reply,
        /// `true`: the rest of the body is read and dropped; `false`: the connection is
        /// closed on what was not read, which often costs the answer.
        linger: bool,
    },
    /// Resets the connection after this many bytes of the body, at its end at the latest.
    ResetAfter {
        /// Bytes of the body that are read first.
        bytes: u64,
    },
    /// Reads no further after this many bytes of the body, without closing.
    Stall {
        /// Bytes of the body that are read first.
        after: u64,
        /// How long; `None` is until the server stops.
        lasting: Option<Duration>,
    },
    /// Reads the body at this rate. What the system buffers is not held back: see
    /// `receive_buffer` of the options.
    Trickle {
        /// Bytes a second, at least 1.
        bytes_per_second: u64,
    },
    /// Takes the whole body, then ends the connection without an answer.
    LoseAnswer {
        /// Whether the call did what it should before that.
        stored: bool,
        /// Whether it ends with a reset instead of in order.
        reset: bool,
    },
    /// The call does what it should; its answer comes this much later.
    DelayAnswer(Duration),
    /// What the asset of this upload says at each poll once it is stored, the last one
    /// over and over. May hold words that the service does not document.
    Statuses(Vec<String>),
    /// The asset of this upload claims a size that differs from what was stored.
    SizeDiffers {
        /// Bytes that are added to what was stored.
        by: i64,
    },
    /// The asset of this upload is not found by its first polls.
    NotFoundAtFirst {
        /// How many.
        polls: u32,
    },
    /// The signed URL that is given out has this flavour instead of the options' one.
    OfferedProtocol(OfferedProtocol),
    /// The signed URL is refused as too old this long after it was given, whatever
    /// `expires_in` says.
    UrlExpires(Duration),
    /// The session is forgotten, and this status answered (404 or 410 at Google).
    LoseSession {
        /// HTTP status of the answer.
        status: u16,
    },
    /// The session keeps no more than this of what is sent now, in whole 256 KiB.
    KeepOnly {
        /// Bytes of this request that are kept at most.
        bytes: u64,
    },
}

impl PlannedFault {
    /// An error with the service's usual words for this HTTP status; nothing is stored.
    pub fn status(status: u16) -> Self {
        Self::Answer(Reply::status(status))
    }

    /// The asset of this upload ends as FAILED.
    pub fn processing_fails() -> Self {
        Self::Statuses(vec!["WAITING".into(), "FAILED".into()])
    }
}

#[derive(Clone, Debug)]
struct Rule {
    call: Option<Call>,
    name: Option<String>,
    /// How many calls it is still for; `None` is all.
    left: Option<u32>,
    fault: Option<PlannedFault>,
}

/// What is to go wrong, in order.
///
/// For each call the first rule that fits and is not used up decides; where none does, the
/// call goes right. Only calls that pass the checks of key and rate use up a rule.
///
/// ```
/// use mavi_uploader::sandbox::{Call, Fault, FaultPlan};
///
/// let plan = FaultPlan::new()
///     .on(Call::Upload).then(Fault::status(500))
///     .on(Call::Upload).named("b.mp4").times(2).then(Fault::ResetAfter { bytes: 4096 })
///     .on_any().always().then(Fault::DelayAnswer(std::time::Duration::from_millis(5)));
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
    /// A plan by which everything goes right.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a rule for one call.
    pub fn on(self, call: Call) -> RuleBuilder {
        RuleBuilder::new(self, Some(call))
    }

    /// Begins a rule for every call.
    pub fn on_any(self) -> RuleBuilder {
        RuleBuilder::new(self, None)
    }

    /// Returns how successes are worded.
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

    /// Nothing listens at the API's port, so that the system refuses connections to it,
    /// until another plan takes this one's place. For the plan that a server starts with:
    /// a server that listens goes on listening.
    #[must_use]
    pub fn refuse_connections(mut self) -> Self {
        self.refuses_connections = true;
        self
    }

    /// Resets the next connections to the API, this many, before anything is read of them.
    #[must_use]
    pub fn hang_up(mut self, connections: u32) -> Self {
        self.hang_ups = connections;
        self
    }

    /// Returns whether a connection that has just come is to be reset.
    pub(super) fn take_hang_up(&mut self) -> bool {
        let left = self.hang_ups.checked_sub(1);
        self.hang_ups = left.unwrap_or_default();
        left.is_some()
    }

    pub(super) fn refuses(&self, key: &str) -> bool {
        self.refused_keys.iter().any(|refused| refused == key)
    }

    /// Uses up one place of the first rule that fits, and gives its fault.
    pub(super) fn take(&mut self, call: Call, name: Option<&str>) -> Option<PlannedFault> {
        let rule = self.rules.iter_mut().find(|rule| {
            rule.left != Some(0)
                && rule.call.is_none_or(|wanted| wanted == call)
                && (rule.name.is_none() || rule.name.as_deref() == name)
        })?;
        if let Some(left) = &mut rule.left {
            *left -= 1;
        }
        rule.fault.clone()
    }
}

/// A rule of a [`FaultPlan`] before its fault is named.
#[derive(Debug)]
#[must_use]
pub struct RuleBuilder {
    plan: FaultPlan,
    call: Option<Call>,
    name: Option<String>,
    left: Option<u32>,
}

impl RuleBuilder {
    fn new(plan: FaultPlan, call: Option<Call>) -> Self {
        Self {
            plan,
            call,
            name: None,
            left: Some(1),
        }
    }

    /// For calls about the file of this name only.
    pub fn named(mut self, file_name: &str) -> Self {
        self.name = Some(file_name.to_owned());
        self
    }

    /// For this many calls instead of one.
    pub fn times(mut self, calls: u32) -> Self {
        self.left = Some(calls);
        self
    }

    /// For all calls from here on.
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    /// Lets these calls go right.
    pub fn pass(self) -> FaultPlan {
        self.finish(None)
    }

    /// Makes this go wrong with these calls.
    pub fn then(self, fault: PlannedFault) -> FaultPlan {
        self.finish(Some(fault))
    }

    fn finish(self, fault: Option<PlannedFault>) -> FaultPlan {
        let mut plan = self.plan;
        plan.rules.push(Rule {
            call: self.call,
            name: self.name,
            left: self.left,
            fault,
        });
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_used_up_in_order_and_by_name() {
        let mut plan = FaultPlan::new()
            .on(Call::Upload)
            .pass()
            .on(Call::Upload)
            .times(2)
            .then(PlannedFault::status(500))
            .on(Call::Upload)
            .named("b.mp4")
            .then(PlannedFault::status(409))
            .on(Call::Metadata)
            .always()
            .then(PlannedFault::status(503));
        assert_eq!(plan.take(Call::SignedUrl, None), None);
        assert_eq!(plan.take(Call::Upload, Some("a.mp4")), None);
        for _ in 0..2 {
            assert_eq!(
                plan.take(Call::Upload, Some("a.mp4")),
                Some(PlannedFault::status(500))
            );
        }
        assert_eq!(plan.take(Call::Upload, Some("a.mp4")), None);
        assert_eq!(
            plan.take(Call::Upload, Some("b.mp4")),
            Some(PlannedFault::status(409))
        );
        assert_eq!(plan.take(Call::Upload, Some("b.mp4")), None);
        for _ in 0..5 {
            assert_eq!(
                plan.take(Call::Metadata, None),
                Some(PlannedFault::status(503))
            );
        }
    }
}
