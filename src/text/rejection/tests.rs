use super::*;

#[test]
fn every_refusal_says_what_why_and_what_to_do() {
    let extension = || "pdf".to_owned();
    let each = [
        Rejection::UnsupportedFormat {
            extension: extension(),
            suggested_format: None,
        },
        Rejection::UnsupportedFormat {
            extension: "heic".to_owned(),
            suggested_format: Some("jpg".to_owned()),
        },
        Rejection::UnsupportedFormat {
            extension: String::new(),
            suggested_format: None,
        },
        Rejection::ContentMismatch {
            extension: "mp4".to_owned(),
            looks_like: "PDF document".to_owned(),
            rename_to: None,
        },
        Rejection::ContentMismatch {
            extension: "jpg".to_owned(),
            looks_like: "PNG image".to_owned(),
            rename_to: Some("png".to_owned()),
        },
        Rejection::NotRecognised {
            extension: "mp4".to_owned(),
        },
        Rejection::Empty,
        Rejection::TooLarge {
            size: 6_200_000_000,
        },
        Rejection::Unreadable {
            cause: "permission denied".to_owned(),
        },
        Rejection::NotAFile,
        Rejection::NotFound,
    ];
    for rejected in each {
        let message = rejection(&rejected);
        assert!(!message.title.is_empty(), "{rejected:?}");
        assert!(!message.cause.starts_with("It"), "{}", message.cause);
        assert!(message.cause.ends_with('.'), "{rejected:?}");
        assert!(message.next.ends_with('.'), "{rejected:?}");
        assert!(message.step.is_some(), "{rejected:?}");
    }
}

#[test]
fn a_file_that_is_too_large_is_told_its_size_and_the_limit() {
    let message = rejection(&Rejection::TooLarge {
        size: 6_200_000_000,
    });
    assert_eq!(
        message.line(),
        "This file is 6.2 GB. The service takes files up to 5 GB. Split or compress the file."
    );
}
