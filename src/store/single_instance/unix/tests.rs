use super::*;

#[test]
fn a_folder_that_others_reach_holds_no_socket() {
    let temp = tempfile::tempdir().unwrap();
    let open = temp.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
    assert!(is_mine_alone(&open).is_err());
    let closed = temp.path().join("closed");
    files::create_private_dir(&closed).unwrap();
    is_mine_alone(&closed).unwrap();
    let link = temp.path().join("link");
    std::os::unix::fs::symlink(&closed, &link).unwrap();
    assert!(is_mine_alone(&link).is_err());
}

#[tokio::test]
async fn only_its_user_may_reach_the_socket() {
    let temp = tempfile::tempdir().unwrap();
    let listener = SocketListener::bind(temp.path()).unwrap();
    let mode = fs::metadata(&listener.path).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(listener);
    assert!(!temp.path().join(SOCKET).exists());
}
