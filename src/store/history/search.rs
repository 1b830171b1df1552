//! The text in which the Library searches.

#[cfg(test)]
mod tests;

use unicode_normalization::char::decompose_compatible;

use super::records::AssetRecord;

/// Separates the searched fields, so that no match spans two.
pub(super) const SEPARATOR: char = '\u{1f}';

/// Builds the text that searches of an asset match.
pub(super) fn search_text(asset: &AssetRecord, note: Option<&str>) -> String {
    let path = asset.path.to_string_lossy();
    let note = note.unwrap_or_default();
    [&asset.name, path.as_ref(), asset.asset_id.as_str(), note]
        .map(casefold)
        .join(&SEPARATOR.to_string())
}

/// Builds the text that searches of a batch match. It begins with [`label_text`].
pub(super) fn batch_text(label: &str, note: Option<&str>) -> String {
    label_text(label) + &casefold(note.unwrap_or_default())
}

/// Returns the beginning of the search text of every batch of this label.
pub(super) fn label_text(label: &str) -> String {
    let mut text = casefold(label);
    text.push(SEPARATOR);
    text
}

/// Folds case, accents, width and ligatures, so that names from macOS match, which are decomposed.
/// Folds one character at a time: a letter folds the same everywhere, so that parts of words match.
pub(super) fn casefold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            decompose_compatible(c, |part| push_folded(part, &mut folded));
        }
    }
    folded
}

/// Appends a decomposed character in lower case, unless it is an accent.
fn push_folded(c: char, folded: &mut String) {
    if matches!(c, '\u{300}'..='\u{36f}') {
        return;
    }
    for lower in c.to_lowercase() {
        match lower {
            'ß' => folded.push_str("ss"),
            'ς' => folded.push('σ'),
            'ı' => folded.push('i'),
            other => folded.push(other),
        }
    }
}
