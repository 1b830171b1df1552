//! The manual pages and the completions of shells, which packages bring along. They are made
//! from the arguments that the program takes and kept in `packaging/generated`, so that
//! nothing that makes them is shipped, and a package needs no second build.
//!
//! `UPDATE_GENERATED_DOCS=1 cargo test --test it generated_docs` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap_complete::Shell;
use mavi_uploader::cli::Arguments;
use mavi_uploader::model::version::VERSION;

/// What a package brings along, by where it stands below [`folder`].
type Papers = BTreeMap<PathBuf, Vec<u8>>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/generated")
}

fn made() -> Papers {
    // Pages say the version alone: they are the same for every build of it.
    let command = Arguments::command().version(VERSION);
    let scratch = tempfile::tempdir().unwrap();
    let man = scratch.path().join("man");
    fs::create_dir(&man).unwrap();
    clap_mangen::generate_to(command.clone(), &man).unwrap();
    let completions = scratch.path().join("completions");
    fs::create_dir(&completions).unwrap();
    for shell in [Shell::Bash, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
        let mut command = command.clone();
        clap_complete::generate_to(shell, &mut command, "mavi-uploader", &completions).unwrap();
    }
    read(scratch.path())
}

fn read(folder: &Path) -> Papers {
    let mut papers = Papers::new();
    for kind in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(kind.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            let place = file.strip_prefix(folder).unwrap().to_owned();
            papers.insert(place, fs::read(&file).unwrap());
        }
    }
    papers
}

#[test]
fn manual_and_completions_are_of_the_arguments_that_the_program_takes() {
    let made = made();
    if std::env::var_os("UPDATE_GENERATED_DOCS").is_some() {
        let _ = fs::remove_dir_all(folder());
        for (place, content) in &made {
            let file = folder().join(place);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
    }
    let kept = read(&folder());
    let names = |papers: &Papers| papers.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(&made));
    for (place, content) in &made {
        assert!(
            kept[place] == *content,
            "{} is out of date: run UPDATE_GENERATED_DOCS=1 cargo test --test it generated_docs",
            place.display()
        );
    }
}

#[test]
fn the_version_names_commit_and_system() {
    let outcome = std::process::Command::new(env!("CARGO_BIN_EXE_mavi-uploader"))
        .arg("--version")
        .output()
        .unwrap();
    let text = String::from_utf8(outcome.stdout).unwrap();
    let system = format!("{}-", std::env::consts::ARCH);
    assert!(
        text.starts_with(&format!("mavi-uploader {VERSION} (")),
        "{text}"
    );
    // A test's program is of no commit: see build.rs.
    assert!(text.contains("(development build, "), "{text}");
    assert!(text.contains(&system), "{text}");
}
