//! Storage protocols: those that a signed URL suggests, and those known to work per host.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use url::Url;

/// Kind of a signed URL, by its query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedUrlKind {
    /// The URL is already a resumable session.
    Session,
    /// The URL starts a resumable session.
    StartsSession,
    /// V4 with `Content-Type` among the signed headers.
    V4Typed,
    /// V4 without `Content-Type` among them.
    V4,
    /// V2: the method is not stated, usually PUT.
    V2,
    /// Not a plain storage URL.
    Unknown,
}

/// Method of sending a file's bytes to storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageProtocol {
    /// Resumable; the URL is the session.
    Session,
    /// Resumable; the URL starts the session.
    StartSession,
    /// PUT of the raw bytes, without `Content-Type`.
    Put,
    /// PUT of the raw bytes with the content type of the extension.
    PutTyped,
    /// PUT of the raw bytes as `application/octet-stream`.
    PutOctets,
    /// POST of a form with the part `file`, as the vendor documents it.
    Form,
}

impl SignedUrlKind {
    /// Determines the kind of a URL. Parameter names are compared ignoring case.
    pub fn of(url: &Url) -> Self {
        let mut v2 = [false; 3];
        let mut signed_headers = None;
        for (name, value) in url.query_pairs() {
            match name.to_ascii_lowercase().as_str() {
                "upload_id" => return Self::Session,
                "x-goog-signedheaders" | "x-amz-signedheaders" => {
                    signed_headers = Some(value.to_ascii_lowercase());
                }
                "googleaccessid" => v2[0] = true,
                "expires" => v2[1] = true,
                "signature" => v2[2] = true,
                _ => {}
            }
        }
        let Some(headers) = signed_headers else {
            return if v2 == [true; 3] {
                Self::V2
            } else {
                Self::Unknown
            };
        };
        let signs = |header: &str| headers.split(';').any(|name| name.trim() == header);
        if signs("x-goog-resumable") {
            Self::StartsSession
        } else if signs("content-type") {
            Self::V4Typed
        } else {
            Self::V4
        }
    }

    /// Returns the candidate protocols, likeliest first.
    pub fn order(self) -> &'static [StorageProtocol] {
        match self {
            Self::Session => &[StorageProtocol::Session],
            Self::StartsSession => &[StorageProtocol::StartSession],
            Self::V4Typed => &[
                StorageProtocol::PutTyped,
                StorageProtocol::PutOctets,
                StorageProtocol::Form,
            ],
            Self::V4 | Self::V2 => &[StorageProtocol::Put, StorageProtocol::Form],
            Self::Unknown => &[StorageProtocol::Form, StorageProtocol::Put],
        }
    }
}

/// The protocol of the last attempt without a response; shared by all clones of the signed upload.
/// If the asset turns out empty, the attempt counts as a rejection of that protocol.
#[derive(Clone, Debug, Default)]
pub struct UnansweredProtocol(Arc<Mutex<Option<StorageProtocol>>>);

impl UnansweredProtocol {
    /// Stores the protocol of an attempt without a response.
    pub(crate) fn put(&self, protocol: StorageProtocol) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(protocol);
    }

    /// Takes the stored protocol.
    pub(crate) fn take(&self) -> Option<StorageProtocol> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Knowledge of one kind of URL at one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    /// Protocol of the next attempt.
    next: StorageProtocol,
    /// It has worked here.
    proven: bool,
    /// Broken connections since its last success.
    breaks: u32,
}

impl Known {
    fn to_try(next: StorageProtocol) -> Self {
        Self {
            next,
            proven: false,
            breaks: 0,
        }
    }
}

/// Breaks in a row after which a working protocol is doubted again. Fewer than the tries of
/// `upload`, so that the next protocol gets one of them.
const BREAKS_OF_PROVEN: u32 = 3;

