use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};

use super::*;
use crate::model::fault::{Fault, FaultKind};

type Answers<T> = Mutex<mpsc::Receiver<Result<T, VaultError>>>;

/// A keychain that answers a load, a save or a removal when the test says how.
#[derive(Default)]
struct Vault {
    loads: Option<Answers<Option<ApiKey>>>,
    saves: Option<Answers<()>>,
    calls: Arc<Mutex<Vec<&'static str>>>,
}

fn next<T>(answers: Option<&Answers<T>>) -> Result<T, VaultError> {
    let answers = answers.ok_or(VaultError::Absent)?;
    let answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    answers.recv().unwrap_or(Err(VaultError::Failed))
}

impl KeyVault for Vault {
    fn load(&self, _: &KeySlot) -> Result<Option<ApiKey>, VaultError> {
        next(self.loads.as_ref())
    }
    fn save(&self, _: &KeySlot, _: &ApiKey) -> Result<(), VaultError> {
        self.calls.lock().unwrap().push("save");
        next(self.saves.as_ref())
    }
    fn remove(&self, _: &KeySlot) -> Result<(), VaultError> {
        self.calls.lock().unwrap().push("remove");
        next(self.saves.as_ref())
    }
}

fn some_key() -> ApiKey {
    ApiKey::from_pasted("sk-0123456789abcdef0123456789abcdef").expect("it is one")
}

fn flow(vault: Option<Vault>) -> (KeyFlow, mpsc::Receiver<()>) {
    let (woken, wakes) = mpsc::channel();
    let wake: Wake = Arc::new(move || {
        let _ = woken.send(());
    });
    let vault = vault.map(|vault| Arc::new(vault) as Arc<dyn KeyVault>);
    let saved = SavedKeys::default();
    (KeyFlow::new(vault, saved, None, None, wake), wakes)
}

/// Formats events for comparison; a key shows as its debug text, which is redacted.
fn told(events: &[KeyEvent]) -> Vec<String> {
    let told = events.iter().map(|event| match event {
        KeyEvent::Send(Command::SetKey(_, source)) => format!("set {source:?}"),
        KeyEvent::Send(Command::SwitchKey(_, source)) => format!("switch {source:?}"),
        KeyEvent::Send(command) => format!("{command:?}"),
        KeyEvent::Say(said) => said.clone(),
        KeyEvent::CloseDialog => "close".to_owned(),
        KeyEvent::Remember(_) => "remember".to_owned(),
    });
    told.collect()
}

#[test]
fn without_a_keychain_there_is_no_key_and_from_the_environment_one_at_once() {
    let now = Instant::now();
    let (mut key, _wakes) = flow(None);
    assert!(matches!(key.look_for_key(now), Some(Command::NoKey)));
    let saved = SavedKeys::default();
    let mut key = KeyFlow::new(None, saved, Some(some_key()), None, Arc::new(|| ()));
    let command = key.look_for_key(now);
    assert!(matches!(
        command,
        Some(Command::SetKey(_, KeySource::Environment))
    ));
    assert!(key.is_for_session(now));
}

#[test]
fn a_key_from_the_keychain_starts_what_waited_for_it_and_closes_its_dialog() {
    let now = Instant::now();
    let (answer, answers) = mpsc::channel();
    let (mut key, wakes) = flow(Some(Vault {
        loads: Some(Mutex::new(answers)),
        ..Vault::default()
    }));
    assert!(key.look_for_key(now).is_none());
    key.open(Some(Command::Start));
    assert!(key.poll(now).is_empty());
    assert!(key.is_keychain_silent(now + KEYCHAIN_PATIENCE));
    answer.send(Ok(Some(some_key()))).unwrap();
    wakes.recv().unwrap();
    assert_eq!(
        told(&key.poll(now)),
        ["set Keychain", "remember", "Start", "close"]
    );
    assert!(!key.is_keychain_silent(now + KEYCHAIN_PATIENCE));
}

