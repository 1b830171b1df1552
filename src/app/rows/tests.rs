//! Tests of row texts and commands, and a row for other tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::app::queue::Hold;
use crate::model::accounts::AccountInfo;
use crate::model::asset::{Account, AssetId};
use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::model::media::{Kind, MediaMetadata, Note, Rejection, Route};
use crate::model::snapshot::{DuplicateOf, DuplicateStage, ItemId, QueueWait, Transfer};

/// A 412 MB video in this state.
pub(crate) fn row(id: u64, status: Status) -> Row {
    Row {
        id: ItemId(id),
        name: format!("clip-{id}.mp4"),
        path: PathBuf::from(format!("/media/clip-{id}.mp4")),
        size: 412_000_000,
        kind: Some(Kind::Video),
        route: Some(Route::Direct),
        note: None,
        status,
        transfer: None,
        asset_id: None,
        reserved_id: None,
        account: None,
        saved: true,
        possibly_stored_twice: false,
        duplicate_of: None,
        duplicate_unconfirmed: false,
        interrupted: false,
        batch: None,
        metadata: MediaMetadata::default(),
        later: None,
    }
}

fn around(now: Instant) -> RowContext {
    RowContext {
        now,
        place: Backend::Service,
        queue: QueueStatus::GoesOn,
        accounts: Arc::default(),
    }
}

fn transfer(sent: u64) -> Transfer {
    Transfer {
        sent,
        total: 412_000_000,
        rate: Some(12_400_000.0),
        left: Some(Duration::from_secs(14)),
    }
}

#[test]
fn an_upload_says_how_far_how_fast_and_how_long() {
    let mut uploading = row(1, Status::Uploading);
    uploading.transfer = Some(transfer(260_000_000));
    let now = Instant::now();
    assert_eq!(
        detail(&uploading, &around(now)),
        "260 of 412 MB · 12.4 MB/s · 14 s left"
    );
    assert_eq!(trailing(&uploading), Trailing::Percent(63));
    uploading.transfer = Some(Transfer {
        rate: None,
        left: None,
        ..transfer(1_000_000)
    });
    assert_eq!(
        detail(&uploading, &around(now)),
        "1 of 412 MB · estimating…"
    );
}

#[test]
fn when_all_bytes_are_out_no_percent_is_claimed() {
    let mut finishing = row(1, Status::Finishing);
    finishing.transfer = Some(transfer(412_000_000));
    assert_eq!(trailing(&finishing), Trailing::None);
    assert_eq!(text::status_word(&finishing.status), "Finishing…");
    assert_eq!(bar(&finishing), Some(1.0));
}

#[test]
fn a_row_that_waits_says_for_what_and_how_long() {
    let now = Instant::now();
    let waiting = row(
        1,
        Status::Waiting {
            until: now + Duration::from_secs(8),
            cause: Arc::new(Fault::new(FaultKind::RateLimited)),
        },
    );
    assert_eq!(
        detail(&waiting, &around(now)),
        "memories.ai asks us to slow down · next try in 8 s"
    );
    assert!(has_clock(&waiting));
}

#[test]
fn a_row_that_a_firewall_blocks_names_what_may_block_it() {
    let now = Instant::now();
    let cause = Arc::new(Fault::new(FaultKind::Blocked));
    let waiting = Status::Waiting {
        until: now + Duration::from_secs(8),
        cause: Arc::clone(&cause),
    };
    for status in [waiting, Status::Failed(cause)] {
        let said = detail(&row(1, status), &around(now));
        assert!(
            said.starts_with("A firewall, a proxy or a sign-in page blocks the upload"),
            "{said}"
        );
    }
}

#[test]
fn the_details_of_a_row_that_waits_ask_for_nothing() {
    let waiting = row(
        1,
        Status::Waiting {
            until: Instant::now(),
            cause: Arc::new(Fault::new(FaultKind::ServerError)),
        },
    );
    let (message, technical) = trouble(&waiting, Backend::Service).unwrap();
    assert_eq!(message.title, "memories.ai has a problem");
    assert_eq!(message.next, "The upload is retried automatically.");
    assert_eq!(message.step, None);
    assert_eq!(technical[0], ("Kind", "ServerError".to_owned()));
}

