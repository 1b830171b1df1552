//! Opens the window.

#[cfg(target_os = "linux")]
mod x11;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::{NativeOptions, Renderer};
use egui::{Context, IconData, ViewportBuilder};

use super::system_preferences::SystemPreferences;
use super::theme;
use super::window::MaviApp;
use crate::app::environment::WindowEnvironment;
use crate::app::pending::Wake;
use crate::engine::EngineHandle;
use crate::text::messages::window as words;

/// Application id for desktops.
const APP_ID: &str = "mavi-uploader";

/// Why no window opened. The source is for the log.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// No display, or no answer from it.
    #[error("{}", words::no_display())]
    NoDisplay(#[source] eframe::Error),
    /// The display has no usable graphics.
    #[error("{}", words::no_graphics())]
    NoGraphics(#[source] eframe::Error),
}

impl From<eframe::Error> for WindowError {
    fn from(error: eframe::Error) -> Self {
        match error {
            eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => Self::NoDisplay(error),
            _ => Self::NoGraphics(error),
        }
    }
}

/// A window before it opens. It can be woken already, so that an engine may be started with its
/// [`Wake`].
pub struct Window {
    ctx: Context,
    end: Arc<AtomicBool>,
    x11: bool,
}

impl Default for Window {
    /// Detects the display.
    fn default() -> Self {
        Self {
            ctx: Context::default(),
            end: Arc::default(),
            x11: x11::reachable(),
        }
    }
}

impl Window {
    /// Returns a function that wakes the window, from any thread.
    pub fn wake(&self) -> Wake {
        let ctx = self.ctx.clone();
        Arc::new(move || ctx.request_repaint())
    }

    /// Returns a function that closes the window without asking, from any thread.
    pub fn end(&self) -> Wake {
        let (ctx, end) = (self.ctx.clone(), Arc::clone(&self.end));
        Arc::new(move || {
            end.store(true, Ordering::Relaxed);
            ctx.request_repaint();
        })
    }

    /// Returns `true` if files can be dropped. winit supports no drops on Wayland.
    pub fn can_drop(&self) -> bool {
        cfg!(not(target_os = "linux")) || self.x11
    }

    /// Opens the window and returns when it is closed. `icon` is used where the desktop shows one.
    ///
    /// # Errors
    /// Fails without a display or usable graphics.
    pub fn run(
        self,
        engine: EngineHandle,
        outside: WindowEnvironment,
        icon: Option<IconData>,
    ) -> Result<(), WindowError> {
        let preferences = SystemPreferences::watching(self.wake());
        let options = options(self.x11, icon);
        let create = move |cc: &eframe::CreationContext<'_>| {
            let app = MaviApp::new(&cc.egui_ctx, engine, outside)
                .with_preferences(preferences)
                .close_on(self.end);
            Ok(Box::new(app) as Box<dyn eframe::App>)
        };
        eframe::run_native_ext(APP_ID, options, Some(self.ctx), Box::new(create))?;
        Ok(())
    }
}

fn options(x11: bool, icon: Option<IconData>) -> NativeOptions {
    let mut viewport = ViewportBuilder::default()
        .with_app_id(APP_ID)
        .with_title(words::name())
        .with_inner_size(theme::size::WINDOW)
        .with_min_inner_size(theme::size::WINDOW_MIN);
    if let Some(icon) = icon {
        viewport = viewport.with_icon(icon);
    }
    NativeOptions {
        viewport,
        renderer: Renderer::Glow,
        // The window scans the fonts itself after opening.
        system_font_fallback: false,
        event_loop_builder: x11::preference(x11),
        ..NativeOptions::default()
    }
}

#[cfg(not(target_os = "linux"))]
mod x11 {
    /// This system has no X11.
    pub fn reachable() -> bool {
        false
    }

    /// Prefers nothing on this system.
    pub fn preference(_: bool) -> Option<eframe::EventLoopBuilderHook> {
        None
    }
}

#[cfg(test)]
mod tests;
