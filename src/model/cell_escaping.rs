//! Escapes cells of exported tables: CSV and Markdown.

use std::borrow::Cow;

/// First characters that make a spreadsheet treat a cell as a formula, some in full width.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Quotes a CSV field (RFC 4180).
pub fn quoted_field(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Splits a CSV record, without its line end, into fields; `None` if a quote is unclosed or
/// followed by text.
pub fn split_record(line: &str) -> Option<Vec<String>> {
    let mut fields = vec![];
    let mut rest = line;
    loop {
        let mut field = String::new();
        if let Some(quoted) = rest.strip_prefix('"') {
            rest = quoted;
            loop {
                let (text, after) = rest.split_once('"')?;
                field.push_str(text);
                rest = after;
                let Some(more) = rest.strip_prefix('"') else {
                    break;
                };
                field.push('"');
                rest = more;
            }
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            field.push_str(&rest[..end]);
            rest = &rest[end..];
        }
        fields.push(field);
        if rest.is_empty() {
            return Some(fields);
        }
        rest = rest.strip_prefix(',')?;
    }
}

/// Returns whether a spreadsheet would treat this cell as a formula.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(FORMULA_STARTS)
}

/// Keeps a spreadsheet from taking a cell for a formula: puts an apostrophe before it, and before
/// one that begins with an apostrophe, so that a reader can take away the first.
pub fn inert_cell(text: &str) -> Cow<'_, str> {
    if is_formula(text) || text.starts_with('\'') {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// Undoes [`inert_cell`].
pub fn without_apostrophe(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// Formats a CSV field for a spreadsheet, where it is no formula; quoted if necessary.
pub fn spreadsheet_field(text: &str) -> String {
    let cell = inert_cell(text);
    if cell.contains(['"', ',', '\n', '\r']) {
        quoted_field(&cell)
    } else {
        cell.into_owned()
    }
}

/// Escapes a cell of a Markdown table.
pub fn markdown_cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => cell.push(' '),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' => {
                cell.extend(['\\', letter]);
            }
            _ => cell.push(letter),
        }
    }
    cell
}

#[cfg(test)]
mod tests;