/// A protocol that worked, in serializable form. Contains no secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownProtocol {
    /// Storage host.
    pub host: String,
    /// Kind of its URLs.
    pub kind: SignedUrlKind,
    /// Protocol that works.
    pub protocol: StorageProtocol,
}

/// Known storage protocols by host and URL kind.
#[derive(Clone, Debug, Default)]
pub struct ProtocolCache {
    known: BTreeMap<(String, SignedUrlKind), Known>,
    refused: BTreeMap<(String, SignedUrlKind), Vec<StorageProtocol>>,
}

impl ProtocolCache {
    /// Restores the protocols of an earlier run.
    pub fn recall(&mut self, learned: &[KnownProtocol]) {
        for entry in learned {
            self.proven(&entry.host, entry.kind, entry.protocol);
        }
    }

    /// Returns every protocol that has worked.
    pub fn learned(&self) -> Vec<KnownProtocol> {
        self.known
            .iter()
            .filter(|(_, known)| known.proven)
            .map(|((host, kind), known)| KnownProtocol {
                host: host.clone(),
                kind: *kind,
                protocol: known.next,
            })
            .collect()
    }

    /// Returns the protocol of the next attempt.
    pub fn next(&self, host: &str, kind: SignedUrlKind) -> StorageProtocol {
        self.known
            .get(&(host.to_owned(), kind))
            .map_or(kind.order()[0], |known| known.next)
    }

    /// Records a protocol that worked.
    pub fn proven(&mut self, host: &str, kind: SignedUrlKind, protocol: StorageProtocol) {
        let place = (host.to_owned(), kind);
        self.refused.remove(&place);
        let known = Known {
            proven: true,
            ..Known::to_try(protocol)
        };
        self.known.insert(place, known);
    }

    /// Records a rejection of a protocol. Returns whether another is left to try; if not, the next
    /// file starts over.
    pub fn refused(&mut self, host: &str, kind: SignedUrlKind, protocol: StorageProtocol) -> bool {
        let place = (host.to_owned(), kind);
        if self.next(host, kind) != protocol {
            // Another transfer found out first.
            return true;
        }
        let refused = self.refused.entry(place.clone()).or_default();
        refused.push(protocol);
        match kind.order().iter().find(|left| !refused.contains(left)) {
            Some(&next) => {
                self.known.insert(place, Known::to_try(next));
                true
            }
            None => {
                self.refused.remove(&place);
                self.known.remove(&place);
                false
            }
        }
    }

    /// Records that the server asked for a signed header, which `to` sends. Returns whether `to`
    /// is still untried.
    pub(crate) fn directed(
        &mut self,
        host: &str,
        kind: SignedUrlKind,
        from: StorageProtocol,
        to: StorageProtocol,
    ) -> bool {
        let place = (host.to_owned(), kind);
        let refused = self.refused.entry(place.clone()).or_default();
        if from == to || refused.contains(&to) {
            return false;
        }
        refused.push(from);
        self.known.insert(place, Known::to_try(to));
        true
    }

    /// Records a connection that broke before the response, without any bytes arriving. This may be
    /// a rejection of an unproven protocol, so the next one is tried; a proven one is replaced
    /// after repeated breaks, since the host may have changed.
    pub fn broke(&mut self, host: &str, kind: SignedUrlKind, protocol: StorageProtocol) {
        if self.next(host, kind) != protocol {
            return;
        }
        let place = (host.to_owned(), kind);
        if let Some(known) = self.known.get_mut(&place).filter(|known| known.proven) {
            known.breaks += 1;
            if known.breaks < BREAKS_OF_PROVEN {
                return;
            }
        }
        let refused = self.refused.get(&place);
        let order = kind.order();
        let at = order.iter().position(|one| *one == protocol).unwrap_or(0);
        let next = order
            .iter()
            .cycle()
            .skip(at + 1)
            .take(order.len())
            .find(|one| !refused.is_some_and(|refused| refused.contains(one)));
        if let Some(&next) = next {
            self.known.insert(place, Known::to_try(next));
        }
    }
}
