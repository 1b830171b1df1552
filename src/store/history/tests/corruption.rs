//! Random damage to the files: the next start works, deletes nothing, and the ledger has every ID
//! with name, path, size and hash.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;

/// A history of a killed program: partly in the file, partly only in the log.
struct Left {
    file: Vec<u8>,
    log: Vec<u8>,
    index: Vec<u8>,
    ledger: Vec<u8>,
    assets: Assets,
}

/// Assets by id; no two ids differ in one bit.
type Assets = BTreeMap<String, AssetRecord>;

fn assets_of(history: &History) -> Result<Assets, StoreError> {
    // A damaged row may have made another asset.
    let of_service = |asset: &AssetRecord| asset.base_url == URL;
    let assets = history.assets()?.into_iter().filter(of_service);
    Ok(assets
        .map(|asset| (asset.asset_id.to_string(), asset))
        .collect())
}

/// Returns the word contained in all keys of a row.
fn word(number: u64) -> String {
    let hash = blake3::hash(&number.to_le_bytes()).to_hex();
    hash[..12].to_owned()
}

fn asset_id(number: u64) -> AssetId {
    AssetId::new(&format!("re_{}", word(number))).unwrap()
}

fn rows(numbers: Range<u64>) -> Vec<HistoryChange> {
    let of_one = |n: u64| {
        let name = format!("{} {}.mp4", word(n), "x".repeat(40 + (n % 7) as usize));
        let kept = AssetRecord {
            status: Some(AssetStatus::Success),
            content: Some(ContentHash::from_bytes([n as u8; 32])),
            size: 1 << (n % 40),
            ..asset(asset_id(n).as_str(), &name, n as i64)
        };
        let row = ItemRecord {
            position: n as i64,
            state: format!("{{\"{}\":{n}}}", "s".repeat(150)),
            ..item(n, &format!("/media/{name}"))
        };
        [HistoryChange::PutAsset(kept), HistoryChange::PutItem(row)]
    };
    numbers.flat_map(of_one).collect()
}

fn left() -> &'static Left {
    static LEFT: OnceLock<Left> = OnceLock::new();
    LEFT.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let mut history = open(dir.path());
        history.reserve_ids(500).unwrap();
        for from in (1..300).step_by(20) {
            history.commit(&rows(from..from + 20)).unwrap();
        }
        drop(history);
        let mut history = open(dir.path());
        history.commit(&rows(301..310)).unwrap();
        history.commit(&rows(310..320)).unwrap();
        let assets = assets_of(&history).unwrap();
        assert_eq!(assets.len(), 319);
        let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
        Left {
            file: read(FILE_NAME),
            log: read("history.db-wal"),
            index: read("history.db-shm"),
            ledger: read(LEDGER_NAME),
            assets,
        }
    })
}

/// Creates a data directory with only a ledger.
fn with_ledger() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(LEDGER_NAME), &left().ledger).unwrap();
    dir
}

/// Damage to one file.
#[derive(Clone, Debug)]
enum Blow {
    Cut(f64),
    /// Position and bit.
    Flips(Vec<(f64, u8)>),
    Garbage(usize, u64),
    /// Start.
    Zeros(f64),
    Gone,
}

/// Returns pseudo-random bytes of a seed.
fn garbage(len: usize, seed: u64) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    let mut bytes = vec![0; len];
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

/// Returns the damaged file.
fn struck(bytes: &[u8], blow: Option<&Blow>) -> Option<Vec<u8>> {
    let at = |part: f64| (part * bytes.len() as f64) as usize;
    match blow {
        None => Some(bytes.to_vec()),
        Some(Blow::Gone) => None,
        Some(Blow::Garbage(len, seed)) => Some(garbage(*len, *seed)),
        Some(Blow::Zeros(part)) => {
            let mut bytes = bytes.to_vec();
            bytes[at(*part)..].fill(0);
            Some(bytes)
        }
        Some(Blow::Cut(part)) => Some(bytes[..at(*part)].to_vec()),
        Some(Blow::Flips(flips)) => {
            let mut bytes = bytes.to_vec();
            for (part, bit) in flips {
                bytes[at(*part)] ^= 1 << bit;
            }
            Some(bytes)
        }
    }
}

/// Returns the one file of a folder with this prefix and suffix.
fn one_file(dir: &Path, start: &str, end: &str) -> Option<PathBuf> {
    let names = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut found = names.filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(start) && name.ends_with(end)
    });
    let first = found.next();
    assert_eq!(found.next(), None);
    first
}

