//! The API key in a real Secret Service: gnome-keyring on a session bus of its own, in a
//! home folder that is thrown away.
//!
//! Each test runs twice: from outside it starts a bus and itself again on it; inside, it
//! does what it is named for. The programs have to be installed: `dbus-run-session`,
//! `gnome-keyring-daemon`, `secret-tool` (packages `dbus`, `gnome-keyring`,
//! `libsecret-tools`). Where one is missing, the tests fail.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mavi_uploader::model::key::ApiKey;
use mavi_uploader::store::{KeySlot, Keychain, SecretError};

/// Set for a test that runs on its own bus.
const INSIDE: &str = "MAVI_KEYCHAIN_TEST_INSIDE";
/// Longest that anything inside may take; it takes well under a second.
const LIMIT: Duration = Duration::from_secs(30);
/// Longest for a whole test: whatever hangs inside is ended from inside.
const WHOLE_LIMIT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);
const KEY: &str = "sk-mavi-0123456789abcdef";

/// A bus on which nothing is started by being asked for: no second keychain, no prompt.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Runs `body` on a bus of its own; `name` is the calling test's, with its module.
pub fn on_a_bus(name: &str, body: fn()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("bus.conf");
    fs::write(&config, BUS).unwrap();
    let runtime = home.path().join("run");
    fs::create_dir(&runtime).unwrap();
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).unwrap();
    }
    let mut command = Command::new("dbus-run-session");
    command
        .arg("--config-file")
        .arg(&config)
        .arg("--")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", &runtime);
    for variable in [
        "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "GNOME_KEYRING_CONTROL",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
    ] {
        command.env_remove(variable);
    }
    let (good, output) = run(command, "", WHOLE_LIMIT);
    assert!(good, "{output}");
    assert!(output.contains("1 passed"), "it did not run:\n{output}");
}

/// Runs a command to its end, within the limit. Gives whether it went well, and what it
/// said.
fn run(mut command: Command, input: &str, limit: Duration) -> (bool, String) {
    let program = command.get_program().to_string_lossy().into_owned();
    let said = tempfile::tempfile().unwrap();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(said.try_clone().unwrap())
        .stderr(said.try_clone().unwrap())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let good = wait(&mut child, &program, limit);
    let mut output = String::new();
    let mut said = said;
    std::io::Seek::rewind(&mut said).unwrap();
    said.read_to_string(&mut output).unwrap();
    (good, output)
}

fn wait(child: &mut Child, program: &str, limit: Duration) -> bool {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.success();
        }
        if start.elapsed() > limit {
            child.kill().unwrap();
            panic!("{program} took longer than {limit:?}");
        }
        std::thread::sleep(POLL);
    }
}

/// A keychain daemon; ends with the test.
pub struct Daemon(Child);

impl Daemon {
    /// Starts one that is unlocked with a password, and waits until it answers.
    pub fn unlocked() -> Self {
        Self::start("--unlock", "password\n")
    }

    /// Starts one that nobody unlocked.
    fn locked() -> Self {
        Self::start("--start", "")
    }

