use std::os::unix::fs::PermissionsExt;

use super::*;

#[tokio::test]
async fn nobody_else_may_look_into_a_sandboxes_folder() {
    let world = AppContext::sandbox().unwrap();
    let mode = std::fs::metadata(world.folder().unwrap())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test(start_paused = true)]
async fn the_history_is_copied_when_it_is_open_and_every_hour_that_has_no_copy() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("data");
    let second = home.path().join("second");
    drop(History::open(&dir).unwrap());
    let settings = serde_json::json!({ "backup_folder": second });
    std::fs::write(dir.join("settings.json"), settings.to_string()).unwrap();
    let opening = Snapshot {
        journal: JournalState::Opening,
        ..Snapshot::default()
    };
    let (sender, snapshot) = watch::channel(Arc::new(opening));
    let copying = tokio::spawn(back_up_daily(dir.clone(), snapshot));
    tokio::time::sleep(BACKUP_CHECK * 2).await;
    assert!(!second.exists());
    sender.send(Arc::new(Snapshot::default())).unwrap();
    for _ in 0..2 {
        tokio::time::sleep(BACKUP_CHECK * 2).await;
        for folder in [&dir.join(BACKUP_DIR), &second] {
            let copies: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
            assert_eq!(copies.len(), 1, "{}", folder.display());
            std::fs::remove_file(copies[0].as_ref().unwrap().path()).unwrap();
        }
    }
    drop(sender);
    copying.await.unwrap();
}
