//! Upload faults, with recovery for decisions, words for the user, and diagnostics.
//!
//! `docs/faults.md` describes each kind; its words are in `text::fault`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::asset::AssetId;

/// The stable word for a failure in `upload --json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words are those of docs/faults.md")]
pub enum Reason {
    Network,
    ServerError,
    RateLimited,
    Unauthorized,
    InsufficientBalance,
    Forbidden,
    Conflict,
    UnsupportedMedia,
    BadRequest,
    BadAnswer,
    ProcessingFailed,
    SizeMismatch,
    TimedOut,
    FileChanged,
    Unreadable,
    NotSaved,
    Retired,
    Cancelled,
}

/// Declares the kinds together with a complete list of them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// Kind of a fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FaultKind {
            $($(#[$doc])* $kind,)*
        }

        impl FaultKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];
        }
    };
}

kinds! {
    /// No route, DNS failure, refused connection: nothing was sent.
    Offline,
    /// The TLS handshake failed: unknown issuer, expired, wrong host.
    Tls,
    /// The proxy refused the connection: nothing was sent. Retries do not help if it asks for
    /// credentials.
    Proxy,
    /// The connection broke with part of the body unsent.
    BrokenInBody,
    /// The connection broke after the whole body was sent, before a response.
    LostAnswer,
    /// No byte of the body was sent for `Policy::stall`.
    Stalled,
    /// The whole body was sent, and the response timed out.
    NoAnswer,
    /// A 2xx response that is no envelope, or lacks required fields.
    BadAnswer,
    /// A 2xx response that is a web page: usually a sign-in page of the network.
    WebPage,
    /// A response of more than 1 MiB.
    AnswerTooLarge,
    /// A 403 that is a web page, of a firewall, proxy or sign-in page: no verdict on the key or
    /// account.
    Blocked,
    /// A redirect; none is ever followed.
    Redirect,
    /// 429 or `"0429"`.
    RateLimited,
    /// 400 "Request has exceeded the limit.": a rate limit or a validation failure.
    RateLimitedOrInvalid,
    /// Any other 400, `"0001"`, `"0003"`, and other 4xx.
    BadRequest,
    /// 401, `"0401"`, `"9009"`.
    Unauthorized,
    /// 402, `"0402"`.
    InsufficientBalance,
    /// 403, `"0403"`.
    Forbidden,
    /// The response says that the call is deprecated, retired, sunset or no longer supported.
    Retired,
    /// 409, `"0409"`.
    Conflict,
    /// 413 on a direct upload.
    TooLargeForDirect,
    /// 415.
    UnsupportedMedia,
    /// 5xx, or a failure declared temporary.
    ServerError,
    /// The storage step was rejected: nothing was stored, and another storage protocol may be
    /// right.
    WrongProtocol,
    /// The signed URL has expired; a new one is needed.
    ExpiredUrl,
    /// The storage server refused the bytes.
    StorageRefused,
    /// `upload_status` FAILED.
    ProcessingFailed,
    /// "Asset not found" for an id that the service had issued.
    AssetMissing,
    /// The user had the asset deleted from the service.
    AssetDeleted,
    /// SUCCESS with another size than the file's.
    SizeMismatch,
    /// SUCCESS did not come within the allowed time.
    StillProcessing,
    /// The file's size or time changed between check and end.
    FileChanged,
    /// The file is gone, or its drive is.
    FileGone,
    /// The file cannot be read.
    Unreadable,
    /// The journal cannot be written; nothing new starts.
    NotSaved,
    /// The user cancelled it.
    Cancelled,
}

/// Action of the user that everything waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredAction {
    /// Enter another API key.
    Key,
    /// Top up the balance in the service's console.
    Balance,
    /// Resolve the account's problem (disabled, address not allowed) in the console.
    Account,
    /// Update this program: the service retired the calls that it makes.
    Program,
}

/// Possible recovery from a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// Nothing was stored; a retry may work later.
    Transient {
        /// Wait requested by the service.
        retry_after: Option<Duration>,
    },
    /// Everything was sent; the outcome is unknown.
    OutcomeUnknown,
    /// Requires an action of the user; pauses the queue once.
    NeedsUser(RequiredAction),
    /// A retry would fail again.
    Permanent,
}

