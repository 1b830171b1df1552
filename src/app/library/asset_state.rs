//! Status of an asset in the words of the Library.

#[cfg(test)]
mod tests;

use crate::model::asset::AssetStatus;
use crate::store::{AssetRecord, AssetRemark};
use crate::text::messages::library as words;

/// Status of an asset, as the Library shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetState {
    /// Ready for use.
    Ready,
    /// The service is processing it, as far as is known.
    Processing,
    /// Processing failed.
    Failed,
    /// The service holds another number of bytes than were sent.
    WrongSize,
    /// The service does not know it any more.
    Gone,
    /// Deleted from the service.
    Deleted,
}

impl AssetState {
    /// Returns the status of an asset.
    pub fn of(asset: &AssetRecord) -> Self {
        match (asset.deleted_at_ms, asset.remark, asset.status) {
            (Some(_), ..) => Self::Deleted,
            (_, Some(AssetRemark::Gone), _) => Self::Gone,
            (_, Some(AssetRemark::SizeMismatch), _) => Self::WrongSize,
            (.., Some(AssetStatus::Failed)) => Self::Failed,
            (.., Some(AssetStatus::Success)) => Self::Ready,
            _ => Self::Processing,
        }
    }

    /// Returns its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => words::ready(),
            Self::Processing => words::processing(),
            Self::Failed => words::failed(),
            Self::WrongSize => words::wrong_size(),
            Self::Gone => words::gone(),
            Self::Deleted => words::deleted(),
        }
    }
}
