//! Cells of the tables that people take elsewhere: CSV and Markdown.

/// A field of CSV (RFC 4180): quoted where it has to be.
fn csv_field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A field of CSV for a spreadsheet: what it would take for a formula begins with an
/// apostrophe, so that a file's name never does anything.
pub fn spreadsheet_field(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        csv_field(&format!("'{text}"))
    } else {
        csv_field(text)
    }
}

/// A cell of a Markdown table.
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
mod tests {
    use super::*;

    #[test]
    fn csv_fields_are_quoted_where_they_have_to_be() {
        assert_eq!(csv_field("plain"), "plain");
        assert_eq!(csv_field("a,b"), "\"a,b\"");
        assert_eq!(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(csv_field("two\nlines"), "\"two\nlines\"");
    }

    #[test]
    fn what_a_spreadsheet_would_take_for_a_formula_is_text() {
        assert_eq!(spreadsheet_field("=1+1.mp4"), "'=1+1.mp4");
        assert_eq!(
            spreadsheet_field("=HYPERLINK(\"http://x\",\"y\").mp4"),
            "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\").mp4\""
        );
        for first in ["+", "-", "@", "\t", "＝"] {
            let field = spreadsheet_field(&format!("{first}a"));
            assert!(field.starts_with('\''), "{field}");
        }
        assert!(spreadsheet_field("\rcmd").starts_with("\"'"));
        assert_eq!(spreadsheet_field("a=b.mp4"), "a=b.mp4");
    }

    #[test]
    fn a_markdown_cell_stays_in_its_cell_and_is_read_as_it_is() {
        assert_eq!(markdown_cell("a|b_1.mp4"), "a\\|b\\_1.mp4");
        assert_eq!(markdown_cell("two\nlines"), "two lines");
        assert_eq!(markdown_cell("<b>"), "\\<b\\>");
    }
}
