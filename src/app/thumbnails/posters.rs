//! Poster pictures of videos: from the desktop's thumbnails, or made by a tool of the system.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Instant, SystemTime};

use super::decode::{self, Pixels};
use super::freedesktop;

/// Size limit of a tool's output, in bytes.
const OUTPUT: u64 = 4 << 20;
/// Seconds from the start at which a frame is taken; many videos begin in black.
const START: &str = "1";
/// Quick Look's tool, on macOS.
const QUICK_LOOK: &str = "/usr/bin/qlmanage";
/// Environment variables that a tool gets; the API key is none of them.
const VARIABLES: &str = "HOME LD_LIBRARY_PATH PATH SYSTEMROOT TEMP TMP TMPDIR";
/// Options of ffmpeg for its input. It ends by itself after 20 seconds of processor time, as no
/// window may be left to kill it.
const INPUT: &str = "-nostdin -v error -threads 1 -timelimit 20 -protocol_whitelist file";
/// Formats that ffmpeg may read: none that names other files, as playlists do.
const FORMATS: &str = "asf,avi,flv,matroska,mov,mpeg,mpegts,mpegvideo";
/// A frame 240 pixels high and at most nine times as wide.
const SCALE: &str = "scale=w='clip(240*dar,2,2160)':h=240";
/// Options of ffmpeg for its output: one frame as PNG.
const FRAME: &str = "-an -sn -dn -frames:v 1 -pix_fmt rgb24 -c:v png -f image2pipe pipe:1";

/// Sources of poster pictures. One tool runs at a time.
#[derive(Debug, Default)]
pub struct Posters {
    /// Folder of the desktop's thumbnails.
    shared: Option<PathBuf>,
    quick_look: Option<PathBuf>,
    /// Folders of programs, as in `PATH`.
    programs: OsString,
    tool: Mutex<Tool>,
}

#[derive(Debug, Default)]
struct Tool {
    running: Option<Child>,
    stopped: bool,
}

impl Posters {
    /// Returns the system's sources; `shared` is the folder of the desktop's thumbnails.
    pub fn system(shared: Option<PathBuf>) -> Self {
        let quick_look = cfg!(target_os = "macos").then(|| PathBuf::from(QUICK_LOOK));
        Self {
            shared,
            quick_look,
            programs: std::env::var_os("PATH").unwrap_or_default(),
            tool: Mutex::default(),
        }
    }

    /// Returns the poster of a video with this modification time. Blocks, at most until `end`.
    pub fn poster(&self, path: &Path, modified: SystemTime, end: Instant) -> Option<Pixels> {
        let shared = self.shared.as_deref();
        shared
            .and_then(|shared| freedesktop::picture(shared, path, modified))
            .and_then(|picture| decode::small(&picture, end))
            .or_else(|| self.quick_look(path, end))
            .or_else(|| self.frame(path, end))
    }

    /// Kills the tool that is running, and starts no other.
    pub fn stop(&self) {
        let mut tool = self.lock();
        tool.stopped = true;
        if let Some(running) = &mut tool.running {
            let _ = running.kill();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tool> {
        self.tool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks Quick Look, which writes one file into a folder.
    fn quick_look(&self, path: &Path, end: Instant) -> Option<Pixels> {
        let mut command = Command::new(self.quick_look.as_deref()?);
        let folder = tempfile::tempdir().ok()?;
        let to_folder = command.args(["-t", "-s", "256", "-o"]).arg(folder.path());
        self.output(to_folder.arg(path), end)?;
        let made = folder.path().read_dir().ok()?.next()?.ok()?;
        decode::small(&freedesktop::read(&made.path())?, end)
    }

    /// Takes a frame with ffmpeg: after [`START`], or the first frame of a shorter video.
    fn frame(&self, path: &Path, end: Instant) -> Option<Pixels> {
        let ffmpeg = find("ffmpeg", &self.programs)?;
        // On Linux it is killed with this process, however that ends.
        let linux = cfg!(target_os = "linux");
        let setpriv = linux.then(|| find("setpriv", &self.programs)).flatten();
        // Without the prefix, a name may look like an option or an address.
        let mut input = OsString::from("file:");
        input.push(path);
        [&["-ss", START][..], &[]].iter().find_map(|start| {
            let mut command = Command::new(setpriv.as_ref().unwrap_or(&ffmpeg));
            if setpriv.is_some() {
                command.args(["--pdeathsig", "KILL"]).arg(&ffmpeg);
            }
            command.args(INPUT.split(' '));
            command.args(["-format_whitelist", FORMATS]).args(*start);
            command.arg("-i").arg(&input);
            command.args(["-vf", SCALE]).args(FRAME.split(' '));
            let picture = self.output(&mut command, end)?;
            decode::small(&picture, end)
        })
    }

    /// Returns the tool's output; `None` if it is too large or not complete by `end`. The tool is
    /// killed then.
    fn output(&self, command: &mut Command, end: Instant) -> Option<Vec<u8>> {
        let stdout = self.start(command, end)?;
        let (sender, output) = mpsc::channel();
        let read = move || {
            let mut bytes = Vec::new();
            let read = stdout.take(OUTPUT).read_to_end(&mut bytes);
            let _ = sender.send(read.map(|_| bytes));
        };
        let reader = thread::Builder::new().name("poster".to_owned()).spawn(read);
        let left = end.saturating_duration_since(Instant::now());
        let output = reader.ok().and_then(|_| output.recv_timeout(left).ok());
        let mut tool = self.lock();
        let _ = tool.running.as_mut().map(Child::kill);
        let running = tool.running.take();
        // On a drive that hangs, even a killed process takes its time.
        drop(tool);
        let _ = running.map(|mut running| running.wait());
        output?.ok().filter(|bytes| (bytes.len() as u64) < OUTPUT)
    }

    /// Starts a tool with low priority, unless another one runs.
    fn start(&self, command: &mut Command, end: Instant) -> Option<ChildStdout> {
        let kept = VARIABLES.split(' ');
        let kept = kept.filter_map(|name| Some((name, std::env::var_os(name)?)));
        command.env_clear().envs(kept);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        command.stdout(Stdio::piped());
        #[cfg(windows)]
        {
            use std::os::windows::process::CommandExt;

            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            const IDLE_PRIORITY_CLASS: u32 = 0x40;
            command.creation_flags(CREATE_NO_WINDOW | IDLE_PRIORITY_CLASS);
        }
        let mut tool = self.lock();
        if tool.stopped || tool.running.is_some() || Instant::now() >= end {
            return None;
        }
        let started = command.spawn();
        let mut running = started
            .inspect_err(|error| tracing::debug!(%error, "a tool for posters does not start"))
            .ok()?;
        #[cfg(unix)]
        {
            use rustix::process::{Pid, setpriority_process};

            const LOWEST: i32 = 19;
            let _ = setpriority_process(Some(Pid::from_child(&running)), LOWEST);
        }
        let stdout = running.stdout.take();
        tool.running = Some(running);
        stdout
    }
}

/// Finds a program in the folders of `PATH`; relative ones do not count.
fn find(program: &str, folders: &OsStr) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|program| program.is_file())
}

#[cfg(test)]
mod tests;
