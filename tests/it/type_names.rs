//! A type name exists once in the crate, so that a search finds the type and a reader knows it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Types that stand once for each system.
const FOR_EACH_SYSTEM: &[&str] = &["FolderId", "Listener"];

/// Sources below a folder, without those of tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name == "tests" || name.ends_with("_tests") {
            continue;
        }
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The type that a line defines. An indented alias is an associated type.
fn defined(line: &str) -> Option<&str> {
    let is_indented = line.starts_with(' ');
    let line = line.trim_start();
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
        Some(rest) => rest.trim_start(),
        None => line,
    };
    let (keyword, rest) = line.split_once(' ')?;
    let is_alias = keyword == "type" && !is_indented;
    if !matches!(keyword, "struct" | "enum" | "trait") && !is_alias {
        return None;
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    Some(&rest[..end.unwrap_or(rest.len())])
}

#[test]
fn a_type_name_exists_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![];
    sources(&root, &mut files);
    let mut places: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        // Tests within a file stand at its end.
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for name in source.lines().filter_map(defined) {
            let at = file.strip_prefix(&root).unwrap().to_owned();
            places.entry(name.to_owned()).or_default().push(at);
        }
    }
    assert!(places.len() > 300, "{} types were found", places.len());
    places.retain(|name, files| files.len() > 1 && !FOR_EACH_SYSTEM.contains(&name.as_str()));
    assert!(places.is_empty(), "{places:#?}");
}