#[test]
fn an_empty_keychain_does_not_take_away_a_key_entered_meanwhile() {
    let now = Instant::now();
    for (has_key, expected) in [(true, vec![]), (false, vec!["NoKey".to_owned()])] {
        let (answer, answers) = mpsc::channel();
        let (mut key, wakes) = flow(Some(Vault {
            loads: Some(Mutex::new(answers)),
            ..Vault::default()
        }));
        key.ask_keychain(now);
        let late = now + KEYCHAIN_PATIENCE;
        if has_key {
            let events = entered_at(late, &mut key, &wakes, Ok(()));
            assert_eq!(events[0], "set Session");
        }
        answer.send(Err(VaultError::Locked)).unwrap();
        wakes.recv().unwrap();
        assert_eq!(told(&key.poll(late)), expected);
        assert_eq!(key.keychain_problem().is_some(), !has_key);
        assert_eq!(key.session_only().is_some(), has_key);
    }
}

/// Enters a key, has the service answer, and polls once more.
fn entered(key: &mut KeyFlow, wakes: &mpsc::Receiver<()>, reply: Result<(), Fault>) -> Vec<String> {
    entered_at(Instant::now(), key, wakes, reply)
}

fn entered_at(
    now: Instant,
    key: &mut KeyFlow,
    wakes: &mpsc::Receiver<()>,
    reply: Result<(), Fault>,
) -> Vec<String> {
    key.entry_mut()
        .draft_mut()
        .push_str("sk-0123456789abcdef0123456789abcdef");
    let Some(Command::CheckKey(_, sender)) = key.submit() else {
        panic!("the key is not checked");
    };
    sender.send(reply).unwrap();
    wakes.recv().unwrap();
    told(&key.poll(now))
}

#[test]
fn an_entered_key_is_used_and_then_starts_what_waited_for_it() {
    let (mut key, wakes) = flow(None);
    key.open(Some(Command::Start));
    let events = entered(&mut key, &wakes, Ok(()));
    assert_eq!(events[..3], ["set Session", "Start", "close"]);
    assert_eq!(key.session_only(), None, "nothing was to be kept");
}

#[test]
fn a_refused_key_stays_in_its_field() {
    let (mut key, wakes) = flow(None);
    key.open(Some(Command::Start));
    let refused = Fault::new(FaultKind::Unauthorized);
    assert_eq!(entered(&mut key, &wakes, Err(refused)), [""; 0]);
    assert!(key.entry().problem().is_some());
    assert!(!key.entry().draft().is_empty());
    assert!(key.entry_mut().take_again() && !key.entry_mut().take_again());
    assert_eq!(key.starts(3), 3, "it still waits");
}

#[test]
fn a_key_that_the_keychain_does_not_take_in_time_is_kept_for_the_session() {
    let (answer, answers) = mpsc::channel();
    let (mut key, wakes) = flow(Some(Vault {
        saves: Some(Mutex::new(answers)),
        ..Vault::default()
    }));
    assert_eq!(entered(&mut key, &wakes, Ok(())), [""; 0], "it is saved");
    let late = Instant::now() + KEYCHAIN_PATIENCE;
    assert_eq!(key.around_keychain(late), Some(UiCommand::UseKeyForSession));
    assert_eq!(told(&key.use_for_session(late))[0], "set Session");
    assert!(key.session_only().is_some());
    answer.send(Ok(())).unwrap();
    wakes.recv().unwrap();
    assert_eq!(told(&key.poll(late))[0], "set Keychain");
    assert_eq!(key.session_only(), None);
}

/// A flow that uses the key of the keychain, which then answers writes when the test says how.
fn in_use() -> (
    KeyFlow,
    mpsc::Receiver<()>,
    mpsc::Sender<Result<(), VaultError>>,
    Calls,
) {
    let (load, loads) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    let vault = Vault {
        loads: Some(Mutex::new(loads)),
        saves: Some(Mutex::new(answers)),
        ..Vault::default()
    };
    let calls = Arc::clone(&vault.calls);
    let (mut key, wakes) = flow(Some(vault));
    assert!(key.look_for_key(Instant::now()).is_none());
    load.send(Ok(Some(some_key()))).unwrap();
    wakes.recv().unwrap();
    assert_eq!(told(&key.poll(Instant::now()))[0], "set Keychain");
    (key, wakes, answer, calls)
}