#[test]
fn an_id_that_is_not_on_disk_is_said_to_be_copied() {
    let mut ready = row(1, Status::Ready);
    ready.asset_id = AssetId::new("re_660727003963174912");
    assert_eq!(detail(&ready, &around(Instant::now())), "412 MB");
    assert_eq!(warning(&ready), None);
    ready.saved = false;
    assert_eq!(warning(&ready), Some("not saved yet: copy it"));
    assert!(
        spoken(&ready, None, &around(Instant::now())).ends_with("not saved yet: copy it, 412 MB")
    );
    assert_eq!(
        commands(&ready, &around(Instant::now())),
        [RowCommand::Copy]
    );
    assert!(
        has_menu(&ready) && menu(&ready, &around(Instant::now())).contains(&RowCommand::Remove)
    );
}

#[test]
fn a_row_says_what_its_file_is_until_its_bytes_move() {
    let mut clip = row(1, Status::ReadyToUpload);
    clip.metadata = MediaMetadata {
        duration_ms: Some(84_000),
        width: Some(1920),
        height: Some(1080),
        captured_at: "2026-11-28T16:04:05".parse().ok(),
        has_location: true,
    };
    let around = around(Instant::now());
    let facts = "1:24 · 1920 × 1080 · 412 MB";
    assert_eq!(detail(&clip, &around), facts);
    assert_eq!(captured(&clip).unwrap(), "Taken 2026-11-28 16:04");
    let said = spoken(&clip, None, &around);
    assert!(
        said.ends_with(&format!("{facts}, Says where it was taken")),
        "{said}"
    );
    clip.status = Status::Ready;
    assert_eq!(detail(&clip, &around), facts);
    clip.status = Status::Uploading;
    clip.transfer = Some(Transfer {
        sent: 1_000_000,
        total: 412_000_000,
        rate: None,
        left: None,
    });
    assert_eq!(detail(&clip, &around), "1 of 412 MB · estimating…");
    clip.metadata = MediaMetadata::default();
    assert_eq!((location(&clip), captured(&clip)), (None, None));
}

#[test]
fn a_note_stands_on_the_row_until_its_bytes_move() {
    let mut ready = row(1, Status::ReadyToUpload);
    ready.note = Some(Note::MayBeTooLarge);
    assert!(detail(&ready, &around(Instant::now())).contains("may refuse it"));
    ready.note = Some(Note::InCloud);
    assert!(detail(&ready, &around(Instant::now())).contains("uploading fetches it first"));
    ready.status = Status::Paused;
    assert_eq!(detail(&ready, &around(Instant::now())), "412 MB");
}

#[test]
fn a_duplicate_hands_on_the_id_of_its_twin() {
    let twin = AssetId::new("re_1");
    let duplicate = row(1, Status::Duplicate { of: twin });
    assert_eq!(id_of(&duplicate), Some("re_1"));
    assert!(menu(&duplicate, &around(Instant::now())).contains(&RowCommand::UploadAnyway));
}

#[test]
fn another_accounts_id_is_copied_from_its_own_row_alone() {
    let mut ready = row(1, Status::ReadyToUpload);
    ready.duplicate_of = Some(Arc::new(DuplicateOf {
        path: PathBuf::from("/a/Take 1.mp4"),
        uploaded_at_ms: Some(1),
        account: Some(Account::from_fingerprint("b")),
        asset: AssetId::new("re_1"),
    }));
    assert_eq!(id_to_copy(&ready), Some("re_1"));
    assert_eq!((id_to_list(&ready), id_to_copy_along(&ready)), (None, None));
    ready.status = Status::FoundDuplicate(DuplicateStage::Uploaded);
    assert_eq!(id_to_copy_along(&ready), Some("re_1"));
}

#[test]
fn a_duplicate_says_of_which_file_it_is_one() {
    let said = |of, path: &str, uploaded_at_ms| {
        let mut duplicate = row(1, Status::Duplicate { of });
        duplicate.path = Path::new("/a").join(&duplicate.name);
        duplicate.duplicate_of = Some(Arc::new(DuplicateOf {
            path: PathBuf::from(path),
            uploaded_at_ms,
            account: None,
            asset: None,
        }));
        detail(&duplicate, &around(Instant::now()))
    };
    let id = || AssetId::new("re_1");
    let noon = Some(1_767_009_600_000);
    assert_eq!(
        said(None, "/a/Take 1.mp4", None),
        "412 MB · same content as Take 1.mp4 · waits for its ID"
    );
    let elsewhere = Path::new("b").join("Take 1.mp4");
    assert_eq!(
        said(id(), "/a/b/Take 1.mp4", None),
        format!("412 MB · same content as {}", elsewhere.display())
    );
    assert_eq!(
        said(id(), "/a/Take 1.mp4", noon),
        "412 MB · same content as Take 1.mp4, uploaded on 29 December 2025"
    );
    // Duplicate of the file itself.
    assert_eq!(
        said(id(), "/a/clip-1.mp4", noon),
        "412 MB · uploaded on 29 December 2025"
    );
}

