//! Keeps the layers apart: reads every path that `src` names and holds it against the
//! arrows of ARCHITECTURE.md.
//!
//! What is compiled for tests alone (`#[cfg(test)]`) is free. Paths inside strings and
//! comments do not count; paths inside macros do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

mod circles;
mod names;

use names::{Names, scan};

/// Which modules of this crate a module may name, besides itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("lib", &[]),
    (
        "main",
        &[
            "api", "app", "cli", "engine", "logging", "model", "sandbox", "setup", "store", "text",
            "ui",
        ],
    ),
    (
        "setup",
        &["engine", "api", "sandbox", "store", "text", "model"],
    ),
    ("logging", &["api", "store", "model"]),
    ("ui", &["app", "text", "engine", "api", "store", "model"]),
    ("app", &["text", "engine", "api", "store", "model"]),
    (
        "cli",
        &[
            "text", "setup", "logging", "engine", "api", "store", "model", "sandbox",
        ],
    ),
    (
        "engine",
        &["api", "store", "source_file", "metadata", "model"],
    ),
    ("api", &["source_file", "model"]),
    // The one definition of a file that did not change, for whoever reads files.
    ("source_file", &["model"]),
    ("store", &["model"]),
    ("metadata", &["model"]),
    // Words that both front ends say.
    ("text", &["model"]),
    ("sandbox", &["model"]),
    ("model", &[]),
    // Compiled for tests and `cargo fuzz` alone.
    (
        "fuzzing",
        &["api", "app", "metadata", "model", "sandbox", "store"],
    ),
];

/// Crates, or parts of them, that only some modules may name; `main` may name all.
const CRATES: &[(&str, &[&str])] = &[
    ("eframe", &["ui"]),
    ("fluent_bundle", &["text"]),
    ("egui", &["ui"]),
    ("exif", &["metadata"]),
    ("image", &["app", "metadata"]),
    ("keepawake", &["ui"]),
    ("notify_rust", &["ui"]),
    ("opener", &["ui"]),
    ("hyper", &["api", "sandbox"]),
    ("hyper::server", &["sandbox"]),
    ("hyper::service", &["sandbox"]),
    ("hyper_util", &["api", "sandbox"]),
    ("hyper_util::server", &["sandbox"]),
    ("keyring", &["store"]),
    ("keyring_core", &["store"]),
    ("lofty", &["metadata"]),
    ("matroska_demuxer", &["metadata"]),
    ("mp4_atom", &["metadata"]),
    ("md5", &["app"]),
    ("multer", &["sandbox"]),
    ("reqwest", &["api"]),
    ("rfd", &["ui"]),
    ("rusqlite", &["store"]),
    ("windows", &["ui"]),
    ("winit", &["ui"]),
    ("zbus", &["ui"]),
    ("zbus_secret_service_keyring_store", &["store"]),
];

/// What `model` must not name: input and output, the clock, chance, the runtime.
const IMPURE: &[&[&str]] = &[
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
    &["Instant", "now"],
    &["SystemTime", "now"],
    &["Timestamp", "now"],
    &["Zoned", "now"],
    &["getrandom"],
    &["same_file"],
    &["socket2"],
    &["tempfile"],
    &["tokio"],
    &["tokio_util"],
    &["walkdir"],
];

/// Methods of `std::path::Path` and of clocks that `model` must not call.
const IMPURE_METHODS: &[&str] = &[
    "canonicalize",
    "elapsed",
    "exists",
    "read_dir",
    "read_link",
    "symlink_metadata",
    "try_exists",
];

/// `FileStamp::of` takes metadata that someone else has read: naming the type is no I/O.
const PURE_AFTER_ALL: &[&str] = &["std", "fs", "Metadata"];

/// Modules of `engine` that may spawn. Tasks begin after the turn's commit, and blocking calls within
/// tasks; `engine` itself starts the actor.
const SPAWN: &[&str] = &["tasks", "blocking_io", "pending_hash"];

/// Returns whether a module of `engine` spawns although it must not.
fn spawns_by_itself(module: &[String], names: &Names) -> bool {
    let [engine, part, ..] = module else {
        return false;
    };
    let spawns = |path: &Vec<String>| {
        let last = path.last().map_or("", String::as_str);
        path[0] == "tokio" && (last.starts_with("spawn") || last == "JoinSet")
    };
    engine == "engine" && !SPAWN.contains(&part.as_str()) && names.paths.iter().any(spawns)
}

/// Returns whether a path is `above`, as `a::b`, or something in it.
fn is_below(above: &str, path: &[&str]) -> bool {
    path.starts_with(&above.split("::").collect::<Vec<_>>())
}

/// Returns what of a file's names the arrows forbid, as sentences.
fn violations(layer: &str, names: &Names) -> Vec<String> {
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == layer) else {
        return vec![format!("no rule for the module `{layer}`: give it one")];
    };
    let mut found = Vec::new();
    for path in &names.paths {
        let mut parts: Vec<&str> = path.iter().map(String::as_str).collect();
        if layer == "lib" && ARROWS.iter().any(|(name, _)| *name == parts[0]) {
            // The root reaches its modules without `crate`.
            parts.insert(0, "crate");
        }
        let told = parts.join("::");
        match parts.as_slice() {
            ["crate"] | ["crate", "*", ..] => {
                found.push(format!("`{told}` hides which module is meant"));
            }
            ["crate", rest @ ..] => {
                let is_module = ARROWS.iter().any(|(name, _)| *name == rest[0]);
                if is_module && rest[0] != layer && !allowed.contains(&rest[0]) {
                    found.push(format!("`{layer}` must not use `{told}`"));
                }
            }
            _ => {
                let forbidden = CRATES.iter().any(|(what, layers)| {
                    is_below(what, &parts) && layer != "main" && !layers.contains(&layer)
                });
                if forbidden {
                    found.push(format!("`{layer}` must not use the crate in `{told}`"));
                }
            }
        }
        let impure = IMPURE
            .iter()
            .any(|what| parts.windows(what.len()).any(|window| window == *what));
        if layer == "model" && impure && parts != PURE_AFTER_ALL {
            found.push(format!("`model` is pure, and `{told}` is not"));
        }
    }
    if layer == "model" {
        for method in names.methods.iter().map(String::as_str) {
            if IMPURE_METHODS.contains(&method) {
                found.push(format!("`model` is pure, and `.{method}()` is not"));
            }
        }
    }
    found
}

