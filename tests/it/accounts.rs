//! Several accounts: the menu in the header, their names, and what is remembered.

use std::sync::{Arc, Mutex};

use egui::{Event, Key, Theme};
use egui_kittest::kittest::Queryable;
use mavi_uploader::engine::Command;
use mavi_uploader::model::accounts::{AccountInfo, Accounts};
use mavi_uploader::model::asset::Account;
use mavi_uploader::model::key::ApiKey;
use mavi_uploader::model::snapshot::{KeySource, KeyState, Snapshot, Status};
use mavi_uploader::store::{KeySlot, Settings};

use crate::window::{
    FakeEngine, Vault, Window, builder, enter_key, has, open_with, ready, row, until,
};

const ONE: &str = "sk-mavi-0123456789aaaa";
const TWO: &str = "sk-mavi-0123456789bbbb";

fn key(text: &str) -> ApiKey {
    ApiKey::from_pasted(text).unwrap()
}

fn info(text: &str, name: Option<&str>) -> AccountInfo {
    AccountInfo {
        account: key(text).account(),
        last4: key(text).last4(),
        name: name.map(str::to_owned),
        group: key(text).account(),
    }
}

/// Shows the key in use, among two accounts of which one has a name.
fn uses(state: &mut Snapshot, text: &str) {
    state.key = KeyState::Present {
        source: KeySource::Keychain,
        last4: key(text).last4(),
        refused: false,
        checked: true,
    };
    let known = vec![info(TWO, Some("Studio B")), info(ONE, None)];
    let current = (key(text).account(), key(text).last4());
    state.accounts = Arc::new(Accounts::new(known, Some(current)));
}

type Saved = Arc<Mutex<Settings>>;

/// A window that uses the first of two keys in the keychain.
fn with_two() -> (FakeEngine, Window, Arc<Vault>, Saved) {
    let vault = Arc::new(Vault::default());
    *vault.kept.lock().unwrap() = Some(key(ONE));
    let own = KeySlot::Of(key(TWO).account());
    vault.others().insert(own.clone(), key(TWO));
    let mut settings = Settings::default();
    settings.keys.on_saved(&KeySlot::First, &key(ONE).account());
    settings.keys.on_saved(&own, &key(TWO).account());
    let saved = Arc::new(Mutex::new(settings.clone()));
    let (mut engine, handle) = FakeEngine::new(Snapshot::default());
    let (given, kept) = (Arc::clone(&vault), Arc::clone(&saved));
    let mut window = open_with(builder(Theme::Light), handle, move |outside| {
        outside.vault = Some(given);
        outside.settings.settings = settings;
        outside.save_settings = Some(Arc::new(move |settings| {
            *kept.lock().unwrap() = settings.clone();
            Ok(())
        }));
    });
    until(&mut window, "the keychain's key", |_| {
        matches!(engine.next(), Some(Command::SetKey(..)))
    });
    engine.publish(|state| {
        uses(state, ONE);
        let mut first = ready(1, "first.mp4", "re_1");
        first.account = Some(key(ONE).account());
        state.rows = Arc::new(vec![Arc::new(first)]);
    });
    window.run();
    (engine, window, vault, saved)
}

fn open_menu(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run();
}

fn next_command(window: &mut Window, engine: &mut FakeEngine) -> Command {
    let mut command = None;
    until(window, "the command", |_| {
        command = command.take().or_else(|| engine.next());
        command.is_some()
    });
    command.unwrap()
}

#[test]
fn the_header_switches_accounts_and_rows_of_the_other_one_say_so() {
    let (mut engine, mut window, _, saved) = with_two();
    assert!(!has(&window, "in another account"));
    open_menu(&mut window, "Key …aaaa");
    window.get_by_label("Studio B (…bbbb)").click();
    window.run();
    let command = next_command(&mut window, &mut engine);
    assert!(
        matches!(&command, Command::SwitchKey(used, KeySource::Keychain) if *used == key(TWO)),
        "{command:?}"
    );
    engine.publish(|state| uses(state, TWO));
    window.run();
    window.get_by_label("Studio B");
    assert!(has(&window, "in another account: Key …aaaa"));
    let used_last = |saved: &Saved| saved.lock().unwrap().keys.last_slot();
    let own = KeySlot::Of(key(TWO).account());
    until(&mut window, "the settings", |_| used_last(&saved) == own);
}

