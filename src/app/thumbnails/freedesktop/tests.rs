use std::io::Cursor;
use std::path::PathBuf;
use std::time::Duration;

use super::*;

/// A chunk of a PNG.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let content = [kind, data].concat();
    let mut sum = u32::MAX;
    for byte in &content {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &content, &(!sum).to_be_bytes()].concat()
}

/// A picture of this side as PNG, with the text chunk of a thumbnail.
pub(in crate::app::thumbnails) fn png(side: u32, modified: &str) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(side, side, image::Rgb([9, 9, 9]));
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let png = png.into_inner();
    // Signature and header.
    let (head, rest) = png.split_at(8 + 25);
    let text = chunk(b"tEXt", &[MODIFIED, modified.as_bytes()].concat());
    let other = chunk(b"tEXt", b"Software\0Files");
    [head, &other, &text, rest].concat()
}

/// Puts a thumbnail of a file into the desktop's folder.
pub(in crate::app::thumbnails) fn put(folder: &Path, size: &str, path: &Path, png: &[u8]) {
    let folder = folder.join(size);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name(path)), png).unwrap();
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 900)
}

#[test]
fn a_file_is_named_as_the_specification_says() {
    // The example of the specification.
    let example = Path::new("/home/jens/photos/me.png");
    assert_eq!(name(example), "c6ee772d9e49320e97ec29a7eb5b1697.png");
    let md5 = |uri: &str| {
        let hash = Md5::digest(uri);
        hash.iter().map(|b| format!("{b:02x}")).collect::<String>() + ".png"
    };
    assert_eq!(
        name(Path::new("/a b/Ü[1]%#?|^`{}\"<>\\.mp4")),
        md5("file:///a%20b/%C3%9C%5B1%5D%25%23%3F%7C%5E%60%7B%7D%22%3C%3E%5C.mp4")
    );
    assert_eq!(
        name(Path::new("/!$&'()*+,-.:;=@_~")),
        md5("file:///!$&'()*+,-.:;=@_~")
    );
}

#[test]
fn a_thumbnail_of_the_file_as_it_is_now_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let clip = PathBuf::from("/media/clip.mp4");
    let find = |seconds| picture(folder.path(), &clip, at(seconds));
    assert_eq!(find(50), None);
    let [small, large] = [png(4, "50"), png(8, "50")];
    put(folder.path(), "normal", &clip, &small);
    assert_eq!(find(50).as_ref(), Some(&small));
    assert_eq!(find(51), None, "the file was changed");
    put(folder.path(), "large", &clip, &large);
    assert_eq!(find(50), Some(large));
    put(folder.path(), "large", &clip, &png(8, "49"));
    assert_eq!(find(50), Some(small), "a stale one does not count");
}

#[test]
fn what_is_no_thumbnail_gives_none() {
    let whole = png(4, "50");
    assert_eq!(modification_time(&whole), Some(50));
    let text = whole.len() - png(4, "").len() + 100;
    for length in 0..text {
        let _ = modification_time(&whole[..length]);
    }
    for time in ["", "-5", "5 ", "99999999999999999999"] {
        assert_eq!(modification_time(&png(4, time)), None, "{time}");
    }
    assert_eq!(
        modification_time(b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXt"),
        None
    );
    let folder = tempfile::tempdir().unwrap();
    let clip = Path::new("/media/clip.mp4");
    put(folder.path(), "large", clip, &vec![0; PICTURE as usize + 1]);
    assert_eq!(picture(folder.path(), clip, at(50)), None);
    assert_eq!(read(folder.path()), None);
}
