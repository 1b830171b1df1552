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
mod tests {
    use super::*;

    #[test]
    fn whatever_a_terminal_would_obey_is_written_out() {
        let text = "a\nb\t\u{1b}[2J\u{7f}\u{9b}2J\u{2028}\u{202e}gpj\u{2066}.mp4";
        let escaped = r"a\nb\t\u{1b}[2J\u{7f}\u{9b}2J\u{2028}\u{202e}gpj\u{2066}.mp4";
        assert_eq!(escape(text), escaped);
        assert_eq!(escape(escaped), escaped);
        let plain = "海边 \"日落\" שלום – é 👩‍🎤.jpg";
        assert_eq!(escape(plain), plain);
    }
}
