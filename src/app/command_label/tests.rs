use super::*;

#[test]
fn shortcuts_stand_in_the_tooltip() {
    let hint = UiCommand::ChooseFiles.entry().hint();
    assert!(
        hint.ends_with("(Ctrl+O)") || hint.ends_with("(⌘O)"),
        "{hint}"
    );
    let hint = UiCommand::ChooseFolder.entry().hint();
    assert!(
        hint.ends_with("(Ctrl+Shift+O)") || hint.ends_with("(⇧⌘O)"),
        "{hint}"
    );
    assert_eq!(RowCommand::Copy.entry().hint(), "Copy the asset ID");
}

#[test]
fn every_shortcut_that_is_listed_is_one_and_stands_for_one_thing() {
    let listed = UiCommand::with_shortcuts();
    let keys: Vec<Shortcut> = listed
        .iter()
        .flat_map(|(_, commands)| commands)
        .map(|command| command.entry().shortcut.expect("it is listed as one"))
        .collect();
    for (at, key) in keys.iter().enumerate() {
        assert!(!keys[at + 1..].contains(key), "{}", key.text());
    }
}
