//! `docs/contract.md` and `docs/faults.md` say what the code does: words, numbers and faults.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clap::CommandFactory as _;
use mavi_uploader::api::limiter::LimiterOptions;
use mavi_uploader::model::fault::FaultKind;
use mavi_uploader::model::media;
use mavi_uploader::model::retry::Policy;

const CONTRACT: &str = include_str!("../../docs/contract.md");
const FAULTS: &str = include_str!("../../docs/faults.md");

/// The cells of the rows of a page's tables, without their code marks.
fn rows(page: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    page.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            line.trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().replace('`', ""))
                .collect()
        })
}

/// A word of the contract, as serde writes it.
fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => panic!("no word: {other:?}"),
    }
}

#[test]
fn every_kind_of_fault_is_described_once_with_its_reason() {
    let described: Vec<(String, String)> = rows(FAULTS)
        .map(|cells| (cells[0].clone(), cells[1].clone()))
        .collect();
    let expected: Vec<(String, String)> = FaultKind::ALL
        .iter()
        .map(|kind| (format!("{kind:?}"), word(kind.reason())))
        .collect();
    assert_eq!(described, expected);
}

#[test]
fn the_numbers_are_those_of_the_code() {
    let policy = Policy::default();
    let limiter = LimiterOptions::default();
    let bytes = |number: u64| {
        let digits = number.to_string();
        let groups: Vec<&str> = digits
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|group| std::str::from_utf8(group).unwrap())
            .collect();
        format!("{} bytes", groups.join(","))
    };
    let seconds = |time: Duration| format!("{} s", time.as_secs());
    let polls: Vec<String> = policy
        .polls
        .iter()
        .map(|wait| wait.as_secs().to_string())
        .collect();
    let code = BTreeMap::from([
        ("DIRECT_LIMIT", bytes(media::DIRECT_LIMIT)),
        ("SIZE_LIMIT", bytes(media::SIZE_LIMIT)),
        ("SIZE_DOUBT", bytes(media::SIZE_DOUBT)),
        ("spacing", format!("{} ms", limiter.spacing.as_millis())),
        ("max_spacing", seconds(limiter.max_spacing)),
        ("polls", format!("{} s", polls.join(", "))),
        (
            "slow_processing_after",
            seconds(policy.slow_processing_after),
        ),
        ("tries", policy.tries.to_string()),
        ("backoff_first", seconds(policy.backoff_first)),
        ("backoff_max", seconds(policy.backoff_max)),
        ("stall", seconds(policy.stall)),
        ("answer_min", seconds(policy.answer_min)),
        ("answer_per_100mb", seconds(policy.answer_per_100mb)),
        ("not_found_grace", seconds(policy.not_found_grace)),
    ]);
    let numbers = CONTRACT.split("## Numbers").nth(1).unwrap();
    let page: BTreeMap<String, String> = rows(numbers)
        .map(|cells| (cells[0].clone(), cells[1].clone()))
        .collect();
    let code: BTreeMap<String, String> = code
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    assert_eq!(page, code);
}

#[test]
fn commands_and_options_are_those_of_the_program() {
    let section = CONTRACT.split("## Events").next().unwrap();
    let program = mavi_uploader::cli::Arguments::command();
    let mut words = BTreeSet::new();
    for command in program.get_subcommands() {
        words.insert(command.get_name().to_owned());
        words.extend(
            command
                .get_arguments()
                .filter_map(clap::Arg::get_long)
                .filter(|option| !matches!(*option, "help" | "version"))
                .map(|option| format!("--{option}")),
        );
        words.extend(
            command
                .get_subcommands()
                .map(|action| action.get_name().to_owned()),
        );
    }
    words.remove("help");
    let missing: Vec<&String> = words
        .iter()
        .filter(|word| !section.contains(word.as_str()))
        .collect();
    assert!(missing.is_empty(), "not in docs/contract.md: {missing:?}");
}