/// Opens the damaged files and checks the invariants.
fn survives(file: Option<&Blow>, log: Option<&Blow>, index: Option<&Blow>) {
    let left = left();
    let dir = with_ledger();
    let path = dir.path().join(FILE_NAME);
    let mut then = Vec::new();
    for (ending, bytes, blow) in [
        ("", &left.file, file),
        (database_file::LOG, &left.log, log),
        ("-shm", &left.index, index),
    ] {
        let bytes = struck(bytes, blow);
        if let Some(bytes) = &bytes {
            fs::write(database_file::sibling(&path, ending), bytes).unwrap();
        }
        then.push(bytes);
    }
    let OpenedDatabase {
        mut history,
        mut set_aside,
    } = match History::open(dir.path()) {
        Ok(opened) => opened,
        Err(OpenError::Newer { .. }) => {
            // A flip in the version: left as it is.
            assert_eq!(Some(&fs::read(&path).unwrap()), then[0].as_ref());
            return;
        }
        Err(error) => panic!("{error}"),
    };
    if let Some(aside) = set_aside.as_ref().and_then(|said| said.path.as_ref()) {
        for (ending, bytes) in ["", database_file::LOG].iter().zip(&then) {
            let kept = fs::read(database_file::sibling(aside, ending)).ok();
            let is_there = |bytes: &Vec<u8>| !bytes.is_empty();
            let is_kept = kept.filter(is_there) == bytes.clone().filter(is_there);
            assert!(is_kept, "{ending:?} is not kept");
        }
    }
    let both = |history: &History| Ok((assets_of(history)?, history.items()?));
    let mut found = both(&history);
    if let Err(StoreError::Damaged(_)) = found {
        let repaired = history.repair().unwrap();
        assert!(repaired.set_aside.is_some());
        (history, set_aside) = (repaired.history, repaired.set_aside);
        found = both(&history);
    }
    let (found, items) = found.unwrap();
    for (id, asset) in &left.assets {
        let found = found.get(id).unwrap_or_else(|| panic!("{id} is lost"));
        assert_eq!((found.size, found.content), (asset.size, asset.content));
        // SQLite cannot detect a flip in a name.
        let is_seen = set_aside.is_some() || !matches!(file.or(log), Some(Blow::Flips(_)));
        assert!(found == asset || !is_seen, "{found:?} is not {asset:?}");
    }
    // It works, reuses no id, and leaves no temporary files.
    let id = history.reserve_ids(1).unwrap();
    assert!(items.iter().all(|known| id > known.id));
    history.commit(&rows(1000..1003)).unwrap();
    drop(history);
    let history = open(dir.path());
    for new in 1000..1003 {
        assert!(history.asset(URL, &asset_id(new)).unwrap().is_some());
    }
    assert_eq!(one_file(dir.path(), "history.restoring", ""), None);
}

fn blow() -> impl Strategy<Value = Blow> {
    let flips = prop::collection::vec((0.0_f64..1.0, 0_u8..8), 1..12);
    prop_oneof![
        2 => (0.0_f64..1.0).prop_map(Blow::Cut),
        5 => flips.prop_map(Blow::Flips),
        1 => (0_usize..100_000, any::<u64>()).prop_map(|(len, seed)| Blow::Garbage(len, seed)),
        1 => (0.0_f64..1.0).prop_map(Blow::Zeros),
        1 => Just(Blow::Gone),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_asset_is_there_after_any_damage(
        file in prop::option::weighted(0.7, blow()),
        log in prop::option::weighted(0.5, blow()),
        index in prop::option::weighted(0.3, blow()),
    ) {
        survives(file.as_ref(), log.as_ref(), index.as_ref());
    }
}

#[test]
fn a_log_of_no_bytes_and_one_that_is_no_log_cost_nothing_of_the_file() {
    for log in [
        Blow::Cut(0.0),
        Blow::Cut(0.001),
        Blow::Garbage(5000, 1),
        Blow::Gone,
    ] {
        survives(None, Some(&log), None);
        survives(None, Some(&log), Some(&Blow::Gone));
        survives(None, Some(&log), Some(&Blow::Cut(0.0)));
    }
}

#[test]
fn whatever_lies_in_the_place_of_the_database_every_asset_is_there() {
    let another = tempfile::tempdir().unwrap();
    put(&mut open(another.path()), vec![asset("re_1", "a.mp4", 1)]);
    let another = fs::read(another.path().join(FILE_NAME)).unwrap();
    let foreign = tempfile::tempdir().unwrap();
    let foreign = foreign.path().join("foreign.db");
    let tables =
        "CREATE TABLE assets (x); CREATE TABLE counters (y); INSERT INTO assets VALUES (1)";
    Connection::open(&foreign)
        .unwrap()
        .execute_batch(tables)
        .unwrap();
    let foreign = fs::read(foreign).unwrap();
    let page = vec![0; 4096];
    for (what, bytes, with_log) in [
        ("nothing", None, false),
        ("its log alone", None, true),
        ("an empty file", Some(vec![]), false),
        ("an empty file with a log", Some(vec![]), true),
        ("a page of zeros", Some(page), false),
        ("text", Some(b"no database".repeat(1000)), true),
        (
            "the history of another computer",
            Some(another.clone()),
            false,
        ),
        ("the same with this one's log", Some(another), true),
        ("another program's database", Some(foreign), false),
        (
            "an older state, without the log",
            Some(left().file.clone()),
            false,
        ),
    ] {
        let dir = with_ledger();
        let path = dir.path().join(FILE_NAME);
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
        }
        if with_log {
            fs::write(
                database_file::sibling(&path, database_file::LOG),
                &left().log,
            )
            .unwrap();
        }
        let history = History::open(dir.path()).unwrap().history;
        let mut found = assets_of(&history).unwrap();
        found.retain(|id, _| left().assets.contains_key(id));
        assert!(found == left().assets, "{what}: {}", found.len());
    }
}

