//! The text in which the Library searches.

use super::records::AssetRecord;

/// Separates the searched fields, so that no match spans two.
pub(super) const SEPARATOR: char = '\u{1f}';

/// Builds the text that searches match.
pub(super) fn search_text(asset: &AssetRecord, note: Option<&str>) -> String {
    let path = asset.path.to_string_lossy();
    let note = note.unwrap_or_default();
    [&asset.name, path.as_ref(), asset.asset_id.as_str(), note]
        .map(casefold)
        .join(&SEPARATOR.to_string())
}

/// Folds case in every script, one character at a time: a letter folds the same everywhere, so that
/// parts of words match.
pub(super) fn casefold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect()
}
