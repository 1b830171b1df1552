use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::app::thumbnails::freedesktop::tests::{png, put};

const LONG: Duration = Duration::from_secs(60);

fn media() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media")
}

fn posters(folder: &Path) -> Posters {
    Posters {
        programs: folder.as_os_str().to_owned(),
        ..Posters::default()
    }
}

fn side(posters: &Posters, path: &Path, limit: Duration) -> Option<u32> {
    let end = Instant::now() + limit;
    let pixels = posters.poster(path, UNIX_EPOCH + Duration::from_secs(50), end);
    pixels.map(|pixels| pixels.side)
}

#[test]
fn every_video_that_is_offered_has_a_poster_where_ffmpeg_is_there() {
    let posters = Posters::system(None);
    if find("ffmpeg", &posters.programs).is_none() {
        return;
    }
    for name in [
        "clip.avi",
        "clip.flv",
        "clip.mkv",
        "clip.mov",
        "clip.mp4",
        "clip.webm",
        "clip.wmv",
        "elementary-stream.mpg",
        "program-stream.mpeg",
        "transport-stream.mpg",
    ] {
        let path = media().join("good").join(name);
        assert_eq!(side(&posters, &path, LONG), Some(120), "{name}");
    }
    let dir = tempfile::tempdir().unwrap();
    if cfg!(unix) {
        // An option, an address, a pattern and a filter elsewhere.
        let path = dir.path().join("-i http:%03d;'\n\".mp4");
        std::fs::copy(media().join("good/clip.mp4"), &path).unwrap();
        assert_eq!(side(&posters, &path, LONG), Some(120));
    }
    // A list that names other files is no video.
    let clip = media().join("good/clip.mp4");
    for (name, content) in [
        (
            "hls.mp4",
            format!("#EXTM3U\n#EXTINF:1,\nfile://{}\n", clip.display()),
        ),
        (
            "list.mp4",
            format!("ffconcat version 1.0\nfile '{}'\n", clip.display()),
        ),
    ] {
        let path = dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        assert_eq!(side(&posters, &path, LONG), None, "{name}");
    }
    assert_eq!(side(&posters, &media().join("good/opus.ogg"), LONG), None);
}

#[test]
fn a_thumbnail_of_the_desktop_comes_first() {
    let dir = tempfile::tempdir().unwrap();
    let clip = Path::new("/media/clip.mp4");
    put(dir.path(), "large", clip, &png(32, "50"));
    let posters = Posters {
        shared: Some(dir.path().to_owned()),
        ..Posters::default()
    };
    assert_eq!(side(&posters, clip, LONG), Some(32));
    put(dir.path(), "large", clip, &png(32, "51"));
    assert_eq!(side(&posters, clip, LONG), None);
}

#[test]
fn without_a_tool_there_is_no_poster() {
    let dir = tempfile::tempdir().unwrap();
    let clip = media().join("good/clip.mp4");
    assert_eq!(side(&posters(dir.path()), &clip, LONG), None);
    let relative = Path::new("tests/fixtures/media/good");
    assert_eq!(find("clip.mp4", relative.as_os_str()), None);
}

/// Tests with stand-ins for the tools, which are shell scripts.
#[cfg(unix)]
mod tools {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    struct StandIn {
        dir: tempfile::TempDir,
        posters: Arc<Posters>,
    }

