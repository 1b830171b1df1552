//! Files on a drive that is pulled: they go on when it is back, and where they are shown.

use std::fs;
use std::path::PathBuf;
use std::process::Command as Program;

use mavi_uploader::engine::{Command, Notice};
use mavi_uploader::model::fault::FaultKind;
use mavi_uploader::model::relocation::RelocationError;
use mavi_uploader::model::snapshot::Status;

use super::changes::{content, hash_of, put};
use super::{LIMIT, Stage, Way};

/// A drive that can be pulled: a file system in memory where that may be mounted, else a
/// folder that is renamed.
struct Drive {
    at: PathBuf,
    mounted: bool,
}

impl Drive {
    fn new(at: PathBuf) -> Self {
        fs::create_dir(&at).unwrap();
        let mut drive = Self { at, mounted: false };
        drive.mounted = drive.mount();
        drive
    }

    fn mount(&self) -> bool {
        let mount = Program::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64m", "none"])
            .arg(&self.at)
            .output();
        mount.is_ok_and(|output| output.status.success())
    }

    fn pull(&self) {
        if self.mounted {
            let unmounted = Program::new("umount").arg("-l").arg(&self.at).status();
            assert!(unmounted.unwrap().success());
        } else {
            fs::rename(&self.at, self.at.with_extension("away")).unwrap();
        }
    }

    /// Puts it back with these files on it.
    fn put_back(&self, files: &[(&str, Vec<u8>)]) {
        if self.mounted {
            assert!(self.mount());
            for (name, content) in files {
                put(&self.at.join(name), content);
            }
        } else {
            fs::rename(self.at.with_extension("away"), &self.at).unwrap();
        }
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Program::new("umount").arg("-l").arg(&self.at).output();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_on_a_drive_that_was_pulled_go_on_by_themselves_when_it_is_back() {
    for way in [Way::Direct, Way::Signed] {
        let stage = Stage::new(way, 1, 1);
        let drive = Drive::new(stage.path("drive"));
        let files = [("a.mp4", content(1)), ("b.mp4", content(2))];
        let paths: Vec<PathBuf> = files
            .iter()
            .map(|(name, content)| {
                let path = drive.at.join(name);
                put(&path, content);
                path
            })
            .collect();
        stage.upload(&paths).await;
        stage.until_stalled(way, 1).await;
        drive.pull();
        // One is in the middle of it, the other one waits for its turn.
        for (name, _) in &files {
            assert_eq!(stage.end_of(name).await, Some(FaultKind::FileGone));
            assert_eq!(stage.stored(name), None);
        }
        drive.put_back(&files);
        for (name, content) in &files {
            stage
                .until_row(name, |row| row.status == Status::Ready)
                .await;
            assert_eq!(stage.stored(name), Some(hash_of(content)), "{way:?}");
        }
        stage.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_whose_drive_comes_back_elsewhere_goes_on_where_it_is_shown() {
    for way in [Way::Direct, Way::Signed] {
        let mut stage = Stage::new(way, 1, 1);
        let drive = Drive::new(stage.path("drive"));
        let path = drive.at.join("a.mp4");
        put(&path, &content(1));
        stage.upload(&[path]).await;
        stage.until_stalled(way, 1).await;
        drive.pull();
        assert_eq!(stage.end_of("a.mp4").await, Some(FaultKind::FileGone));
        let row = stage.until_row("a.mp4", |_| true).await.id;

        let elsewhere = Drive::new(stage.path("other drive"));
        let (other, same) = (elsewhere.at.join("b.mp4"), elsewhere.at.join("c.mp4"));
        put(&other, &content(2));
        put(&same, &content(1));
        stage.say(Command::Locate(row, other.clone()));
        let refused = async {
            loop {
                // The end of all uploads is a notice, too.
                if let Some(Notice::NotLocated(path, misfit)) =
                    stage.running.handle.notices.recv().await
                {
                    break (path, misfit);
                }
            }
        };
        let (path, misfit) = tokio::time::timeout(LIMIT, refused).await.expect("a word");
        assert_eq!(path, other);
        assert!(
            matches!(misfit, RelocationError::OtherSize { .. }),
            "{misfit:?}"
        );
        assert_eq!(stage.stored("b.mp4"), None);
        stage.say(Command::Locate(row, same));
        let ready = stage
            .until_row("c.mp4", |row| row.status == Status::Ready)
            .await;
        assert_eq!(ready.id, row);
        assert_eq!(stage.stored("c.mp4"), Some(hash_of(&content(1))), "{way:?}");
        stage.end().await;
    }
}
