//! Follows an answer that the user asked for beside the row's own polls.

use super::attempt::new_attempt;
use super::polling::check_again;
use super::{Original, Transition, Upload, UploadState};
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::model::fault::{Fault, FaultKind};

/// Takes a row out of Ready if its asset is not what it was, and lets one that failed ask again
/// if its asset is ready after all. Nothing is sent again unasked.
pub(super) fn asked_again(upload: &Upload, answer: &AssetAnswer) -> Transition {
    let problem = problem(upload, answer);
    match &upload.state {
        UploadState::Done { asset, content } => {
            let (asset, content) = (asset.clone(), *content);
            match problem? {
                FaultKind::StillProcessing => {
                    let state = UploadState::polling(asset, content, None);
                    check_again(&Upload {
                        state,
                        ..upload.clone()
                    })
                }
                kind => {
                    let (fault, asset) = (Fault::new(kind), Some(asset));
                    new_attempt(upload, UploadState::Failed { fault, asset }, vec![])
                }
            }
        }
        UploadState::Duplicate(Original::Asset(_)) => {
            problem?;
            let (mut after, effects) = new_attempt(upload, UploadState::Ready, vec![])?;
            after.counters.reuse_only = false;
            after.counters.duplicate_unconfirmed = true;
            Some((after, effects))
        }
        UploadState::Processing { .. } | UploadState::OtherKey { .. } if problem.is_none() => {
            check_again(upload)
        }
        UploadState::Failed {
            fault,
            asset: Some(_),
        } if problem.is_none() && is_of_the_asset(fault.kind) => check_again(upload),
        _ => None,
    }
}

/// Ends a row whose asset the user had deleted; one that is under way goes on.
pub(super) fn asset_deleted(upload: &Upload) -> Transition {
    let asset = match &upload.state {
        UploadState::Done { asset, .. } | UploadState::Duplicate(Original::Asset(asset)) => asset,
        UploadState::Failed { asset, .. } | UploadState::Cancelled { asset } => asset.as_ref()?,
        _ => return None,
    };
    let (fault, asset) = (Fault::new(FaultKind::AssetDeleted), Some(asset.clone()));
    new_attempt(upload, UploadState::Failed { fault, asset }, vec![])
}

/// Returns why an asset cannot count as ready.
fn problem(upload: &Upload, answer: &AssetAnswer) -> Option<FaultKind> {
    let AssetAnswer::Known(metadata) = answer else {
        return Some(FaultKind::AssetMissing);
    };
    match metadata.status {
        AssetStatus::Success => {
            let is_other = |size| size != upload.size();
            let mismatch = metadata.file_size.is_some_and(is_other);
            mismatch.then_some(FaultKind::SizeMismatch)
        }
        AssetStatus::Failed => Some(FaultKind::ProcessingFailed),
        AssetStatus::Waiting | AssetStatus::Uploading | AssetStatus::Other => {
            Some(FaultKind::StillProcessing)
        }
    }
}

/// Returns whether a fault is that of the stored asset, and not of the file.
fn is_of_the_asset(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::AssetMissing | FaultKind::SizeMismatch | FaultKind::ProcessingFailed
    )
}
