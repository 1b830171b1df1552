//! The words in which uploads are stored. A database of an earlier version holds them, so that none
//! changes without a migration.

use super::*;

const STORED: &str = include_str!("stored_words.txt");

fn every_state() -> Vec<UploadState> {
    let content = Some(hash());
    let doubt = Some(Fault::new(FaultKind::LostAnswer));
    vec![
        UploadState::Checking,
        UploadState::StillChanging,
        UploadState::Rejected(Rejection::Empty),
        UploadState::Ready,
        UploadState::Queued,
        UploadState::Hashing,
        UploadState::Duplicate(Original::Asset(asset(1))),
        UploadState::Duplicate(Original::Row(ItemId(2))),
        UploadState::Sending {
            route: Route::Direct,
            body_out: false,
        },
        UploadState::Sending {
            route: Route::SignedUrl,
            body_out: true,
        },
        UploadState::RetryScheduled {
            cause: Fault::new(FaultKind::Offline),
        },
        UploadState::Processing {
            asset: asset(1),
            content,
            polls: 3,
            doubt: doubt.clone(),
        },
        UploadState::OtherKey {
            asset: asset(1),
            content,
            doubt,
            last4: "1234".to_owned(),
        },
        UploadState::Done {
            asset: asset(1),
            content,
        },
        UploadState::Failed {
            fault: Fault::new(FaultKind::SizeMismatch),
            asset: Some(asset(1)),
        },
        UploadState::Paused { by: PausedBy::User },
        UploadState::Paused {
            by: PausedBy::Restart,
        },
        UploadState::Cancelled { asset: None },
    ]
}

/// Every stored upload, kind of fault and rejection, a line each.
fn stored() -> String {
    let mut lines = vec![];
    let whole = Upload {
        media: Some(media(5)),
        reserved_id: Some(asset(9)),
        ..Upload::new()
    };
    lines.push(serde_json::to_string(&whole).unwrap());
    lines.extend(
        every_state()
            .iter()
            .map(|state| serde_json::to_string(state).unwrap()),
    );
    let word = |kind: &FaultKind| serde_json::to_string(kind).unwrap();
    lines.push(
        FaultKind::ALL
            .iter()
            .map(word)
            .collect::<Vec<_>>()
            .join(" "),
    );
    lines.join("\n") + "\n"
}

#[test]
fn uploads_are_stored_in_the_words_that_are_kept() {
    assert_eq!(stored(), STORED);
}

#[test]
fn what_is_stored_is_read_back() {
    for state in every_state() {
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<UploadState>(&text).unwrap(), state);
    }
}
