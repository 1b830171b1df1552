mod located;
mod network;
mod quit;

use super::*;
use crate::text::{Backend, size};

#[test]
fn each_path_that_is_not_handed_over_is_one_line_without_commands() {
    let words = silent_window(&["a\nb.mp4".into(), "\u{202e}4pm.c".into()]);
    let paths: Vec<_> = words.lines().skip(1).collect();
    assert_eq!(paths, [r"a\nb.mp4", r"\u{202e}4pm.c"]);
}

#[test]
fn every_format_is_listed_under_its_kind() {
    let lines = formats();
    let words: Vec<&str> = lines.iter().map(|(word, _)| *word).collect();
    assert_eq!(words, ["Videos", "Audio", "Images"]);
    let all: usize = lines.iter().map(|(_, each)| each.split(", ").count()).sum();
    assert_eq!(all, media::formats().len());
    assert_eq!(
        say::size_limit(Backend::Service, &size(media::SIZE_DOUBT)),
        "memories.ai takes files up to 5 GB."
    );
}

#[test]
fn a_drop_says_how_many_files_it_brings() {
    assert_eq!(say::drop(14), "Add 14 files");
    assert_eq!(say::drop_or_more(1), "Add 1 file or more");
    assert_eq!(say::drop(0), "Nothing here can be uploaded");
}