#[test]
fn a_ledger_that_another_one_took_the_place_of_is_applied_from_its_start() {
    let whole = String::from_utf8(left().ledger.clone()).unwrap();
    let lines: Vec<_> = whole.split_inclusive('\n').collect();
    let dir = with_ledger();
    let ledger = dir.path().join(LEDGER_NAME);
    let start = lines[..100].concat();
    let other_lines = lines[1..150].concat();
    for (content, expected) in [
        (start.clone(), 99),
        // Shorter.
        (lines[..50].concat(), 99),
        // As long as the applied ledger, with other lines.
        (format!("{}{}", lines[0], lines[200..].concat()), 99 + 120),
        (other_lines, 99 + 120 + 50),
    ] {
        fs::write(&ledger, content).unwrap();
        assert_eq!(assets_of(&open(dir.path())).unwrap().len(), expected);
    }
    // Assets that only the database had are in the ledger again.
    let found = fs::read_to_string(&ledger).unwrap();
    let lacking = left().assets.keys().filter(|id| !found.contains(*id));
    assert_eq!(lacking.count(), 319 - (99 + 120 + 50));
    fs::remove_file(&ledger).unwrap();
    drop(open(dir.path()));
    assert_eq!(
        fs::read_to_string(&ledger).unwrap().lines().count(),
        1 + 99 + 120 + 50
    );
    drop(open(dir.path()));
    assert_eq!(
        fs::read_to_string(&ledger).unwrap().lines().count(),
        1 + 99 + 120 + 50
    );
}

#[test]
fn what_the_ledger_took_and_the_database_did_not_is_there_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let short = Duration::from_millis(20);
    let opened = History::open_within(dir.path(), short, None, Ledger::new(dir.path()));
    let mut history = opened.unwrap().history;
    let other = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let change = [HistoryChange::PutAsset(asset("re_1", "a.mp4", 1))];
    for _ in 0..3 {
        assert_eq!(history.commit(&change), Err(StoreError::Busy));
    }
    let told: Vec<_> = history.told_assets().map(AssetId::as_str).collect();
    assert_eq!(told, ["re_1"]);
    drop(history);
    other.execute_batch("COMMIT").unwrap();
    let history = open(dir.path());
    assert_eq!(history.assets().unwrap(), [asset("re_1", "a.mp4", 1)]);
    let ledger = fs::read_to_string(dir.path().join(LEDGER_NAME)).unwrap();
    assert_eq!(ledger.matches("re_1").count(), 1, "told once");
}

#[test]
fn what_another_program_told_the_ledger_alone_is_applied_with_the_next_commit() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = open(dir.path());
    let told = [HistoryChange::PutAsset(asset("re_1", "a.mp4", 1))];
    Ledger::new(dir.path()).append_changes(&told, BUSY_LIMIT);
    put(&mut window, vec![asset("re_2", "b.mp4", 2)]);
    assert_eq!(ids(&window.assets().unwrap()), ["re_2", "re_1"]);
}

