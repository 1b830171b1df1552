//! One copy a day, seven kept, other files untouched.

use super::*;
use crate::store::History;
use crate::store::history::LEDGER_NAME;

fn at(day: &str) -> Timestamp {
    format!("2026-{day}T23:30:00Z").parse().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn one_copy_a_day_is_made_and_seven_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("second").join("backups");
    back_up_at(dir.path(), &folder, at("11-01")).unwrap();
    assert!(!folder.exists(), "there is no history yet");
    let mut history = History::open(dir.path()).unwrap().history;
    back_up_at(dir.path(), &folder, at("11-01")).unwrap_err();
    let drive = dir.path().join("second");
    assert!(!drive.exists(), "an unplugged drive gets no folder");
    fs::create_dir(drive).unwrap();
    for day in 1..10 {
        let day = at(&format!("11-{day:02}"));
        let before = history.reserve_ids(1).unwrap();
        back_up_at(dir.path(), &folder, day).unwrap();
        let copy = &copies(&folder)[0];
        let made = fs::read(copy).unwrap();
        back_up_at(dir.path(), &folder, day).unwrap();
        assert_eq!(fs::read(copy).unwrap(), made, "a fresh one is left alone");
        let next = "SELECT value FROM counters WHERE name = 'next_item'";
        let copied: i64 = open_to_read(copy)
            .unwrap()
            .query_row(next, [], |row| row.get(0))
            .unwrap();
        assert_eq!(
            copied,
            i64::try_from(before.0).unwrap() + 1,
            "with what is only in the log"
        );
        for ending in ["-wal", "-shm"] {
            let _ = fs::remove_file(crate::store::history::database_file::sibling(copy, ending));
        }
    }
    let kept: Vec<_> = (3..10)
        .map(|day| format!("history-2026-11-{day:02}.db"))
        .collect();
    assert_eq!(names(&folder), kept);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&copies(&folder)[0])), (0o700, 0o600));
    }
}

#[test]
fn a_copy_of_this_morning_is_made_anew_and_what_is_in_its_way_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(BACKUP_DIR);
    let mut history = History::open(dir.path()).unwrap().history;
    back_up_at(dir.path(), &folder, at("11-01")).unwrap();
    let copy = copies(&folder).remove(0);
    let made = fs::read(&copy).unwrap();
    history.reserve_ids(1).unwrap();
    let file = fs::File::options().write(true).open(&copy).unwrap();
    file.set_modified(SystemTime::now() - FRESH * 2).unwrap();
    back_up_at(dir.path(), &folder, at("11-01")).unwrap();
    assert_ne!(fs::read(&copy).unwrap(), made);
    assert_eq!(copies(&folder), [copy]);
    fs::create_dir(folder.join("history-2026-11-02.db")).unwrap();
    back_up_at(dir.path(), &folder, at("11-02")).unwrap_err();
}

#[test]
fn other_files_stay_and_what_a_killed_program_left_goes() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(BACKUP_DIR);
    drop(History::open(dir.path()).unwrap());
    fs::create_dir(&folder).unwrap();
    let mine = ["history-mine.db", "notes.txt", "history-2026-02-30.db"];
    for name in mine.iter().chain(&[".history-new", ".history-old"]) {
        fs::write(folder.join(name), "words").unwrap();
    }
    let old = fs::File::options()
        .write(true)
        .open(folder.join(".history-old"))
        .unwrap();
    old.set_modified(SystemTime::now() - GIVEN_UP * 2).unwrap();
    back_up_at(dir.path(), &folder, at("11-01")).unwrap();
    let expected = [
        ".history-new",
        "history-2026-02-30.db",
        "history-2026-11-01.db",
        "history-mine.db",
        "notes.txt",
    ];
    assert_eq!(names(&folder), expected);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    drop(History::open(dir.path()).unwrap());
    let before = names(dir.path());
    assert!(!before.contains(&LEDGER_NAME.to_owned()), "no ID yet");
    let folder = dir.path().join(FILE_NAME);
    assert!(back_up_at(dir.path(), &folder, at("11-01")).is_err());
    assert_eq!(names(dir.path()), before);
}

#[test]
fn a_copy_ends_although_others_keep_writing() {
    use crate::store::HistoryChange;
    use std::sync::atomic::{AtomicBool, Ordering};

    const MOST_COMMITS: usize = 50_000;
    let dir = tempfile::tempdir().unwrap();
    let mut history = History::open(dir.path()).unwrap().history;
    let large = "x".repeat(16 << 20);
    let protocol = |host: &str, protocol: &str| {
        HistoryChange::PutProtocol(crate::store::ProtocolRecord {
            host: host.to_owned(),
            kind: String::new(),
            protocol: protocol.to_owned(),
        })
    };
    history.commit(&[protocol("large", &large)]).unwrap();
    let is_over = AtomicBool::new(false);
    let commits = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut commits = 0;
            while commits < MOST_COMMITS && !is_over.load(Ordering::Relaxed) {
                history.commit(&[protocol("small", "x")]).unwrap();
                commits += 1;
            }
            commits
        });
        back_up(dir.path(), &dir.path().join(BACKUP_DIR)).unwrap();
        is_over.store(true, Ordering::Relaxed);
        writer.join().unwrap()
    });
    assert!(commits < MOST_COMMITS, "the copy waits until nobody writes");
}
