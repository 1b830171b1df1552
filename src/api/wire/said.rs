//! Classification of failure messages.

use std::path::Path;

use crate::model::media;

pub(super) fn has(text: &str, words: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    words.iter().any(|words| text.contains(words))
}

/// Returns whether a failure message says that the call is retired.
pub(crate) fn speaks_of_retirement(text: &str) -> bool {
    // A message may repeat a file name like "Sunset.jpg".
    let names_a_file = || {
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ':' | ')' | ']');
        let mut words = text.split(ends).map(|word| word.trim_end_matches('.'));
        words.any(|word| media::format_of(Path::new(word)).is_ok())
    };
    has(text, &["deprecated", "no longer support"])
        || (has(text, &["retired", "sunset"]) && !names_a_file())
}

/// Returns whether a failure message blames an abnormal network or a busy service, or suggests to
/// try again later.
pub(crate) fn speaks_of_passing_trouble(text: &str) -> bool {
    let later = [
        "again later",
        "retry later",
        "try later",
        "稍后",
        "网络异常",
        "繁忙",
    ];
    let trouble = [
        "abnormal",
        "error",
        "exception",
        "unstable",
        "timeout",
        "busy",
    ];
    has(text, &later)
        || (has(text, &["network"]) && has(text, &trouble))
        || (has(text, &["system", "server", "service"]) && has(text, &["busy"]))
}