#[test]
fn a_failed_row_offers_what_its_words_say() {
    let offers = |kind| {
        let row = row(1, Status::Failed(Arc::new(Fault::new(kind))));
        commands(&row, &around(Instant::now()))
    };
    for (kind, fix, is_retried) in [
        (FaultKind::ServerError, RowCommand::Retry, true),
        (FaultKind::BadRequest, RowCommand::Details, true),
        (FaultKind::UnsupportedMedia, RowCommand::Details, false),
        (FaultKind::SizeMismatch, RowCommand::UploadAgain, false),
        (FaultKind::StillProcessing, RowCommand::CheckAgain, false),
        (FaultKind::FileGone, RowCommand::Locate, true),
        (FaultKind::Unreadable, RowCommand::Locate, true),
    ] {
        let offered = offers(kind);
        assert!(offered.contains(&fix), "{kind:?}");
        assert_eq!(offered.contains(&RowCommand::Retry), is_retried, "{kind:?}");
    }
}

#[test]
fn every_row_can_be_ended_and_trouble_explains_itself() {
    let now = Instant::now();
    let failed = Arc::new(Fault::new(FaultKind::ServerError));
    for status in [
        Status::Checking,
        Status::Settling,
        Status::Rejected(Rejection::Empty),
        Status::ReadyToUpload,
        Status::FoundDuplicate(DuplicateStage::Known),
        Status::FoundDuplicate(DuplicateStage::Uploaded),
        Status::Queued,
        Status::Uploading,
        Status::Finishing,
        Status::Waiting {
            until: now,
            cause: failed.clone(),
        },
        Status::Processing {
            since: now,
            long: false,
        },
        Status::OtherKey {
            last4: "1234".to_owned(),
        },
        Status::Ready,
        Status::Failed(failed),
        Status::Paused,
        Status::Cancelled,
        Status::Duplicate { of: None },
    ] {
        let row = row(1, status);
        let commands = if has_menu(&row) {
            menu(&row, &around(now))
        } else {
            commands(&row, &around(now))
        };
        assert!(
            commands.contains(&RowCommand::Remove) || commands.contains(&RowCommand::Cancel),
            "{:?}",
            row.status
        );
        assert_eq!(
            trouble(&row, Backend::Service).is_some(),
            commands.contains(&RowCommand::Details)
        );
        assert!(spoken(&row, None, &around(now)).starts_with("clip-1.mp4, "));
    }
}

#[test]
fn what_another_key_sent_says_so_and_can_be_checked_again() {
    let other_key = |last4: &str| Status::OtherKey {
        last4: last4.to_owned(),
    };
    let mut row = row(1, other_key("1234"));
    row.asset_id = AssetId::new("re_1");
    let said = |row: &Row| detail(row, &around(Instant::now()));
    let words = "Uploaded with another API key";
    assert!(
        said(&row).starts_with(&format!("{words} (…1234) · ")),
        "{}",
        said(&row)
    );
    let wanted = [RowCommand::Copy, RowCommand::CheckAgain];
    assert_eq!(commands(&row, &around(Instant::now())), wanted);
    row.status = other_key("");
    assert!(
        said(&row).starts_with(&format!("{words} · ")),
        "{}",
        said(&row)
    );
}

#[test]
fn what_stopped_says_whether_it_goes_on_or_starts_again() {
    let now = Instant::now();
    let mut paused = row(1, Status::Paused);
    assert_eq!(detail(&paused, &around(now)), "412 MB");
    for (later, said) in [
        (ResumeBehaviour::Restarts, "starts again from the beginning"),
        (ResumeBehaviour::Resumes, "goes on where it was"),
        (ResumeBehaviour::ResumesAfterRestart, "goes on where it was"),
    ] {
        paused.later = Some(later);
        assert_eq!(detail(&paused, &around(now)), format!("412 MB · {said}"));
        // The route does not matter.
        paused.route = Some(Route::SignedUrl);
    }
}

