//! `key set|status|remove`: the API key in the keychain of this computer.

use std::io::{IsTerminal, Read};

use super::wording;
use super::{
    EXIT_GOOD, EXIT_KEY, EXIT_SOME_FAILED, KeyCommand, cannot_start, context_with_key, print, say,
};
use crate::api::limiter::Priority;
use crate::api::throttle::RateLimit;
use crate::engine::FrontEnd;
use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::model::key::ApiKey;
use crate::model::snapshot::KeyState;
use crate::model::terminal::escape;
use crate::setup::{self, AppContext, Numbers, SetupError};
use crate::store::{History, Keychain, Settings};
use crate::text::{self, Backend};

/// Most bytes read from standard input for a key.
const INPUT_LIMIT: usize = 64 * 1024;

/// Runs a key command; returns the exit status.
pub fn run(command: &KeyCommand) -> u8 {
    match command {
        KeyCommand::Set { by_mistake } if by_mistake.is_empty() => set(),
        KeyCommand::Set { .. } => {
            say(wording::key_as_argument());
            super::EXIT_USAGE
        }
        KeyCommand::Status => status(),
        KeyCommand::Remove => remove(),
    }
}

fn set() -> u8 {
    let key = match read_key() {
        Ok(key) => key,
        Err(line) => {
            say(&line);
            return EXIT_KEY;
        }
    };
    let checked = match check(&key) {
        Ok(checked) => checked,
        Err(error) => return cannot_start(&error),
    };
    let mut note = match checked {
        Ok(()) => String::new(),
        Err(fault) if fault.kind == FaultKind::Unauthorized => {
            let why = text::fault(&fault, Backend::Service).line();
            say(&wording::key_not_saved(&why));
            return EXIT_KEY;
        }
        Err(fault) => {
            let why = text::fault(&fault, Backend::Service).cause;
            format!(" {}", wording::key_unchecked(&why))
        }
    };
    if !key.looks_usual() {
        note += &format!(" {}", wording::key_looks_odd());
    }
    if std::env::var_os(setup::KEY_VARIABLE).is_some_and(|key| !key.is_empty()) {
        note += &format!(" {}", wording::environment_wins(setup::KEY_VARIABLE));
    }
    match Keychain::system().save(&key) {
        Ok(()) => {
            let saved = wording::key_saved(&wording::ends_in(&key.last4()));
            say(&format!("{saved}{note}"));
            EXIT_GOOD
        }
        Err(error) => {
            let not_saved = wording::key_not_saved(&super::keychain_words(&error));
            let without = wording::without_keychain(setup::KEY_VARIABLE);
            say(&format!("{not_saved} {without}"));
            EXIT_SOME_FAILED
        }
    }
}

fn ending(key: &ApiKey) -> String {
    match key.last4() {
        last4 if last4.is_empty() => last4,
        last4 => wording::key_ends(&last4),
    }
}

fn status() -> u8 {
    let world = match context_with_key() {
        Ok(world) => world,
        Err(status) => return status,
    };
    if let Some((key, _)) = &world.key {
        let variable = setup::KEY_VARIABLE;
        let status = printed(&wording::key_of_environment(&ending(key), variable));
        if !key.looks_usual() {
            say(wording::key_looks_odd());
        }
        return status;
    }
    let first = Keychain::system().load();
    let status = match first {
        Ok(Some(key)) => printed(&wording::key_of_keychain(&ending(&key))),
        none => {
            let trouble = none.err().map(|error| super::keychain_words(&error));
            let (fix, key) = (RequiredAction::Key, KeyState::Missing);
            say(&wording::stopped(fix, &key, trouble.as_deref()));
            EXIT_KEY
        }
    };
    say_other_keys(&world);
    status
}

/// Lists the keys that the window uses besides the first one, by the names of their accounts.
fn say_other_keys(world: &AppContext) {
    let Some(folder) = world.folder() else {
        return;
    };
    let saved = Settings::peek(folder).keys;
    let others: Vec<_> = saved.others().iter().collect();
    // Without a key of the window nothing is opened.
    let history = (!others.is_empty())
        .then(|| History::open(folder).ok())
        .flatten();
    let accounts = history.and_then(|it| it.history.accounts(world.base_url.as_str()).ok());
    let accounts = accounts.unwrap_or_default();
    for account in others {
        let known = accounts.iter().find(|info| info.account == *account);
        let last4 = known.map(|info| info.last4.as_str()).unwrap_or_default();
        let ends = match last4 {
            "" => String::new(),
            last4 => wording::key_ends(last4),
        };
        match known.and_then(|info| info.name.as_deref()) {
            Some(name) => say(&wording::key_of_account(&ends, &escape(name))),
            None => say(&wording::key_of_unnamed_account(&ends)),
        }
    }
}

fn remove() -> u8 {
    match Keychain::system().remove() {
        Ok(true) => {
            say(wording::key_removed());
            EXIT_GOOD
        }
        Ok(false) => {
            say(wording::no_key_to_remove());
            EXIT_GOOD
        }
        Err(error) => {
            say(&wording::key_not_removed(&super::keychain_words(&error)));
            EXIT_SOME_FAILED
        }
    }
}

/// Reads a key from standard input, without echo on a terminal.
fn read_key() -> Result<ApiKey, String> {
    // Growing would leave pieces of the key in freed memory.
    let mut text = zeroize::Zeroizing::new(String::with_capacity(INPUT_LIMIT));
    if std::io::stdin().is_terminal() {
        let read = rpassword::prompt_password(wording::prompt());
        *text = read.map_err(|error| wording::key_unreadable(&error.to_string()))?;
    } else {
        let mut input = std::io::stdin().lock().take(INPUT_LIMIT as u64);
        input
            .read_to_string(&mut text)
            .map_err(|error| wording::key_unreadable(&error.to_string()))?;
    }
    ApiKey::from_pasted(&text).map_err(|error| crate::text::not_a_key(error).to_owned())
}

/// Checks a key with the service, within the rate limit shared by all processes.
fn check(key: &ApiKey) -> Result<Result<(), Fault>, SetupError> {
    let world = AppContext::without_key()?;
    let runtime = setup::runtime()?;
    let _entered = runtime.enter();
    let numbers = Numbers::of(FrontEnd::CommandLine);
    let service = world.service(&numbers, RateLimit::new(None));
    if let Some(folder) = world.folder() {
        let slots = crate::api::shared_rate_limit::SharedRateLimit::new(
            folder,
            &key.account(),
            world.base_url.as_str(),
        );
        service.limiter().share(Some(slots));
    }
    Ok(runtime.block_on(service.check_key(key, Priority::Probe)))
}

/// Prints a line; the exit status tells if that succeeded.
fn printed(line: &str) -> u8 {
    match print(line) {
        Ok(()) => EXIT_GOOD,
        Err(error) => super::stdout_error(&error),
    }
}
