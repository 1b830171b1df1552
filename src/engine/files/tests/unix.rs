//! Links, special files, permissions and names on Unix.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use super::*;

fn mkfifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Runs a function that would block forever if it opened a FIFO.
fn unblocked<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver
        .recv_timeout(Duration::from_secs(60))
        .expect("something that blocks was opened")
}

#[test]
fn links_that_lead_in_circles_end_and_each_folder_is_walked_once() {
    let dir = folder();
    let root = dir.path();
    write(&root.join("b/film.mp4"), b"x");
    symlink("..", root.join("b/up")).unwrap();
    symlink(root, root.join("b/root")).unwrap();
    symlink("b", root.join("a")).unwrap();
    symlink("b", root.join("c")).unwrap();
    symlink("self", root.join("self")).unwrap();
    let expected = [file(root.join("a/film.mp4")), walked(root, 0)];
    assert_eq!(found(&[root.to_owned()]), expected);
    // A second path to a folder adds nothing, and parent folders are not walked.
    let twice = found(&[root.join("b"), root.join("a")]);
    let expected = [
        file(root.join("b/film.mp4")),
        walked(&root.join("b"), 2),
        walked(&root.join("a"), 0),
    ];
    assert_eq!(twice, expected);
}

#[test]
fn links_to_folders_above_are_passed_over_and_counted() {
    let dir = folder();
    let root = dir.path();
    write(&root.join("job/film.mp4"), b"x");
    write(&root.join("beside.mp4"), b"x");
    write(&root.join("archive/day/old.mp4"), b"x");
    write(&root.join("archive/other.mp4"), b"x");
    for (target, link) in [("/", "computer"), ("..", "up"), ("../archive/day", "day")] {
        symlink(target, root.join("job").join(link)).unwrap();
    }
    symlink("..", root.join("archive/day/up")).unwrap();
    let job = root.join("job");
    let expected = [
        file(job.join("day/old.mp4")),
        file(job.join("film.mp4")),
        walked(&job, 3),
    ];
    assert_eq!(found(std::slice::from_ref(&job)), expected);
}

#[test]
#[cfg(target_os = "linux")]
fn folders_of_the_system_are_passed_over_by_whatever_path() {
    let dir = folder();
    let root = dir.path();
    for (target, link) in [("/proc/self", "a"), ("/sys/class", "b"), ("/dev", "c")] {
        symlink(target, root.join(link)).unwrap();
    }
    symlink("/dev/null", root.join("device.mp4")).unwrap();
    let named = [root.to_owned(), "/proc".into(), "/sys/class".into()];
    let expected = [
        WalkEvent::Rejected {
            path: root.join("device.mp4"),
            rejection: Rejection::NotAFile,
        },
        walked(root, 3),
        walked(&named[1], 1),
        walked(&named[2], 1),
    ];
    assert_eq!(found(&named), expected);
}

#[test]
fn links_to_files_are_followed_and_judged_by_their_own_names() {
    let dir = folder();
    let root = dir.path().join("walked");
    let outside = dir.path().join("outside.bin");
    write(&outside, PNG);
    fs::create_dir(&root).unwrap();
    symlink(&outside, root.join("picture.png")).unwrap();
    symlink(&outside, root.join("picture.txt")).unwrap();
    let expected = [file(root.join("picture.png")), walked(&root, 1)];
    assert_eq!(found(std::slice::from_ref(&root)), expected);
    let checked = check(&root.join("picture.png")).unwrap();
    assert_eq!(checked.stamp, stamp_of(&outside));
    // A link has a canonical path of its own, however it is reached.
    assert_ne!(identity(&root.join("picture.png")), identity(&outside));
    assert_eq!(
        identity(&root.join("picture.png")),
        identity(&root.join("./picture.png"))
    );
}

#[test]
fn what_is_no_regular_file_is_refused_without_being_opened() {
    let dir = folder();
    let root = dir.path().to_owned();
    mkfifo(&root.join("fifo.mp4"));
    mkfifo(&root.join("fifo"));
    symlink("fifo", root.join("link-to-fifo.mp4")).unwrap();
    symlink("/dev/zero", root.join("device.mp4")).unwrap();
    let _socket = UnixListener::bind(root.join("socket.mp4")).unwrap();
    let names = ["device.mp4", "fifo.mp4", "link-to-fifo.mp4", "socket.mp4"];

    let paths = [root.clone()];
    let all = unblocked(move || found(&paths));
    let refused = |name: &str| WalkEvent::Rejected {
        path: root.join(name),
        rejection: Rejection::NotAFile,
    };
    let mut expected = names.map(refused).to_vec();
    expected.push(walked(&root, 0));
    assert_eq!(all, expected);

    for name in names {
        let path = root.join(name);
        let checked = unblocked(move || check(&path));
        assert_eq!(checked, Err(Rejection::NotAFile), "{name}");
    }
    let path = root.join("fifo.mp4");
    let stamp = stamp_of(&path);
    let kind = unblocked(move || hash_kind(&path, stamp));
    assert_eq!(kind, FaultKind::Unreadable);
}

