//! Escapes text for terminals and logs.

/// Returns whether a character could act as a command, line break or reordering in a terminal or
/// log: C0, DEL, C1, line and paragraph separators, bidirectional embeddings, overrides and
/// isolates.
pub fn is_unsafe(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Escapes unsafe characters as Rust does (`\n`, `\u{1b}`), which leaves one line.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unsafe(letter) {
            escaped.extend(letter.escape_default());
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
