//! Turns the Fluent files of `assets/i18n` into functions: `row-next-try` of `row.ftl` becomes
//! `row::next_try`, with an argument for each variable, in the order of the alphabet.
//!
//! `$service` and `$service-first` are a `Backend`, what selects a plural or stands in
//! `NUMBER` is a number, all else is text. A message with attributes becomes a tuple: its value, then its attributes as English has them.
//! Whatever a language lacks, misspells or adds fails the build.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::{env, fs};

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Message, Pattern, PatternElement, VariantKey,
};

const FOLDER: &str = "assets/i18n";
/// Language that the others are held to.
const SOURCE: &str = "en";
/// Names of where a file goes, within a sentence and at its beginning.
const SERVICE: [&str; 2] = ["service", "service-first"];
const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Variables of a pattern, by name.
type Variables = BTreeMap<String, Variable>;

#[derive(Clone, Default)]
struct Variable {
    is_number: bool,
    /// Texts that the pattern distinguishes.
    keys: Vec<String>,
}

struct Language {
    name: String,
    /// By the names of the files, without their ending.
    files: BTreeMap<String, FluentResource>,
    bundle: FluentBundle<FluentResource>,
}

/// Value (`None`) or attribute of a message.
type Part<'a> = (Option<&'a str>, &'a Pattern<&'a str>);

impl Language {
    fn read(name: &str) -> Result<Self, String> {
        let locale = name.parse().map_err(|error| format!("{name}: {error}"))?;
        let mut bundle = FluentBundle::new(vec![locale]);
        bundle.set_use_isolating(false);
        bundle.add_builtins().map_err(|error| error.to_string())?;
        let mut files = BTreeMap::new();
        for file in names(&format!("{FOLDER}/{name}"))? {
            let path = format!("{FOLDER}/{name}/{file}");
            let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
            let parse = || {
                FluentResource::try_new(text.clone())
                    .map_err(|(_, errors)| format!("{path}: {}", errors[0]))
            };
            bundle
                .add_resource(parse()?)
                .map_err(|errors| format!("{path}: {}", errors[0]))?;
            files.insert(file.trim_end_matches(".ftl").to_owned(), parse()?);
        }
        Ok(Self {
            name: name.to_owned(),
            files,
            bundle,
        })
    }

    fn messages(&self) -> impl Iterator<Item = (&str, &Message<&str>)> {
        self.files.iter().flat_map(|(file, resource)| {
            resource.entries().filter_map(move |entry| match entry {
                Entry::Message(message) => Some((file.as_str(), message)),
                _ => None,
            })
        })
    }

    fn parts<'a>(message: &'a Message<&'a str>) -> Vec<Part<'a>> {
        let value = message.value.iter().map(|pattern| (None, pattern));
        let attributes = message.attributes.iter();
        value
            .chain(attributes.map(|it| (Some(it.id.name), &it.value)))
            .collect()
    }

    fn part(&self, id: &str, attribute: Option<&str>) -> Option<&Pattern<&str>> {
        let (_, message) = self.messages().find(|(_, message)| message.id.name == id)?;
        let mut parts = Self::parts(message).into_iter();
        parts
            .find(|(name, _)| *name == attribute)
            .map(|(_, pattern)| pattern)
    }

