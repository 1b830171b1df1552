use super::*;

#[test]
fn copied_files_and_typed_paths_are_found() {
    let text = "copy\nfile:///home/a/my%20clip.mp4\n  \"/home/a/片段.mov\"\nhello\n\nfile://localhost/x.png";
    assert_eq!(
        paths_in(text),
        [
            PathBuf::from("/home/a/my clip.mp4"),
            PathBuf::from("/home/a/片段.mov"),
            PathBuf::from("/x.png"),
        ]
    );
}

#[test]
fn a_line_of_text_does_not_bring_in_the_whole_computer() {
    let text = "/\n//\n/.\n/..\nfile:\nFile:\nfile:///\nfile://\nfile:///?x\nfile:///%2f\n\"/\"";
    assert_eq!(paths_in(text), Vec::<PathBuf>::new());
    let text = "file: clip.mp4\nfile:clip.mp4";
    assert_eq!(paths_in(text), Vec::<PathBuf>::new());
    assert_eq!(
        paths_in("/media\nFILE:/media"),
        [PathBuf::from("/media"), PathBuf::from("/media")]
    );
}

#[test]
fn text_that_is_no_path_gives_none() {
    assert!(
        paths_in("https://example.org/a.mp4\nclip.mp4\nsk-abc\nfile:///a%00b.mp4\n/a\0b.mp4")
            .is_empty()
    );
}
