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
    fn load(&self) -> Result<Option<ApiKey>, VaultError> {
        next(self.loads.as_ref())
    }
    fn save(&self, _: &ApiKey) -> Result<(), VaultError> {
        self.calls.lock().unwrap().push("save");
        next(self.saves.as_ref())
    }
    fn remove(&self) -> Result<(), VaultError> {
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
    (KeyFlow::new(vault, None, None, wake), wakes)
}

/// Formats events for comparison; a key shows as its debug text, which is redacted.
fn told(events: &[KeyEvent]) -> Vec<String> {
    let told = events.iter().map(|event| match event {
        KeyEvent::Send(Command::SetKey(_, source)) => format!("set {source:?}"),
        KeyEvent::Send(command) => format!("{command:?}"),
        KeyEvent::Say(said) => said.clone(),
        KeyEvent::CloseDialog => "close".to_owned(),
    });
    told.collect()
}

#[test]
fn without_a_keychain_there_is_no_key_and_from_the_environment_one_at_once() {
    let now = Instant::now();
    let (mut key, _wakes) = flow(None);
    assert!(matches!(key.look_for_key(now), Some(Command::NoKey)));
    let mut key = KeyFlow::new(None, Some(some_key()), None, Arc::new(|| ()));
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
    assert_eq!(told(&key.poll(now)), ["set Keychain", "Start", "close"]);
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

#[test]
fn a_key_is_gone_once_the_keychain_let_go_of_it() {
    let (answer, answers) = mpsc::channel();
    let (mut key, wakes) = flow(Some(Vault {
        saves: Some(Mutex::new(answers)),
        ..Vault::default()
    }));
    assert!(key.remove(KeySource::Keychain).is_none());
    answer.send(Err(VaultError::Locked)).unwrap();
    wakes.recv().unwrap();
    let said = told(&key.poll(Instant::now()));
    assert_eq!(said.len(), 1, "the key stays: {said:?}");
    assert!(key.remove(KeySource::Keychain).is_none());
    answer.send(Ok(())).unwrap();
    wakes.recv().unwrap();
    assert_eq!(told(&key.poll(Instant::now()))[0], "NoKey");
    assert!(matches!(
        key.remove(KeySource::Session),
        Some(Command::NoKey)
    ));
}

#[test]
fn a_key_entered_during_a_removal_is_saved_after_it_and_stays_in_use() {
    let (answer, answers) = mpsc::channel();
    let vault = Vault {
        saves: Some(Mutex::new(answers)),
        ..Vault::default()
    };
    let calls = Arc::clone(&vault.calls);
    let (mut key, wakes) = flow(Some(vault));
    assert!(key.remove(KeySource::Keychain).is_none());
    assert_eq!(entered(&mut key, &wakes, Ok(())), [""; 0], "it is saved");
    for _ in ["removed", "saved"] {
        answer.send(Ok(())).unwrap();
        wakes.recv().unwrap();
    }
    assert_eq!(*calls.lock().unwrap(), ["remove", "save"]);
    let events = told(&key.poll(Instant::now()));
    assert_eq!(events[..2], ["set Keychain", "close"]);
    assert!(!events.contains(&"NoKey".to_owned()), "{events:?}");
}

#[test]
fn a_session_key_entered_during_a_removal_stays_in_use() {
    let now = Instant::now();
    let (answer, answers) = mpsc::channel();
    let (_silent, loads) = mpsc::channel();
    let (mut key, wakes) = flow(Some(Vault {
        loads: Some(Mutex::new(loads)),
        saves: Some(Mutex::new(answers)),
        ..Vault::default()
    }));
    key.ask_keychain(now);
    assert!(key.remove(KeySource::Keychain).is_none());
    let late = now + KEYCHAIN_PATIENCE;
    let events = entered_at(late, &mut key, &wakes, Ok(()));
    assert_eq!(events[0], "set Session");
    answer.send(Ok(())).unwrap();
    wakes.recv().unwrap();
    assert_eq!(told(&key.poll(late)), [words::removed()]);
    assert!(key.session_only().is_some());
}
