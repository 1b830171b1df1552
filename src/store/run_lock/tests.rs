use super::*;

#[test]
fn a_run_lives_until_it_ends() {
    let dir = tempfile::tempdir().unwrap();
    let run = RunLock::begin(dir.path()).unwrap();
    let other = RunLock::begin(dir.path()).unwrap();
    let id = run.id().clone();
    assert_ne!(&id, other.id());
    assert!(is_alive(dir.path(), &id).unwrap());
    drop(run);
    assert!(!is_alive(dir.path(), &id).unwrap());
    assert!(is_alive(dir.path(), other.id()).unwrap());
}

#[test]
fn a_run_that_was_killed_is_not_alive_though_its_file_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let run = RunLock::begin(dir.path()).unwrap();
    let id = run.id().clone();
    drop(run);
    fs::write(lock_path(dir.path(), &id), "").unwrap();
    assert!(!is_alive(dir.path(), &id).unwrap());
}

#[test]
fn a_run_sweeps_away_the_locks_of_the_dead_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let alive = RunLock::begin(dir.path()).unwrap();
    let dead = RunId::from_text("00ff00ff00ff00ff");
    fs::write(lock_path(dir.path(), &dead), "").unwrap();
    let other = dir.path().join(FOLDER).join("note.txt");
    fs::write(&other, "").unwrap();
    let next = RunLock::begin(dir.path()).unwrap();
    assert!(!lock_path(dir.path(), &dead).exists());
    assert!(other.exists());
    assert!(is_alive(dir.path(), alive.id()).unwrap());
    assert!(is_alive(dir.path(), next.id()).unwrap());
}

#[cfg(unix)]
#[test]
fn nothing_is_swept_behind_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let project = dir.path().join("project");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("Cargo.lock"), "").unwrap();
    std::os::unix::fs::symlink(&project, dir.path().join(FOLDER)).unwrap();
    RunLock::begin(dir.path()).unwrap_err();
    assert!(project.join("Cargo.lock").exists());
}

#[test]
fn a_name_from_a_damaged_history_reaches_no_other_file() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["", "../history", "a/b"] {
        assert!(!is_alive(dir.path(), &RunId::from_text(name)).unwrap());
    }
}
