//! The storage step: learned protocols of hosts, and the ids that come with it.

use std::time::Duration;

use super::service::{Act, fault, known};
use super::*;
use crate::api::Service;
use crate::api::protocol::{KnownProtocol, SignedUrlKind, StorageProtocol};
use crate::model::asset::AssetStatus;
use crate::model::fault::Fault;
use crate::store::AssetRemark;

fn learned(host: &str, protocol: StorageProtocol) -> KnownProtocol {
    KnownProtocol {
        host: host.to_owned(),
        kind: SignedUrlKind::V4,
        protocol,
    }
}

#[tokio::test(start_paused = true)]
async fn what_worked_at_a_host_is_known_after_a_restart_and_learned_anew_when_it_stops() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().signed().start(&place, Scripted::new());
    assert_eq!(engine.script().learned(), []);
    engine.add(std::slice::from_ref(&path)).await;
    let both = [
        learned("one", StorageProtocol::Form),
        learned("two", StorageProtocol::Put),
    ];
    engine.script().recall(&both);
    engine.say(Command::Start);
    engine.until_status("a.mp3", &Status::Ready).await;
    // Killed: it was on disk as soon as it was known.
    engine.kill().await;

    let path = place.file("b.mp3", "b");
    let broken = [Act::FailInBody(fault(FaultKind::BrokenInBody))];
    let service = Scripted::new().ids_from(100).acts("b.mp3", broken);
    let mut engine = Make::window().signed().run("run2").start(&place, service);
    engine.add(std::slice::from_ref(&path)).await;
    assert_eq!(engine.script().learned(), both);
    // One no longer works, the other changes its protocol.
    engine
        .script()
        .recall(&[learned("two", StorageProtocol::Form)]);
    engine.say(Command::Start);
    engine
        .until_row("b.mp3", |row| matches!(row.status, Status::Waiting { .. }))
        .await;
    engine.kill().await;

    let mut engine = Make::window().run("run3").start(&place, Scripted::new());
    engine.until(is_open).await;
    assert_eq!(
        engine.script().learned(),
        [learned("two", StorageProtocol::Form)]
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_is_not_read_again_because_its_answer_was_lost() {
    for what in [FaultKind::LostAnswer, FaultKind::NoAnswer] {
        let place = Place::new();
        let path = place.file("a.mp3", "a");
        let size = std::fs::metadata(&path).unwrap().len();
        let service = Scripted::new()
            .acts("a.mp3", [Act::Lose(fault(what))])
            .answers("a.mp3", [known(AssetStatus::Success, Some(size))]);
        let mut engine = Make::window().signed().start(&place, service);
        // A file deleted once its bytes are out can't be hashed.
        let gone = path.clone();
        engine.script().watch(move |what| {
            if what == "released a.mp3" {
                std::fs::remove_file(&gone).unwrap();
            }
        });
        let hash = blake3::hash(&std::fs::read(&path).unwrap());
        engine.upload(&[path]).await;
        engine.until_status("a.mp3", &Status::Ready).await;
        let content = place.asset("re_1").unwrap().content.expect("it is known");
        assert_eq!(content.to_hex(), hash.to_hex().as_str());
        let ledger = place.ledger();
        let is_reserved = |line: &String| line == "reserved re_1";
        assert!(
            ledger
                .iter()
                .skip_while(|it| is_reserved(it))
                .all(|it| !is_reserved(it))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_cancelled_when_all_of_it_is_out_is_not_called_one_without_bytes() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let service = Scripted::new().acts("a.mp3", [Act::StayOut]);
    let mut engine = Make::window().signed().start(&place, service);
    engine.upload(&[path]).await;
    let row = engine.until_status("a.mp3", &Status::Finishing).await;
    engine.say(Command::Cancel(vec![row.id]));
    let row = engine.until_status("a.mp3", &Status::Cancelled).await;
    // It may be stored there, unreported.
    assert_eq!(
        (&row.asset_id, &row.reserved_id),
        (&None, &Some(id("re_1")))
    );
    let record = place.asset("re_1").unwrap();
    assert_eq!((record.remark, record.is_reserved()), (None, true));
    // Sent again all the same, it may be stored twice.
    engine.say(Command::Retry(vec![row.id]));
    engine.until_status("a.mp3", &Status::Ready).await;
    let note = place.asset("re_2").unwrap().remark;
    assert_eq!(note, Some(AssetRemark::MayBeStoredTwice));
}

/// Returns a fault whose response had an id.
fn stray(kind: FaultKind, asset: &str) -> Fault {
    let mut fault = fault(kind);
    fault.diagnostics.asset_id = Some(id(asset));
    fault
}

fn is_abandoned(place: &Place, asset: &str) -> bool {
    let record = place.asset(asset).unwrap();
    assert_eq!((record.name.as_str(), record.size > 0), ("a.mp3", true));
    record.remark == Some(AssetRemark::Abandoned)
}

fn is_reserved(place: &Place, asset: &str) -> bool {
    place.asset(asset).unwrap().is_reserved()
}

#[tokio::test(start_paused = true)]
async fn an_id_beside_a_url_that_is_of_no_use_is_kept_as_abandoned() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let service = Scripted::new().tickets([
        stray(FaultKind::BadAnswer, "re_901"),
        stray(FaultKind::ServerError, "re_902"),
    ]);
    let mut engine = Make::window().signed().start(&place, service);
    engine.upload(&[path]).await;
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert!(is_abandoned(&place, "re_901"));
    assert!(is_abandoned(&place, "re_902"));
    // A request for a signed URL sends no bytes.
    assert!(is_reserved(&place, "re_901") && is_reserved(&place, "re_902"));
    assert_eq!(place.asset("re_1").unwrap().remark, None);
}

#[tokio::test(start_paused = true)]
async fn an_id_in_an_answer_that_says_failure_is_kept_also_when_nobody_waits_any_more() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let answer = stray(FaultKind::BadRequest, "re_903");
    let service = Scripted::new().acts("a.mp3", [Act::Fail(answer)]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[path]).await;
    let (kind, _) = engine.until_failed("a.mp3").await;
    assert_eq!(kind, FaultKind::BadRequest);
    assert!(is_abandoned(&place, "re_903"));
    assert!(!is_reserved(&place, "re_903"));
    // The row is removed at the moment of the response.
    let answer = stray(FaultKind::BadRequest, "re_904");
    let service = Scripted::new()
        .ids_from(100)
        .acts("a.mp3", [Act::LateFail(Duration::from_secs(1), answer)]);
    engine.kill().await;
    let other = Place::new();
    let path = other.file("a.mp3", "a");
    let mut engine = Make::window().start(&other, service);
    engine.upload(&[path]).await;
    engine
        .until_row("a.mp3", |row| row.status == Status::Uploading)
        .await;
    let remove = engine.handle.commands.clone();
    let row = engine.id_of("a.mp3");
    engine.script().when_taken("a.mp3", move || {
        let _ = remove.send(Command::Remove(vec![row]));
    });
    engine.until(|it| it.rows.is_empty()).await;
    engine.pass(1).await;
    assert!(is_abandoned(&other, "re_904"));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_another_one_at_the_answer_stops_and_keeps_its_id() {
    use std::fs;
    let touch = |path: &Path| {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now()).unwrap();
    };
    type Meddle = Box<dyn FnOnce(&Path) + Send>;
    let changed = FaultKind::FileChanged;
    let cases: [(FaultKind, Meddle); 5] = [
        (changed, Box::new(|path| write_still(path, "and more"))),
        (changed, Box::new(|path| write_still(path, ""))),
        (
            changed,
            Box::new(|path| {
                let other = path.with_extension("new");
                fs::write(&other, "ID3\u{3}b").unwrap();
                fs::rename(other, path).unwrap();
            }),
        ),
        (changed, Box::new(touch)),
        (
            FaultKind::FileGone,
            Box::new(|path| fs::remove_file(path).unwrap()),
        ),
    ];
    for (wanted, meddle) in cases {
        let place = Place::new();
        let path = place.file("a.mp3", "a");
        let mut engine = Make::command_line().start(&place, Scripted::new());
        let file = path.clone();
        engine.script().when_taken("a.mp3", move || meddle(&file));
        engine.say(Command::Add(vec![path]));
        let (kind, row) = engine.until_failed("a.mp3").await;
        assert_eq!((kind, row.asset_id.clone()), (wanted, Some(id("re_1"))));
        let record = place.asset("re_1").unwrap();
        assert_eq!(record.status, Some(AssetStatus::Waiting));
        assert!(record.content.is_some());
        assert_eq!(record.account, key("one").account());
        engine.pass(100).await;
        assert_eq!(engine.script().words(), ["check", "upload a.mp3"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reserved_id_is_shown_as_one_until_bytes_are_stored_under_it() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let size = std::fs::metadata(&path).unwrap().len();
    // The storage takes all bytes and its response is lost; at first no asset is found.
    let service = Scripted::new()
        .acts("a.mp3", [Act::Lose(fault(FaultKind::LostAnswer))])
        .answers(
            "a.mp3",
            [
                known(AssetStatus::Waiting, None),
                known(AssetStatus::Uploading, Some(size)),
            ],
        );
    let mut engine = Make::window().signed().start(&place, service);
    engine.upload(&[path]).await;
    let ids = |row: &Row| (row.asset_id.clone(), row.reserved_id.clone());
    let row = engine
        .until_row("a.mp3", |row| row.reserved_id.is_some())
        .await;
    assert_eq!(ids(&row), (None, Some(id("re_1"))));
    let processing = |row: &Row| matches!(row.status, Status::Processing { .. });
    let doubtful = engine.until_row("a.mp3", processing).await;
    assert_eq!(ids(&doubtful), (None, Some(id("re_1"))));
    assert!(is_reserved(&place, "re_1"), "nothing is known to be stored");
    let stored = engine
        .until_row("a.mp3", |row| row.asset_id.is_some())
        .await;
    assert!(processing(&stored), "{stored:?}");
    assert_eq!(ids(&stored), (Some(id("re_1")), None));
    assert!(!is_reserved(&place, "re_1"));
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_stored_nothing_ends_without_an_id_and_the_history_keeps_it() {
    for (is_cancelled, act) in [
        (false, Act::FailInBody(fault(FaultKind::BadRequest))),
        (true, Act::Stay),
    ] {
        let place = Place::new();
        let service = Scripted::new().acts("a.mp3", [act]);
        let mut engine = Make::command_line().signed().start(&place, service);
        engine.say(Command::Add(vec![place.file("a.mp3", "a")]));
        if is_cancelled {
            let row = engine
                .until_row("a.mp3", |row| row.reserved_id.is_some())
                .await;
            engine.say(Command::Cancel(vec![row.id]));
            engine.until_status("a.mp3", &Status::Cancelled).await;
        } else {
            engine.until_failed("a.mp3").await;
        }
        let row = engine.row("a.mp3");
        assert_eq!(
            (&row.asset_id, &row.reserved_id),
            (&None, &Some(id("re_1")))
        );
        let ended =
            |event: &LifecycleEvent| matches!(event, LifecycleEvent::Failed { asset: None, .. });
        assert!(engine.events().iter().any(ended));
        assert!(is_abandoned(&place, "re_1") && is_reserved(&place, "re_1"));
    }
}
