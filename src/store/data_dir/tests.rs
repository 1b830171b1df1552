use std::path::Path;

use super::*;

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_variable_wins_over_the_usual_place_and_an_empty_one_does_not() {
    let temp = tempfile::tempdir().unwrap();
    let usual = temp.path().join("share");
    let given = temp.path().join("given/deep");
    let dir = choose(Some(given.clone().into()), Some(usual.clone())).unwrap();
    assert_eq!(dir, given);
    assert!(given.is_dir());
    let dir = choose(Some(OsString::new()), Some(usual.clone())).unwrap();
    assert_eq!(dir, usual.join("mavi-uploader"));
}

#[cfg(unix)]
#[test]
fn a_folder_that_it_makes_is_closed_to_others_and_one_that_is_there_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let temp = tempfile::tempdir().unwrap();
    let own = temp.path().join("mavi-uploader");
    choose(None, Some(temp.path().to_owned())).unwrap();
    assert_eq!(mode(&own), 0o700);
    std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o755)).unwrap();
    choose(None, Some(temp.path().to_owned())).unwrap();
    assert_eq!(mode(&own), 0o755);

    let shared = temp.path().join("shared");
    std::fs::create_dir(&shared).unwrap();
    std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o755)).unwrap();
    choose(Some(shared.clone().into()), None).unwrap();
    assert_eq!(mode(&shared), 0o755);
    let made = shared.join("made");
    choose(Some(made.clone().into()), None).unwrap();
    assert_eq!(mode(&made), 0o700);
}

#[test]
fn a_place_that_cannot_be_used_is_named_with_what_to_do() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("file");
    std::fs::write(&file, "x").unwrap();
    for place in [file.clone(), file.join("below")] {
        let error = choose(Some(place.clone().into()), None).unwrap_err();
        let words = error.to_string();
        assert!(words.contains(&place.display().to_string()), "{words}");
        assert!(words.contains(DATA_DIR_VARIABLE), "{words}");
    }
    assert!(matches!(choose(None, None), Err(DataDirError::NoHome)));
}

#[test]
fn thumbnails_are_in_the_cache_directory_or_in_a_data_directory_that_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let caches = Some(temp.path().join("cache"));
    let usual = temp.path().join("cache/mavi-uploader/thumbnails");
    assert_eq!(choose_thumbnails(None, caches.clone()), Some(usual.clone()));
    let empty = Some(OsString::new());
    assert_eq!(choose_thumbnails(empty, caches.clone()), Some(usual));
    let given = temp.path().join("given");
    let thumbnails = choose_thumbnails(Some(given.clone().into()), caches);
    assert_eq!(thumbnails, Some(given.join("thumbnails")));
    assert_eq!(choose_thumbnails(None, None), None);
    assert!(!given.exists(), "it is created when first used");
}
