use clap::CommandFactory;

use super::*;

#[test]
fn the_arguments_are_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn a_name_cannot_break_its_line() {
    assert_eq!(one_line("a\nb\u{1b}[2J.mp4"), "a\\nb\\u{1b}[2J.mp4");
    #[cfg(not(windows))]
    assert_eq!(one_line("a\\nb.mp4"), "a\\\\nb.mp4");
    assert_eq!(one_line("海边 \"日落\".jpg"), "海边 \"日落\".jpg");
}

#[test]
fn json_for_a_terminal_reads_as_what_was_written() {
    let path = "a\u{7f}\u{9b}\u{202e}\u{1b}\n海.mp4";
    let line = json_line(&path).unwrap();
    assert_eq!(line, r#""a\u007f\u009b\u202e\u001b\n海.mp4""#);
    assert_eq!(serde_json::from_str::<String>(&line).unwrap(), path);
}

#[test]
fn rates_are_read_with_their_units() {
    assert_eq!(parse_rate("5M"), Ok(5_000_000));
    assert_eq!(parse_rate("1.5k"), Ok(1_500));
    assert_eq!(parse_rate("800"), Ok(800));
    for bad in ["", "0", "-5M", "fast", "5 parsecs", "inf", "nan"] {
        assert!(parse_rate(bad).is_err(), "{bad:?}");
    }
    let said = |text| parse_rate(text).unwrap_err();
    for large in ["99999999999999999999999M", "1000001G"] {
        assert!(said(large).contains("too large"), "{large:?}");
    }
    assert_eq!(parse_rate("1000000G"), Ok(1_000_000_000_000_000));
    assert!(said("0.5").contains("at least 1 byte"));
}

#[test]
fn paths_and_commands_are_told_apart() {
    let parsed = |line: &[&str]| Arguments::try_parse_from(line.iter().copied());
    let window = parsed(&["mavi-uploader", "--sandbox", "a.mp4", "b"]).unwrap();
    assert!(window.sandbox && window.command.is_none());
    assert_eq!(window.paths.len(), 2);
    let upload = parsed(&["mavi-uploader", "upload", "--json", "a.mp4"]).unwrap();
    assert!(matches!(upload.command, Some(CliCommand::Upload(ref a)) if a.json && a.jobs == 3));
    for wrong in [
        &["mavi-uploader", "upload"][..],
        &["mavi-uploader", "upload", "--jobs", "9", "a"],
        &["mavi-uploader", "history", "--json", "--csv"],
    ] {
        assert_eq!(parsed(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
    }
}
