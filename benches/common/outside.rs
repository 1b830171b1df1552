//! What the benchmarks that draw the window give it in place of a desktop.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use mavi_uploader::api::network::{Certificates, NetworkState};
use mavi_uploader::app::environment::{
    Clicked, Desktop, DialogResult, FileDialogKind, FileDialogs, WindowEnvironment,
};
use mavi_uploader::app::pending::{Pending, Wake};
use mavi_uploader::store::settings::Loaded;

/// No dialog is opened here.
struct NoDialogs;

impl FileDialogs for NoDialogs {
    fn choose(&self, _: FileDialogKind, wake: Wake) -> Pending<DialogResult> {
        let (answer, pending) = Pending::channel(wake);
        answer.send(DialogResult::Cancelled);
        pending
    }
}

/// No desktop is asked for anything.
struct NoDesktop;

impl Desktop for NoDesktop {
    fn notify(&self, _: &str, _: &str, _: Clicked) {}
    fn stay_awake(&self, _: bool) {}
    fn progress(&self, _: Option<u8>) {}
    fn browse(&self, _: &'static str, wake: Wake) -> Pending<bool> {
        let (answer, pending) = Pending::channel(wake);
        answer.send(true);
        pending
    }
    fn copied_files(&self, wake: Wake) -> Pending<Vec<PathBuf>> {
        let (answer, pending) = Pending::channel(wake);
        answer.send(Vec::new());
        pending
    }
    fn reveal(&self, _: &Path, wake: Wake) -> Pending<bool> {
        Pending::channel(wake).1
    }
}

/// Everything outside, where nothing is.
pub fn outside(wake: Wake) -> WindowEnvironment {
    WindowEnvironment {
        dialogs: Box::new(NoDialogs),
        vault: None,
        environment_key: None,
        bad_environment_key: None,
        paths: Vec::new(),
        sandbox: true,
        start_sandbox: None,
        settings: Loaded::default(),
        save_settings: None,
        folder: None,
        describe_network: Arc::new(|| NetworkState {
            proxy: None,
            unusable: None,
            no_proxy: None,
            certificates: Certificates::System,
        }),
        desktop: Box::new(NoDesktop),
        thumbnails: Arc::default(),
        arrivals: None,
        can_drop: true,
        build: "bench",
        wake,
        clock: Box::new(Instant::now),
    }
}
