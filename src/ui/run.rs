//! Opens the window.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::{NativeOptions, Renderer};
use egui::{Context, IconData, ViewportBuilder};

use super::shell::MaviApp;
use super::system_preferences::SystemPreferences;
use super::theme;
use crate::app::environment::WindowEnvironment;
use crate::app::pending::Wake;
use crate::app::wording::screens as words;
use crate::engine::EngineHandle;

/// Application id for desktops.
const APP_ID: &str = "mavi-uploader";

/// Why no window opened. The source is for the log.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// No display, or no answer from it.
    #[error("{}", words::NO_DISPLAY)]
    NoDisplay(#[source] eframe::Error),
    /// The display has no usable graphics.
    #[error("{}", words::NO_GRAPHICS)]
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
    fn default() -> Self {
        Self::new()
    }
}

impl Window {
    /// Detects the display.
    pub fn new() -> Self {
        Self {
            ctx: Context::default(),
            end: Arc::default(),
            x11: x11::reachable(),
        }
    }

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
        let wishes = SystemPreferences::to_ask(self.wake());
        let options = options(self.x11, icon);
        let create = move |cc: &eframe::CreationContext<'_>| {
            let app = MaviApp::new(&cc.egui_ctx, engine, outside)
                .wishing(wishes)
                .ended_by(self.end);
            Ok(Box::new(app) as Box<dyn eframe::App>)
        };
        eframe::run_native_ext(APP_ID, options, Some(self.ctx), Box::new(create))?;
        Ok(())
    }
}

fn options(x11: bool, icon: Option<IconData>) -> NativeOptions {
    let mut viewport = ViewportBuilder::default()
        .with_app_id(APP_ID)
        .with_title(words::NAME)
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

/// Prefers X11 where available, since it supports drops, even on a Wayland desktop.
#[cfg(target_os = "linux")]
mod x11 {
    use std::net::{TcpStream, ToSocketAddrs};
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream};
    use std::time::Duration;

    use winit::platform::x11::EventLoopBuilderExtX11;

    /// TCP port of display 0.
    const FIRST_PORT: u16 = 6000;
    /// Time limit for a display on another computer.
    const PATIENCE: Duration = Duration::from_secs(2);

    /// Returns `true` if the display in `DISPLAY` answers.
    pub fn reachable() -> bool {
        std::env::var("DISPLAY").is_ok_and(|display| answers(&display))
    }

    fn answers(display: &str) -> bool {
        let Some((host, number)) = parse(display) else {
            return false;
        };
        if !host.is_empty() {
            let addresses = (host, FIRST_PORT.saturating_add(number)).to_socket_addrs();
            return addresses.is_ok_and(|mut addresses| {
                addresses.any(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
            });
        }
        let path = format!("/tmp/.X11-unix/X{number}");
        let hidden = SocketAddr::from_abstract_name(&path);
        UnixStream::connect(&path).is_ok()
            || hidden.is_ok_and(|address| UnixStream::connect_addr(&address).is_ok())
    }

    /// Splits a display into host (empty if local) and number.
    fn parse(display: &str) -> Option<(&str, u16)> {
        let (host, rest) = display.rsplit_once(':')?;
        let number = rest.split('.').next()?.parse().ok()?;
        Some((if host == "unix" { "" } else { host }, number))
    }

    /// Makes winit use X11.
    pub fn preference(x11: bool) -> Option<eframe::EventLoopBuilderHook> {
        x11.then(|| {
            Box::new(
                |builder: &mut eframe::EventLoopBuilder<eframe::UserEvent>| {
                    builder.with_x11();
                },
            ) as eframe::EventLoopBuilderHook
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn displays_are_read_as_x_writes_them() {
            assert_eq!(parse(":77"), Some(("", 77)));
            assert_eq!(parse(":0.0"), Some(("", 0)));
            assert_eq!(parse("unix:1"), Some(("", 1)));
            assert_eq!(parse("localhost:10.0"), Some(("localhost", 10)));
            assert_eq!(parse("wayland-0"), None);
        }

        #[test]
        fn a_display_that_is_not_there_does_not_answer() {
            assert!(!answers(":64321"));
            assert!(!answers(""));
        }
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
