use super::*;

#[test]
fn every_format_is_listed_under_its_kind() {
    let lines = formats();
    let words: Vec<&str> = lines.iter().map(|(word, _)| *word).collect();
    assert_eq!(words, ["Videos", "Audio", "Images"]);
    let all: usize = lines.iter().map(|(_, each)| each.split(", ").count()).sum();
    assert_eq!(all, media::formats().len());
    assert_eq!(
        size_limit(Backend::Service),
        "memories.ai takes files up to 5 GB."
    );
}

#[test]
fn a_drop_says_how_many_files_it_brings() {
    assert_eq!(drop(14, true), "Add 14 files");
    assert_eq!(drop(1, false), "Add 1 file or more");
    assert_eq!(drop(0, true), "Nothing here can be uploaded");
}
