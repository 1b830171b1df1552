use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use image::{Rgba, RgbaImage};

use super::*;

const RED: [u8; 4] = [220, 10, 10, 255];
const BLUE: [u8; 4] = [10, 10, 220, 255];

struct Fixture {
    dir: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir }
    }

    fn kept(&self) -> PathBuf {
        self.dir.path().join("thumbnails")
    }

    /// Writes a picture as BMP, whose length depends on its size alone.
    fn write(&self, side: u32, colour: [u8; 4]) -> PictureRequest {
        let path = self.dir.path().join("a.bmp");
        let picture = RgbaImage::from_pixel(side, side, Rgba(colour));
        picture.save(&path).unwrap();
        PictureRequest {
            size: path.metadata().unwrap().len(),
            path,
            kind: Kind::Image,
            may_read: true,
            may_keep: true,
        }
    }

    /// Makes a picture in a new start of the program, and returns its first pixel.
    fn make(&self, request: &PictureRequest) -> Option<[u8; 4]> {
        let cache = ThumbnailCache::new(self.kept());
        let maker = PictureMaker::new(Some(cache), Posters::default());
        let end = Instant::now() + Duration::from_secs(60);
        let pixels = maker.make(request, end)?;
        pixels.rgba.first_chunk().copied()
    }

    fn kept_files(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(self.kept()).unwrap();
        found.map(|entry| entry.unwrap().path()).collect()
    }
}

fn near(found: Option<[u8; 4]>, colour: [u8; 4]) -> bool {
    found.is_some_and(|it| it.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 12))
}

fn set_modified(path: &Path, modified: SystemTime) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(modified).unwrap();
}

#[test]
fn a_picture_stays_when_its_file_is_gone() {
    let fixture = Fixture::new();
    let request = fixture.write(9, RED);
    let unread = PictureRequest {
        may_read: false,
        ..request.clone()
    };
    assert_eq!(fixture.make(&unread), None, "the file may not be read");
    assert!(near(fixture.make(&request), RED));
    fs::remove_file(&request.path).unwrap();
    assert!(near(fixture.make(&request), RED));
    assert!(near(fixture.make(&unread), RED));
    let other = PictureRequest { size: 1, ..unread };
    assert_eq!(fixture.make(&other), None);
}

#[test]
fn a_changed_file_gets_a_new_picture_and_another_file_in_its_place_does_not() {
    let fixture = Fixture::new();
    let request = fixture.write(9, RED);
    assert!(near(fixture.make(&request), RED));
    fixture.write(9, BLUE);
    let hour = Duration::from_secs(3600);
    set_modified(&request.path, SystemTime::now() - hour);
    assert!(near(fixture.make(&request), BLUE));
    fixture.write(8, RED);
    assert!(near(fixture.make(&request), BLUE));
    assert_eq!(fixture.kept_files().len(), 1);
}

#[test]
fn a_kept_picture_is_not_made_again() {
    let fixture = Fixture::new();
    let request = fixture.write(9, RED);
    fixture.make(&request);
    let modified = request.path.metadata().unwrap().modified().unwrap();
    fixture.write(9, BLUE);
    set_modified(&request.path, modified);
    assert!(near(fixture.make(&request), RED));
}

#[test]
fn nothing_is_kept_where_that_is_not_wanted() {
    let fixture = Fixture::new();
    let sandboxed = PictureRequest {
        may_keep: false,
        ..fixture.write(9, RED)
    };
    assert!(near(fixture.make(&sandboxed), RED));
    assert!(fixture.kept_files().is_empty());
}

#[test]
fn hostile_content_of_the_cache_is_passed_over() {
    let fixture = Fixture::new();
    let request = fixture.write(9, RED);
    fixture.make(&request);
    let kept = fixture.kept_files().remove(0);
    let modified = kept.metadata().unwrap().modified().unwrap();
    // A BMP that claims 30,000 × 30,000 pixels.
    let mut bomb = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bomb.extend([30_000_u32.to_le_bytes(), 30_000_u32.to_le_bytes()].concat());
    bomb.extend(b"\x01\0\x18\0");
    bomb.extend([0; 100]);
    for content in [bomb, b"no picture".to_vec(), vec![]] {
        fs::write(&kept, content).unwrap();
        set_modified(&kept, modified);
        assert!(near(fixture.make(&request), RED));
    }
    fs::write(&kept, b"no picture").unwrap();
    fs::remove_file(&request.path).unwrap();
    assert_eq!(fixture.make(&request), None);
}

#[test]
fn a_transparent_picture_stays_transparent() {
    let fixture = Fixture::new();
    let clear = [10, 200, 10, 0];
    let mut request = fixture.write(9, RED);
    let path = request.path.with_extension("png");
    let picture = RgbaImage::from_pixel(9, 9, Rgba(clear));
    picture.save(&path).unwrap();
    request.size = path.metadata().unwrap().len();
    request.path = path;
    fixture.make(&request);
    fs::remove_file(&request.path).unwrap();
    assert_eq!(fixture.make(&request), Some(clear));
}

#[test]
fn audio_and_folders_have_no_picture() {
    let fixture = Fixture::new();
    let request = fixture.write(9, RED);
    let audio = PictureRequest {
        kind: Kind::Audio,
        ..request.clone()
    };
    assert_eq!(fixture.make(&audio), None);
    let path = fixture.dir.path().to_owned();
    let size = path.metadata().unwrap().len();
    let folder = PictureRequest {
        path,
        size,
        ..request
    };
    assert_eq!(fixture.make(&folder), None);
}