    fn variables(&self, pattern: &Pattern<&str>, found: &mut Variables) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.variables_of(expression, found);
            }
        }
    }

    fn variables_of(&self, expression: &Expression<&str>, found: &mut Variables) {
        use InlineExpression as I;
        let mut note = |name: &str, is_number, keys: Vec<String>| {
            let variable = found.entry(name.to_owned()).or_default();
            variable.is_number |= is_number;
            variable.keys.extend(keys);
        };
        match expression {
            Expression::Inline(I::VariableReference { id }) => note(id.name, false, Vec::new()),
            Expression::Inline(I::FunctionReference { arguments, .. }) => {
                for argument in &arguments.positional {
                    if let I::VariableReference { id } = argument {
                        note(id.name, true, Vec::new());
                    }
                }
            }
            Expression::Inline(I::MessageReference { id, attribute }) => {
                let attribute = attribute.as_ref().map(|it| it.name);
                if let Some(pattern) = self.part(id.name, attribute) {
                    self.variables(pattern, found);
                }
            }
            Expression::Inline(I::Placeable { expression }) => self.variables_of(expression, found),
            Expression::Inline(_) => {}
            Expression::Select { selector, variants } => {
                let (mut is_number, mut keys) = (false, Vec::new());
                for variant in variants {
                    match variant.key {
                        VariantKey::Identifier { name } => {
                            is_number |= PLURALS.contains(&name) && !variant.default;
                            keys.push(name.to_owned());
                        }
                        VariantKey::NumberLiteral { .. } => is_number = true,
                    }
                }
                match selector {
                    I::VariableReference { id } => note(id.name, is_number, keys),
                    other => self.variables_of(&Expression::Inline(other.clone()), found),
                }
                for variant in variants {
                    self.variables(&variant.value, found);
                }
            }
        }
    }

    /// Formats a part with its variables' names in their places and 2 for each number, and before
    /// that with everything it distinguishes.
    fn sample(&self, id: &str, attribute: Option<&str>) -> Result<String, String> {
        let place = format!("{FOLDER}/{}: {id}", self.name);
        let pattern = self.part(id, attribute);
        let pattern = pattern.ok_or(format!("{place} {attribute:?} is missing"))?;
        let mut variables = Variables::new();
        self.variables(pattern, &mut variables);
        let keys = variables.values().map(|it| it.keys.len());
        let rounds = keys.max().unwrap_or_default().max(2);
        let mut text = String::new();
        for round in (0..=rounds).rev() {
            let mut args = FluentArgs::new();
            for (name, variable) in &variables {
                let value = match variable.keys.get(round.wrapping_sub(1)) {
                    _ if variable.is_number => FluentValue::from(2_usize.abs_diff(round)),
                    Some(key) => key.as_str().into(),
                    None => format!("{{{name}}}").into(),
                };
                args.set(name.as_str(), value);
            }
            let mut errors = Vec::new();
            let formatted = self
                .bundle
                .format_pattern(pattern, Some(&args), &mut errors);
            text = formatted.into_owned();
            if let Some(error) = errors.first() {
                return Err(format!("{place}: {error}"));
            }
        }
        Ok(text)
    }
}

/// Sorted names of what is in a folder.
fn names(folder: &str) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{folder}: {error}"))?;
    let mut names: Vec<_> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// Writes the functions of all messages to `messages.rs` in the build's folder.
pub fn generate() -> Result<(), String> {
    let source = Language::read(SOURCE)?;
    let mut languages = vec![source];
    for name in names(FOLDER)? {
        if name != SOURCE {
            languages.push(Language::read(&name)?);
        }
    }
    let mut modules: BTreeMap<&str, String> = BTreeMap::new();
    for (file, message) in languages[0].messages() {
        let module = modules.entry(file).or_default();
        module.push_str(&function(&languages, file, message)?);
    }
    for language in &languages[1..] {
        for (file, message) in language.messages() {
            for (attribute, _) in Language::parts(message) {
                let known = languages[0].part(message.id.name, attribute).is_some();
                known.then_some(()).ok_or(format!(
                    "{FOLDER}/{}/{file}.ftl: {} is not in {SOURCE}",
                    language.name, message.id.name
                ))?;
            }
        }
    }
    let mut code = format!("/// Languages with their files, {SOURCE} first.\n");
    let _ = writeln!(
        code,
        "pub(super) const FILES: [(&str, &[&str]); {}] = [",
        languages.len()
    );
    for language in &languages {
        let _ = writeln!(code, "({:?}, &[", language.name);
        for file in language.files.keys() {
            let path = format!("/{FOLDER}/{}/{file}.ftl", language.name);
            let _ = writeln!(
                code,
                "include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?})),"
            );
        }
        code.push_str("]),\n");
    }
    code.push_str("];\n");
    for (name, functions) in modules {
        let _ = writeln!(code, "pub(crate) mod {name} {{\n{functions}}}");
    }
    let folder = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    fs::write(format!("{folder}/messages.rs"), code).map_err(|error| error.to_string())
}

