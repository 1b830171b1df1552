use std::sync::mpsc;

use super::*;
use crate::api::network::Certificates;

/// Settings whose writes answer with what comes through the second channel.
fn over(
    answers: mpsc::Receiver<io::Result<()>>,
) -> (SettingsState, mpsc::Receiver<Settings>, mpsc::Receiver<()>) {
    let (write, written) = mpsc::channel();
    let (woken, wakes) = mpsc::channel();
    let answers = std::sync::Mutex::new(answers);
    let save = move |settings: &Settings| {
        write.send(settings.clone()).unwrap();
        answers.lock().unwrap().recv().unwrap()
    };
    let state = SettingsState::new(
        Loaded::default(),
        Some(Arc::new(save)),
        None,
        Arc::new(|| NetworkState {
            proxy: None,
            unusable: None,
            no_proxy: None,
            certificates: Certificates::System,
        }),
        Arc::new(move || {
            let _ = woken.send(());
        }),
    );
    (state, written, wakes)
}

#[test]
fn changes_during_a_write_are_written_once_after_it() {
    let (answer, answers) = mpsc::channel();
    let (mut settings, written, wakes) = over(answers);
    settings.set(Setting::Jobs(3));
    assert!(written.try_recv().is_err(), "it is the default");
    settings.set(Setting::Jobs(4));
    assert_eq!(written.recv().unwrap().jobs, 4);
    settings.set(Setting::Jobs(5));
    settings.set(Setting::Jobs(6));
    assert_eq!(settings.preferences().jobs, 6, "it applies at once");
    answer.send(Ok(())).unwrap();
    wakes.recv().unwrap();
    assert_eq!(settings.poll(), None);
    assert_eq!(written.recv().unwrap().jobs, 6);
    answer.send(Ok(())).unwrap();
    wakes.recv().unwrap();
    assert_eq!(settings.poll(), None);
    assert!(written.try_recv().is_err());
}

#[test]
fn a_failed_write_is_said_until_one_succeeds() {
    let (answer, answers) = mpsc::channel();
    let (mut settings, _written, wakes) = over(answers);
    settings.set(Setting::Jobs(4));
    answer.send(Err(io::ErrorKind::StorageFull.into())).unwrap();
    wakes.recv().unwrap();
    let said = settings.poll().expect("the disk is full");
    assert_eq!(settings.problem(), Some(said.as_str()));
    assert_eq!(settings.poll(), None, "it is said once");
    settings.set(Setting::Jobs(5));
    answer.send(Ok(())).unwrap();
    wakes.recv().unwrap();
    assert_eq!(settings.poll(), None);
    assert_eq!(settings.problem(), None);
}

#[test]
fn the_last_change_is_written_when_the_window_closes() {
    let (answer, answers) = mpsc::channel();
    let (mut settings, written, _wakes) = over(answers);
    settings.set(Setting::Jobs(4));
    settings.set(Setting::Jobs(5));
    settings.shut_down();
    answer.send(Ok(())).unwrap();
    answer.send(Ok(())).unwrap();
    assert_eq!(written.recv().unwrap().jobs, 4);
    assert_eq!(written.recv().unwrap().jobs, 5);
    assert!(written.recv().is_err(), "the function is let go of");
}
