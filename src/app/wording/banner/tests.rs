use super::*;

#[test]
fn whatever_needs_the_user_has_a_button_that_fixes_it() {
    for fix in [
        RequiredAction::Key,
        RequiredAction::Balance,
        RequiredAction::Account,
        RequiredAction::Program,
    ] {
        let message = needs(fix, Backend::Service);
        assert!(message.step.is_some(), "{fix:?}");
        assert!(message.next.ends_with('.'), "{fix:?}");
    }
}

#[test]
fn each_trouble_with_the_settings_is_a_sentence() {
    let (path, cause) = ("/data/settings.json", "no comma");
    let damaged = |kept: Result<&str, &str>| SettingsWarning::Damaged {
        path: path.into(),
        cause: cause.to_owned(),
        kept: kept.map(Into::into).map_err(str::to_owned),
    };
    let unreadable = SettingsWarning::Unreadable {
        path: path.into(),
        cause: cause.to_owned(),
    };
    let invalid = SettingsWarning::InvalidValue {
        name: "jobs",
        value: "12".to_owned(),
    };
    let said = [
        (
            unreadable,
            "The settings in /data/settings.json cannot be read: no comma. The defaults apply.",
        ),
        (
            damaged(Ok("/data/old")),
            "The settings in /data/settings.json cannot be understood (no comma). The defaults apply; the file was kept as /data/old.",
        ),
        (
            damaged(Err("no disk")),
            "The settings in /data/settings.json cannot be understood (no comma), nor set aside (no disk). The defaults apply.",
        ),
        (
            invalid,
            "The setting \"jobs\" cannot be 12; its default applies.",
        ),
    ];
    for (warning, expected) in said {
        assert_eq!(settings(&warning), expected);
    }
}