#[test]
fn a_broken_link_is_reported_where_its_name_promises_a_file_of_ours() {
    let dir = folder();
    let root = dir.path();
    symlink("nowhere", root.join("dangling.mp4")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    symlink("loop.mp4", root.join("loop.mp4")).unwrap();
    let circle = Rejection::Unreadable {
        cause: "the link leads back to itself".to_owned(),
    };
    let expected = [
        WalkEvent::Rejected {
            path: root.join("dangling.mp4"),
            rejection: Rejection::NotFound,
        },
        WalkEvent::Rejected {
            path: root.join("loop.mp4"),
            rejection: circle.clone(),
        },
        walked(root, 0),
    ];
    assert_eq!(found(&[root.to_owned()]), expected);
    assert_eq!(check(&root.join("dangling.mp4")), Err(Rejection::NotFound));
    assert_eq!(check(&root.join("loop.mp4")), Err(circle));
}

#[test]
fn what_may_not_be_read_is_reported_with_its_cause() {
    let dir = folder();
    let root = dir.path();
    write(&root.join("locked/film.mp4"), b"x");
    write(&root.join("secret.mp4"), b"x");
    let mode = |name: &str, mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(root.join(name), permissions).unwrap();
    };
    mode("locked", 0o000);
    mode("secret.mp4", 0o000);
    let all = found(&[root.to_owned()]);
    let checked = check(&root.join("secret.mp4"));
    let may_anything = fs::read_dir(root.join("locked")).is_ok();
    mode("locked", 0o700);
    if may_anything {
        // Root can read it all the same.
        assert_eq!(all[0], file(root.join("locked/film.mp4")));
        return;
    }
    let denied = Rejection::Unreadable {
        cause: "permission denied".to_owned(),
    };
    assert_eq!(checked, Err(denied.clone()));
    let expected = [
        WalkEvent::Rejected {
            path: root.join("locked"),
            rejection: denied,
        },
        file(root.join("secret.mp4")),
        walked(root, 0),
    ];
    assert_eq!(all, expected);
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_utf8_are_found_and_read() {
    let dir = folder();
    let root = dir.path();
    let path = root.join(OsStr::from_bytes(b"caf\xE9.png"));
    write(&path, PNG);
    write(&root.join(OsStr::from_bytes(b"caf\xE9.t\xFFt")), b"x");
    let expected = [file(&path), walked(root, 1)];
    assert_eq!(found(&[root.to_owned()]), expected);
    assert_eq!(check(&path).unwrap().accepted.mime, "image/png");
    assert!(hash(&path, stamp_of(&path), &Reading::default()).is_ok());
}

#[test]
fn folders_as_deep_as_paths_may_be_long_are_walked() {
    let dir = folder();
    let root = dir.path();
    let mut path = root.to_owned();
    let mut depth = 0;
    while depth < 1500 && fs::create_dir(path.join("d")).is_ok() {
        path.push("d");
        depth += 1;
    }
    // The file's own name must fit, too.
    let path = path.ancestors().nth(4).unwrap().join("a.mp4");
    write(&path, b"x");
    let expected = [file(path), walked(root, 0)];
    assert_eq!(found(&[root.to_owned()]), expected);
}

#[test]
fn a_drive_that_is_gone_is_told_by_whatever_the_system_says_of_it() {
    use io::ErrorKind::*;
    let gone = [
        io::Error::from(NotFound),
        NotADirectory.into(),
        StaleNetworkFileHandle.into(),
        NotConnected.into(),
        HostUnreachable.into(),
        // ENODEV, ENXIO
        io::Error::from_raw_os_error(19),
        io::Error::from_raw_os_error(6),
    ];
    for error in gone {
        assert_eq!(rejection(&error), Rejection::NotFound, "{error}");
    }
    for kind in [PermissionDenied, TimedOut, Interrupted] {
        let rejection = rejection(&kind.into());
        assert!(matches!(rejection, Rejection::Unreadable { .. }), "{kind}");
    }
}
