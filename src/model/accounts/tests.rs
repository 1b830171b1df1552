use super::*;

fn of(text: &str) -> Account {
    Account::from_fingerprint(text)
}

fn info(account: &str, group: &str) -> AccountInfo {
    AccountInfo {
        account: of(account),
        last4: String::new(),
        name: None,
        group: of(group),
    }
}

#[test]
fn joined_keys_are_one_account_and_an_unknown_one_is_another() {
    let known = vec![info("a", "a"), info("b", "a"), info("c", "c")];
    let accounts = Accounts::new(known.clone(), Some((of("b"), "1234".to_owned())));
    let others = ["a", "b", "c", "d"].map(|it| accounts.is_other(&of(it)));
    assert_eq!(others, [false, false, true, true]);
    assert_eq!(accounts.all().len(), 3);
    // Without a key in use nothing is of another account.
    assert!(!Accounts::new(known, None).is_other(&of("c")));
}

#[test]
fn the_key_in_use_is_listed_before_the_service_has_accepted_it() {
    let accounts = Accounts::new(vec![info("a", "a")], Some((of("n"), "9999".to_owned())));
    assert_eq!(accounts.current().unwrap().last4, "9999");
    assert!(accounts.is_other(&of("a")));
}

#[test]
fn names_are_one_clean_line() {
    assert_eq!(
        account_name("  Studio\n\tB \u{7} ").as_deref(),
        Some("Studio B")
    );
    assert_eq!(account_name(" \n"), None);
    let long = account_name(&"å".repeat(500)).unwrap();
    assert_eq!(long.chars().count(), LONGEST_NAME);
}