#[test]
fn a_row_that_stands_still_keeps_how_far_it_was_where_that_is_kept() {
    let now = Instant::now();
    let stands = Transfer {
        rate: None,
        left: None,
        ..transfer(260_000_000)
    };
    let waiting = Status::Waiting {
        until: now + Duration::from_secs(8),
        cause: Arc::new(Fault::new(FaultKind::Offline)),
    };
    for status in [Status::Paused, Status::Queued, waiting] {
        let mut held = row(1, status);
        held.later = Some(ResumeBehaviour::Resumes);
        held.transfer = Some(stands);
        held.asset_id = AssetId::new("re_1");
        assert_eq!(trailing(&held), Trailing::Percent(63), "{:?}", held.status);
        assert!(bar(&held).is_some_and(|full| (0.62..0.64).contains(&full)));
        let said = detail(&held, &around(now));
        assert!(said.contains("260 of 412 MB"), "{said}");
        assert!(
            !said.contains("left") && !said.contains("estimating"),
            "{said}"
        );
    }
    let mut paused = row(1, Status::Paused);
    paused.later = Some(ResumeBehaviour::Restarts);
    assert_eq!(bar(&paused), None, "nothing of it is kept");
    assert_eq!(trailing(&paused), Trailing::None);
}

#[test]
fn a_row_that_was_interrupted_says_so_and_what_to_press() {
    let mut row = row(1, Status::Paused);
    row.interrupted = true;
    for (later, said) in [
        (
            ResumeBehaviour::Restarts,
            "412 MB · interrupted; Resume sends it from the beginning",
        ),
        (
            ResumeBehaviour::ResumesAfterRestart,
            "412 MB · interrupted; Resume goes on where it was",
        ),
    ] {
        row.later = Some(later);
        assert_eq!(detail(&row, &around(Instant::now())), said);
        assert!(commands(&row, &around(Instant::now())).contains(&RowCommand::Resume));
    }
}

#[test]
fn a_pause_says_before_what_it_means() {
    let mut uploading = row(1, Status::Uploading);
    let now = Instant::now();
    for (later, said) in [
        (ResumeBehaviour::Restarts, "starts again from the beginning"),
        (
            ResumeBehaviour::Resumes,
            "as long as the program stays open",
        ),
        (
            ResumeBehaviour::ResumesAfterRestart,
            "also after the program was closed",
        ),
    ] {
        uploading.later = Some(later);
        let hint = hint(&uploading, RowCommand::Pause, &around(now));
        assert!(hint.contains(said), "{hint}");
    }
}

#[test]
fn what_is_kept_of_an_upload_that_stopped_is_not_given_up_without_a_question() {
    let mut paused = row(1, Status::Paused);
    for (later, asks) in [
        (None, false),
        (Some(ResumeBehaviour::Restarts), false),
        (Some(ResumeBehaviour::Resumes), true),
        (Some(ResumeBehaviour::ResumesAfterRestart), true),
    ] {
        paused.later = later;
        assert_eq!(cancel_loses_work(&paused), asks, "{later:?}");
    }
}

#[test]
fn a_row_that_is_queued_says_what_holds_the_queue() {
    let queued = row(1, Status::Queued);
    let said = |queue| {
        let now = Instant::now();
        detail(
            &queued,
            &RowContext {
                queue,
                ..around(now)
            },
        )
    };
    assert_eq!(said(QueueStatus::GoesOn), "412 MB");
    assert_eq!(said(QueueStatus::Paused), "412 MB · all uploads are paused");
    assert_eq!(
        said(QueueStatus::Held(Hold::NoKey)),
        "412 MB · waits for an API key"
    );
    assert_eq!(
        said(QueueStatus::Offline),
        "412 MB · waiting for a connection"
    );
    let mut begun = row(1, Status::Queued);
    begun.later = Some(ResumeBehaviour::Restarts);
    for (queue, told) in [
        (QueueStatus::Paused, true),
        (
            QueueStatus::Held(Hold::RequiredAction(RequiredAction::Balance)),
            false,
        ),
        (QueueStatus::Offline, false),
    ] {
        let now = Instant::now();
        let around = RowContext {
            queue,
            ..around(now)
        };
        let said = detail(&begun, &around);
        assert_eq!(said.contains("from the beginning"), told, "{said}");
    }
}

