use super::*;

#[test]
fn both_ways_of_escaping_a_file_name_are_undone() {
    for (disposition, name) in [
        (r#"form-data; name="file"; filename="a.mp4""#, "a.mp4"),
        (
            r#"form-data; name="file"; filename="a\"b\\c.mp4""#,
            "a\"b\\c.mp4",
        ),
        (
            r#"form-data; name="file"; filename="a%22b.mp4""#,
            "a\"b.mp4",
        ),
        (
            r#"form-data; name="file"; filename="C:\x.mp4""#,
            "C:\\x.mp4",
        ),
        (r#"form-data; name="file"; filename="a;b=.mp4""#, "a;b=.mp4"),
        (
            r#"form-data; name="file"; filename="影片 100%.mp4""#,
            "影片 100%.mp4",
        ),
    ] {
        assert_eq!(
            read_disposition(disposition).unwrap(),
            name,
            "{disposition}"
        );
    }
}

#[test]
fn an_odd_disposition_is_refused() {
    for disposition in [
        r#"attachment; name="file"; filename="a.mp4""#,
        r#"form-data; name="file""#,
        r#"form-data; name="file"; filename="""#,
        r#"form-data; name="video"; filename="a.mp4""#,
        r#"form-data; name="file"; filename="a"b.mp4""#,
        r#"form-data; name="file"; filename=a.mp4"#,
        r#"form-data; name="file"; filename="a.mp4"; filename*=UTF-8''a.mp4"#,
        r#"form-data; name="file"; filename="a.mp4"#,
    ] {
        assert!(read_disposition(disposition).is_err(), "{disposition}");
    }
}
