//! Words that users read: the messages of `assets/i18n`, and what chooses among them for both front
//! ends.
//!
//! To add a message: write it into a file of `assets/i18n/en`, its name after the file's
//! (`fault-offline` in `fault.ftl`). The build makes `messages::fault::offline` of it, with an
//! argument for each variable: `&str`, a number for what selects a plural or stands in `NUMBER`,
//! [`Backend`] for `$service` and `$service-first`. Attributes make it a tuple. Call it where it is
//! said, or in a function here that takes what the model knows. `build/messages.rs` has the rules.

mod fault;
mod journal;
mod key;
mod message;
mod place;
mod rejection;
pub mod report;
mod status;
mod units;

/// Functions that the build makes of `assets/i18n`. A message that nobody says fails the build.
#[deny(dead_code)]
pub(crate) mod messages {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

pub use fault::{details, fault, next_step, next_try};
pub(crate) use journal::{set_aside, unwritable_history};
pub(crate) use key::{not_a_key, not_a_key_briefly};
pub use message::{Message, NextStep};
pub use place::Backend;
pub use rejection::{rejection, rejection_line};
pub(crate) use status::{asset_word, note, other_key, status_word};
pub(crate) use units::{
    capture_time, daily_cost, day, duration, left, megabytes, monthly_cost, number, picture_size,
    playing_time, rate, size, size_of, whole_seconds,
};

/// Website for keys and accounts.
pub const CONSOLE: &str = "https://api-platform.memories.ai/";

type Bundle = FluentBundle<FluentResource>;

/// Messages of each language. They never change, so that plain ones are borrowed for good.
static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| {
    let bundles = messages::FILES
        .iter()
        .map(|(name, files)| bundle(name, files));
    bundles.collect()
});

/// Returns the place of the user's language in [`messages::FILES`]: English, the only one so far.
fn language() -> usize {
    0
}

/// The build has read the same files: a part that it took fits here as well.
fn bundle(language: &str, files: &[&str]) -> Bundle {
    let mut bundle = FluentBundle::new_concurrent(language.parse().into_iter().collect());
    // The marks would show in the terminal and in what is copied.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(it) => Some(number(it.value)),
        _ => None,
    }));
    let _ = bundle.add_builtins();
    for file in files {
        let text = FluentResource::try_new((*file).to_owned());
        let _ = bundle.add_resource(text.unwrap_or_else(|(text, _)| text));
    }
    bundle
}

/// Returns the text in the user's language.
fn pick<const LANGUAGES: usize>(texts: [&'static str; LANGUAGES]) -> &'static str {
    texts[language()]
}

/// Formats a message, or its attribute, in the user's language.
fn format<const ARGS: usize>(
    id: &str,
    attribute: Option<&str>,
    args: [(&'static str, FluentValue<'_>); ARGS],
) -> String {
    let bundle = &BUNDLES[language()];
    let (args, mut errors) = (FluentArgs::from_iter(args), Vec::new());
    let pattern = bundle.get_message(id).and_then(|message| match attribute {
        None => message.value(),
        Some(name) => message.get_attribute(name).map(|it| it.value()),
    });
    let Some(pattern) = pattern else {
        debug_assert!(false, "{id} is not in the files that the build has read");
        return id.to_owned();
    };
    let text = bundle.format_pattern(pattern, Some(&args), &mut errors);
    debug_assert!(errors.is_empty(), "{id}: {errors:?}");
    text.into_owned()
}

#[cfg(test)]
mod tests;