type Calls = Arc<Mutex<Vec<&'static str>>>;

#[test]
fn a_key_is_gone_once_the_keychain_let_go_of_it() {
    let (mut key, wakes, answer, _) = in_use();
    let account = some_key().account();
    assert!(key.remove(&account).is_empty());
    answer.send(Err(VaultError::Locked)).unwrap();
    wakes.recv().unwrap();
    let said = told(&key.poll(Instant::now()));
    assert_eq!(said.len(), 1, "the key stays: {said:?}");
    assert!(key.remove(&account).is_empty());
    answer.send(Ok(())).unwrap();
    wakes.recv().unwrap();
    let events = told(&key.poll(Instant::now()));
    assert_eq!(events[..2], ["NoKey", "remember"]);
    assert_eq!(key.ring().accounts(), []);
}

#[test]
fn a_key_entered_during_its_removal_is_saved_after_it_and_stays_in_use() {
    let (mut key, wakes, answer, calls) = in_use();
    assert!(key.remove(&some_key().account()).is_empty());
    assert_eq!(entered(&mut key, &wakes, Ok(())), [""; 0], "it is saved");
    for _ in ["removed", "saved"] {
        answer.send(Ok(())).unwrap();
        wakes.recv().unwrap();
    }
    assert_eq!(*calls.lock().unwrap(), ["remove", "save"]);
    let events = told(&key.poll(Instant::now()));
    assert_eq!(events[..2], ["set Keychain", "remember"]);
    assert!(!events.contains(&"NoKey".to_owned()), "{events:?}");
    assert_eq!(key.ring().accounts(), [some_key().account()]);
}

#[test]
fn a_removal_during_a_save_comes_after_it() {
    let (mut key, wakes, answer, calls) = in_use();
    assert_eq!(entered(&mut key, &wakes, Ok(())), [""; 0], "it is saved");
    key.close();
    assert!(key.remove(&some_key().account()).is_empty());
    for _ in ["saved", "removed"] {
        answer.send(Ok(())).unwrap();
        wakes.recv().unwrap();
    }
    assert_eq!(*calls.lock().unwrap(), ["save", "remove"]);
    let events = told(&key.poll(Instant::now()));
    assert_eq!(events[0], "set Keychain");
    assert!(events.contains(&"NoKey".to_owned()), "{events:?}");
    assert_eq!(key.ring().accounts(), []);
}

#[test]
fn at_the_start_another_key_than_the_last_one_is_not_used_without_a_word() {
    let last = ApiKey::from_pasted("sk-another-0123456789abcdef").unwrap();
    for (found, is_last) in [(last.clone(), true), (some_key(), false)] {
        let mut saved = SavedKeys::default();
        saved.on_saved(&KeySlot::First, &some_key().account());
        saved.on_saved(&KeySlot::Of(last.account()), &last.account());
        saved.on_used(&last.account());
        let (answer, answers) = mpsc::channel();
        let (woken, wakes) = mpsc::channel();
        let wake: Wake = Arc::new(move || woken.send(()).unwrap_or_default());
        let vault: Arc<dyn KeyVault> = Arc::new(Vault {
            loads: Some(Mutex::new(answers)),
            ..Vault::default()
        });
        let mut key = KeyFlow::new(Some(vault), saved, None, None, wake);
        key.ask_keychain(Instant::now());
        if !is_last {
            answer.send(Ok(None)).unwrap();
        }
        answer.send(Ok(Some(found.clone()))).unwrap();
        wakes.recv().unwrap();
        let mut expected = vec!["set Keychain".to_owned(), "remember".to_owned()];
        if !is_last {
            expected.push(words::other_used("cdef", 4_usize));
        }
        assert_eq!(told(&key.poll(Instant::now())), expected);
        let accounts = key.ring().accounts();
        assert_eq!(accounts.len(), 1 + usize::from(is_last), "{accounts:?}");
    }
}

