//! Name of the backend: the service or the sandbox.

use super::Message;

/// Backend that receives the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Backend {
    /// The service.
    #[default]
    Service,
    /// The sandbox in this process.
    Sandbox,
}

/// Name of the service in all texts.
const SERVICE: &str = "memories.ai";
/// Name of the sandbox within a sentence.
const SANDBOX: &str = "the sandbox";
/// Name of the sandbox at the start of a sentence.
const SANDBOX_BEGINS: &str = "The sandbox";

impl Backend {
    /// Replaces the service's name with the backend's.
    pub fn said(self, words: impl Into<String>) -> String {
        let words = words.into();
        if self == Self::Service {
            return words;
        }
        let mut said = String::with_capacity(words.len());
        let mut pieces = words.split(SERVICE);
        said.extend(pieces.next());
        for piece in pieces {
            let begins = said.is_empty() || said.ends_with(". ") || said.ends_with('\n');
            said.push_str(if begins { SANDBOX_BEGINS } else { SANDBOX });
            said.push_str(piece);
        }
        said
    }
}

impl Message {
    /// Returns the message with the backend's name.
    pub fn at(self, place: Backend) -> Self {
        Self {
            title: place.said(self.title),
            cause: place.said(self.cause),
            next: place.said(self.next),
            step: self.step,
        }
    }
}

#[cfg(test)]
mod tests;
