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
}

#[cfg(test)]
mod tests;