/// A file's module path: `model/media/tests.rs` is `model`, `media`, `tests`.
fn module_of(file: &Path) -> Vec<String> {
    let mut parts: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// All `.rs` files under `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the sources can be listed") {
            let path = entry.expect("the sources can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// A source file of the program: its path below `src`, its module, and what it names.
struct Source {
    file: PathBuf,
    module: Vec<String>,
    names: Names,
}

/// Reads all of `src` but what is compiled for tests alone.
fn program() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut for_tests = BTreeSet::new();
    for path in sources(&root) {
        let source = fs::read_to_string(&path).expect("a source can be read");
        let file = path.strip_prefix(&root).expect("it was found there");
        let module = module_of(file);
        // `lib` and `main` are the root themselves.
        let place: Vec<&str> = match module.as_slice() {
            [only] if only == "lib" || only == "main" => Vec::new(),
            parts => parts.iter().map(String::as_str).collect(),
        };
        let names = scan(&source, &place);
        for name in &names.test_modules {
            let mut inner: Vec<String> = place.iter().map(|part| (*part).to_owned()).collect();
            inner.push(name.clone());
            for_tests.insert(inner);
        }
        let file = file.to_owned();
        files.push(Source {
            file,
            module,
            names,
        });
    }
    files.retain(|Source { module, .. }| {
        !(1..=module.len()).any(|length| for_tests.contains(&module[..length]))
    });
    assert!(files.len() > 5, "the sources were not found in {root:?}");
    files
}

#[test]
fn every_layer_names_only_what_it_may() {
    let files = program();
    let crossings: usize = files
        .iter()
        .flat_map(|Source { module, names, .. }| names.paths.iter().map(move |path| (module, path)))
        .filter(|(module, path)| path[0] == "crate" && path.get(1) != module.first())
        .count();
    assert!(crossings > 5, "no paths are seen between layers");

    let mut wrong = Vec::new();
    for Source {
        file,
        module,
        names,
    } in &files
    {
        if spawns_by_itself(module, names) {
            wrong.push(format!(
                "src/{}: only `engine::tasks` spawns",
                file.display()
            ));
        }
        for sentence in violations(&module[0], names) {
            wrong.push(format!("src/{}: {sentence}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn arrows_against_the_direction_are_found() {
    let wrong = |layer: &str, source: &str| !violations(layer, &scan(source, &[layer])).is_empty();
    assert!(wrong("api", "use crate::store::History;"));
    assert!(wrong("store", "fn f() { crate::api::call(); }"));
    assert!(wrong("sandbox", "use super::{api::wire};"));
    assert!(wrong("engine", "use crate::ui;"));
    assert!(wrong("app", "fn f(ui: &mut egui::Ui) {}"));
    assert!(wrong("engine", "use reqwest::Client;"));
    assert!(wrong("engine", "use crate::*;"));
    assert!(wrong("api", "use hyper_util::{rt, server::conn};"));
    assert!(wrong("cli", "use crate::app::{wording, state::State};"));
    assert!(wrong("text", "use crate::engine::Notice;"));
    assert!(wrong("unheard_of", ""));
    let spawns = |part: &str| {
        let module = ["engine".to_owned(), part.to_owned()];
        let source = "fn f() { tokio::task::spawn_blocking(g); }";
        spawns_by_itself(&module, &scan(source, &["engine", part]))
    };
    assert!(spawns("actor") && !spawns("tasks"));
    assert!(wrong("lib", "pub use api::Client;"));
    assert!(wrong("lib", "use crate::ui::Window;"));

    assert!(!wrong("engine", "use crate::{api, store, model::fault};"));
    assert!(!wrong("ui", "use egui::Ui; use crate::app::State;"));
    assert!(!wrong("main", "use mavi_uploader::ui; use eframe::App;"));
    assert!(!wrong(
        "api",
        "use http_body_util::BodyExt; use reqwest::X; use hyper::Error;"
    ));
    assert!(!wrong("lib", "pub mod api; pub mod model;"));
}

#[test]
fn the_model_has_no_world_around_it() {
    let wrong = |source: &str| !violations("model", &scan(source, &["model"])).is_empty();
    assert!(wrong("use std::fs;"));
    assert!(wrong("fn f() { std::fs::Metadata::is_dir(m) }"));
    assert!(wrong("use std::{io, net::TcpStream};"));
    assert!(wrong("fn f() { let t = Instant::now(); }"));
    assert!(wrong("fn f() { std::time::SystemTime::now() }"));
    assert!(wrong("fn f(t: Instant) { t.elapsed() }"));
    assert!(wrong("fn f(p: &Path) { p.exists() }"));
    assert!(wrong("use tokio::sync::watch;"));

    assert!(!wrong("fn of(m: &std::fs::Metadata) -> Self {}"));
    assert!(!wrong("use std::time::{Duration, Instant};"));
}
