use super::*;

#[test]
fn a_session_is_a_secret_of_its_own_beside_the_key() {
    let (one, two) = (AssetId::new("re_1").unwrap(), AssetId::new("re_2").unwrap());
    let store = Keychain::in_memory();
    store.save_session(&one, b"first").unwrap();
    store.clone().save_session(&one, b"second").unwrap();
    assert_eq!(**store.load_session(&one).unwrap().unwrap(), *b"second");
    assert_eq!(store.load_session(&two).unwrap(), None);
    assert_eq!(store.load(), Ok(None));
    assert_eq!(store.remove(), Ok(false));
    assert_eq!(store.remove_session(&one), Ok(true));
    assert_eq!(store.remove_session(&one), Ok(false));
    let absent = Keychain::absent();
    assert!(absent.save_session(&one, b"x").is_err());
    assert!(absent.load_session(&one).is_err());
    assert!(absent.remove_session(&one).is_err());
}

#[test]
fn calls_to_a_keychain_that_blocks_are_made_in_their_order_off_the_caller() {
    // The system's keychain itself is not called.
    let store = KeychainWorker::new(Keychain::system());
    let (answer, question) = mpsc::channel::<()>();
    let (done, said) = mpsc::channel();
    let caller = std::thread::current().id();
    let first = done.clone();
    let asked = move |_: &Keychain| {
        question.recv().unwrap();
        Ok(std::thread::current().id())
    };
    store.in_turn(asked, move |thread| first.send((1, thread)).unwrap());
    let asked = |_: &Keychain| Ok(std::thread::current().id());
    store.in_turn(asked, move |thread| done.send((2, thread)).unwrap());
    assert!(said.try_recv().is_err(), "the caller waits for neither");
    answer.send(()).unwrap();
    let order = [said.recv().unwrap(), said.recv().unwrap()];
    assert_eq!([order[0].0, order[1].0], [1, 2]);
    assert_ne!(order[0].1, Ok(caller));
}

#[test]
fn a_keychain_that_failed_once_is_not_asked_again() {
    let store = KeychainWorker::new(Keychain::in_memory());
    let (done, said) = mpsc::channel();
    for answer in [Ok(1), Err(SecretError::Locked), Ok(2), Ok(3)] {
        let done = done.clone();
        store.in_turn(move |_| answer, move |said| done.send(said).unwrap());
    }
    let said: Vec<Result<i32, SecretError>> = said.try_iter().collect();
    let locked = || Err(SecretError::Locked);
    assert_eq!(said, [Ok(1), locked(), locked(), locked()]);
    assert!(!store.is_available());
}
