//! Every user command in every state of a row: its state an hour later, and no leaks at its end.

use std::time::Duration;

use super::service::{Act, fault, known};
use super::*;
use crate::model::asset::AssetStatus;

/// The row under test, and the row before it that holds the only transfer slot.
const ROW: &str = "row.mp3";
const OTHER: &str = "other.mp3";

type Say = fn(ItemId) -> Vec<Command>;

/// Commands of the user.
const COMMANDS: [(&str, Say); 15] = [
    ("nothing", |_| vec![]),
    ("upload", |_| vec![Command::Start]),
    ("upload it", |row| vec![Command::StartItems(vec![row])]),
    ("pause all", |_| vec![Command::Pause]),
    ("go on", |_| vec![Command::Pause, Command::Resume]),
    ("pause it", |row| vec![Command::PauseItems(vec![row])]),
    ("resume it", |row| vec![Command::ResumeItems(vec![row])]),
    ("cancel", |row| vec![Command::Cancel(vec![row])]),
    ("retry", |row| vec![Command::Retry(vec![row])]),
    ("remove", |row| vec![Command::Remove(vec![row])]),
    ("undo", |row| {
        vec![Command::Remove(vec![row]), Command::UndoRemove]
    }),
    ("anyway", |row| vec![Command::UploadAnyway(vec![row])]),
    ("first", |row| vec![Command::SendFirst(vec![row])]),
    ("ask", |row| vec![Command::CheckAgain(vec![row])]),
    ("take id", |row| vec![Command::TakeIds(vec![row])]),
];

/// States, and the row's state an hour after each of [`COMMANDS`].
///
/// `=` means as without a command.
#[rustfmt::skip]
const TABLE: [(&str, [&str; 15]); 16] = [
    //               nothing       upload    it        pause all     go on     pause it   resume it  cancel       retry      remove  undo        anyway   first  ask  take id
    ("settling",   ["waiting",    "=",      "=",      "=",          "=",      "=",       "=",       "cancelled", "=",       "gone", "=",        "=",     "=",   "=", "="]),
    ("rejected",   ["rejected",   "=",      "=",      "=",          "=",      "=",       "=",       "=",         "=",       "gone", "=",        "=",     "=",   "=", "="]),
    ("waiting",    ["waiting",    "ready",  "ready",  "=",          "=",      "=",       "=",       "cancelled", "=",       "gone", "=",        "ready", "=",   "=", "="]),
    // The service is out of reach for what it is asked by itself.
    ("found",      ["found",      "=",      "=",      "=",          "=",      "=",       "=",       "cancelled", "=",       "gone", "=",        "ready", "=",   "=", "="]),
    ("queued",     ["queued",     "=",      "=",      "=",          "ready",  "paused",  "=",       "cancelled", "=",       "gone", "paused",   "=",     "=",   "=", "="]),
    ("comparing",  ["duplicate",  "=",      "=",      "asked",      "=",      "paused",  "=",       "cancelled", "=",       "gone", "paused",   "=",     "=",   "=", "="]),
    ("twin",       ["twin",       "=",      "=",      "=",          "duplicate",  "=",       "=",       "cancelled", "=",       "gone", "paused",   "ready", "=",   "=", "="]),
    ("duplicate",  ["duplicate",  "=",      "=",      "=",          "=",      "=",       "=",       "=",         "=",       "gone", "=",        "ready", "=",   "=", "="]),
    // After a pause of the queue a transfer starts over, and the script lets it through.
    ("uploading",  ["uploading",  "=",      "=",      "queued",     "ready",  "paused",  "=",       "cancelled", "=",       "gone", "paused",   "=",     "=",   "=", "="]),
    ("finishing",  ["finishing",  "=",      "=",      "=",          "=",      "=",       "=",       "cancelled", "=",       "gone", "paused",   "=",     "=",   "=", "="]),
    ("retrying",   ["ready",      "=",      "=",      "queued",     "=",      "paused",  "=",       "cancelled", "=",       "gone", "paused",   "=",     "=",   "=", "="]),
    ("processing", ["processing", "=",      "=",      "=",          "=",      "=",       "=",       "cancelled", "=",       "gone", "=",        "=",     "=",   "=", "="]),
    ("ready",      ["ready",      "=",      "=",      "=",          "=",      "=",       "=",       "=",         "=",       "gone", "=",        "=",     "=",   "=", "="]),
    ("failed",     ["failed",     "=",      "=",      "=",          "=",      "=",       "=",       "=",         "ready",   "gone", "=",        "=",     "=",   "=", "="]),
    ("paused",     ["paused",     "=",      "=",      "=",          "=",      "=",       "ready",   "cancelled", "=",       "gone", "=",        "=",     "=",   "=", "="]),
    ("cancelled",  ["cancelled",  "=",      "=",      "=",          "=",      "=",       "=",       "=",         "ready",   "gone", "=",        "=",     "=",   "=", "="]),
];

