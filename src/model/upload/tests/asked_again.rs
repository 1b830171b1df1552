//! Tests of answers that the user asked for beside a row's polls.

use super::*;

const SIZE: u64 = 1000;

fn upload(state: UploadState) -> Upload {
    Upload {
        media: Some(media(SIZE)),
        state,
        ..Upload::new()
    }
}

fn after(state: UploadState, answer: &AssetAnswer) -> Option<UploadState> {
    let event = Event::AskedAgain(answer.clone());
    let (after, effects) = transition(&upload(state), event, &Policy::default())?;
    let sends = |effect: &Effect| matches!(effect, Effect::Send { .. });
    assert!(!effects.iter().any(sends));
    Some(after.state)
}

fn done() -> UploadState {
    UploadState::Done {
        asset: asset(1),
        content: Some(hash()),
    }
}

fn failed(kind: FaultKind) -> UploadState {
    UploadState::Failed {
        fault: Fault::new(kind),
        asset: Some(asset(1)),
    }
}

#[test]
fn a_green_row_stays_green_only_while_all_bytes_are_there() {
    for size in [None, Some(SIZE)] {
        assert_eq!(after(done(), &known(AssetStatus::Success, size)), None);
    }
    for (answer, kind) in [
        (AssetAnswer::NotFound, FaultKind::AssetMissing),
        (
            known(AssetStatus::Success, Some(1)),
            FaultKind::SizeMismatch,
        ),
        (
            known(AssetStatus::Failed, None),
            FaultKind::ProcessingFailed,
        ),
    ] {
        assert_eq!(after(done(), &answer), Some(failed(kind)));
    }
    let busy = after(done(), &known(AssetStatus::Uploading, None));
    assert_eq!(
        busy,
        Some(UploadState::polling(asset(1), Some(hash()), None))
    );
}

#[test]
fn a_duplicate_of_what_is_gone_can_be_uploaded() {
    let state = || UploadState::Duplicate(Original::Asset(asset(1)));
    let ready = known(AssetStatus::Success, Some(SIZE));
    assert_eq!(after(state(), &ready), None);
    assert_eq!(
        after(state(), &AssetAnswer::NotFound),
        Some(UploadState::Ready)
    );
}

#[test]
fn only_a_ready_asset_lets_a_row_ask_by_itself() {
    let polling = || UploadState::polling(asset(1), None, None);
    let ready = known(AssetStatus::Success, Some(SIZE));
    for kind in [FaultKind::AssetMissing, FaultKind::ProcessingFailed] {
        assert_eq!(after(failed(kind), &ready), Some(polling()));
        assert_eq!(after(failed(kind), &AssetAnswer::NotFound), None);
    }
    assert_eq!(after(polling(), &ready), Some(polling()));
    assert_eq!(after(polling(), &known(AssetStatus::Waiting, None)), None);
    // The file is not what was stored.
    assert_eq!(after(failed(FaultKind::FileChanged), &ready), None);
    assert_eq!(after(UploadState::Ready, &ready), None);
}
