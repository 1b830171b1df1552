//! Prefers X11 where available, since it supports drops, even on a Wayland desktop.

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
mod tests;
