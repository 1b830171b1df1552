//! What taking in many files costs while the window is open: the slowest frame meanwhile, and how
//! many files are found and checked a second.
//!
//! usage: cargo bench --bench intake [-- FILES]     10000
//!
//! Needs a display. Goal for 10,000: no frame over 16 ms, at least 5,000 files a second. The files
//! were just written, and so are in memory; no two have the same size. A frame's time is the
//! processor's, as eframe has it: without the wait for the screen.

#[path = "common/clips.rs"]
mod clips;
#[path = "common/outside.rs"]
mod outside;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use eframe::{NativeOptions, Renderer};
use egui::{Context, Ui, ViewportBuilder, ViewportCommand};
use mavi_uploader::app::command::UiCommand;
use mavi_uploader::engine::FrontEnd;
use mavi_uploader::setup::{AppContext, EngineConfig, runtime};
use mavi_uploader::ui::MaviApp;
use mavi_uploader::ui::theme::size;

/// Frames before the files come, and after they have.
const AROUND: usize = 30;
/// What was measured.
struct Figures {
    frames: Vec<f32>,
    took: Duration,
}

/// The window, with a stopwatch.
struct Timed {
    window: MaviApp,
    folder: PathBuf,
    files: usize,
    /// Frames before and after.
    around: usize,
    begun: Option<Instant>,
    took: Option<Duration>,
    frames: Vec<f32>,
    figures: Sender<Figures>,
}

impl Timed {
    /// Frames that nobody asked for are drawn before and after, so that there is nothing left
    /// of the start and of the end.
    fn next(&mut self, ctx: &Context, before: Option<f32>) {
        if self.begun.is_some() {
            self.frames.extend(before);
        }
        if self.begun.is_none() || self.took.is_some() {
            self.around += 1;
            ctx.request_repaint();
        }
        let snapshot = self.window.app().snapshot();
        match (self.begun, self.took) {
            (None, _) if self.around == AROUND => {
                let folder = vec![self.folder.clone()];
                self.window.dispatch(UiCommand::Add(folder));
                self.begun = Some(Instant::now());
            }
            (Some(begun), None) if snapshot.totals.startable == self.files => {
                self.took = Some(begun.elapsed());
            }
            (_, Some(took)) if self.around == 2 * AROUND => {
                let frames = std::mem::take(&mut self.frames);
                let _ = self.figures.send(Figures { frames, took });
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
            _ => {}
        }
    }
}

impl eframe::App for Timed {
    fn logic(&mut self, ctx: &Context, frame: &mut eframe::Frame) {
        self.window.logic(ctx, frame);
        self.next(ctx, frame.info().cpu_usage);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.window.ui(ui, frame);
    }

    fn on_exit(&mut self, gl: Option<&eframe::glow::Context>) {
        self.window.on_exit(gl);
    }
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
    let ctx = Context::default();
    let wake = {
        let ctx = ctx.clone();
        Arc::new(move || ctx.request_repaint())
    };
    let engine = world.start(EngineConfig {
        wake: {
            let wake = Arc::clone(&wake);
            Box::new(move || wake())
        },
        ..EngineConfig::new(FrontEnd::Window)
    });
    let (figures, measured) = channel();
    let path = folder.path().to_owned();
    let create = move |cc: &eframe::CreationContext<'_>| {
        let window = MaviApp::new(&cc.egui_ctx, engine.handle, outside::outside(wake));
        Ok(Box::new(Timed {
            window,
            folder: path,
            files,
            around: 0,
            begun: None,
            took: None,
            frames: Vec::new(),
            figures,
        }) as Box<dyn eframe::App>)
    };
    let options = NativeOptions {
        viewport: ViewportBuilder::default().with_inner_size(size::WINDOW),
        renderer: Renderer::Glow,
        ..NativeOptions::default()
    };
    eframe::run_native_ext("intake", options, Some(ctx), Box::new(create))?;
    let Figures { mut frames, took } = measured.recv()?;
    frames.sort_unstable_by(f32::total_cmp);
    let ms = |at: usize| frames.get(at).copied().unwrap_or_default() * 1000.0;
    println!(
        "{files} files in {:.2} s, {:.0} a second; {} frames: median {:.1} ms, slowest twentieth {:.1} ms, slowest {:.1} ms",
        took.as_secs_f64(),
        files as f64 / took.as_secs_f64(),
        frames.len(),
        ms(frames.len() / 2),
        ms(frames.len() - frames.len() / 20 - 1),
        ms(frames.len().saturating_sub(1)),
    );
    Ok(())
}