#[test]
fn what_belongs_to_another_account_says_so() {
    let of = |text: &str| Account::from_fingerprint(text);
    let info = |account: &str, name: Option<&str>| AccountInfo {
        account: of(account),
        last4: format!("000{account}"),
        name: name.map(str::to_owned),
        group: of(account),
    };
    let known = vec![info("a", Some("Studio A")), info("b", None)];
    let in_use = |account: &str| RowContext {
        accounts: Arc::new(Accounts::new(
            known.clone(),
            Some((of(account), String::new())),
        )),
        ..around(Instant::now())
    };
    let mut ready = row(1, Status::Ready);
    ready.asset_id = AssetId::new("re_1");
    ready.account = Some(of("a"));
    assert_eq!(detail(&ready, &in_use("a")), "412 MB");
    let other = "in another account: Studio A · 412 MB";
    assert_eq!(detail(&ready, &in_use("b")), other);
    ready.account = Some(of("b"));
    let other = "in another account: Key …000b · 412 MB";
    assert_eq!(detail(&ready, &in_use("a")), other);
    let mut queued = row(1, Status::Queued);
    queued.account = Some(of("b"));
    let other = "for another account: Key …000b · 412 MB";
    assert_eq!(detail(&queued, &in_use("a")), other);
    let of_original = DuplicateOf {
        path: "/media/first.mp4".into(),
        uploaded_at_ms: None,
        asset: None,
        account: Some(of("a")),
    };
    let mut duplicate = row(
        1,
        Status::Duplicate {
            of: AssetId::new("re_1"),
        },
    );
    duplicate.duplicate_of = Some(Arc::new(of_original.clone()));
    let said = detail(&duplicate, &in_use("b"));
    assert!(said.starts_with("in another account: Studio A"), "{said}");
    duplicate.status = Status::ReadyToUpload;
    let uploaded = DuplicateOf {
        uploaded_at_ms: Some(1_767_009_600_000),
        ..of_original
    };
    duplicate.duplicate_of = Some(Arc::new(uploaded));
    assert_eq!(
        detail(&duplicate, &in_use("b")),
        "412 MB · uploaded on 29 December 2025 in another account: Studio A · as first.mp4"
    );
}

#[test]
fn in_the_sandbox_no_row_speaks_of_the_service() {
    let now = Instant::now();
    let sandbox = RowContext {
        place: Backend::Sandbox,
        ..around(now)
    };
    let statuses = [
        Status::Finishing,
        Status::Processing {
            since: now,
            long: true,
        },
        Status::Failed(Arc::new(Fault::new(FaultKind::Offline))),
        Status::Waiting {
            until: now,
            cause: Arc::new(Fault::new(FaultKind::RateLimited)),
        },
    ];
    for status in statuses {
        let row = row(1, status);
        let mut said = spoken(&row, None, &sandbox);
        said += &details_text(&row, Backend::Sandbox, "0.0.0");
        for command in menu(&row, &sandbox) {
            said += &hint(&row, command, &sandbox);
        }
        assert!(!said.contains("memories.ai"), "{said}");
        assert!(said.contains("the sandbox") || said.contains("The sandbox"));
    }
}

#[test]
fn a_rows_menu_has_its_buttons_and_what_ends_it_last() {
    use RowCommand as C;
    let menu = |status| menu(&row(1, status), &around(Instant::now()));
    assert_eq!(
        menu(Status::ReadyToUpload),
        [C::Upload, C::SendFirst, C::ShowFile, C::Remove]
    );
    assert_eq!(
        menu(Status::Uploading),
        [C::Pause, C::ShowFile, C::Cancel],
        "it is sent already"
    );
}

#[test]
fn a_row_that_the_whole_queues_wait_holds_up_can_be_tried_now() {
    let now = Instant::now();
    let waits = |kind| RowContext {
        queue: QueueStatus::Waits(QueueWait {
            kind,
            until: now + Duration::from_secs(600),
        }),
        ..around(now)
    };
    let processing = Status::Processing {
        since: now,
        long: false,
    };
    let held = [
        Status::Queued,
        processing,
        Status::FoundDuplicate(DuplicateStage::Asked),
    ];
    for status in held {
        let row = row(1, status);
        for kind in [FaultKind::RateLimited, FaultKind::Offline] {
            let around = waits(kind);
            assert!(detail(&row, &around).contains("next try in"));
            assert_eq!(commands(&row, &around)[0], RowCommand::TryNow);
            assert_eq!(menu(&row, &around)[0], RowCommand::TryNow);
        }
        assert!(!menu(&row, &around(now)).contains(&RowCommand::TryNow));
    }
    for status in [Status::Uploading, Status::Ready, Status::Paused] {
        let around = waits(FaultKind::RateLimited);
        assert!(!menu(&row(1, status), &around).contains(&RowCommand::TryNow));
    }
}
