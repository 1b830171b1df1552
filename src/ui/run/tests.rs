use super::*;

#[test]
fn without_a_window_the_way_on_is_named() {
    let error = eframe::Error::AppCreation("no pixel format".into());
    let words = WindowError::from(error).to_string();
    assert!(words.contains("mavi-uploader upload"), "{words}");
}
