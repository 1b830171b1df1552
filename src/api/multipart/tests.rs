use super::*;

#[test]
fn the_framing_is_what_a_form_parser_expects() {
    let framing = Framing::new("a.mp4", "video/mp4");
    let boundary = framing
        .content_type()
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap()
        .to_owned();
    assert_eq!(
        framing.head,
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\
             Content-Type: video/mp4\r\n\r\n"
        )
    );
    assert_eq!(framing.tail, format!("\r\n--{boundary}--\r\n"));
    assert!(boundary.len() <= 70, "RFC 2046 allows 70 characters");
}

#[test]
fn no_two_forms_share_a_boundary() {
    let one = Framing::new("a.mp4", "video/mp4").content_type();
    assert_ne!(one, Framing::new("a.mp4", "video/mp4").content_type());
}

#[test]
fn a_file_name_cannot_leave_its_quotes() {
    assert_eq!(
        quoted("影片 \"x\\y\"\r\nX-Evil: 1\0\u{1b}\u{7f}.mp4"),
        "影片 \\\"x\\\\y\\\"%0D%0AX-Evil: 1%00%1B%7F.mp4"
    );
}
