//! The program as an ordinary user starts it. Nothing is refused to root: where these tests run
//! as root, the program runs as somebody else.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Stage;

/// Who the program runs as instead of root.
const NOBODY: u32 = 65_534;

/// Returns whether the tests run as root.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// Makes this the ordinary user's.
pub fn give(path: &Path) {
    if is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// The program, where the ordinary user can start it.
pub struct Ordinary {
    program: PathBuf,
}

impl Ordinary {
    /// Makes the home and the media of a stage theirs.
    pub fn on(stage: &Stage) -> Self {
        // Where it was built may be a place that only root can enter.
        let built = env!("CARGO_BIN_EXE_mavi-uploader");
        let program = stage.home().join("mavi-uploader");
        fs::hard_link(built, &program)
            .or_else(|_| fs::copy(built, &program).map(drop))
            .unwrap();
        give(stage.home());
        give(&stage.media(""));
        Self { program }
    }

    /// Returns the command as this user starts it.
    pub fn command(&self, usual: &Command) -> Command {
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
                .arg(&self.program);
            command
        } else {
            Command::new(&self.program)
        };
        let set = usual.get_envs();
        command
            .args(usual.get_args())
            .current_dir(usual.get_current_dir().unwrap())
            .env_clear()
            .envs(set.filter_map(|(name, value)| Some((name, value?))));
        command
    }
}