#[test]
fn keys_of_two_accounts_are_removed_one_after_the_other() {
    let other = ApiKey::from_pasted("sk-another-0123456789abcdef").unwrap();
    let mut saved = SavedKeys::default();
    saved.on_saved(&KeySlot::First, &some_key().account());
    saved.on_saved(&KeySlot::Of(other.account()), &other.account());
    let (answer, answers) = mpsc::channel();
    let (woken, wakes) = mpsc::channel();
    let wake: Wake = Arc::new(move || woken.send(()).unwrap_or_default());
    let vault: Arc<dyn KeyVault> = Arc::new(Vault {
        saves: Some(Mutex::new(answers)),
        ..Vault::default()
    });
    let mut key = KeyFlow::new(Some(vault), saved, None, None, wake);
    for account in [some_key().account(), other.account()] {
        assert!(key.remove(&account).is_empty());
    }
    for _ in 0..2 {
        answer.send(Ok(())).unwrap();
        wakes.recv().unwrap();
    }
    let events = told(&key.poll(Instant::now()));
    let removed = events.iter().filter(|event| *event == words::removed());
    assert_eq!(removed.count(), 2, "{events:?}");
    assert_eq!(key.ring().accounts(), []);
}

#[test]
fn another_account_is_used_once_the_keychain_has_given_its_key() {
    let other = ApiKey::from_pasted("sk-another-0123456789abcdef").unwrap();
    let mut saved = SavedKeys::default();
    saved.on_saved(&KeySlot::First, &some_key().account());
    let own = KeySlot::Of(other.account());
    saved.on_saved(&own, &other.account());
    for (answer, expected) in [
        (Ok(Some(other.clone())), vec!["switch Keychain", "remember"]),
        (Ok(None), vec!["remember", words::account_gone()]),
        // Its entry holds another account's key.
        (
            Ok(Some(some_key())),
            vec!["remember", words::account_gone()],
        ),
    ] {
        let (load, loads) = mpsc::channel();
        let (woken, wakes) = mpsc::channel();
        let wake: Wake = Arc::new(move || woken.send(()).unwrap_or_default());
        let vault = Vault {
            loads: Some(Mutex::new(loads)),
            ..Vault::default()
        };
        let vault: Arc<dyn KeyVault> = Arc::new(vault);
        let mut key = KeyFlow::new(Some(vault), saved.clone(), None, None, wake);
        key.ask_keychain(Instant::now());
        load.send(Ok(Some(some_key()))).unwrap();
        wakes.recv().unwrap();
        key.poll(Instant::now());
        assert!(key.switch(other.account()).is_empty());
        assert_eq!(key.switching_to(), Some(&other.account()));
        let is_there = answer == Ok(Some(other.clone()));
        load.send(answer).unwrap();
        wakes.recv().unwrap();
        assert_eq!(told(&key.poll(Instant::now())), expected);
        assert_eq!(key.ring().account() == Some(&other.account()), is_there);
        assert_eq!(key.ring().accounts().len(), 1 + usize::from(is_there));
        assert_eq!(key.ring().saved().last_slot() == own, is_there);
    }
}

#[test]
fn an_added_key_is_another_accounts_and_the_one_before_can_be_gone_back_to() {
    let (mut key, wakes) = flow(None);
    assert_eq!(entered(&mut key, &wakes, Ok(()))[0], "set Session");
    key.open_to_add();
    key.entry_mut()
        .draft_mut()
        .push_str("sk-another-0123456789abcdef");
    let Some(Command::CheckKey(other, sender)) = key.submit() else {
        panic!("the key is not checked");
    };
    sender.send(Ok(())).unwrap();
    wakes.recv().unwrap();
    assert_eq!(told(&key.poll(Instant::now()))[0], "switch Session");
    let accounts = [other.account(), some_key().account()];
    assert_eq!(key.ring().accounts(), accounts);
    assert_eq!(told(&key.switch(some_key().account())), ["switch Session"]);
    assert_eq!(told(&key.switch(some_key().account())), [""; 0]);
    let gone = told(&key.remove(&other.account()));
    assert!(gone[0].starts_with("ForgetKey"), "{gone:?}");
    assert_eq!(told(&key.remove(&some_key().account())), ["NoKey"]);
}
