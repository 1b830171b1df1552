use std::path::PathBuf;
use std::sync::mpsc;

use tokio::time::Instant;

use super::*;
use crate::api::{SecretUrl, Session};
use crate::model::media::{FileStamp, Kind};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Media, Upload};
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
    item.ticket = Some((ticket, Instant::now()));
    item
}

/// Makes the calls, and takes note of their outcomes.
fn carry_out(sessions: &mut UploadSessions, effects: SessionEffects) -> Vec<SessionEffects> {
    let (sender, replies) = mpsc::channel();
    for call in effects.calls {
        let sender = sender.clone();
        sessions.make(call, move |reply| sender.send(reply).unwrap());
    }
    drop(sender);
    replies.iter().map(|it| sessions.on_reply(&it)).collect()
}

fn none() -> SessionEffects {
    SessionEffects::default()
}

#[test]
fn a_session_is_noted_before_it_is_saved_and_saved_once() {
    let keychain = Keychain::in_memory();
    let mut sessions = sessions(&keychain);
    let effects = sessions.save(&row("re_1", "https://s/1"));
    let [(asset, Some(at_ms))] = &effects.notes[..] else {
        panic!("{:?}", effects.notes)
    };
    assert!(*asset == id("re_1") && *at_ms > 0);
    assert!(sessions.drained().is_some());
    assert_eq!(carry_out(&mut sessions, effects), [none()]);
    assert!(sessions.drained().is_none());
    assert!(keychain.load_session(&id("re_1")).unwrap().is_some());

    assert_eq!(sessions.save(&row("re_1", "https://s/1")), none());
    let replaced = sessions.save(&row("re_1", "https://s/2"));
    let is_first = |call: &KeychainCall| matches!(call, KeychainCall::Save { is_first: true, .. });
    assert_eq!(replaced.calls.len(), 1);
    assert!(!is_first(&replaced.calls[0]));
}

#[test]
fn a_session_that_the_keychain_gave_is_not_saved_again() {
    let mut sessions = sessions(&Keychain::in_memory());
    let _ = sessions.restore(vec![(id("re_1"), now_ms())]);
    let item = row("re_1", "https://s/1");
    sessions.on_ticket(&item.ticket.as_ref().unwrap().0);
    assert_eq!(sessions.save(&item), none());
}

#[test]
fn an_ended_upload_leaves_nothing_in_the_keychain() {
    let keychain = Keychain::in_memory();
    let mut sessions = sessions(&keychain);
    let saved = sessions.save(&row("re_1", "https://s/1"));
    carry_out(&mut sessions, saved);
    let forgotten = sessions.forget(&id("re_1"));
    assert_eq!(forgotten.notes, [(id("re_1"), Some(0))]);
    let after = carry_out(&mut sessions, forgotten);
    assert_eq!(after, [SessionEffects::note(&id("re_1"), None)]);
    assert_eq!(keychain.load_session(&id("re_1")).unwrap(), None);
    assert_eq!(sessions.forget(&id("re_1")), none());
}

#[test]
fn a_session_started_while_the_old_one_is_deleted_stays_noted() {
    let mut sessions = sessions(&Keychain::in_memory());
    let _ = sessions.restore(vec![(id("re_1"), now_ms())]);
    let _ = sessions.forget(&id("re_1"));
    let _ = sessions.save(&row("re_1", "https://s/2"));
    let reply = KeychainReply::Removed(id("re_1"), Ok(()));
    assert_eq!(sessions.on_reply(&reply), none());
}

#[test]
fn sessions_of_ended_uploads_and_old_ones_are_deleted_at_the_start() {
    let mut sessions = sessions(&Keychain::in_memory());
    let old = now_ms() - saved_session::millis(LIFE) - 1;
    let left = [("re_1", now_ms()), ("re_2", 0), ("re_3", old)];
    let effects = sessions.restore(left.map(|(asset, at_ms)| (id(asset), at_ms)).to_vec());
    let deleted = ["re_2", "re_3"].map(id);
    assert_eq!(effects.notes, deleted.clone().map(|it| (it, Some(0))));
    assert_eq!(effects.calls, deleted.map(KeychainCall::Remove));
}

#[test]
fn a_removed_row_keeps_its_session_until_the_next_start() {
    let mut sessions = sessions(&Keychain::in_memory());
    assert_eq!(sessions.mark_removable(&id("re_1")), none());
    let _ = sessions.restore(vec![(id("re_1"), now_ms())]);
    let removed = sessions.mark_removable(&id("re_1"));
    assert_eq!(removed, SessionEffects::note(&id("re_1"), Some(0)));
    let [(_, Some(at_ms))] = sessions.unmark_removable(&id("re_1")).notes[..] else {
        panic!("it has no session")
    };
    assert!(at_ms > 0);
}

#[test]
fn a_keychain_that_fails_is_asked_no_more() {
    let mut sessions = sessions(&Keychain::absent());
    let saved = sessions.save(&row("re_1", "https://s/1"));
    let after = carry_out(&mut sessions, saved);
    // It never had one, so that nothing is left to delete.
    assert_eq!(after, [SessionEffects::note(&id("re_1"), None)]);
    assert_eq!(sessions.save(&row("re_1", "https://s/2")), none());
    let _ = sessions.restore(vec![(id("re_2"), now_ms())]);
    assert!(sessions.forget(&id("re_2")).calls.is_empty());
}

#[test]
fn a_row_resumes_as_far_as_its_session_is_known() {
    let mut sessions = sessions(&Keychain::in_memory());
    let mut item = row("re_1", "https://s/1");
    let here = Some(ResumeBehaviour::Resumes);
    let anywhere = Some(ResumeBehaviour::ResumesAfterRestart);
    assert_eq!(sessions.resume_behaviour(&item), here);
    assert!(sessions.to_recall(&item).is_none());
    let _ = sessions.save(&item);
    assert_eq!(sessions.resume_behaviour(&item), anywhere);
    // Its ticket at hand is used rather than the keychain's.
    assert!(sessions.to_recall(&item).is_none());
    item.ticket = None;
    let (_, purpose) = sessions.to_recall(&item).unwrap();
    assert_eq!(purpose.asset, id("re_1"));

    let _ = sessions.forget(&id("re_1"));
    let lost = Some(ResumeBehaviour::Restarts);
    assert_eq!(sessions.resume_behaviour(&item), lost);
    let upload = Upload {
        state: UploadState::Ready,
        ..item.upload().clone()
    };
    let item = Item::new(ItemId(1), item.file, 0, upload);
    assert_eq!(sessions.resume_behaviour(&item), None);
}
