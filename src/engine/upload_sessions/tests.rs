use std::path::PathBuf;
use std::sync::mpsc;

use super::*;
use crate::api::{SecretUrl, Session};
use crate::model::media::{FileStamp, Kind};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Media, PausedBy, Upload};
use crate::store::Keychain;

fn id(text: &str) -> AssetId {
    AssetId::new(text).unwrap()
}

fn sessions(keychain: &Keychain) -> UploadSessions {
    let keychain = KeychainWorker::new(keychain.clone());
    UploadSessions::new(keychain, "https://service.test".to_owned())
}

/// A row whose attempt has this session at the storage.
fn row(asset: &str, session: &str) -> Item {
    let stamp = FileStamp {
        size: 9,
        modified_ns: 5,
    };
    let upload = Upload {
        state: UploadState::Paused { by: PausedBy::User },
        media: Some(Media {
            stamp,
            kind: Kind::Audio,
            note: None,
        }),
        reserved_id: Some(id(asset)),
        ..Upload::new()
    };
    let mut item = Item::new(ItemId(1), PathBuf::from("a.mp3"), 0, upload);
    let secret = |text: &str| SecretUrl(Zeroizing::new(text.to_owned()));
    let ticket = SignedUpload {
        asset_id: id(asset),
        url: secret("https://storage.test/u"),
        expires_in: None,
        session: Session::default(),
        unanswered: Default::default(),
    };
    ticket.session.put(secret(session));
    item.transfer.keep_ticket(&ticket);
    item
}

fn restored(left: &[(&str, i64)]) -> UploadSessions {
    let mut sessions = sessions(&Keychain::in_memory());
    let left = left.iter().map(|(asset, at_ms)| (id(asset), *at_ms));
    sessions.restore(left.collect());
    sessions
}

/// Takes the notes: `asset` has a session, `-asset` has one to be deleted, `no asset` has none.
fn notes(sessions: &mut UploadSessions) -> Vec<String> {
    let notes = sessions.take_notes().into_iter();
    let words = notes.map(|(asset, at_ms)| match at_ms {
        Some(0) => format!("-{asset}"),
        Some(_) => asset.to_string(),
        None => format!("no {asset}"),
    });
    words.collect()
}

/// Makes the calls, and takes note of their outcomes; returns the calls.
fn calls(sessions: &mut UploadSessions) -> Vec<(SessionChange, AssetId)> {
    let (sender, replies) = mpsc::channel();
    let mut made = vec![];
    for call in sessions.take_calls() {
        made.push((call.change, call.asset.clone()));
        let sender = sender.clone();
        sessions.make(call, move |reply| sender.send(reply).unwrap());
    }
    drop(sender);
    for reply in replies {
        sessions.on_reply(reply);
    }
    made
}

#[test]
fn a_session_is_noted_before_it_is_saved_and_saved_once() {
    let keychain = Keychain::in_memory();
    let mut sessions = sessions(&keychain);
    sessions.save(&row("re_1", "https://s/1"));
    assert_eq!(notes(&mut sessions), ["re_1"]);
    assert!(sessions.drained().is_some());
    assert_eq!(keychain.load_session(&id("re_1")).unwrap(), None);
    assert_eq!(calls(&mut sessions), [(SessionChange::New, id("re_1"))]);
    assert!(sessions.drained().is_none());
    assert!(keychain.load_session(&id("re_1")).unwrap().is_some());

    sessions.save(&row("re_1", "https://s/1"));
    assert_eq!(calls(&mut sessions), []);
    sessions.save(&row("re_1", "https://s/2"));
    let replaced = [(SessionChange::Replaced, id("re_1"))];
    assert_eq!(calls(&mut sessions), replaced);
}

#[test]
fn a_session_that_the_keychain_gave_is_not_saved_again() {
    let mut sessions = restored(&[("re_1", now_ms())]);
    let item = row("re_1", "https://s/1");
    sessions.on_ticket(&item.transfer.ticket().unwrap().0);
    sessions.save(&item);
    assert_eq!(calls(&mut sessions), []);
}