fn function(languages: &[Language], file: &str, message: &Message<&str>) -> Result<String, String> {
    let id = message.id.name;
    let name = id.strip_prefix(&format!("{file}-"));
    let name = name.ok_or_else(|| format!("{file}.ftl: {id} has to begin with {file}-"))?;
    let (mut all, mut docs, mut types, mut values) =
        (Variables::new(), Vec::new(), Vec::new(), Vec::new());
    for (attribute, pattern) in Language::parts(message) {
        let mut variables = Variables::new();
        languages[0].variables(pattern, &mut variables);
        if SERVICE.iter().any(|name| variables.contains_key(*name)) {
            // Another language may name it at another place of the sentence.
            variables.extend(SERVICE.map(|name| (name.to_owned(), Variable::default())));
        }
        let mut texts = Vec::new();
        for language in languages {
            texts.push(language.sample(id, attribute)?);
            let mut own = Variables::new();
            if let Some(pattern) = language.part(id, attribute) {
                language.variables(pattern, &mut own);
            }
            if let Some(unknown) = own.keys().find(|name| !variables.contains_key(*name)) {
                let place = format!("{FOLDER}/{}", language.name);
                return Err(format!("{place}: {id} gets no ${unknown}"));
            }
        }
        // In quotes, since a text may be white space alone.
        docs.push(format!("\"{}\"", texts[0]));
        if variables.is_empty() {
            types.push("&'static str");
            values.push(format!("crate::text::pick({texts:?})"));
        } else {
            types.push("String");
            let arguments: String = variables.iter().map(argument).collect();
            let of = format!("{id:?}, {attribute:?}");
            values.push(format!("crate::text::format({of}, [{arguments}])"));
        }
        for (name, variable) in variables {
            all.entry(name).or_default().is_number |= variable.is_number;
        }
    }
    // Both names are those of one argument.
    all.remove(SERVICE[1]);
    let parameters: String = all.iter().map(parameter).collect();
    let (mut result, mut value) = (types.join(", "), values.join(", "));
    if types.len() > 1 {
        (result, value) = (format!("({result})"), format!("({value})"));
    }
    let numbers: String = all
        .iter()
        .filter(|(_, variable)| variable.is_number)
        .map(|(name, _)| {
            let name = snake(name);
            format!("let {name} = fluent_bundle::FluentValue::Number({name}.into());\n")
        })
        .collect();
    let (doc, name) = (docs.join("\n\n"), snake(name));
    Ok(format!(
        "#[doc = {doc:?}]\npub(crate) fn {name}({parameters}) -> {result} {{ {numbers}{value} }}\n"
    ))
}

/// Declares the parameter of a variable.
fn parameter((name, variable): (&String, &Variable)) -> String {
    let kind = match (name.as_str(), variable.is_number) {
        ("service", _) => "crate::text::Backend",
        (_, true) => "impl Into<fluent_bundle::types::FluentNumber>",
        (_, false) => "&str",
    };
    format!("{}: {kind}, ", snake(name))
}

/// Gives a variable its value.
fn argument((name, variable): (&String, &Variable)) -> String {
    let value = match (name.as_str(), variable.is_number) {
        ("service", _) => "service.within().into()".to_owned(),
        ("service-first", _) => "service.first().into()".to_owned(),
        (name, true) => format!("{}.clone()", snake(name)),
        (name, false) => format!("{}.into()", snake(name)),
    };
    format!("({name:?}, {value}), ")
}
