//! Whatever happens to the files of a history: the next start works, nothing is deleted, and every
//! row is there that stands in a page which nothing happened to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;

const PAGE: usize = PAGE_SIZE as usize;

/// A history as a killed program leaves it: one part in the file, one in the log alone.
struct Left {
    file: Vec<u8>,
    log: Vec<u8>,
    index: Vec<u8>,
    /// The rows in each page of the file that holds rows, by the page's number from 0 on.
    pages: BTreeMap<usize, Rows>,
    /// The rows that are in the log alone.
    in_log: Rows,
}

/// Rows of the two tables that matter: assets by their id, and the queue by its files. No
/// other row has a key that differs in one bit.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rows {
    assets: BTreeMap<String, AssetRecord>,
    items: BTreeMap<PathBuf, ItemRecord>,
}

/// The word that is in all keys of a row.
fn word(number: u64) -> String {
    let hash = blake3::hash(&number.to_le_bytes()).to_hex();
    hash[..12].to_owned()
}

fn asset_id(number: u64) -> AssetId {
    AssetId::new(&format!("re_{}", word(number))).unwrap()
}

impl Rows {
    fn of(history: &History) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        history.for_each_asset("", |asset| {
            rows.assets.insert(asset.asset_id.to_string(), asset);
            Ok::<_, StoreError>(())
        })?;
        for item in history.items()? {
            rows.items.insert(item.path.clone(), item);
        }
        Ok(rows)
    }

    fn without(mut self, other: &Self) -> Self {
        self.assets.retain(|id, _| !other.assets.contains_key(id));
        self.items.retain(|path, _| !other.items.contains_key(path));
        self
    }

    /// What of these is not there, or not as it was.
    fn lost(&self, found: &Self) -> Vec<String> {
        let assets = self.assets.iter();
        let assets = assets.filter(|(id, asset)| found.assets.get(*id) != Some(*asset));
        // In a damaged page a row may have got this one's number.
        let is_there = |item: &ItemRecord| {
            let there = found.items.get(&item.path);
            there.is_some_and(|there| {
                let id = item.id;
                ItemRecord {
                    id,
                    ..there.clone()
                } == *item
            })
        };
        let items = self.items.iter().filter(|(_, item)| !is_there(item));
        let assets = assets.map(|(id, _)| id.clone());
        assets
            .chain(items.map(|(_, item)| format!("{item:?}")))
            .collect()
    }
}

fn rows(numbers: Range<u64>) -> Vec<Change> {
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
            stamp: Some(FileStamp {
                size: n,
                modified_ns: -(n as i64),
            }),
            account: n.is_multiple_of(2).then(account),
            base_url: n.is_multiple_of(2).then(|| URL.to_owned()),
            ..item(n, &format!("/media/{name}"))
        };
        [Change::PutAsset(kept), Change::PutItem(row)]
    };
    numbers.flat_map(of_one).collect()
}

/// The rows of a table, leaf after leaf, as SQLite itself counts them.
fn by_page(connection: &Connection, table: &str) -> Vec<(usize, usize)> {
    let mut leaves = connection
        .prepare(
            "SELECT pageno, ncell FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY path",
        )
        .unwrap();
    let leaves = leaves.query_map([table], |row| {
        let (page, cells): (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok((page as usize - 1, cells as usize))
    });
    leaves.unwrap().map(Result::unwrap).collect()
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
        let history = open(dir.path());
        let whole = Rows::of(&history).unwrap();
        let mut pages = BTreeMap::<usize, Rows>::new();
        let mut by_number: Vec<_> = whole.assets.iter().collect();
        by_number.sort_by_key(|(_, asset)| asset.uploaded_at_ms);
        let mut assets = by_number.into_iter();
        for (page, cells) in by_page(&history.connection, "assets") {
            let rows = assets.by_ref().take(cells);
            let rows = rows.map(|(id, asset)| (id.clone(), asset.clone()));
            pages.entry(page).or_default().assets.extend(rows);
        }
        let mut by_number: Vec<_> = whole.items.iter().collect();
        by_number.sort_by_key(|(_, item)| item.id);
        let mut items = by_number.into_iter();
        for (page, cells) in by_page(&history.connection, "items") {
            let rows = items.by_ref().take(cells);
            let rows = rows.map(|(path, item)| (path.clone(), item.clone()));
            pages.entry(page).or_default().items.extend(rows);
        }
        assert_eq!((assets.next(), items.next()), (None, None));
        let mut history = history;
        history.commit(&rows(301..310)).unwrap();
        history.commit(&rows(310..320)).unwrap();
        let in_log = Rows::of(&history).unwrap().without(&whole);
        assert_eq!((in_log.assets.len(), in_log.items.len()), (19, 19));
        let read = |ending| fs::read(place::sibling(&dir.path().join(FILE_NAME), ending)).unwrap();
        Left {
            file: read(""),
            log: read(place::LOG),
            index: read("-shm"),
            pages,
            in_log,
        }
    })
}

