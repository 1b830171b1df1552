//! Whether the system asks for less motion, asked off the UI thread. Where it can't be
//! asked, or says nothing, motion stays as it is: it is little.

/// Returns whether things are to appear and move at once.
pub fn is_reduced() -> bool {
    system::asked().unwrap_or(false)
}

#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::{OwnedValue, Value};

    /// The portal's own answer, which few desktops give yet; else what GNOME and those like
    /// it say of animations.
    pub fn asked() -> Option<bool> {
        let bus = Connection::session().ok()?;
        let portal = Proxy::new(
            &bus,
            "org.freedesktop.portal.Desktop",
            "/org/freedesktop/portal/desktop",
            "org.freedesktop.portal.Settings",
        )
        .ok()?;
        let read = |namespace: &str, key: &str| -> Option<OwnedValue> {
            let now = portal.call("ReadOne", &(namespace, key));
            // Portals before 1.17, which have an envelope more around what they say.
            now.or_else(|_| portal.call("Read", &(namespace, key)))
                .map(opened)
                .ok()
        };
        let reduced = read("org.freedesktop.appearance", "reduced-motion")
            .and_then(|value| u32::try_from(value).ok())
            .map(|wish| wish == 1);
        reduced.or_else(|| {
            let animations = read("org.gnome.desktop.interface", "enable-animations")?;
            bool::try_from(animations).ok().map(|on| !on)
        })
    }

    /// Returns what is in an envelope, where it is in one.
    fn opened(value: OwnedValue) -> OwnedValue {
        match &*value {
            Value::Value(within) => within.try_to_owned().unwrap_or(value),
            _ => value,
        }
    }
}

#[cfg(target_os = "macos")]
mod system {
    use std::process::Command;

    /// Returns what "Reduce motion" in the system's settings says; it is written where it was ever
    /// changed.
    pub fn asked() -> Option<bool> {
        let answer = Command::new("/usr/bin/defaults")
            .args(["read", "com.apple.universalaccess", "reduceMotion"])
            .output()
            .ok()?;
        Some(answer.stdout.trim_ascii() == b"1")
    }
}

#[cfg(windows)]
mod system {
    use windows::UI::ViewManagement::UISettings;

    /// Returns what "Animation effects" in the system's settings says.
    pub fn asked() -> Option<bool> {
        let on = UISettings::new().ok()?.AnimationsEnabled().ok()?;
        Some(!on)
    }
}
