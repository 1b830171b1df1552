//! Finds the paths that Rust source text names, by its tokens.

use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// An identifier, a keyword, or a number.
    Word(String),
    /// `::`
    Separator,
    /// Any other character that is not white space.
    Sign(char),
}

/// What a file names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Paths with their segments; those of this crate begin with `crate`.
    pub paths: BTreeSet<Vec<String>>,
    /// Names of called methods.
    pub methods: BTreeSet<String>,
    /// Modules in files of their own that are compiled for tests alone.
    pub test_modules: BTreeSet<String>,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Splits source text; comments, literals and lifetimes are left out.
fn tokens(source: &str) -> Vec<Token> {
    let text: Vec<char> = source.chars().collect();
    let at = |i: usize| text.get(i).copied().unwrap_or('\0');
    let mut found = Vec::new();
    let mut i = 0;
    while i < text.len() {
        let c = text[i];
        if c == '/' && at(i + 1) == '/' {
            while i < text.len() && text[i] != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            i = after_block_comment(&text, i);
        } else if c == '"' {
            i = after_string(&text, i);
        } else if c == '\'' {
            i = after_quote(&text, i);
        } else if is_word(c) {
            let start = i;
            while is_word(at(i)) {
                i += 1;
            }
            let word: String = text[start..i].iter().collect();
            let raw = matches!(word.as_str(), "r" | "br" | "cr");
            let hashes = text[i..].iter().take_while(|c| **c == '#').count();
            if raw && at(i + hashes) == '"' {
                i = after_raw_string(&text, i + hashes + 1, hashes);
            } else if raw && hashes == 1 && is_word(at(i + 1)) {
                i += 1; // a raw identifier: its name follows as a word
            } else if matches!(word.as_str(), "b" | "c") && matches!(at(i), '"' | '\'') {
                // the prefix of a literal, which comes next
            } else {
                found.push(Token::Word(word));
            }
        } else if c == ':' && at(i + 1) == ':' {
            found.push(Token::Separator);
            i += 2;
        } else {
            if !c.is_whitespace() {
                found.push(Token::Sign(c));
            }
            i += 1;
        }
    }
    found
}

fn after_block_comment(text: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut i = start;
    while i < text.len() {
        match (text[i], text.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            break;
        }
    }
    i
}

