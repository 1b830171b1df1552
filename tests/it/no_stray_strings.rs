//! Keeps the words for people in one place: no view and no state of the window says anything
//! that is not in `assets/i18n`, so that a translation touches nothing else.

use std::fs;
use std::path::{Path, PathBuf};

/// What looks like words and is none for people: the file, and what it says.
const ALLOWED: &[(&str, &str)] = &[
    // For who wonders why a frame was drawn twice.
    ("ui/screens/empty.rs", "a line is centred by its width"),
    (
        "ui/screens/empty.rs",
        "the invitation is centred by its height",
    ),
    ("ui/widgets/card.rs", "a side is as wide as what is in it"),
    ("ui/dialogs.rs", "a dialog stands in the middle"),
    // Names of threads and of places in what egui remembers.
    ("ui/files.rs", "file dialog"),
    ("app/key_entry.rs", "key check"),
    ("ui/dialogs/account.rs", "account field"),
    ("ui/dialogs/key.rs", "key field"),
    ("ui/screens/empty.rs", "first start"),
    ("ui/screens/empty.rs", "height of the invitation"),
    ("ui/screens/toolbar.rs", "search field"),
    ("ui/overlays.rs", "drop overlay"),
    ("ui/widgets/row.rs", "asset id"),
    // A word of the contract, for scripts.
    ("cli/assets.rs", "other account {last4}"),
    ("cli/assets.rs", "not found"),
    // Of protocols and of the system.
    ("cli/interrupt.rs", "SigIgn:"),
    ("ui/reduced_motion.rs", "ReadOne"),
    ("ui/reduced_motion.rs", "Read"),
    ("ui/desktop.rs", "Update"),
    ("ui/desktop.rs", "ShowItems"),
    ("app/thumbnails/freedesktop.rs", "Thumb::MTime0"),
    ("app/thumbnails/freedesktop.rs", "x89PNGrnx1an"),
    (
        "app/thumbnails/posters.rs",
        "HOME LD_LIBRARY_PATH PATH SYSTEMROOT TEMP TMP TMPDIR",
    ),
    (
        "app/thumbnails/posters.rs",
        "-nostdin -v error -threads 1 -timelimit 20 -protocol_whitelist file",
    ),
    (
        "app/thumbnails/posters.rs",
        "-an -sn -dn -frames:v 1 -pix_fmt rgb24 -c:v png -f image2pipe pipe:1",
    ),
    // For the log and for other programs' errors.
    ("app/thumbnails/decode.rs", "not a file, or too long"),
    ("app/thumbnails/decode.rs", "too many pixels"),
];

/// Returns whether a literal is something that the user reads: several words, or one that is written
/// as a word on a button is.
fn is_for_people(literal: &str) -> bool {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for c in literal.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = plain
        .split(|c: char| !c.is_alphabetic() && c != '’')
        .filter(|word| word.chars().count() > 1)
        .collect();
    let named = plain.contains(['_', '/', '-', '.']) && !plain.contains(' ');
    let capital = words.first().is_some_and(|word| {
        word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase)
    });
    !named && (words.len() > 1 && plain.contains(' ') || capital)
}

/// The string literals of a source, up to its tests: comments, attributes and what goes to the
/// log are left out.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("mod tests {").next().unwrap_or(source);
    let text: Vec<char> = source.chars().collect();
    let at = |place: usize| text.get(place).copied().unwrap_or('\0');
    let (mut found, mut i, mut attribute, mut log) = (Vec::new(), 0, 0_usize, 0_usize);
    while i < text.len() {
        match (at(i), at(i + 1)) {
            ('/', '/') => {
                while i < text.len() && at(i) != '\n' {
                    i += 1;
                }
                continue;
            }
            ('#', '[') if attribute == 0 => {
                attribute = 1;
                i += 1;
            }
            ('[', _) if attribute > 0 => attribute += 1,
            (']', _) => attribute = attribute.saturating_sub(1),
            ('\'', _) if at(i + 2) == '\'' => i += 2,
            ('\'', '\\') if at(i + 3) == '\'' => i += 3,
            ('(', _) if log > 0 || text[..i].ends_with(&['!']) && is_log(&text[..i]) => log += 1,
            (')', _) => log = log.saturating_sub(1),
            ('"', _) => {
                let mut literal = String::new();
                i += 1;
                while i < text.len() && at(i) != '"' {
                    if at(i) == '\\' {
                        i += 1;
                    }
                    literal.push(at(i));
                    i += 1;
                }
                if attribute == 0 && log == 0 {
                    found.push(literal);
                }
            }
            _ => {}
        }
        i += 1;
    }
    found
}

/// Returns whether what stands before a bracket is a macro of the log.
fn is_log(before: &[char]) -> bool {
    let line: String = before.iter().rev().take(16).rev().collect();
    ["error", "warn", "info", "debug"]
        .iter()
        .any(|level| line.ends_with(&format!("tracing::{level}!")))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources can be listed") {
        let path = entry.expect("the sources can be listed").path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn all_words_for_people_stand_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root.join("ui"), &mut files);
    sources(&root.join("app"), &mut files);
    sources(&root.join("text"), &mut files);
    sources(&root.join("cli"), &mut files);
    let mut wrong = Vec::new();
    let mut used = vec![false; ALLOWED.len()];
    for file in files {
        let relative = file.strip_prefix(&root).expect("it was found there");
        let name = relative.to_string_lossy().replace('\\', "/");
        if name.ends_with("tests.rs") || name.contains("/tests/") {
            continue;
        }
        let source = fs::read_to_string(&file).expect("a source can be read");
        for literal in literals(&source) {
            let allowed = ALLOWED
                .iter()
                .position(|(file, words)| *file == name && *words == literal);
            match allowed {
                Some(place) => used[place] = true,
                None if is_for_people(&literal) => wrong.push(format!("{name}: {literal:?}")),
                None => {}
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    let unused: Vec<_> = ALLOWED.iter().zip(used).filter(|(_, used)| !used).collect();
    assert!(unused.is_empty(), "allowed and not there: {unused:?}");
}

#[test]
fn words_are_told_from_names() {
    for words in ["Undo", "{} was removed", "Choose files…", "held by {name}"] {
        assert!(is_for_people(words), "{words}");
    }
    for name in [
        "head",
        "DISPLAY",
        " · ",
        "{a} {b}",
        "org.a11y.Bus",
        "{x}: {y}",
        "u_v",
    ] {
        assert!(!is_for_people(name), "{name}");
    }
    let source = "#[expect(x, reason = \"Not This\")] fn f() { // \"Nor this\"\n\
                  g('\"', \"Here\"); tracing::info!(%e, \"Not here\", h()); i(\"a b\") }\n\
                  #[cfg(test)]\nmod tests { \"Nor That\" }";
    assert_eq!(literals(source), ["Here", "a b"]);
}
