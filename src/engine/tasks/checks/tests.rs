use super::*;

#[test]
fn a_file_that_is_in_the_cloud_or_refused_is_not_read() {
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media/good/clip.mp4");
    let here = files::check(&clip, false).unwrap();
    let found = read_metadata(&clip, &Ok(here.clone())).unwrap();
    assert_eq!((found.width, found.duration_ms), (Some(64), Some(500)));
    let away = CheckedFile {
        is_cloud_placeholder: true,
        ..here
    };
    assert_eq!(read_metadata(&clip, &Ok(away)), None);
    assert_eq!(read_metadata(&clip, &Err(Rejection::Empty)), None);
}