fn after_string(text: &[char], start: usize) -> usize {
    let mut i = start + 1;
    while i < text.len() && text[i] != '"' {
        i += if text[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn after_raw_string(text: &[char], start: usize, hashes: usize) -> usize {
    let mut i = start;
    while i < text.len() {
        let closing = text[i + 1..].iter().take_while(|c| **c == '#').count();
        if text[i] == '"' && closing >= hashes {
            return i + 1 + hashes;
        }
        i += 1;
    }
    i
}

/// After a character literal, or after the name of a lifetime.
fn after_quote(text: &[char], start: usize) -> usize {
    let mut i = start + 1;
    if text.get(i) == Some(&'\\') {
        i += 2;
        while i < text.len() && text[i] != '\'' {
            i += 1;
        }
        return i + 1;
    }
    if text.get(i + 1) == Some(&'\'') {
        return i + 2;
    }
    while i < text.len() && is_word(text[i]) {
        i += 1;
    }
    i
}

/// Reads the tokens of one file.
struct Scanner<'a> {
    tokens: &'a [Token],
    next: usize,
    /// Where the file and the modules inside it are, from the root of the crate.
    module: Vec<String>,
    /// For each open brace, whether it is a module's.
    braces: Vec<bool>,
    names: Names,
}

/// Scans source text of the module `module`.
pub fn scan(source: &str, module: &[&str]) -> Names {
    let tokens = tokens(source);
    let mut scanner = Scanner {
        tokens: &tokens,
        next: 0,
        module: module.iter().map(|part| (*part).to_owned()).collect(),
        braces: Vec::new(),
        names: Names::default(),
    };
    scanner.run();
    scanner.names
}

impl Scanner<'_> {
    fn word(&self, ahead: usize) -> Option<&str> {
        match self.tokens.get(self.next + ahead) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn is_sign(&self, ahead: usize, sign: char) -> bool {
        self.tokens.get(self.next + ahead) == Some(&Token::Sign(sign))
    }

    fn is_separator(&self, ahead: usize) -> bool {
        self.tokens.get(self.next + ahead) == Some(&Token::Separator)
    }

    fn run(&mut self) {
        while self.next < self.tokens.len() {
            if self.at_test_attribute() {
                self.skip_test_item();
            } else if self.is_sign(0, '.') && self.word(1).is_some() {
                let method = self.word(1).unwrap_or_default().to_owned();
                if self.is_sign(2, '(') || self.is_separator(2) {
                    self.names.methods.insert(method);
                }
                self.next += 2;
            } else if matches!(self.word(0), Some("use")) {
                self.next += 1;
                self.tree(&[], true);
            } else if self.word(0) == Some("extern") && self.word(1) == Some("crate") {
                self.next += 2;
                self.tree(&[], true);
            } else if self.word(0) == Some("mod") && self.is_sign(2, '{') {
                self.module
                    .push(self.word(1).unwrap_or_default().to_owned());
                self.braces.push(true);
                self.next += 3;
            } else if self.word(0).is_some() {
                self.tree(&[], false);
            } else {
                if self.is_sign(0, '{') {
                    self.braces.push(false);
                } else if self.is_sign(0, '}') && self.braces.pop() == Some(true) {
                    self.module.pop();
                }
                self.next += 1;
            }
        }
    }

    /// Reads one path, in a `use` item with its braces; words alone count only there.
    fn tree(&mut self, before: &[String], is_use: bool) {
        let mut path = before.to_vec();
        if self.is_separator(0) {
            self.next += 1;
        }
        loop {
            if let Some(word) = self.word(0) {
                path.push(word.to_owned());
                self.next += 1;
            } else if is_use && self.is_sign(0, '{') {
                self.next += 1;
                while self.next < self.tokens.len() && !self.is_sign(0, '}') {
                    self.tree(&path, true);
                    if self.is_sign(0, ',') {
                        self.next += 1;
                    }
                }
                self.next += 1;
                return;
            } else {
                if is_use && self.is_sign(0, '*') {
                    path.push("*".to_owned());
                }
                // Always forward, whatever stands here.
                if self.next < self.tokens.len() && !self.is_sign(0, '}') {
                    self.next += usize::from(is_use && !self.is_sign(0, ','));
                }
                break;
            }
            let more = matches!(
                self.tokens.get(self.next + 1),
                Some(Token::Word(_)) | Some(Token::Sign('{' | '*'))
            );
            if !self.is_separator(0) || !more {
                break;
            }
            self.next += 1;
        }
        if is_use && self.word(0) == Some("as") {
            self.next += 2;
        }
        if is_use || path.len() > 1 {
            self.record(path);
        }
    }

    /// Writes `self` and `super` out.
    fn record(&mut self, mut path: Vec<String>) {
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        let mut base = self.module.clone();
        let mut relative = false;
        while let Some(first) = path.first() {
            match first.as_str() {
                "self" => {}
                "super" => {
                    base.pop();
                }
                _ => break,
            }
            relative = true;
            path.remove(0);
        }
        if relative {
            path.splice(0..0, std::iter::once("crate".to_owned()).chain(base));
        } else if path.first().is_some_and(|first| first == "mavi_uploader") {
            path[0] = "crate".to_owned();
        }
        self.names.paths.insert(path);
    }

    fn at_test_attribute(&self) -> bool {
        self.is_sign(0, '#')
            && self.is_sign(1, '[')
            && self.word(2) == Some("cfg")
            && self.is_sign(3, '(')
            && self.word(4) == Some("test")
            && self.is_sign(5, ')')
            && self.is_sign(6, ']')
    }

    /// Passes over the item after `#[cfg(test)]`, up to its `;` or its closing brace.
    fn skip_test_item(&mut self) {
        self.next += 7;
        let is_use = (0..6).any(|ahead| self.word(ahead) == Some("use"));
        let mut depth = 0_usize;
        while self.next < self.tokens.len() {
            if self.word(0) == Some("mod") && self.is_sign(2, ';') && depth == 0 {
                let name = self.word(1).unwrap_or_default().to_owned();
                self.names.test_modules.insert(name);
            }
            let open = ['{', '(', '['].iter().any(|sign| self.is_sign(0, *sign));
            let close = ['}', ')', ']'].iter().any(|sign| self.is_sign(0, *sign));
            let brace = self.is_sign(0, '}');
            let end = self.is_sign(0, ';');
            depth = (depth + usize::from(open)).saturating_sub(usize::from(close));
            self.next += 1;
            if depth == 0 && (end || (brace && !is_use)) {
                return;
            }
        }
    }
}

fn told(source: &str, module: &[&str]) -> Vec<String> {
    let names = scan(source, module);
    names.paths.iter().map(|path| path.join("::")).collect()
}

#[test]
fn nested_use_trees_are_written_out() {
    let source = "pub(crate) use crate::{api::{self, client::{Client as C, *}}, model};\n\
                  use ::reqwest as r; use std::{fs, time::{Duration, Instant}};";
    assert_eq!(
        told(source, &["engine"]),
        [
            "crate::api",
            "crate::api::client::*",
            "crate::api::client::Client",
            "crate::model",
            "reqwest",
            "std::fs",
            "std::time::Duration",
            "std::time::Instant",
        ]
    );
}

#[test]
fn relative_paths_are_written_out_from_where_they_stand() {
    let source = "use super::super::store::Db; use self::inner::X; fn f() { self::g(); }\n\
                  mod inner { use super::y::Z; fn f() { { super::h(); } } } use super::W;";
    assert_eq!(
        told(source, &["engine", "actor"]),
        [
            "crate::engine::W",
            "crate::engine::actor::g",
            "crate::engine::actor::h",
            "crate::engine::actor::inner::X",
            "crate::engine::actor::y::Z",
            "crate::store::Db",
        ]
    );
}

#[test]
fn paths_in_code_and_in_macros_count() {
    let source = "fn f<T: egui::Widget>(x: &'a crate::ui::Row) -> Vec::<rfd::File> {\n\
                  tokio::select! { _ = reqwest::get(\"x\") => <A as hyper::B>::c() } }";
    assert_eq!(
        told(source, &["api"]),
        [
            "crate::ui::Row",
            "egui::Widget",
            "hyper::B",
            "reqwest::get",
            "rfd::File",
            "tokio::select",
        ]
    );
}

#[test]
fn comments_literals_and_fields_do_not_count() {
    let source = "// use egui::Ui;\n/* a /* use rfd::X; */ egui::Y */\n//! [`crate::ui::Z`]\n\
                  fn f() { (\"egui::A\\\"egui::B\", r#\"rfd::C\"rfd::D\"#, b\"egui::E\", '\"', '\\'',\n\
                  'x', x.egui, r#type::x) }";
    assert_eq!(told(source, &["model"]), ["type::x"]);
}

#[test]
fn what_is_compiled_for_tests_alone_is_free() {
    let source = "#[cfg(test)] use egui::{A}; #[cfg(test)] mod tests;\n\
                  #[cfg(test)]\n#[allow(clippy::x)]\nmod more { use rfd::B; fn f() { g([1; 2]); } }\n\
                  use reqwest::C; #[cfg(test)] pub(super) fn f(a: [u8; 2]) -> u8 { rfd::D } egui::E;";
    assert_eq!(told(source, &["model"]), ["egui::E", "reqwest::C"]);
    assert!(scan(source, &[]).test_modules.contains("tests"));
}