fn word(engine: &Engine) -> &'static str {
    let snapshot = engine.snapshot();
    let Some(row) = snapshot.rows.iter().find(|row| row.name == ROW) else {
        return "gone";
    };
    match row.status {
        Status::Checking => "checking",
        Status::Settling => "settling",
        Status::Rejected(_) => "rejected",
        Status::ReadyToUpload => "waiting",
        Status::FoundDuplicate(DuplicateStage::Asked) => "asked",
        Status::FoundDuplicate(_) => "found",
        Status::Queued => "queued",
        Status::Uploading => "uploading",
        Status::Finishing => "finishing",
        Status::Waiting { .. } => "retrying",
        Status::Processing { .. } => "processing",
        Status::OtherKey { .. } => "other key",
        Status::Ready => "ready",
        Status::Failed(_) => "failed",
        Status::Paused => "paused",
        Status::Cancelled => "cancelled",
        Status::Duplicate { of: None } => "twin",
        Status::Duplicate { of: Some(_) } => "duplicate",
    }
}

/// Starts an engine with the row in this state.
async fn in_state(place: &Place, state: &str) -> Engine {
    let mut make = Make::window();
    make.jobs = if state == "queued" { 1 } else { 2 };
    let mut service = Scripted::new().ids_from(100);
    let acts: Vec<Act> = match state {
        "uploading" | "paused" | "cancelled" => vec![Act::Stay],
        "finishing" => vec![Act::StayOut],
        "retrying" => vec![Act::Fail(fault(FaultKind::ServerError))],
        "failed" => vec![Act::Fail(fault(FaultKind::BadRequest))],
        _ => vec![],
    };
    service = service.acts(ROW, acts);
    if state == "processing" {
        let still = || known(AssetStatus::Uploading, None);
        service = service.answers(ROW, (0..1000).map(|_| still()));
    }
    if matches!(state, "queued" | "twin") {
        service = service.acts(OTHER, [Act::Stay]);
    }
    let content = "the content of the row";
    if matches!(state, "found" | "comparing" | "duplicate") {
        let path = place.file("before.mp3", content);
        let mut engine = Make::window().run("before").start(place, Scripted::new());
        engine.upload(std::slice::from_ref(&path)).await;
        let row = engine.until_status("before.mp3", &Status::Ready).await;
        engine.say(Command::Remove(vec![row.id]));
        engine.until(|it| it.rows.is_empty()).await;
        engine.shut_down().await;
        service = service.holds("re_1", "before.mp3", row.size);
    }
    if state == "found" {
        let offline = (0..1000).map(|_| Err(fault(FaultKind::Offline)));
        service = service.answers("before.mp3", offline);
    }
    // A row that starts at once is not scanned before it is compared.
    make.start_at_once = state == "comparing";
    let mut engine = make.start(place, service);
    let row = place.path(ROW);
    match state {
        "settling" => std::fs::write(&row, "ID3\u{3}fresh").unwrap(),
        "rejected" => std::fs::write(&row, "").unwrap(),
        _ => write_still(&row, content),
    }
    let wanted = match state {
        "queued" | "twin" => {
            let other = if state == "twin" { content } else { "another" };
            engine.upload(&[place.file(OTHER, other)]).await;
            engine.until_status(OTHER, &Status::Uploading).await;
            state
        }
        "comparing" => {
            // The lookup waits for its slot as long as this call takes.
            engine
                .upload(&[place.file(OTHER, "something longer than it")])
                .await;
            engine.until_row(OTHER, |row| row.asset_id.is_some()).await;
            "asked"
        }
        "paused" | "cancelled" => "uploading",
        _ => state,
    };
    engine.say(Command::Add(vec![row]));
    if state == "settling" {
        engine.until_status(ROW, &Status::Settling).await;
        return engine;
    }
    let looked = |row: &Row| match row.status {
        Status::FoundDuplicate(_) | Status::Duplicate { .. } => true,
        Status::ReadyToUpload | Status::Rejected(_) => !matches!(state, "found" | "duplicate"),
        _ => state == "comparing",
    };
    let id = engine.until_row(ROW, looked).await.id;
    if !matches!(state, "waiting" | "found" | "comparing") {
        engine.say(Command::StartItems(vec![id]));
    }
    for _ in 0..2000 {
        if word(&engine) == wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    match state {
        "paused" => engine.say(Command::PauseItems(vec![id])),
        "cancelled" => engine.say(Command::Cancel(vec![id])),
        _ => {}
    }
    engine.pass(0).await;
    engine
}

fn alive() -> usize {
    let handle = tokio::runtime::Handle::current();
    handle.metrics().num_alive_tasks()
}

async fn every_command_in(state: &str) {
    let expected = TABLE.iter().find(|(name, _)| *name == state).unwrap().1;
    for ((name, commands), expected) in COMMANDS.into_iter().zip(expected) {
        let what = format!("{name} while {state}");
        let place = Place::new();
        let before = alive();
        let mut engine = in_state(&place, state).await;
        let now = if state == "comparing" { "asked" } else { state };
        assert_eq!(word(&engine), now, "{what}: at first");
        for command in commands(engine.id_of(ROW)) {
            engine.say(command);
        }
        engine.pass(3600).await;
        let expected = if expected == "=" {
            TABLE.iter().find(|(name, _)| *name == state).unwrap().1[0]
        } else {
            expected
        };
        assert_eq!(word(&engine), expected, "{what}");
        assert_eq!(engine.script().overlaps(), 0, "{what}");
        let rows: Vec<ItemId> = engine.snapshot().rows.iter().map(|row| row.id).collect();
        engine.say(Command::Remove(rows));
        engine.until(|it| it.rows.is_empty()).await;
        engine.pass(3600).await;
        assert_eq!(engine.held().await, EngineCounts::default(), "{what}");
        assert_eq!(engine.script().moving(), 0, "{what}");
        // Only the engine itself is alive.
        assert_eq!(alive(), before + 1, "{what}");
        assert_eq!(place.items().len(), 0, "{what}");
        engine.shut_down().await;
    }
}

macro_rules! every_state {
    ($($test:ident: $state:literal,)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $test() {
            every_command_in($state).await;
        }
    )*
        #[test]
        fn every_state_of_the_table_has_its_test() {
            let tested = [$($state),*];
            assert!(TABLE.iter().map(|(state, _)| *state).eq(tested));
        }
    };
}

every_state! {
    every_command_while_a_file_is_being_written: "settling",
    every_command_while_it_is_refused: "rejected",
    every_command_before_its_start: "waiting",
    every_command_while_it_is_found_to_be_a_duplicate: "found",
    every_command_while_it_waits_for_a_place: "queued",
    every_command_while_it_is_compared: "comparing",
    every_command_while_its_twin_is_under_way: "twin",
    every_command_while_it_is_a_duplicate: "duplicate",
    every_command_while_bytes_move: "uploading",
    every_command_while_its_body_is_out: "finishing",
    every_command_while_it_waits_for_a_try: "retrying",
    every_command_while_it_is_processed: "processing",
    every_command_when_it_is_ready: "ready",
    every_command_when_it_failed: "failed",
    every_command_while_it_is_held: "paused",
    every_command_when_it_is_cancelled: "cancelled",
}