/// What happens to one of the files.
#[derive(Clone, Debug)]
enum Blow {
    Cut(f64),
    /// Where, and which bit.
    Flips(Vec<(f64, u8)>),
    Garbage(usize, u64),
    Gone,
}

/// Bytes that follow from a number, and look like nothing.
fn garbage(len: usize, seed: u64) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    let mut bytes = vec![0; len];
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

/// The file after that, and which of its bytes are not what they were.
fn struck(bytes: &[u8], blow: Option<&Blow>) -> (Option<Vec<u8>>, BTreeSet<usize>) {
    let at = |part: f64| (part * bytes.len() as f64) as usize;
    match blow {
        None => (Some(bytes.to_vec()), BTreeSet::new()),
        Some(Blow::Gone) => (None, (0..bytes.len()).collect()),
        Some(Blow::Garbage(len, seed)) => (Some(garbage(*len, *seed)), (0..bytes.len()).collect()),
        Some(Blow::Cut(part)) => {
            let cut = at(*part);
            (Some(bytes[..cut].to_vec()), (cut..bytes.len()).collect())
        }
        Some(Blow::Flips(flips)) => {
            let mut bytes = bytes.to_vec();
            let mut touched = BTreeSet::new();
            for (part, bit) in flips {
                let at = at(*part);
                bytes[at] ^= 1 << bit;
                touched.insert(at);
            }
            (Some(bytes), touched)
        }
    }
}

/// The one file of a folder whose name begins and ends so.
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

