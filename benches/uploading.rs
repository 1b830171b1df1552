//! What a queue of many files costs the processor while its files go up one after the other.
//!
//! usage: cargo bench --bench uploading [-- FILES]     10000
//!
//! Engine, window and sandbox are in this process, which does nothing else; the window is run as
//! eframe runs it, without a display, whenever it is woken. Goal for 10,000 or more: less than
//! 5 % of a core.

#[path = "common/clips.rs"]
mod clips;
#[path = "common/drawing.rs"]
mod drawing;
#[path = "common/outside.rs"]
mod outside;

use std::error::Error;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use drawing::draw;
use egui::Context;
use mavi_uploader::app::command::UiCommand;
use mavi_uploader::engine::FrontEnd;
use mavi_uploader::setup::{AppContext, EngineConfig, runtime};
use mavi_uploader::ui::MaviApp;

/// How long is measured, once uploads are under way.
const MEASURED: Duration = Duration::from_secs(20);
/// How long a screen shows a frame.
const FRAME: Duration = Duration::from_millis(16);

struct Stage {
    ctx: Context,
    window: MaviApp,
    woken: Receiver<()>,
    frames: u32,
}

impl Stage {
    /// Draws whenever the engine has something new.
    fn draw_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            match self.woken.recv_timeout(FRAME) {
                Ok(()) => self.draw(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn draw(&mut self) {
        draw(&self.ctx, &mut self.window, Vec::new());
        self.frames += 1;
    }
}

/// Returns what the processor did for this process so far.
#[cfg(target_os = "linux")]
fn busy() -> Result<Duration, Box<dyn Error>> {
    let tasks = std::fs::read_dir("/proc/self/task")?;
    let mut nanoseconds = 0;
    for task in tasks {
        let spent = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += spent.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

#[cfg(not(target_os = "linux"))]
fn busy() -> Result<Duration, Box<dyn Error>> {
    Err("it is measured on Linux alone".into())
}

#[expect(clippy::print_stdout, reason = "the figures are what this is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let files = std::env::args().find_map(|argument| argument.parse().ok());
    let files = files.unwrap_or(10_000);
    let folder = tempfile::tempdir()?;
    clips::write(folder.path(), files)?;

    let runtime = runtime()?;
    let _entered = runtime.enter();
    let world = AppContext::sandbox()?;
    let (waker, woken) = sync_channel(1);
    let wake = Arc::new(move || {
        let _ = waker.try_send(());
    });
    let engine = world.start(EngineConfig {
        wake: {
            let wake = Arc::clone(&wake);
            Box::new(move || wake())
        },
        ..EngineConfig::new(FrontEnd::Window)
    });
    let ctx = Context::default();
    let window = MaviApp::new(&ctx, engine.handle, outside::outside(wake));
    let mut stage = Stage {
        ctx,
        window,
        woken,
        frames: 0,
    };
    let folder = vec![folder.path().to_owned()];
    stage.window.dispatch(UiCommand::Add(folder));
    while stage.window.app().snapshot().totals.startable < files {
        stage.draw_for(FRAME);
    }
    stage.window.dispatch(UiCommand::Upload);
    while stage.window.app().snapshot().totals.done < 3 {
        stage.draw_for(FRAME);
    }
    let done = |stage: &Stage| stage.window.app().snapshot().totals.done;
    let (before, had, begun, drawn) = (busy()?, done(&stage), Instant::now(), stage.frames);
    stage.draw_for(MEASURED);
    let busy = busy()?.saturating_sub(before);
    println!(
        "{files} files: {:.1} % of a core; {} uploaded and {} frames in {:.1} s",
        100.0 * busy.as_secs_f64() / begun.elapsed().as_secs_f64(),
        done(&stage) - had,
        stage.frames - drawn,
        begun.elapsed().as_secs_f64(),
    );
    Ok(())
}