    /// Writes a tool in which `$here` is its folder, with a `picture.png` of 32 pixels.
    fn stand_in(script: &str) -> StandIn {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("picture.png"), png(32, "50")).unwrap();
        let tool = dir.path().join("ffmpeg");
        let here = dir.path().display();
        fs::write(&tool, format!("#!/bin/sh\nhere={here}\n{script}\n")).unwrap();
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
        let posters = Arc::new(posters(dir.path()));
        StandIn { dir, posters }
    }

    impl StandIn {
        fn side(&self, path: &str, limit: Duration) -> Option<u32> {
            side(&self.posters, Path::new(path), limit)
        }

        fn written(&self, name: &str) -> String {
            fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
        }

        /// Waits until the tool has written its process id, and returns it.
        fn process(&self) -> String {
            let end = Instant::now() + LONG;
            loop {
                let pid = self.written("pid");
                if pid.ends_with('\n') {
                    return pid.trim().to_owned();
                }
                assert!(Instant::now() < end, "the tool was not started");
                thread::sleep(Duration::from_millis(2));
            }
        }
    }

    fn is_alive(pid: &str) -> bool {
        let command = Command::new("kill").args(["-0", pid]).output();
        command.unwrap().status.success()
    }

    #[test]
    fn a_path_is_no_option_and_the_tool_gets_little_of_the_environment() {
        let tool = stand_in(
            "printf '%s\\n' \"$@\" >\"$here/arguments\"; env >\"$here/variables\"\n\
             cat \"$here/picture.png\"",
        );
        assert_eq!(tool.side("/media/-y %03d:a.mp4", LONG), Some(32));
        let arguments = tool.written("arguments");
        let arguments: Vec<&str> = arguments.lines().collect();
        let input = arguments.iter().position(|it| *it == "-i").unwrap();
        assert_eq!(arguments[input + 1], "file:/media/-y %03d:a.mp4");
        assert_eq!(arguments[input - 2..input], ["-ss", "1"]);
        assert!(arguments.contains(&"-nostdin"));
        let variables = tool.written("variables");
        for (name, _) in variables.lines().filter_map(|line| line.split_once('=')) {
            let of_the_shell = ["PWD", "OLDPWD", "SHLVL", "_"];
            assert!(
                VARIABLES.split(' ').any(|kept| kept == name) || of_the_shell.contains(&name),
                "{name}"
            );
        }
        assert!(variables.contains("PATH="));
    }

    #[test]
    fn a_video_shorter_than_a_second_shows_its_first_frame() {
        let tool = stand_in(
            "echo run >>\"$here/runs\"\n\
             case \"$*\" in *' -ss '*) ;; *) cat \"$here/picture.png\" ;; esac",
        );
        assert_eq!(tool.side("/media/short.mp4", LONG), Some(32));
        assert_eq!(tool.written("runs").lines().count(), 2);
    }

    #[test]
    fn a_tool_whose_time_is_over_is_killed() {
        let tool = stand_in("echo $$ >\"$here/pid\"; exec sleep 600");
        let start = Instant::now();
        let limit = Duration::from_millis(500);
        assert_eq!(tool.side("/media/a.mp4", limit), None);
        assert!(start.elapsed() < LONG);
        assert!(!is_alive(&tool.process()));
        assert!(tool.posters.tool.lock().unwrap().running.is_none());
    }

    #[test]
    fn a_tool_is_killed_when_the_window_closes_and_none_is_started_after_that() {
        let tool = stand_in("echo $$ >\"$here/pid\"; exec sleep 600");
        thread::scope(|scope| {
            let made = scope.spawn(|| tool.side("/media/a.mp4", LONG));
            let pid = tool.process();
            tool.posters.stop();
            assert_eq!(made.join().unwrap(), None);
            assert!(!is_alive(&pid));
        });
        fs::remove_file(tool.dir.path().join("pid")).unwrap();
        assert_eq!(tool.side("/media/b.mp4", LONG), None);
        assert_eq!(tool.written("pid"), "");
    }

    /// The window is this test's own program, which is run once more and killed.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_tool_that_hangs_does_not_outlive_a_killed_window() {
        const WINDOW: &str = "MAVI_TEST_WINDOW_OF_TOOL";
        const NAME: &str = concat!(
            module_path!(),
            "::a_tool_that_hangs_does_not_outlive_a_killed_window"
        );
        if let Some(folders) = std::env::var_os(WINDOW) {
            let posters = Posters {
                programs: folders,
                ..Posters::default()
            };
            side(&posters, Path::new("/media/a.mp4"), LONG);
            return;
        }
        let tool = stand_in("echo $$ >\"$here/pid\"; exec sleep 600");
        let system = std::env::var_os("PATH").unwrap_or_default();
        if find("setpriv", &system).is_none() {
            return;
        }
        let mut folders = tool.dir.path().as_os_str().to_owned();
        folders.push(":");
        folders.push(system);
        let (_, name) = NAME.split_once("::").unwrap();
        let mut window = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env(WINDOW, folders)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // A dead process that nobody has waited for has no program.
        let program = PathBuf::from(format!("/proc/{}/exe", tool.process()));
        assert!(program.read_link().is_ok());
        window.kill().unwrap();
        window.wait().unwrap();
        let end = Instant::now() + LONG;
        while program.read_link().is_ok() {
            assert!(Instant::now() < end, "the tool goes on");
            thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn one_tool_runs_at_a_time() {
        let tool = stand_in("echo $$ >>\"$here/pid\"; exec sleep 600");
        let second_done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| tool.side("/media/a.mp4", LONG));
            tool.process();
            assert_eq!(tool.side("/media/b.mp4", LONG), None);
            second_done.store(true, Ordering::Relaxed);
            assert_eq!(tool.written("pid").lines().count(), 1);
            tool.posters.stop();
        });
        assert!(second_done.load(Ordering::Relaxed));
    }

    #[test]
    fn endless_and_broken_output_gives_no_poster() {
        let endless = stand_in("exec cat /dev/zero");
        assert_eq!(endless.side("/media/a.mp4", LONG), None);
        let broken = stand_in("head -c 60 \"$here/picture.png\"");
        assert_eq!(broken.side("/media/a.mp4", LONG), None);
        let failing = stand_in("exit 1");
        assert_eq!(failing.side("/media/a.mp4", LONG), None);
        let no_program = stand_in("");
        fs::write(no_program.dir.path().join("ffmpeg"), [0; 8]).unwrap();
        assert_eq!(no_program.side("/media/a.mp4", LONG), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_tool_has_the_lowest_priority() {
        let tool = stand_in(
            "until [ \"$(cut -d' ' -f19 /proc/$$/stat)\" = 19 ]; do sleep 0.01; done\n\
             cat \"$here/picture.png\"",
        );
        assert_eq!(tool.side("/media/a.mp4", LONG), Some(32));
    }

    #[test]
    fn quick_look_writes_into_a_folder_that_is_removed() {
        let tool = stand_in(
            "printf '%s\\n' \"$@\" >\"$here/arguments\"\n\
             cp \"$here/picture.png\" \"$5/a.mp4.png\"",
        );
        let posters = Posters {
            quick_look: Some(tool.dir.path().join("ffmpeg")),
            ..Posters::default()
        };
        assert_eq!(side(&posters, Path::new("/media/a.mp4"), LONG), Some(32));
        let arguments = tool.written("arguments");
        let arguments: Vec<&str> = arguments.lines().collect();
        assert_eq!(arguments[..4], ["-t", "-s", "256", "-o"]);
        assert_eq!(arguments[5], "/media/a.mp4");
        assert!(!Path::new(arguments[4]).exists());
    }
}