/// Opens what is left after the blows, and checks all that is always true.
fn survives(file: Option<&Blow>, log: Option<&Blow>, index: Option<&Blow>) {
    let left = left();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    let mut then = Vec::new();
    for (ending, bytes, blow) in [
        ("", &left.file, file),
        (place::LOG, &left.log, log),
        ("-shm", &left.index, index),
    ] {
        let (bytes, touched) = struck(bytes, blow);
        if let Some(bytes) = &bytes {
            fs::write(place::sibling(&path, ending), bytes).unwrap();
        }
        then.push((bytes, touched));
    }
    let [(file, file_touched), (log, log_touched), _] = &then[..] else {
        unreachable!("three files");
    };
    let Opened {
        mut history,
        set_aside,
    } = match History::open(dir.path()) {
        Ok(opened) => opened,
        Err(OpenError::Newer { .. }) => {
            // A flip in the version: it is left as it is.
            assert_eq!(Some(&fs::read(&path).unwrap()), file.as_ref());
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let is_kept = |aside: &Path| {
        for (ending, bytes) in [("", file), (place::LOG, log)] {
            let kept = fs::read(place::sibling(aside, ending)).ok();
            assert_eq!(
                &kept.filter(|kept| !kept.is_empty()),
                &bytes.clone().filter(|it| !it.is_empty())
            );
        }
    };
    if let Some(aside) = &set_aside {
        is_kept(aside);
    }
    let mut found = Rows::of(&history);
    if let Err(StoreError::Damaged(_)) = found {
        let repaired = history.repair().unwrap();
        assert!(repaired.set_aside.is_some());
        history = repaired.history;
        found = Rows::of(&history);
    }
    let found = found.unwrap();
    let untouched = |page: &usize| {
        let bytes = page * PAGE..(page + 1) * PAGE;
        file_touched.range(bytes).next().is_none()
    };
    for (page, rows) in left.pages.iter().filter(|(page, _)| untouched(page)) {
        assert_eq!(rows.lost(&found), [""; 0], "of page {page}");
    }
    if log_touched.is_empty() {
        assert_eq!(left.in_log.lost(&found), [""; 0], "of the log");
    }
    // It works, gives no id again, and has left nothing of its work.
    let id = history.reserve_ids(1).unwrap();
    assert!(found.items.values().all(|known| id > known.id));
    assert!(set_aside.is_none() || id > ItemId(319));
    history.commit(&rows(1000..1003)).unwrap();
    drop(history);
    let history = open(dir.path());
    for new in 1000..1003 {
        assert!(history.asset(URL, &asset_id(new)).unwrap().is_some());
    }
    for unfinished in ["history.rebuilding", "history.salvage"] {
        assert_eq!(one_file(dir.path(), unfinished, ""), None);
    }
}

fn blow() -> impl Strategy<Value = Blow> {
    let flips = prop::collection::vec((0.0_f64..1.0, 0_u8..8), 1..12);
    prop_oneof![
        2 => (0.0_f64..1.0).prop_map(Blow::Cut),
        5 => flips.prop_map(Blow::Flips),
        1 => (0_usize..100_000, any::<u64>()).prop_map(|(len, seed)| Blow::Garbage(len, seed)),
        1 => Just(Blow::Gone),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_row_of_an_untouched_page_is_there_after_any_damage(
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
fn a_row_that_its_index_lost_is_found_again() {
    let left = left();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    fs::write(&path, &left.file).unwrap();
    let indexes: Vec<usize> = {
        let whole = open(dir.path());
        let found = by_page(&whole.connection, "sqlite_autoindex_assets_1");
        found.into_iter().map(|(page, _)| page).collect()
    };
    let id = asset_id(100);
    let id = id.as_str().as_bytes();
    let mut bytes = left.file.clone();
    let at = indexes.iter().find_map(|page| {
        let page = page * PAGE..(page + 1) * PAGE;
        let found = bytes[page.clone()]
            .windows(id.len())
            .position(|part| part == id);
        found.map(|at| page.start + at)
    });
    bytes[at.unwrap() + id.len() - 1] = b'x';
    fs::write(&path, &bytes).unwrap();
    let opened = History::open(dir.path()).unwrap();
    assert!(opened.set_aside.is_some(), "it is said");
    assert!(opened.history.asset(URL, &asset_id(100)).unwrap().is_some());
    assert_eq!(opened.history.count("").unwrap(), 300);
}

/// Where the log's first transaction after the file ends: everything later is behind the damage.
#[test]
fn damage_in_the_middle_of_the_log_costs_the_frame_that_it_hit_and_not_what_was_written_later() {
    let left = left();
    let frame = log::FRAME_HEADER + PAGE;
    assert_eq!((left.log.len() - log::HEADER) % frame, 0);
    for at in [20, log::HEADER + 4, log::HEADER + 10, log::HEADER + 500] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        let mut log = left.log.clone();
        log[at] ^= 0x10;
        fs::write(&path, &left.file).unwrap();
        fs::write(place::sibling(&path, place::LOG), &log).unwrap();
        let opened = History::open(dir.path()).unwrap();
        let aside = opened.set_aside.expect("it is said");
        assert_eq!(fs::read(place::sibling(&aside, place::LOG)).unwrap(), log);
        let last = opened.history.asset(URL, &asset_id(319)).unwrap();
        assert!(last.is_some(), "{at}");
        assert!(
            opened
                .history
                .items()
                .unwrap()
                .iter()
                .any(|row| row.id.0 == 319)
        );
    }
}

#[test]
fn a_transaction_that_a_killed_program_did_not_end_is_no_damage() {
    let left = left();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    fs::write(&path, &left.file).unwrap();
    for cut in [1, 500, PAGE, PAGE + log::FRAME_HEADER + 7] {
        let log = &left.log[..left.log.len() - cut];
        fs::write(place::sibling(&path, place::LOG), log).unwrap();
        let before = open(dir.path()).asset(URL, &asset_id(309)).unwrap();
        assert!(before.is_some(), "{cut}");
        fs::write(&path, &left.file).unwrap();
    }
}

#[test]
fn what_a_program_that_died_left_of_its_repair_is_finished_or_removed() {
    let damaged = |dir: &Path| {
        let left = left();
        let mut file = left.file.clone();
        let lost = *left.pages.keys().next().unwrap();
        file[lost * PAGE..][..PAGE].fill(0);
        fs::write(dir.join(FILE_NAME), &file).unwrap();
        fs::write(dir.join("history.db-wal"), &left.log).unwrap();
        file
    };
    // The new one as it is when it is whole.
    let dir = tempfile::tempdir().unwrap();
    let file = damaged(dir.path());
    let opened = History::open(dir.path()).unwrap();
    let rows = Rows::of(&opened.history).unwrap();
    assert!(opened.set_aside.is_some());
    assert!((300..319).contains(&rows.assets.len()));
    drop(opened);
    let whole = fs::read(dir.path().join(FILE_NAME)).unwrap();

    // It died while it filled it.
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    for name in [
        "rebuilding.db",
        "rebuilding.db-wal",
        "salvage.db",
        "salvage.db-shm",
    ] {
        fs::write(dir.path().join(format!("history.{name}")), "half").unwrap();
    }
    drop(open(dir.path()));
    assert_eq!(one_file(dir.path(), "history.rebuilding", ""), None);
    assert_eq!(one_file(dir.path(), "history.salvage", ""), None);

    // It died when the new one was whole, or after it had moved a part of the old one.
    let aside = "history.damaged-20261126T101112Z.db";
    for moved in 0..3 {
        let dir = tempfile::tempdir().unwrap();
        damaged(dir.path());
        fs::write(dir.path().join(format!("{aside}.rebuilt")), &whole).unwrap();
        for ending in ["", "-wal"].iter().take(moved) {
            let from = dir.path().join(format!("{FILE_NAME}{ending}"));
            fs::rename(from, dir.path().join(format!("{aside}{ending}"))).unwrap();
        }
        let opened = History::open(dir.path()).unwrap();
        assert_eq!(Rows::of(&opened.history).unwrap(), rows, "{moved}");
        let kept = opened.set_aside.expect("it is said");
        assert_eq!(fs::read(&kept).unwrap(), file);
        let log = fs::read(place::sibling(&kept, place::LOG)).unwrap();
        assert_eq!(log, left().log);
        assert_eq!(one_file(dir.path(), "", ".rebuilt"), None);
        assert_eq!(moved > 0, kept.ends_with(aside));
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
    // A drive that is not mounted.
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

    // One that lies elsewhere is neither written nor set aside.
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
    assert_eq!(open(dir.path()).count("").unwrap(), 1);
}
