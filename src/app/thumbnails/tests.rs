use super::*;
use crate::app::rows::tests::row;

fn picture_row(id: u64, path: &Path) -> Row {
    Row {
        kind: Some(Kind::Image),
        path: path.to_owned(),
        size: path.metadata().map_or(1, |file| file.len()),
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

/// Asks for the thumbnail of a row, as drawing does.
fn show<'a>(thumbnails: &'a mut Thumbnails<u32>, row: &Row, now: Instant) -> Option<&'a u32> {
    let request = PictureRequest::of_row(row, false)?;
    thumbnails.of(&request, now, sides)
}

fn is_made(thumbnails: &Thumbnails<u32>, row: &Row) -> bool {
    let key = (row.path.clone(), row.size);
    thumbnails.made.contains_key(&key)
}

/// Polls until no picture is being made.
fn settle(thumbnails: &mut Thumbnails<u32>, rows: &[Row]) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let now = Instant::now();
        let waiting = rows.iter().any(|row| {
            show(thumbnails, row, now);
            !is_made(thumbnails, row)
        });
        if !waiting {
            return;
        }
        assert!(now < end, "the thumbnails were not made");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn none() -> Thumbnails<u32> {
    Thumbnails::new(Arc::default(), Arc::new(|| {}))
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
    let first = show(&mut thumbnails, &rows[0], now);
    assert_eq!(first, Some(&8));
    let second = show(&mut thumbnails, &rows[1], now);
    assert_eq!(second, None);
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
    let shown = show(&mut thumbnails, &after, Instant::now());
    assert_eq!(shown, None);
    assert_eq!(thumbnails.running.len(), 1);
}

#[test]
fn what_has_no_picture_or_is_not_here_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "a.png", [1, 2, 3]);
    let audio = Row {
        kind: Some(Kind::Audio),
        ..picture_row(1, &path)
    };
    let unfinished = Row {
        status: Status::Settling,
        ..picture_row(3, &path)
    };
    assert_eq!(PictureRequest::of_row(&audio, true), None);
    assert_eq!(PictureRequest::of_row(&unfinished, true), None);
    let here = picture_row(2, &path);
    let cloud = Row {
        note: Some(Note::InCloud),
        ..here.clone()
    };
    let mut thumbnails = none();
    settle(&mut thumbnails, std::slice::from_ref(&cloud));
    let shown = show(&mut thumbnails, &cloud, Instant::now());
    assert_eq!(shown, None);
    assert!(thumbnails.running.is_empty(), "it is asked for once");
    // It was downloaded.
    show(&mut thumbnails, &here, Instant::now());
    let end = Instant::now() + Duration::from_secs(20);
    while show(&mut thumbnails, &here, Instant::now()).is_none() {
        assert!(Instant::now() < end, "the thumbnail was not made");
        std::thread::sleep(Duration::from_millis(1));
    }
    let shown = show(&mut thumbnails, &cloud, Instant::now());
    assert_eq!(shown, Some(&8));
    assert!(thumbnails.running.is_empty());
}

#[test]
fn files_of_two_sizes_at_one_path_have_a_picture_each() {
    let dir = tempfile::tempdir().unwrap();
    let now = picture_row(1, &write(dir.path(), "a.png", [1, 2, 3]));
    let before = Row {
        size: 1,
        ..now.clone()
    };
    let mut thumbnails = none();
    let rows = [before, now];
    settle(&mut thumbnails, &rows);
    for row in &rows {
        show(&mut thumbnails, row, Instant::now());
    }
    assert!(thumbnails.running.is_empty(), "idle is idle");
}

#[test]
fn a_slow_poster_keeps_no_picture_waiting() {
    let mut thumbnails = none();
    let now = Instant::now();
    let (_answer, pixels) = Pending::channel(Arc::new(|| {}));
    let video = |id| Row {
        kind: Some(Kind::Video),
        ..picture_row(id, Path::new(&format!("/nowhere/{id}.mp4")))
    };
    thumbnails.running.push(Running {
        request: PictureRequest::of_row(&video(1), false).unwrap(),
        since: now,
        is_again: false,
        pixels,
    });
    show(&mut thumbnails, &video(2), now);
    assert_eq!(thumbnails.running.len(), 1, "one tool runs at a time");
    assert_eq!(thumbnails.next_wakeup(now), Some(POSTER_TIME));
    show(&mut thumbnails, &picture_row(3, Path::new("/a.png")), now);
    assert_eq!(thumbnails.running.len(), 2);
}

#[test]
fn few_are_made_at_once_and_few_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut thumbnails = none();
    let rows: Vec<Row> = (0..KEPT + 20)
        .map(|n| picture_row(1, &dir.path().join(format!("{n}.png"))))
        .collect();
    for row in &rows {
        show(&mut thumbnails, row, Instant::now());
        assert!(thumbnails.running.len() <= 1);
    }
    for row in &rows {
        settle(&mut thumbnails, std::slice::from_ref(row));
    }
    assert_eq!(thumbnails.made.len(), KEPT);
    assert!(!is_made(&thumbnails, &rows[0]), "the oldest went");
}

#[test]
fn one_that_is_late_makes_room_for_the_next() {
    let mut thumbnails = none();
    let start = Instant::now();
    let (hung, pixels) = Pending::channel(Arc::new(|| {}));
    let before = picture_row(1, Path::new("/hung/a.png"));
    thumbnails.running.push(Running {
        request: PictureRequest::of_row(&before, false).unwrap(),
        since: start,
        is_again: false,
        pixels,
    });
    let dir = tempfile::tempdir().unwrap();
    let next = picture_row(9, &write(dir.path(), "a.png", [1, 2, 3]));
    let is_running = |thumbnails: &Thumbnails<u32>| {
        let mut running = thumbnails.running.iter();
        running.any(|one| one.request.path == next.path)
    };
    show(&mut thumbnails, &next, start);
    assert_eq!(thumbnails.next_wakeup(start), Some(TIME));
    assert!(!is_running(&thumbnails));
    show(&mut thumbnails, &next, start + TIME);
    assert!(is_running(&thumbnails));
    assert_eq!(thumbnails.late.len(), 1);
    drop(hung);
    show(&mut thumbnails, &next, start + TIME);
    assert!(thumbnails.late.is_empty());
}

#[test]
fn one_that_took_too_long_is_tried_once_more_when_it_is_shown_later() {
    let mut thumbnails = none();
    let start = Instant::now();
    let video = Row {
        kind: Some(Kind::Video),
        ..picture_row(1, Path::new("/nowhere/1.mp4"))
    };
    let request = PictureRequest::of_row(&video, false).unwrap();
    for (since, is_again) in [(start, false), (start + AGAIN * 2, true)] {
        let (_hung, pixels) = Pending::channel(Arc::new(|| {}));
        thumbnails.running = vec![Running {
            request: request.clone(),
            since,
            is_again,
            pixels,
        }];
        let end = since + POSTER_TIME;
        show(&mut thumbnails, &video, end);
        assert!(thumbnails.running.is_empty(), "not at once");
        assert_eq!(thumbnails.next_wakeup(end), None, "idle is idle");
        show(&mut thumbnails, &video, end + AGAIN);
        let running = thumbnails.running.first().map(|one| one.is_again);
        assert_eq!(running, (!is_again).then_some(true));
    }
}
