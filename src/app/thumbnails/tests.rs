use super::*;
use crate::app::rows::tests::row;

fn picture_row(id: u64, path: &Path) -> Row {
    Row {
        kind: Some(Kind::Image),
        path: path.to_owned(),
        ..row(id, Status::ReadyToUpload)
    }
}

fn write(dir: &Path, name: &str, colour: [u8; 3]) -> PathBuf {
    let path = dir.join(name);
    image::RgbImage::from_pixel(8, 8, image::Rgb(colour))
        .save(&path)
        .unwrap();
    path
}

fn sides(_: &Path, pixels: &Pixels) -> u32 {
    pixels.side
}

/// Polls until no picture is being decoded.
fn settle(thumbnails: &mut Thumbnails<u32>, rows: &[Row]) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let now = Instant::now();
        let waiting = rows.iter().any(|row| {
            thumbnails.of(row, now, sides);
            !thumbnails.made.contains_key(&row.path)
        });
        if !waiting {
            return;
        }
        assert!(now < end, "the thumbnails were not made");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn none() -> Thumbnails<u32> {
    Thumbnails::new(Arc::new(|| {}))
}

#[test]
fn a_picture_in_sight_gets_its_thumbnail_and_a_broken_one_its_icon() {
    let dir = tempfile::tempdir().unwrap();
    let good = write(dir.path(), "good.png", [1, 2, 3]);
    let broken = dir.path().join("broken.png");
    let mut bytes = std::fs::read(&good).unwrap();
    bytes.truncate(40);
    std::fs::write(&broken, bytes).unwrap();
    let rows = [picture_row(1, &good), picture_row(2, &broken)];
    let mut thumbnails = none();
    settle(&mut thumbnails, &rows);
    let now = Instant::now();
    assert_eq!(thumbnails.of(&rows[0], now, sides), Thumb::Picture(&8));
    assert_eq!(thumbnails.of(&rows[1], now, sides), Thumb::Kind);
    assert!(
        thumbnails.running.is_empty(),
        "a broken one is not tried twice"
    );
    assert_eq!(thumbnails.next_wakeup(now), None, "idle is idle");
}

#[test]
fn a_file_that_was_replaced_is_looked_at_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "a.png", [1, 2, 3]);
    let mut thumbnails = none();
    let before = picture_row(1, &path);
    settle(&mut thumbnails, std::slice::from_ref(&before));
    let after = Row { size: 1, ..before };
    assert_eq!(thumbnails.of(&after, Instant::now(), sides), Thumb::Kind);
    assert_eq!(thumbnails.running.len(), 1);
}

#[test]
fn what_is_no_picture_or_is_not_here_is_not_read() {
    let path = Path::new("/nowhere/a.png");
    let mut thumbnails = none();
    let video = Row {
        kind: Some(Kind::Video),
        ..picture_row(1, path)
    };
    let cloud = Row {
        note: Some(Note::InCloud),
        ..picture_row(2, path)
    };
    let unfinished = Row {
        status: Status::Settling,
        ..picture_row(3, path)
    };
    for row in [video, cloud, unfinished] {
        thumbnails.of(&row, Instant::now(), sides);
    }
    assert!(thumbnails.running.is_empty());
}

#[test]
fn few_are_made_at_once_and_few_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut thumbnails = none();
    let rows: Vec<Row> = (0..KEPT + 20)
        .map(|n| picture_row(1, &dir.path().join(format!("{n}.png"))))
        .collect();
    for row in &rows {
        thumbnails.of(row, Instant::now(), sides);
        assert!(thumbnails.running.len() <= AT_ONCE);
    }
    for row in &rows {
        settle(&mut thumbnails, std::slice::from_ref(row));
    }
    assert_eq!(thumbnails.made.len(), KEPT);
    assert!(
        !thumbnails.made.contains_key(&rows[0].path),
        "the oldest went"
    );
}

#[test]
fn one_that_is_late_makes_room_for_the_next() {
    let mut thumbnails = none();
    let start = Instant::now();
    let mut hung = Vec::new();
    for n in 0..AT_ONCE {
        let (answer, pixels) = Pending::channel(Arc::new(|| {}));
        hung.push(answer);
        thumbnails.running.push(Running {
            path: PathBuf::from(format!("/hung/{n}.png")),
            size: 1,
            since: start,
            pixels,
        });
    }
    let dir = tempfile::tempdir().unwrap();
    let next = picture_row(9, &write(dir.path(), "a.png", [1, 2, 3]));
    thumbnails.of(&next, start, sides);
    assert_eq!(thumbnails.next_wakeup(start), Some(TIME));
    assert!(!thumbnails.running.iter().any(|one| one.path == next.path));
    thumbnails.of(&next, start + TIME, sides);
    assert!(thumbnails.running.iter().any(|one| one.path == next.path));
    assert_eq!(thumbnails.late.len(), AT_ONCE);
    drop(hung);
    thumbnails.of(&next, start + TIME, sides);
    assert!(thumbnails.late.is_empty());
}
