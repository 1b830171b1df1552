//! Reads the system's reduced motion setting, off the UI thread. If unknown, motion stays on: there
//! is little.

/// Returns `true` if motion should be reduced.
pub fn prefers_reduced_motion() -> bool {
    system::asked().unwrap_or(false)
}

#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::{OwnedValue, Value};

    /// Reads the portal's own setting, which few desktops have, else GNOME's animation setting.
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
            // Portals before 1.17 wrap the value once more.
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

    /// Unwraps a nested value.
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

    /// Reads "Reduce motion" of the system settings; absent until first changed.
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

    /// Reads "Animation effects" of the system settings.
    pub fn asked() -> Option<bool> {
        let on = UISettings::new().ok()?.AnimationsEnabled().ok()?;
        Some(!on)
    }
}
