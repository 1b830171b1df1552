//! Text that a terminal and a log take for nothing but text.

/// Tells whether a terminal or a log may take a character for a command, a new line, or an
/// order to show what follows backwards: C0, DEL, C1, separators of lines and paragraphs, and
/// bidirectional embeddings, overrides and isolates.
pub fn is_unsafe(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Writes what is unsafe as Rust writes it (`\n`, `\u{1b}`): the text is one line then.
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
