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
