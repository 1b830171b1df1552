use super::*;

#[test]
fn csv_fields_are_quoted_where_they_have_to_be() {
    assert_eq!(spreadsheet_field("plain"), "plain");
    assert_eq!(spreadsheet_field("a,b"), "\"a,b\"");
    assert_eq!(spreadsheet_field("say \"hi\""), "\"say \"\"hi\"\"\"");
    assert_eq!(spreadsheet_field("two\nlines"), "\"two\nlines\"");
}

#[test]
fn a_record_is_split_where_it_was_joined_and_a_broken_one_is_refused() {
    let split = |line| split_record(line).map(|fields| fields.join("|"));
    assert_eq!(
        split("a,\"b,\"\"c\"\"\",,d"),
        Some("a|b,\"c\"||d".to_owned())
    );
    assert_eq!(split(""), Some(String::new()));
    assert_eq!(split("a,"), Some("a|".to_owned()));
    for broken in ["\"a", "a,\"b\"\"", "\"a\"b,c"] {
        assert_eq!(split(broken), None, "{broken}");
    }
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