/// Technical details, redacted by the code that fills them: no key, no signed URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// The call, as `POST /upload`.
    pub call: Option<String>,
    /// HTTP status of the response.
    pub http_status: Option<u16>,
    /// `code` of the envelope, or the storage server's XML `Code`.
    pub code: Option<String>,
    /// `msg` of the envelope, shortened.
    pub message: Option<String>,
    /// The service's request id, if given.
    pub request_id: Option<String>,
    /// The chain of causes, outermost first, redacted.
    pub causes: Vec<String>,
    /// Asset id from an otherwise useless response: kept as abandoned.
    #[serde(default)]
    pub asset_id: Option<AssetId>,
    /// Start of the failed attempt, in milliseconds since the Unix epoch.
    #[serde(default)]
    pub began_ms: Option<i64>,
    /// Time of the failure, in milliseconds since the Unix epoch.
    #[serde(default)]
    pub failed_ms: Option<i64>,
    /// Number of the attempt in this run, from 1.
    #[serde(default)]
    pub tries: Option<u32>,
}

/// A failure of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its kind.
    pub kind: FaultKind,
    /// Possible recovery.
    pub recovery: Recovery,
    /// Technical details.
    #[serde(default)]
    pub diagnostics: Box<Diagnostics>,
}

impl FaultKind {
    /// Returns the kind's recovery by `docs/faults.md`, if the response says no more.
    fn usual_recovery(self) -> Recovery {
        match self {
            Self::Offline
            | Self::Proxy
            | Self::BrokenInBody
            | Self::Stalled
            | Self::RateLimited
            | Self::RateLimitedOrInvalid
            | Self::Conflict
            | Self::TooLargeForDirect
            | Self::ServerError
            | Self::Blocked
            | Self::WrongProtocol
            | Self::ExpiredUrl
            | Self::ProcessingFailed => Recovery::Transient { retry_after: None },
            Self::LostAnswer
            | Self::NoAnswer
            | Self::BadAnswer
            | Self::WebPage
            | Self::AnswerTooLarge
            | Self::Redirect => Recovery::OutcomeUnknown,
            Self::Unauthorized => Recovery::NeedsUser(RequiredAction::Key),
            Self::InsufficientBalance => Recovery::NeedsUser(RequiredAction::Balance),
            Self::Forbidden => Recovery::NeedsUser(RequiredAction::Account),
            Self::Retired => Recovery::NeedsUser(RequiredAction::Program),
            Self::Tls
            | Self::BadRequest
            | Self::UnsupportedMedia
            | Self::StorageRefused
            | Self::AssetMissing
            | Self::AssetDeleted
            | Self::SizeMismatch
            | Self::StillProcessing
            | Self::FileChanged
            | Self::FileGone
            | Self::Unreadable
            | Self::NotSaved
            | Self::Cancelled => Recovery::Permanent,
        }
    }

    /// Returns the word of `docs/contract.md` for a file that ends with this kind.
    pub fn reason(self) -> Reason {
        match self {
            Self::Offline | Self::Tls | Self::Proxy | Self::BrokenInBody | Self::LostAnswer => {
                Reason::Network
            }
            Self::Stalled | Self::NoAnswer | Self::StillProcessing => Reason::TimedOut,
            Self::BadAnswer
            | Self::WebPage
            | Self::Blocked
            | Self::AnswerTooLarge
            | Self::Redirect => Reason::BadAnswer,
            Self::RateLimited | Self::RateLimitedOrInvalid => Reason::RateLimited,
            Self::BadRequest
            | Self::TooLargeForDirect
            | Self::WrongProtocol
            | Self::ExpiredUrl
            | Self::StorageRefused => Reason::BadRequest,
            Self::Unauthorized => Reason::Unauthorized,
            Self::InsufficientBalance => Reason::InsufficientBalance,
            Self::Forbidden => Reason::Forbidden,
            Self::Conflict => Reason::Conflict,
            Self::UnsupportedMedia => Reason::UnsupportedMedia,
            Self::ServerError => Reason::ServerError,
            Self::ProcessingFailed | Self::AssetMissing => Reason::ProcessingFailed,
            Self::SizeMismatch => Reason::SizeMismatch,
            Self::FileChanged => Reason::FileChanged,
            Self::FileGone | Self::Unreadable => Reason::Unreadable,
            Self::NotSaved => Reason::NotSaved,
            Self::Retired => Reason::Retired,
            Self::Cancelled | Self::AssetDeleted => Reason::Cancelled,
        }
    }
}

impl Fault {
    /// Creates a fault with its usual recovery and no details.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            recovery: kind.usual_recovery(),
            diagnostics: Box::default(),
        }
    }

    /// Replaces the recovery.
    #[must_use]
    pub fn with_recovery(mut self, recovery: Recovery) -> Self {
        self.recovery = recovery;
        self
    }

    /// Replaces the diagnostics.
    #[must_use]
    pub fn with_diagnostics(mut self, diagnostics: Diagnostics) -> Self {
        self.diagnostics = Box::new(diagnostics);
        self
    }

    /// Returns the required action of the user, if any.
    pub fn fix(&self) -> Option<RequiredAction> {
        match self.recovery {
            Recovery::NeedsUser(fix) => Some(fix),
            _ => None,
        }
    }
}
