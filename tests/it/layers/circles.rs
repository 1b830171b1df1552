//! Finds files that name each other in a circle, so that none of them can be understood alone.
//!
//! A file names another by a path from `crate`, `self` or `super`. What a module says of its own
//! children by their bare names (`mod`, `pub use`) is how it is put together, and does not count.

use std::collections::{BTreeMap, BTreeSet};

use super::program;

/// Most files that may name each other in a circle.
const LARGEST: usize = 4;

type Module = Vec<String>;

/// Returns the groups of modules that reach each other.
fn circles(names: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<BTreeSet<&Module>> {
    let reached = |from| {
        let (mut found, mut left) = (BTreeSet::new(), vec![from]);
        while let Some(next) = left.pop() {
            for named in names.get(next).into_iter().flatten() {
                if found.insert(named) {
                    left.push(named);
                }
            }
        }
        found
    };
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = names
        .keys()
        .map(|module| (module, reached(module)))
        .collect();
    let mut circles = BTreeSet::new();
    for (module, found) in &reached {
        let back = |other: &&Module| reached.get(other).is_some_and(|it| it.contains(module));
        let circle: BTreeSet<&Module> = found.iter().copied().filter(back).collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    circles
}

/// Returns the module whose file a path leads to: the longest one that it begins with.
fn file_of(path: &[String], modules: &BTreeSet<&Module>) -> Option<Module> {
    let path = path.strip_prefix(&["crate".to_owned()])?;
    (1..=path.len())
        .rev()
        .map(|length| path[..length].to_vec())
        .find(|module| modules.contains(module))
}

#[test]
fn no_more_than_four_files_name_each_other_in_a_circle() {
    let files = program();
    let modules: BTreeSet<&Module> = files.iter().map(|file| &file.module).collect();
    let names: BTreeMap<Module, BTreeSet<Module>> = files
        .iter()
        .map(|file| {
            let named = file.names.paths.iter();
            let named = named.filter_map(|path| file_of(path, &modules));
            let others = named.filter(|module| *module != file.module).collect();
            (file.module.clone(), others)
        })
        .collect();
    assert!(names.values().map(BTreeSet::len).sum::<usize>() > 500);
    for circle in circles(&names) {
        let circle: Vec<String> = circle.iter().map(|module| module.join("/")).collect();
        assert!(circle.len() <= LARGEST, "{circle:?}");
    }
}

#[test]
fn a_circle_is_found_whatever_hangs_on_it() {
    let arrows = [
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
        ("c", "d"),
        ("e", "a"),
        ("f", "f"),
    ];
    let module = |name: &str| vec![name.to_owned()];
    let mut names: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (from, to) in arrows {
        names.entry(module(from)).or_default().insert(module(to));
    }
    let found = circles(&names);
    let (a, b, c) = (module("a"), module("b"), module("c"));
    assert_eq!(found, BTreeSet::from([BTreeSet::from([&a, &b, &c])]));
}