#[test]
fn another_key_is_added_beside_the_first_one() {
    let (mut engine, mut window, vault, saved) = with_two();
    open_menu(&mut window, "Key …aaaa");
    window.get_by_label("Add another key…").click();
    window.run();
    assert!(has(&window, "Add another API key"));
    let third = "sk-mavi-0123456789cccc";
    let answer = enter_key(&mut window, &mut engine, third);
    answer.send(Ok(())).unwrap();
    let command = next_command(&mut window, &mut engine);
    assert!(
        matches!(&command, Command::SwitchKey(used, KeySource::Keychain) if *used == key(third)),
        "{command:?}"
    );
    assert_eq!(
        *vault.kept.lock().unwrap(),
        Some(key(ONE)),
        "the first stays"
    );
    let own = KeySlot::Of(key(third).account());
    assert_eq!(vault.others().get(&own), Some(&key(third)));
    let count = |saved: &Saved| saved.lock().unwrap().keys.accounts().count();
    until(&mut window, "the settings", |_| count(&saved) == 3);
}

#[test]
fn an_account_gets_a_name_and_is_joined_with_another_by_hand() {
    let (mut engine, mut window, ..) = with_two();
    open_menu(&mut window, "Key …aaaa");
    window.get_by_label("Rename…").click();
    window.run();
    window.event(Event::Text("  Studio\u{7} A ".to_owned()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let command = next_command(&mut window, &mut engine);
    let Command::NameAccount(account, Some(name)) = command else {
        panic!("{command:?}");
    };
    assert_eq!((account, &*name), (key(ONE).account(), "Studio A"));
    open_menu(&mut window, "Key …aaaa");
    window.get_by_label("This is the same account as…").click();
    window.run();
    window.get_by_label("Studio B (…bbbb)").click();
    window.run();
    let command = next_command(&mut window, &mut engine);
    let expected: [Account; 2] = [ONE, TWO].map(|it| key(it).account());
    assert!(
        matches!(&command, Command::JoinAccounts(one, other) if [one, other] == expected.each_ref()),
        "{command:?}"
    );
}

#[test]
fn removing_a_key_leaves_the_others() {
    let (mut engine, mut window, vault, _) = with_two();
    open_menu(&mut window, "Key …aaaa");
    window.get_by_label("Remove key").click();
    window.run();
    assert!(has(&window, "Remove the API key of Key …aaaa?"));
    window.get_by_label("Remove key").click();
    window.run();
    let command = next_command(&mut window, &mut engine);
    assert!(matches!(command, Command::NoKey), "{command:?}");
    assert_eq!(*vault.kept.lock().unwrap(), None);
    assert_eq!(vault.others().len(), 1);
    engine.publish(|state| {
        uses(state, TWO);
        let known = state.accounts.all().to_vec();
        state.accounts = Arc::new(Accounts::new(known, None));
        state.key = KeyState::Missing;
    });
    window.run();
    open_menu(&mut window, "No API key");
    window.get_by_label("Studio B (…bbbb)").click();
    window.run();
    let command = next_command(&mut window, &mut engine);
    assert!(matches!(command, Command::SetKey(..)), "{command:?}");
}

#[test]
fn the_settings_list_the_accounts() {
    let (mut engine, mut window, vault, _) = with_two();
    window.get_by_label("Settings").click();
    window.run();
    window.get_by_label("Studio B (…bbbb): Rename…");
    window.get_by_label("Studio B (…bbbb): Use").click();
    window.run();
    let command = next_command(&mut window, &mut engine);
    assert!(matches!(command, Command::SwitchKey(..)), "{command:?}");
    // A key that the keychain lost can't be used, and the window says so.
    vault.others().clear();
    *vault.kept.lock().unwrap() = None;
    engine.publish(|state| uses(state, TWO));
    window.run();
    window.get_by_label("Key …aaaa: Use").click();
    until(&mut window, "the word", |window| {
        has(
            window,
            "The keychain no longer holds that key. Add it again.",
        )
    });
    assert!(engine.next().is_none());
}

#[test]
fn an_odd_key_of_the_environment_is_told() {
    let (mut engine, handle) = FakeEngine::new(Snapshot::default());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.environment_key = ApiKey::from_pasted("abc").ok();
    });
    assert!(matches!(engine.next(), Some(Command::SetKey(..))));
    engine.publish(|state| {
        state.key = KeyState::Present {
            source: KeySource::Environment,
            last4: String::new(),
            refused: false,
            checked: false,
        };
        state.rows = Arc::new(vec![Arc::new(row(1, "clip.mp4", Status::ReadyToUpload))]);
    });
    window.run();
    window.get_by_label("Key not checked yet");
    assert!(has(&window, "doesn’t begin with sk-"));
}
