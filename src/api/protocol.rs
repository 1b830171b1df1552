//! Which flavour of the storage step a URL asks for, and what was learned of each host.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use url::Url;

/// What a URL's query says it was signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedUrlKind {
    /// It is a resumable session already.
    Session,
    /// Starting a resumable session.
    StartsSession,
    /// V4, with `Content-Type` among the signed headers.
    V4Typed,
    /// V4 without it.
    V4,
    /// V2: not said, a PUT usually.
    V2,
    /// Not a plain storage URL.
    Unknown,
}

/// A way to send the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageProtocol {
    /// Resumable, the URL being the session.
    Session,
    /// Resumable, from a session that the URL starts.
    StartSession,
    /// PUT of the raw bytes, without `Content-Type`.
    Put,
    /// PUT of the raw bytes with the content type of the extension.
    PutTyped,
    /// PUT of the raw bytes as `application/octet-stream`.
    PutOctets,
    /// POST of a form with the part `file`, the vendor's documented way.
    Form,
}

impl SignedUrlKind {
    /// Reads it off a URL. Names of parameters are compared without regard to case.
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

    /// The flavours that may be right, the likeliest first.
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

/// In which flavour the bytes of a ticket went out to no answer; the same for all clones of
/// the ticket. Whether that was a refusal shows when its asset was asked about.
#[derive(Clone, Debug, Default)]
pub struct UnansweredProtocol(Arc<Mutex<Option<StorageProtocol>>>);

impl UnansweredProtocol {
    /// There was no answer to this one.
    pub(crate) fn put(&self, protocol: StorageProtocol) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(protocol);
    }

    /// Which one that was, said once.
    pub(crate) fn take(&self) -> Option<StorageProtocol> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What is known of one kind of URL at one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    /// The flavour for the next try.
    next: StorageProtocol,
    /// It has worked here.
    proven: bool,
    /// Connections that broke since it worked last.
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

/// So many breaks in a row, and what worked at a host need not work there any
/// more. Fewer than the tries of `upload`, so that the next flavour gets one of them.
const BREAKS_OF_PROVEN: u32 = 3;

/// A flavour that worked, in a form that can be kept. Holds no secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownProtocol {
    /// Host of the storage.
    pub host: String,
    /// What its URLs look like.
    pub kind: SignedUrlKind,
    /// What they take.
    pub protocol: StorageProtocol,
}

/// Which flavour works where.
#[derive(Clone, Debug, Default)]
pub struct ProtocolCache {
    known: BTreeMap<(String, SignedUrlKind), Known>,
    refused: BTreeMap<(String, SignedUrlKind), Vec<StorageProtocol>>,
}

impl ProtocolCache {
    /// Takes over what was kept of an earlier book.
    pub fn recall(&mut self, learned: &[KnownProtocol]) {
        for entry in learned {
            self.proven(&entry.host, entry.kind, entry.protocol);
        }
    }

    /// Every flavour that has worked.
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

    /// The flavour for the next try.
    pub fn next(&self, host: &str, kind: SignedUrlKind) -> StorageProtocol {
        self.known
            .get(&(host.to_owned(), kind))
            .map_or(kind.order()[0], |known| known.next)
    }

    /// A flavour worked.
    pub fn proven(&mut self, host: &str, kind: SignedUrlKind, protocol: StorageProtocol) {
        let place = (host.to_owned(), kind);
        self.refused.remove(&place);
        let known = Known {
            proven: true,
            ..Known::to_try(protocol)
        };
        self.known.insert(place, known);
    }

    /// A flavour was refused as the wrong kind. Says whether another is left to try;
    /// where none is, the book starts again for the next file.
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

    /// The storage server named a header that the URL was signed with: this flavour has
    /// it. Says whether that one is still to be tried.
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

    /// A connection broke before the answer, and nothing arrived. On a flavour that is not proven here this may
    /// have been a refusal: the next try uses the next flavour that was not refused. One that is
    /// proven gives way when it breaks again and again: the host may have changed.
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
