use std::fs::File;
use std::time::Duration;

use super::*;

const CLIP: &str = "/media/clip.mp4";

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 250)
}

fn names(dir: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    names
}

#[test]
fn a_picture_is_found_by_path_and_size_as_long_as_its_file_is_unchanged() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("deep/thumbnails");
    let clip = Path::new(CLIP);
    ThumbnailCache::new(dir.clone()).write(clip, 7, time(100), b"one");
    // Another start of the program.
    let cache = ThumbnailCache::new(dir.clone());
    let found = |size, modified| cache.read(clip, size, modified);
    assert_eq!(found(7, Some(time(100))).unwrap(), b"one");
    assert_eq!(found(7, None).unwrap(), b"one", "the file is gone");
    assert_eq!(found(7, Some(time(101))), None, "the file was changed");
    assert_eq!(found(7, Some(time(99))), None, "an older file came back");
    assert_eq!(found(8, None), None);
    assert_eq!(cache.read(Path::new("/media/clip.mov"), 7, None), None);
    cache.write(clip, 7, time(101), b"two");
    assert_eq!(found(7, Some(time(101))).unwrap(), b"two");
    assert_eq!(names(&dir).len(), 1);
}

#[test]
fn the_least_recently_used_go_when_there_are_too_many() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path();
    let cache = ThumbnailCache::new(dir.to_owned());
    let clips: Vec<PathBuf> = (0..5).map(|n| format!("/media/{n}.mp4").into()).collect();
    for (age, clip) in clips.iter().enumerate() {
        cache.write(clip, 1, time(5), b"picture");
        let picture = File::options().write(true).open(cache.place(clip, 1));
        let used = time(1_000_000 - age as u64);
        let times = FileTimes::new().set_accessed(used);
        picture.unwrap().set_times(times).unwrap();
    }
    assert!(cache.read(&clips[4], 1, None).is_some());
    let fill = |name: &str, bytes| {
        File::create(dir.join(name))
            .unwrap()
            .set_len(bytes)
            .unwrap();
    };
    fill("used now", SWEPT - 3 * 7);
    fill("left by a crash", 1);
    let times = FileTimes::new().set_accessed(time(1));
    let left = File::options()
        .write(true)
        .open(dir.join("left by a crash"));
    left.unwrap().set_times(times).unwrap();
    // Full only with the next file, and swept by the next start.
    let cache = ThumbnailCache::new(dir.to_owned());
    assert!(cache.read(&clips[0], 1, None).is_some());
    assert_eq!(names(dir).len(), 7, "the limit is not reached");
    fill("used later", LIMIT - SWEPT);
    let cache = ThumbnailCache::new(dir.to_owned());
    cache.write(Path::new(CLIP), 1, time(5), b"picture");
    let bytes: u64 = names(dir)
        .iter()
        .map(|it| it.metadata().unwrap().len())
        .sum();
    assert!(bytes <= SWEPT + 7, "{bytes}");
    assert!(!dir.join("left by a crash").exists());
    for clip in &clips[1..4] {
        assert_eq!(cache.read(clip, 1, None), None);
    }
    assert!(cache.read(Path::new(CLIP), 1, None).is_some());
}

#[test]
fn it_stays_within_its_limit_while_the_program_runs() {
    let temp = tempfile::tempdir().unwrap();
    let cache = ThumbnailCache::new(temp.path().to_owned());
    cache.write(Path::new(CLIP), 1, time(5), b"picture");
    let other = temp.path().join("other");
    File::create(&other).unwrap().set_len(LIMIT).unwrap();
    *cache.state.lock().unwrap() = CacheState::Open(LIMIT - 1);
    let times = FileTimes::new().set_accessed(time(1));
    File::options()
        .write(true)
        .open(&other)
        .unwrap()
        .set_times(times)
        .unwrap();
    cache.write(Path::new("/media/b.mp4"), 1, time(5), b"picture");
    assert_eq!(names(temp.path()).len(), 2);
    assert!(matches!(*cache.state.lock().unwrap(), CacheState::Open(14)));
}

#[test]
fn a_folder_that_cannot_be_used_is_tried_once() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("file");
    fs::write(&file, "x").unwrap();
    let cache = ThumbnailCache::new(file.clone());
    cache.write(Path::new(CLIP), 1, time(5), b"picture");
    fs::remove_file(&file).unwrap();
    cache.write(Path::new(CLIP), 1, time(5), b"picture");
    assert_eq!(cache.read(Path::new(CLIP), 1, None), None);
    assert!(
        !file.exists(),
        "what failed is left alone until the next start"
    );
}

#[test]
fn what_is_no_small_file_is_not_read() {
    let temp = tempfile::tempdir().unwrap();
    let cache = ThumbnailCache::new(temp.path().to_owned());
    let clip = Path::new(CLIP);
    fs::create_dir(cache.place(clip, 1)).unwrap();
    fs::write(cache.place(clip, 2), vec![0; PICTURE as usize + 1]).unwrap();
    assert_eq!(cache.read(clip, 1, None), None);
    assert_eq!(cache.read(clip, 2, None), None);
}

#[cfg(unix)]
#[test]
fn pictures_are_closed_to_others_and_links_are_not_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("thumbnails");
    let cache = ThumbnailCache::new(dir.clone());
    let clip = Path::new(CLIP);
    cache.write(clip, 1, time(5), b"picture");
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(mode(&cache.place(clip, 1)), 0o600);
    symlink(cache.place(clip, 1), cache.place(clip, 2)).unwrap();
    assert_eq!(cache.read(clip, 2, None), None);
    let link = temp.path().join("link");
    symlink(&dir, &link).unwrap();
    assert_eq!(ThumbnailCache::new(link).read(clip, 1, None), None);
}
