use std::collections::BTreeSet;
use std::fs;

use super::*;

/// Runs every saved input, as `tests/corpus/TARGET/NAME`.
#[test]
fn every_input_that_was_kept_is_read_as_it_must_be() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let folders: BTreeSet<String> = fs::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).into()).collect();
    assert_eq!(folders, targets);
    for (name, target) in TARGETS {
        let mut files: Vec<_> = fs::read_dir(corpus.join(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        assert!(files.len() >= 10, "{name} has too few inputs");
        for file in files {
            // Names the failing input.
            let input = fs::read(&file).unwrap();
            let read = std::panic::catch_unwind(|| target(&input));
            assert!(read.is_ok(), "{}", file.display());
        }
    }
}

#[test]
fn every_target_has_its_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        let path = format!("fuzz_targets/{name}.rs");
        assert!(manifest.contains(&format!("path = \"{path}\"")), "{name}");
        let source = fs::read_to_string(root.join(path)).unwrap();
        assert!(source.contains(&format!("mavi_uploader::fuzzing::{name}(")));
    }
}
