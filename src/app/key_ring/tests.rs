use super::*;

fn key(name: &str) -> ApiKey {
    ApiKey::from_pasted(&format!("sk-mavi-key-{name}")).unwrap()
}

fn is_switch(command: &Command) -> bool {
    matches!(command, Command::SwitchKey(..))
}

#[test]
fn a_key_replaces_the_one_in_use_unless_it_is_another_accounts() {
    let mut ring = KeyRing::default();
    let first = ring.use_saved(&KeySlot::First, key("one"), true);
    assert!(!is_switch(&first), "there is none to go back to");
    let own = KeySlot::Of(key("two").account());
    assert!(is_switch(&ring.use_saved(&own, key("two"), true)));
    assert!(!is_switch(&ring.use_saved(&own, key("two"), true)));
    assert!(!is_switch(&ring.use_unsaved(
        key("new"),
        KeySource::Session,
        false
    )));
    let all = ["new", "one", "two"].map(|name| key(name).account());
    assert_eq!(ring.accounts(), all);
    assert_eq!(
        ring.saved().last_slot(),
        own,
        "a session's key is not remembered"
    );
}

#[test]
fn an_entered_key_takes_the_place_of_the_one_in_use_but_of_no_other() {
    let mut ring = KeyRing::default();
    let new = key("new").account();
    assert_eq!(ring.purpose(&new, false), KeyPurpose::Replace(None));
    ring.use_saved(&KeySlot::First, key("one"), false);
    let one = Some(key("one").account());
    assert_eq!(ring.purpose(&new, false), KeyPurpose::Replace(one));
    assert_eq!(ring.purpose(&new, true), KeyPurpose::Add);
    let saved = key("one").account();
    assert_eq!(ring.purpose(&saved, false), KeyPurpose::Add);
    ring.use_unsaved(key("two"), KeySource::Session, true);
    assert_eq!(ring.purpose(&new, false), KeyPurpose::Replace(None));
}

#[test]
fn the_environments_key_stays_available_and_cannot_be_removed() {
    let mut ring = KeyRing::default();
    ring.use_unsaved(key("env"), KeySource::Environment, false);
    ring.on_replaced();
    ring.use_unsaved(key("two"), KeySource::Session, false);
    let (env, two) = (key("env").account(), key("two").account());
    assert_eq!(ring.accounts(), [two.clone(), env.clone()]);
    assert!(ring.can_remove(&two) && !ring.can_remove(&env));
    assert!(!ring.can_remove(&key("unknown").account()));
    assert!(ring.drop_unsaved(&two) && !ring.drop_unsaved(&two));
    assert!(matches!(ring.forget(&two), Command::NoKey));
    assert!(matches!(ring.forget(&env), Command::ForgetKey(_)));
}
