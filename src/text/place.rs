//! Name of the backend: the service or the sandbox.

use super::messages::place as say;

/// Backend that receives the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Backend {
    /// The service.
    #[default]
    Service,
    /// The sandbox in this process.
    Sandbox,
}

impl Backend {
    /// Returns the name within a sentence.
    pub(super) fn within(self) -> &'static str {
        self.names().0
    }

    /// Returns the name at the beginning of a sentence.
    pub(super) fn first(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Service => say::service(),
            Self::Sandbox => say::sandbox(),
        }
    }

    /// Replaces the service's name with the backend's.
    pub fn said(self, words: impl Into<String>) -> String {
        let words = words.into();
        if self == Self::Service {
            return words;
        }
        let mut said = String::with_capacity(words.len());
        let mut pieces = words.split(Self::Service.within());
        said.extend(pieces.next());
        for piece in pieces {
            let begins = said.is_empty() || said.ends_with(". ") || said.ends_with('\n');
            said.push_str(if begins { self.first() } else { self.within() });
            said.push_str(piece);
        }
        said
    }
}

#[cfg(test)]
mod tests;