#[test]
fn what_is_held_back_reaches_the_ledger_although_the_program_ends_before() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join(LEDGER_NAME);
    fs::create_dir(&ledger).unwrap();
    let mut history = open(dir.path());
    put(&mut history, vec![asset("re_1", "a.mp4", 1)]);
    assert!(history.is_ledger_behind());
    drop(history);
    fs::remove_dir(&ledger).unwrap();
    drop(open(dir.path()));
    assert!(fs::read_to_string(&ledger).unwrap().contains("\"re_1\""));
}

#[test]
fn a_status_that_the_database_knows_better_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mismatch = AssetRecord {
        status: Some(AssetStatus::Success),
        remark: Some(AssetRemark::SizeMismatch),
        ..asset("re_1", "a.mp4", 1)
    };
    let waiting = AssetRecord {
        status: Some(AssetStatus::Waiting),
        ..asset("re_2", "b.mp4", 2)
    };
    let processing = AssetRecord {
        status: Some(AssetStatus::Uploading),
        ..asset("re_3", "c.mp4", 3)
    };
    let all = [processing, waiting, mismatch];
    put(&mut open(dir.path()), all.to_vec());
    let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    ledger::forget_applied(&connection).unwrap();
    drop(connection);
    let found = open(dir.path()).assets().unwrap();
    assert_eq!(found, all);
}

#[test]
fn an_id_without_bytes_is_told_from_others_by_the_ledger_alone() {
    let dir = tempfile::tempdir().unwrap();
    let of = |id: &str, status, content: Option<[u8; 32]>, remark| AssetRecord {
        item: Some(ItemId(1)),
        content: content.map(ContentHash::from_bytes),
        status,
        remark,
        ..asset(id, "a.mp4", 1)
    };
    let (waiting, abandoned) = (Some(AssetStatus::Waiting), Some(AssetRemark::Abandoned));
    let all = [
        of("re_issued", None, None, None),
        of("re_lost_answer", None, Some([1; 32]), None),
        of("re_session", waiting, None, None),
        of("re_sent", waiting, Some([1; 32]), None),
        of("re_nothing", None, None, abandoned),
        of("re_done", Some(AssetStatus::Success), None, None),
    ];
    put(&mut open(dir.path()), all.to_vec());
    put(
        &mut open(dir.path()),
        vec![of("re_session", None, None, abandoned)],
    );
    let reserved = |dir: &Path| {
        let mut found = open(dir).assets().unwrap();
        found.retain(AssetRecord::is_reserved);
        ids(&found).join(" ")
    };
    let before = reserved(dir.path());
    assert_eq!(before, "re_nothing re_lost_answer re_issued");
    fs::remove_file(dir.path().join(FILE_NAME)).unwrap();
    assert_eq!(reserved(dir.path()), before);
}

#[test]
fn a_row_that_its_index_lost_is_found_again() {
    let dir = with_ledger();
    let path = dir.path().join(FILE_NAME);
    let id = asset_id(100);
    let id = id.as_str().as_bytes();
    let mut bytes = left().file.clone();
    // In the table and in the index: the last one is damaged.
    let at = bytes.windows(id.len()).rposition(|part| part == id);
    bytes[at.unwrap() + id.len() - 1] = b'x';
    fs::write(&path, &bytes).unwrap();
    let opened = History::open(dir.path()).unwrap();
    assert!(opened.set_aside.is_some(), "it is said");
    assert!(opened.history.asset(URL, &asset_id(100)).unwrap().is_some());
}

#[test]
fn an_id_that_damage_made_up_is_dropped_unless_the_ledger_is_damaged_too() {
    let id = asset_id(100);
    let id = id.as_str().as_bytes();
    let file = &left().file;
    let places = (0..file.len() - id.len()).filter(|at| file[*at..].starts_with(id));
    let places: Vec<usize> = places.collect();
    assert!(places.len() >= 2, "in the table and in its index");
    for at in places {
        // In the ID, and in the address before it.
        for at in [at + id.len() - 1, at - 2] {
            let dir = with_ledger();
            let mut bytes = file.clone();
            bytes[at] ^= 1;
            fs::write(dir.path().join(FILE_NAME), &bytes).unwrap();
            let history = History::open(dir.path()).unwrap().history;
            assert_eq!(count(&history), 319, "byte {at}");
            drop(history);
            assert_eq!(count(&open(dir.path())), 319, "byte {at}");
            let ledger = fs::read(dir.path().join(LEDGER_NAME)).unwrap();
            assert!(ledger == left().ledger, "byte {at}");
        }
    }
    // An asset whose line is damaged is taken from the damaged database.
    let dir = with_ledger();
    let mut file = file.clone();
    let page = file.len() / 4096 - 1;
    file[page * 4096..].fill(0);
    fs::write(dir.path().join(FILE_NAME), &file).unwrap();
    let ledger = String::from_utf8(left().ledger.clone()).unwrap();
    let torn = ledger.replace(&format!("\"{}\"", asset_id(100)), "\"");
    assert_ne!(torn, ledger);
    fs::write(dir.path().join(LEDGER_NAME), torn).unwrap();
    let opened = History::open(dir.path()).unwrap();
    assert!(opened.set_aside.is_some());
    assert!(opened.history.asset(URL, &asset_id(100)).unwrap().is_some());
}

