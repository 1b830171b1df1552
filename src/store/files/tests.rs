use super::*;

#[cfg(unix)]
#[test]
fn no_right_is_set_and_nothing_is_written_through_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("foreign"), "words").unwrap();
    fs::set_permissions(at("foreign"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::create_dir(at("folder")).unwrap();
    symlink(at("foreign"), at("link")).unwrap();
    symlink(at("missing"), at("dangling")).unwrap();
    symlink(at("folder"), at("logs")).unwrap();
    restrict_file(&at("link")).unwrap();
    restrict_file(&at("dangling")).unwrap();
    for link in ["link", "dangling"] {
        open_lock_file(&at(link)).unwrap_err();
    }
    create_own_dir(&at("logs")).unwrap_err();
    assert!(!at("missing").exists());
    let mode = fs::metadata(at("foreign")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    create_own_dir(&at("folder")).unwrap();
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_utf8_keeps_its_bytes() {
    let bytes = b"/media/\xff\xfe \xe4\xb8\xad.mp4";
    assert_eq!(path_to_bytes(&path_from_bytes(bytes)), bytes);
}

#[test]
fn a_name_aside_is_never_one_that_exists() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.db");
    let first = aside_name(&path, &["-wal"]);
    File::create(format!("{}-wal", first.display())).unwrap();
    let second = aside_name(&path, &["-wal"]);
    assert_ne!(first, second);
    let name = first.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("history.damaged-20"), "{name}");
    assert!(name.ends_with("Z.db"), "{name}");
}
