use super::*;

fn key(text: &str) -> ApiKey {
    ApiKey::from_pasted(text).unwrap()
}

#[test]
fn a_store_in_memory_keeps_the_key_for_all_its_clones() {
    let store = Keychain::in_memory();
    assert_eq!(store.load(), Ok(None));
    assert_eq!(store.remove(), Ok(false));
    store.clone().save(&key("sk-mavi-one")).unwrap();
    store.save(&key("sk-mavi-two")).unwrap();
    assert_eq!(store.load(), Ok(Some(key("sk-mavi-two"))));
    assert_eq!(store.clone().remove(), Ok(true));
    assert_eq!(store.load(), Ok(None));
}

#[test]
fn the_keys_of_accounts_have_entries_of_their_own() {
    let store = Keychain::in_memory();
    let two = store.at(&KeySlot::Of(key("sk-mavi-two").account()));
    store.save(&key("sk-mavi-one")).unwrap();
    two.save(&key("sk-mavi-two")).unwrap();
    assert_eq!(store.remove(), Ok(true));
    assert_eq!(store.load(), Ok(None));
    assert_eq!(two.load(), Ok(Some(key("sk-mavi-two"))));
    assert_eq!(two.at(&KeySlot::First).load(), Ok(None));
    assert_eq!(KeySlot::First.name(), "default");
    let fingerprint = Account::from_fingerprint("0123456789abcdef");
    assert_eq!(KeySlot::Of(fingerprint).name(), "key-0123456789abcdef");
}

#[test]
fn without_a_keychain_every_call_says_so() {
    let store = Keychain::absent();
    let words = store.load().unwrap_err().to_string();
    assert!(words.contains("this session only"), "{words}");
    assert!(store.save(&key("sk-mavi-one")).is_err());
    assert!(store.remove().is_err());
}

#[test]
fn no_error_shows_what_was_stored() {
    let secret = "sk-mavi-0123456789abcdef";
    for error in [
        Error::BadEncoding(secret.as_bytes().to_vec()),
        Error::BadDataFormat(
            secret.as_bytes().to_vec(),
            Box::new(std::io::Error::other(secret)),
        ),
    ] {
        let error = map_keyring_error(error);
        assert_eq!(error, SecretError::NotAKey);
        assert!(!format!("{error} {error:?}").contains("0123"));
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_locked_keychain_is_told_from_one_that_is_not_there() {
    use secret_service::Error as Service;
    let sorted = |error| map_keyring_error(Error::NoStorageAccess(Box::new(error)));
    assert_eq!(sorted(Service::Prompt), SecretError::Locked);
    assert_eq!(sorted(Service::Locked), SecretError::Locked);
    assert!(matches!(
        sorted(Service::NoResult),
        SecretError::NoKeychain(_)
    ));
}