    fn start(how: &str, input: &str) -> Self {
        let mut child = Command::new("gnome-keyring-daemon")
            .args([how, "--foreground", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon is needed for this test");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let mut daemon = Self(child);
        let start = Instant::now();
        while let Err(SecretError::NoKeychain(why)) = Keychain::system().load() {
            let ended = daemon.0.try_wait().unwrap();
            assert!(ended.is_none(), "the daemon ended: {ended:?}");
            assert!(start.elapsed() < LIMIT, "it does not answer: {why}");
            std::thread::sleep(POLL);
        }
        daemon
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn key(text: &str) -> ApiKey {
    ApiKey::from_pasted(text).unwrap()
}

/// Returns what an independent reader finds under the contract's service and this account.
pub fn looked_up(account: &str) -> (bool, String) {
    let mut command = Command::new("secret-tool");
    command.args(["lookup", "service", "mavi-uploader", "username", account]);
    run(command, "", LIMIT)
}

#[test]
fn a_key_goes_into_the_keychain_and_others_find_it_under_its_names() {
    on_a_bus(
        "keychain::a_key_goes_into_the_keychain_and_others_find_it_under_its_names",
        || {
            let _daemon = Daemon::unlocked();
            let store = Keychain::system();
            assert_eq!(store.load(), Ok(None));
            assert_eq!(store.remove(), Ok(false));
            store.save(&key("sk-mavi-first")).unwrap();
            store.save(&key(KEY)).unwrap();
            assert_eq!(looked_up("default"), (true, KEY.to_owned()));
            assert_eq!(Keychain::system().load(), Ok(Some(key(KEY))));
            assert_eq!(store.remove(), Ok(true));
            assert_eq!(store.load(), Ok(None));
            assert!(!looked_up("default").0);
        },
    );
}

#[test]
fn the_key_of_another_account_has_an_entry_of_its_own() {
    on_a_bus(
        "keychain::the_key_of_another_account_has_an_entry_of_its_own",
        || {
            let _daemon = Daemon::unlocked();
            let (first, other) = (key(KEY), key("sk-mavi-of-studio-b"));
            let store = Keychain::system();
            let others = store.at(&KeySlot::Of(other.account()));
            assert_eq!(others.load(), Ok(None));
            store.save(&first).unwrap();
            others.save(&other).unwrap();
            let name = format!("key-{}", other.account().as_str());
            assert_eq!(looked_up(&name), (true, other.expose().to_owned()));
            assert_eq!(looked_up("default"), (true, KEY.to_owned()));
            assert_eq!(others.remove(), Ok(true));
            assert_eq!(others.load(), Ok(None));
            assert_eq!(store.load(), Ok(Some(first)), "the first one stays");
        },
    );
}

#[test]
fn a_second_key_of_another_program_neither_hides_ours_nor_outlives_removal() {
    on_a_bus(
        "keychain::a_second_key_of_another_program_neither_hides_ours_nor_outlives_removal",
        || {
            let _daemon = Daemon::unlocked();
            let store = Keychain::system();
            store.save(&key(KEY)).unwrap();
            let mut other = Command::new("secret-tool");
            other.args(["store", "--label=other", "service", "mavi-uploader"]);
            other.args(["username", "default", "more", "x"]);
            assert!(run(other, "sk-mavi-other", LIMIT).0);
            assert!(store.load().unwrap().is_some());
            store.save(&key(KEY)).unwrap();
            assert_eq!(store.load(), Ok(Some(key(KEY))));
            assert_eq!(store.remove(), Ok(true));
            assert_eq!(store.load(), Ok(None));
        },
    );
}

#[test]
fn what_is_no_key_is_said_to_be_none_and_not_shown() {
    on_a_bus(
        "keychain::what_is_no_key_is_said_to_be_none_and_not_shown",
        || {
            let _daemon = Daemon::unlocked();
            let mut other = Command::new("secret-tool");
            other.args(["store", "--label=x", "service", "mavi-uploader"]);
            other.args(["username", "default"]);
            assert!(run(other, "not a key at all", LIMIT).0);
            let error = Keychain::system().load().unwrap_err();
            assert_eq!(error, SecretError::NotAKey);
            assert!(!error.to_string().contains("at all"));
        },
    );
}

#[test]
fn without_a_service_there_is_no_keychain_until_one_comes_up() {
    on_a_bus(
        "keychain::without_a_service_there_is_no_keychain_until_one_comes_up",
        || {
            let store = Keychain::system();
            for result in [store.load().map(drop), store.save(&key(KEY))] {
                assert!(
                    matches!(result, Err(SecretError::NoKeychain(_))),
                    "{result:?}"
                );
            }
            let _daemon = Daemon::unlocked();
            store.save(&key(KEY)).unwrap();
            assert_eq!(store.load(), Ok(Some(key(KEY))));
        },
    );
}

#[test]
fn without_a_bus_there_is_no_keychain_and_the_words_say_what_to_do() {
    on_a_bus(
        "keychain::without_a_bus_there_is_no_keychain_and_the_words_say_what_to_do",
        || {
            // The environment of a running process is not changed: another one is asked.
            if std::env::var_os("MAVI_NO_BUS").is_some() {
                let error = Keychain::system().load().unwrap_err();
                assert!(matches!(error, SecretError::NoKeychain(_)), "{error:?}");
                assert!(error.to_string().contains("this session only"), "{error}");
                return;
            }
            let nowhere = Path::new(&std::env::var_os("HOME").unwrap()).join("no-bus");
            let mut command = Command::new(std::env::current_exe().unwrap());
            command
                .args([
                    "--exact",
                    "keychain::without_a_bus_there_is_no_keychain_and_the_words_say_what_to_do",
                ])
                .env("MAVI_NO_BUS", "1")
                .env_remove("DBUS_SESSION_BUS_ADDRESS")
                .env("XDG_RUNTIME_DIR", nowhere);
            let (good, output) = run(command, "", LIMIT);
            assert!(good && output.contains("1 passed"), "{output}");
        },
    );
}

#[test]
fn a_locked_keychain_is_said_to_be_locked_and_never_hangs_the_caller() {
    on_a_bus(
        "keychain::a_locked_keychain_is_said_to_be_locked_and_never_hangs_the_caller",
        || {
            let daemon = Daemon::unlocked();
            Keychain::system().save(&key(KEY)).unwrap();
            drop(daemon);
            let _daemon = Daemon::locked();
            let store = Keychain::system();
            assert_eq!(store.load(), Err(SecretError::Locked));
            assert_eq!(store.save(&key(KEY)), Err(SecretError::Locked));
        },
    );
}
