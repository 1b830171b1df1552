use std::sync::{Arc, Mutex, mpsc};

use super::*;
use crate::app::export::QueueExport;
use crate::app::pending::Answer;
use crate::app::rows::tests::row;
use crate::model::snapshot::Status;

type Opened = Arc<Mutex<Vec<Answer<DialogResult>>>>;

/// Dialogs that the test closes.
struct Dialogs(Opened);

impl FileDialogs for Dialogs {
    fn choose(&self, _: FileDialogKind, wake: Wake) -> Pending<DialogResult> {
        let (answer, pending) = Pending::channel(wake);
        self.0.lock().unwrap().push(answer);
        pending
    }
}

fn pickers() -> (Pickers, Opened, mpsc::Receiver<()>) {
    let opened = Opened::default();
    let (woken, wakes) = mpsc::channel();
    let wake: Wake = Arc::new(move || {
        let _ = woken.send(());
    });
    let dialogs = Dialogs(Arc::clone(&opened));
    (Pickers::new(Box::new(dialogs), wake), opened, wakes)
}

fn close(opened: &Opened, result: DialogResult) {
    opened.lock().unwrap().remove(0).send(result);
}

#[test]
fn a_purpose_has_one_dialog_at_a_time() {
    let (mut pickers, opened, _wakes) = pickers();
    pickers.choose(FileDialogKind::Files);
    pickers.choose(FileDialogKind::Folders);
    assert!(pickers.locate(ItemId(1)));
    assert!(!pickers.locate(ItemId(2)));
    assert_eq!(opened.lock().unwrap().len(), 2);
    assert_eq!(pickers.poll(), []);
    close(&opened, DialogResult::Chosen(vec!["/a.mp4".into()]));
    assert_eq!(pickers.poll(), [Picked::Add(vec!["/a.mp4".into()])]);
    close(&opened, DialogResult::Chosen(vec!["/b.mp4".into()]));
    assert_eq!(pickers.poll(), [Picked::Locate(ItemId(1), "/b.mp4".into())]);
    assert!(pickers.locate(ItemId(2)));
}

#[test]
fn a_dialog_that_is_cancelled_or_lost_says_nothing_and_a_missing_one_does() {
    let (mut pickers, opened, _wakes) = pickers();
    pickers.choose(FileDialogKind::Files);
    close(&opened, DialogResult::Cancelled);
    assert_eq!(pickers.poll(), []);
    pickers.choose(FileDialogKind::Files);
    opened.lock().unwrap().clear();
    assert_eq!(pickers.poll(), []);
    pickers.choose(FileDialogKind::Files);
    close(&opened, DialogResult::Unavailable);
    assert!(matches!(pickers.poll()[..], [Picked::Say(_)]));
}

#[test]
fn a_chosen_backup_folder_is_a_setting() {
    let (mut pickers, opened, _wakes) = pickers();
    pickers.choose_backup_folder();
    pickers.forget_rows();
    close(&opened, DialogResult::Chosen(vec!["/second".into()]));
    let setting = Setting::BackupFolder(Some("/second".into()));
    assert_eq!(pickers.poll(), [Picked::Set(setting)]);
}

#[test]
fn an_export_is_written_to_the_chosen_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids.csv");
    let (mut pickers, opened, wakes) = pickers();
    let one = || {
        ExportSource::Rows(QueueExport {
            rows: vec![Arc::new(row(1, Status::Ready))],
            batches: Arc::default(),
            data_dir: None,
            base_url: String::new(),
        })
    };
    pickers.export(one(), ExportFormat::Csv, true);
    close(&opened, DialogResult::Chosen(vec![path.clone()]));
    wakes.recv().unwrap();
    assert_eq!(pickers.poll(), []);
    pickers.export(one(), ExportFormat::Csv, true);
    assert!(opened.lock().unwrap().is_empty(), "one is being written");
    wakes.recv().unwrap();
    let said = words::saved(1, &path);
    assert_eq!(pickers.poll(), [Picked::Say(said)]);
    assert!(path.exists());
}

#[test]
fn an_export_that_is_lost_is_reported() {
    let (mut pickers, _opened, _wakes) = pickers();
    let (answer, writing) = Pending::channel(Arc::new(|| ()));
    pickers.export = Some(("/ids.csv".into(), 1));
    pickers.writing = Some(writing);
    assert_eq!(pickers.poll(), []);
    drop(answer);
    assert!(matches!(&pickers.poll()[..], [Picked::Say(_)]));
}

#[test]
fn dialogs_about_rows_are_let_go_of_with_their_list() {
    let (mut pickers, opened, _wakes) = pickers();
    pickers.locate(ItemId(1));
    pickers.choose(FileDialogKind::Files);
    pickers.forget_rows();
    close(&opened, DialogResult::Chosen(vec!["/b.mp4".into()]));
    close(&opened, DialogResult::Chosen(vec!["/a.mp4".into()]));
    assert_eq!(pickers.poll(), [Picked::Add(vec!["/a.mp4".into()])]);
}

#[test]
fn pasted_files_come_before_paths_in_the_text() {
    let (mut pickers, _opened, _wakes) = pickers();
    let mut paste = |files: &[&str], text: &str| {
        let (answer, pending) = Pending::channel(Arc::new(|| ()));
        pickers.paste(text.to_owned(), pending);
        assert_eq!(pickers.poll(), []);
        answer.send(files.iter().map(PathBuf::from).collect());
        pickers.poll()
    };
    assert_eq!(
        paste(&["/a.mp4"], "a.mp4"),
        [Picked::Add(vec!["/a.mp4".into()])]
    );
    let nothing = Picked::Say(window::nothing_pasted().to_owned());
    assert_eq!(paste(&[], "hello"), [nothing]);
}