#[test]
fn an_ended_upload_leaves_nothing_in_the_keychain() {
    let keychain = Keychain::in_memory();
    let mut sessions = sessions(&keychain);
    sessions.save(&row("re_1", "https://s/1"));
    calls(&mut sessions);
    notes(&mut sessions);
    sessions.forget(&id("re_1"));
    // Until the keychain has answered, the next start would delete it.
    assert_eq!(notes(&mut sessions), ["-re_1"]);
    assert_eq!(calls(&mut sessions), [(SessionChange::Removed, id("re_1"))]);
    assert_eq!(notes(&mut sessions), ["no re_1"]);
    assert_eq!(keychain.load_session(&id("re_1")).unwrap(), None);
    sessions.forget(&id("re_1"));
    assert_eq!(calls(&mut sessions), []);
}

#[test]
fn a_session_started_while_the_old_one_is_deleted_stays_noted() {
    let mut sessions = restored(&[("re_1", now_ms())]);
    sessions.forget(&id("re_1"));
    sessions.save(&row("re_1", "https://s/2"));
    assert_eq!(calls(&mut sessions).len(), 2);
    assert_eq!(notes(&mut sessions), ["-re_1", "re_1"]);
}

#[test]
fn sessions_of_ended_uploads_and_old_ones_are_deleted_at_the_start() {
    let old = now_ms() - saved_session::millis(LIFE) - 1;
    let mut sessions = restored(&[("re_1", now_ms()), ("re_2", 0), ("re_3", old)]);
    assert_eq!(notes(&mut sessions), ["-re_2", "-re_3"]);
    let removed = ["re_2", "re_3"].map(|asset| (SessionChange::Removed, id(asset)));
    assert_eq!(calls(&mut sessions), removed);
    notes(&mut sessions);
    sessions.note_all();
    assert_eq!(notes(&mut sessions), ["re_1"]);
}

#[test]
fn a_removed_row_keeps_its_session_until_the_next_start() {
    let mut sessions = restored(&[("re_1", now_ms())]);
    for asset in ["re_1", "re_2"].map(id) {
        sessions.set_removed(&asset, true);
        sessions.set_removed(&asset, false);
    }
    assert_eq!(notes(&mut sessions), ["-re_1", "re_1"]);
    assert_eq!(calls(&mut sessions), []);
}

#[test]
fn a_keychain_that_fails_is_asked_no_more() {
    let mut sessions = sessions(&Keychain::absent());
    sessions.save(&row("re_1", "https://s/1"));
    assert_eq!(calls(&mut sessions).len(), 1);
    // It never had one, so that nothing is left to delete.
    assert_eq!(notes(&mut sessions), ["re_1", "no re_1"]);
    sessions.save(&row("re_1", "https://s/2"));
    sessions.restore(vec![(id("re_2"), now_ms())]);
    sessions.forget(&id("re_2"));
    assert_eq!(calls(&mut sessions), []);
    assert_eq!(notes(&mut sessions), ["-re_2"]);
}

#[test]
fn a_session_that_could_not_be_replaced_is_to_be_deleted() {
    let mut sessions = restored(&[("re_1", now_ms())]);
    sessions.save(&row("re_1", "https://s/2"));
    notes(&mut sessions);
    let failed = KeychainReply {
        asset: id("re_1"),
        change: SessionChange::Replaced,
        outcome: Err(SecretError::Locked),
    };
    assert_eq!(sessions.on_reply(failed), Some(id("re_1")));
    assert_eq!(notes(&mut sessions), ["-re_1"]);
}

#[test]
fn a_row_resumes_as_far_as_its_session_is_known() {
    let mut sessions = sessions(&Keychain::in_memory());
    let mut item = row("re_1", "https://s/1");
    let here = Some(ResumeBehaviour::Resumes);
    let anywhere = Some(ResumeBehaviour::ResumesAfterRestart);
    assert_eq!(sessions.resume_behaviour(&item), here);
    assert!(sessions.to_recall(&item).is_none());
    sessions.save(&item);
    assert_eq!(sessions.resume_behaviour(&item), anywhere);
    // Its ticket at hand is used rather than the keychain's.
    assert!(sessions.to_recall(&item).is_none());
    item.transfer.discard_ticket();
    let (_, purpose) = sessions.to_recall(&item).unwrap();
    assert_eq!(purpose.asset, id("re_1"));

    sessions.forget(&id("re_1"));
    let lost = Some(ResumeBehaviour::Restarts);
    assert_eq!(sessions.resume_behaviour(&item), lost);
    let upload = Upload {
        state: UploadState::Ready,
        ..item.upload().clone()
    };
    let item = Item::new(ItemId(1), item.file, 0, upload);
    assert_eq!(sessions.resume_behaviour(&item), None);
}