#[test]
fn a_transaction_that_a_killed_program_did_not_end_is_no_damage() {
    for cut in [1, 500, 4096, 5000] {
        let dir = with_ledger();
        let path = dir.path().join(FILE_NAME);
        fs::write(&path, &left().file).unwrap();
        let log = &left().log[..left().log.len() - cut];
        fs::write(database_file::sibling(&path, database_file::LOG), log).unwrap();
        assert!(assets_of(&open(dir.path())).unwrap() == left().assets);
    }
}

#[test]
fn what_a_program_that_died_left_of_its_repair_is_finished() {
    let left = left();
    let mut file = left.file.clone();
    file[4096..].fill(0);
    let aside = "history.damaged-20261126T101112Z.db";
    // Killed while it moved the damaged one, and while it copied a backup.
    for moved in 0..3 {
        let dir = with_ledger();
        fs::write(dir.path().join(FILE_NAME), &file).unwrap();
        fs::write(dir.path().join("history.db-wal"), &left.log).unwrap();
        fs::write(dir.path().join("history.restoring.db"), "half").unwrap();
        for ending in ["", "-wal"].iter().take(moved) {
            let from = dir.path().join(format!("{FILE_NAME}{ending}"));
            fs::rename(from, dir.path().join(format!("{aside}{ending}"))).unwrap();
        }
        let opened = History::open(dir.path()).unwrap();
        assert!(opened.set_aside.is_some(), "it is said");
        assert!(
            assets_of(&opened.history).unwrap() == left.assets,
            "{moved}"
        );
        assert_eq!(one_file(dir.path(), "history.restoring", ""), None);
        for (ending, bytes) in [(".db", &file), (".db-wal", &left.log)] {
            let kept = one_file(dir.path(), "history.damaged-", ending).unwrap();
            assert!(fs::read(kept).unwrap() == *bytes, "{moved}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_in_the_place_of_the_database_is_left_alone_and_named() {
    use std::os::unix::fs::symlink;
    let temp = tempfile::tempdir().unwrap();
    let make = |name: &str| {
        let dir = temp.path().join(name);
        fs::create_dir(&dir).unwrap();
        (dir.clone(), dir.join(FILE_NAME))
    };
    let refuses = |dir: &Path| {
        let error = History::open(dir).unwrap_err();
        assert!(matches!(error, OpenError::Io { .. }), "{error}");
        let words = error.to_string();
        assert!(words.contains(&dir.display().to_string()), "{words}");
    };
    // An unmounted drive.
    let (dir, path) = make("dangling");
    symlink(temp.path().join("nowhere/history.db"), &path).unwrap();
    refuses(&dir);
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    let (dir, path) = make("circle");
    symlink(&path, &path).unwrap();
    refuses(&dir);
    let (dir, path) = make("to a folder");
    symlink(temp.path(), &path).unwrap();
    refuses(&dir);
    let (dir, path) = make("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    refuses(&dir);
    assert!(!fs::symlink_metadata(&path).unwrap().is_file());

    // A link's target is neither written nor set aside.
    let (elsewhere, real) = make("elsewhere");
    drop(open(&elsewhere));
    let before = fs::read(&real).unwrap();
    let (dir, path) = make("link");
    symlink(&real, &path).unwrap();
    refuses(&dir);
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(fs::read(&real).unwrap(), before);
}

#[test]
fn a_database_of_no_bytes_is_a_new_one() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(FILE_NAME), "").unwrap();
    let mut history = open(dir.path());
    put(&mut history, vec![asset("re_1", "a.mp4", 1)]);
    drop(history);
    assert_eq!(count(&open(dir.path())), 1);
}
