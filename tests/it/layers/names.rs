//! Finds the paths that Rust source text names, in code and in macros alike: the tokens are the
//! compiler's, as `proc-macro2` reads them.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Paths and methods that a file names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Paths with their segments; those of this crate begin with `crate`.
    pub paths: BTreeSet<Vec<String>>,
    /// Names of called methods.
    pub methods: BTreeSet<String>,
    /// Modules in files of their own that are compiled for tests alone.
    pub test_modules: BTreeSet<String>,
}

/// Reads source text of the module `module`.
pub fn scan(source: &str, module: &[&str]) -> Names {
    let mut names = Names::default();
    let module: Vec<String> = module.iter().map(|part| (*part).to_owned()).collect();
    names.read(source.parse().expect("the source is Rust"), &module);
    names
}

/// The name that a token is.
fn word(token: Option<&TokenTree>) -> Option<String> {
    match token? {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    }
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(it)) if it.as_char() == sign)
}

/// Tells whether these tokens begin with `::`.
fn is_separator(tokens: &[TokenTree]) -> bool {
    is_sign(tokens.first(), ':') && is_sign(tokens.get(1), ':')
}

/// The inside of a group with these brackets.
fn inside(token: Option<&TokenTree>, brackets: Delimiter) -> Option<TokenStream> {
    match token? {
        TokenTree::Group(group) if group.delimiter() == brackets => Some(group.stream()),
        _ => None,
    }
}

/// Counts the tokens of an item, up to its `;` or its body.
fn item_length(tokens: &[TokenTree]) -> usize {
    let mut is_use = false;
    let ends = |token: &TokenTree| {
        let token = Some(token);
        is_use |= word(token).is_some_and(|word| word == "use");
        is_sign(token, ';') || (!is_use && inside(token, Delimiter::Brace).is_some())
    };
    let end = tokens.iter().position(ends);
    end.map_or(tokens.len(), |end| end + 1)
}

impl Names {
    fn read(&mut self, tokens: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some(token) = rest.first() {
            rest = match token {
                TokenTree::Group(group) => {
                    self.read(group.stream(), module);
                    &rest[1..]
                }
                TokenTree::Punct(_) => self.after_sign(rest),
                TokenTree::Ident(_) => self.after_word(rest, module),
                TokenTree::Literal(_) => &rest[1..],
            };
        }
    }

    /// Passes over a sign, and what belongs to it: the item after `#[cfg(test)]`, the method or
    /// the field after a dot.
    fn after_sign<'a>(&mut self, tokens: &'a [TokenTree]) -> &'a [TokenTree] {
        let attribute = inside(tokens.get(1), Delimiter::Bracket);
        if is_sign(tokens.first(), '#')
            && attribute.is_some_and(|it| it.to_string().replace(' ', "") == "cfg(test)")
        {
            let (item, rest) = tokens[2..].split_at(item_length(&tokens[2..]));
            if let [.., TokenTree::Ident(word), TokenTree::Ident(name), _] = item
                && word == "mod"
                && is_sign(item.last(), ';')
            {
                self.test_modules.insert(name.to_string());
            }
            return rest;
        }
        match word(tokens.get(1)) {
            Some(method) if is_sign(tokens.first(), '.') => {
                let is_call = inside(tokens.get(2), Delimiter::Parenthesis).is_some();
                if is_call || is_separator(&tokens[2..]) {
                    self.methods.insert(method);
                }
                &tokens[2..]
            }
            // The end of a range is no method.
            _ if is_sign(tokens.first(), '.') && is_sign(tokens.get(1), '.') => &tokens[2..],
            _ => &tokens[1..],
        }
    }

    /// Reads a path, a `use` or a module that begins here.
    fn after_word<'a>(&mut self, tokens: &'a [TokenTree], module: &[String]) -> &'a [TokenTree] {
        let first = word(tokens.first()).unwrap_or_default();
        if first == "use" && !is_sign(tokens.get(1), '<') {
            let length = item_length(tokens);
            self.read_tree(&tokens[1..length], &[], module);
            return &tokens[length..];
        }
        if first == "mod"
            && let (Some(name), Some(body)) =
                (word(tokens.get(1)), inside(tokens.get(2), Delimiter::Brace))
        {
            self.read(body, &[module, &[name]].concat());
            return &tokens[3..];
        }
        let mut path = vec![first];
        let mut rest = &tokens[1..];
        while is_separator(rest)
            && let Some(next) = word(rest.get(2))
        {
            path.push(next);
            rest = &rest[3..];
        }
        if path.len() > 1 {
            self.record(path, module);
        }
        rest
    }

    /// Reads one branch of a `use`, with what is in its braces.
    fn read_tree(&mut self, tokens: &[TokenTree], before: &[String], module: &[String]) {
        let mut path = before.to_vec();
        for (at, token) in tokens.iter().enumerate() {
            if let Some(branches) = inside(Some(token), Delimiter::Brace) {
                let branches: Vec<TokenTree> = branches.into_iter().collect();
                for branch in branches.split(|token| is_sign(Some(token), ',')) {
                    self.read_tree(branch, &path, module);
                }
                return;
            }
            match word(Some(token)) {
                Some(word) if word == "as" => break,
                Some(word) => path.push(word),
                None if is_sign(tokens.get(at), '*') => path.push("*".to_owned()),
                None => {}
            }
        }
        if path.len() > before.len() {
            self.record(path, module);
        }
    }

    /// Writes `self` and `super` out.
    fn record(&mut self, mut path: Vec<String>, module: &[String]) {
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        let relative = |part: &&String| matches!(part.as_str(), "self" | "super");
        let steps = path.iter().take_while(relative).count();
        let up = path[..steps].iter().filter(|part| *part == "super").count();
        if steps > 0 {
            let base = &module[..module.len().saturating_sub(up)];
            path.splice(..steps, base.iter().cloned());
            path.insert(0, "crate".to_owned());
        } else if path[0] == "mavi_uploader" {
            path[0] = "crate".to_owned();
        }
        self.paths.insert(path);
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
    assert_eq!(told(source, &["model"]), ["r#type::x"]);
}

#[test]
fn what_is_compiled_for_tests_alone_is_free() {
    let source = "#[cfg(test)] use egui::{A}; #[cfg(test)] mod tests;\n\
                  #[cfg(test)]\n#[allow(clippy::x)]\nmod more { use rfd::B; fn f() { g([1; 2]); } }\n\
                  use reqwest::C; #[cfg(test)] pub(super) fn f(a: [u8; 2]) -> u8 { rfd::D } egui::E;";
    assert_eq!(told(source, &["model"]), ["egui::E", "reqwest::C"]);
    assert!(scan(source, &[]).test_modules.contains("tests"));
}
