//! Who takes the files, by name: the service, or the sandbox in its place.

use super::Message;

/// Who takes the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Backend {
    /// The service.
    #[default]
    Service,
    /// The sandbox in this program.
    Sandbox,
}

/// What every word of this program calls who takes the files.
const SERVICE: &str = "memories.ai";
/// The same where a sandbox does.
const SANDBOX: &str = "the sandbox";
/// The same where a sentence begins with it.
const SANDBOX_BEGINS: &str = "The sandbox";

impl Backend {
    /// Words that name the service, as they are said here.
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
    /// The same, as it is said at this place.
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
mod tests {
    use super::*;

    #[test]
    fn in_the_sandbox_the_sandbox_is_named() {
        let words = "memories.ai is busy. Ask memories.ai later. memories.ai’s answer";
        assert_eq!(Backend::Service.said(words), words);
        assert_eq!(
            Backend::Sandbox.said(words),
            "The sandbox is busy. Ask the sandbox later. The sandbox’s answer"
        );
        assert_eq!(Backend::Sandbox.said("at memories.ai"), "at the sandbox");
        assert_eq!(Backend::Sandbox.said("412 MB"), "412 MB");
    }
}
