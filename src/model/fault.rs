//! Everything that can go wrong with an upload, for deciding, for people and for diagnosis.
//!
//! `docs/faults.md` describes each kind; words for people are in `app::wording`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::asset::AssetId;

/// The stable word for a failure in `upload --json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words are those of docs/contract.md")]
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

/// Declares the kinds, and the list of them: one that stands in no list cannot be.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// What went wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FaultKind {
            $($(#[$doc])* $kind,)*
        }

        impl FaultKind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];
        }
    };
}

kinds! {
    /// No route, DNS failure, refused connection: nothing was sent.
    Offline,
    /// The TLS handshake failed: unknown issuer, expired, wrong host.
    Tls,
    /// The proxy did not let the connection through: nothing was sent. One that asks for a
    /// name and a password will go on doing so.
    Proxy,
    /// The connection broke while body was left to send.
    BrokenInBody,
    /// The connection broke after the whole body was out, before an answer.
    LostAnswer,
    /// No byte moved for the policy's stall time while body was left.
    Stalled,
    /// The whole body was out and no answer came in time.
    NoAnswer,
    /// A 2xx answer that is not the envelope, or lacks what the call needs.
    BadAnswer,
    /// A 2xx answer that is a web page: usually a sign-in page of the network.
    WebPage,
    /// More than 1 MiB of answer.
    AnswerTooLarge,
    /// A 403 that is a web page: a firewall's, a proxy's or a sign-in page, which says nothing
    /// about the key or the account.
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
    /// The answer says that the call is deprecated, retired, sunset or no longer supported.
    Retired,
    /// 409, `"0409"`.
    Conflict,
    /// 413 on a direct upload.
    TooLargeForDirect,
    /// 415.
    UnsupportedMedia,
    /// 5xx, and a failure that is said to pass by itself.
    ServerError,
    /// The storage step was refused in a way that proves that nothing was stored and
    /// that another flavour of it may be right.
    WrongProtocol,
    /// The signed URL is too old; a fresh one is needed.
    ExpiredUrl,
    /// The storage server refused the bytes.
    StorageRefused,
    /// `upload_status` FAILED.
    ProcessingFailed,
    /// "Asset not found" for an id that the service had given.
    AssetMissing,
    /// SUCCESS with another size than the file's.
    SizeMismatch,
    /// SUCCESS did not come within the time that was allowed for waiting.
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

/// What the user has to do before anything can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredAction {
    /// Enter another API key.
    Key,
    /// Top up the balance in the service's console.
    Balance,
    /// Sort out the account (disabled, address not allowed) in the console.
    Account,
    /// Get a newer version of this program: the service retired the calls that this one makes.
    Program,
}

/// How a fault may be recovered from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// Nothing was stored; the same thing may work later.
    Transient {
        /// The wait that the service asked for.
        retry_after: Option<Duration>,
    },
    /// Everything was sent; whether it was stored is not known.
    OutcomeUnknown,
    /// Nothing goes on before the user did something; pauses the queue once.
    NeedsUser(RequiredAction),
    /// Trying the same again gives the same.
    Permanent,
}

/// Technical detail, one click away from the words. Holds no key and no signed URL:
/// the places that fill it redact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// The call, as `POST /upload`.
    pub call: Option<String>,
    /// HTTP status of the answer.
    pub http_status: Option<u16>,
    /// `code` of the envelope, or the storage server's XML `Code`.
    pub code: Option<String>,
    /// `msg` of the envelope, shortened.
    pub message: Option<String>,
    /// The service's id of the request, where it gave one.
    pub request_id: Option<String>,
    /// The chain of causes, outermost first, redacted.
    pub causes: Vec<String>,
    /// An id that came with an answer that is of no other use: kept as abandoned.
    #[serde(default)]
    pub asset_id: Option<AssetId>,
    /// When the try began that ended with it, in milliseconds since the Unix epoch.
    #[serde(default)]
    pub began_ms: Option<i64>,
    /// When it went wrong.
    #[serde(default)]
    pub failed_ms: Option<i64>,
    /// The number of that try in this run of the program, from 1.
    #[serde(default)]
    pub tries: Option<u32>,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// What may be done about it.
    pub recovery: Recovery,
    /// Detail for diagnosis.
    #[serde(default)]
    pub diagnostics: Box<Diagnostics>,
}

impl FaultKind {
    /// The recovery that `docs/faults.md` gives this kind when the answer itself says no more.
    pub fn usual_recovery(self) -> Recovery {
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
            | Self::SizeMismatch
            | Self::StillProcessing
            | Self::FileChanged
            | Self::FileGone
            | Self::Unreadable
            | Self::NotSaved
            | Self::Cancelled => Recovery::Permanent,
        }
    }

    /// The word of `docs/contract.md` for a file that ends with this kind.
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
            Self::Cancelled => Reason::Cancelled,
        }
    }
}

impl Fault {
    /// A fault of this kind with its usual recovery and no detail.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            recovery: kind.usual_recovery(),
            diagnostics: Box::default(),
        }
    }

    /// The same fault with another recovery.
    #[must_use]
    pub fn with_recovery(mut self, recovery: Recovery) -> Self {
        self.recovery = recovery;
        self
    }

    /// The same fault with detail for diagnosis.
    #[must_use]
    pub fn with_diagnostics(mut self, diagnostics: Diagnostics) -> Self {
        self.diagnostics = Box::new(diagnostics);
        self
    }

    /// The word of `docs/contract.md` for a file that ends with this fault.
    pub fn reason(&self) -> Reason {
        self.kind.reason()
    }

    /// Returns what the user has to do, where this fault needs one.
    pub fn fix(&self) -> Option<RequiredAction> {
        match self.recovery {
            Recovery::NeedsUser(fix) => Some(fix),
            _ => None,
        }
    }
}
