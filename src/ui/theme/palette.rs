//! Colours of the light and the dark theme.

use egui::{Color32, Theme, Ui};

/// Colours of one theme, by purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the design tokens")]
pub struct Palette {
    pub background: Color32,
    pub surface: Color32,
    pub raised: Color32,
    pub line: Color32,
    pub text: Color32,
    pub secondary: Color32,
    pub accent: Color32,
    /// Accent under the pointer.
    pub accent_strong: Color32,
    /// Text on accent.
    pub on_accent: Color32,
    /// Background of selections, and of notices for the whole window.
    pub accent_tint: Color32,
    /// Background of a hovered row.
    pub hover: Color32,
    pub good: Color32,
    pub notice: Color32,
    pub notice_tint: Color32,
    pub bad: Color32,
    pub bad_tint: Color32,
    pub working: Color32,
    /// Background of the sandbox banner.
    pub sandbox: Color32,
    /// Text of the sandbox banner.
    pub on_sandbox: Color32,
    /// Bottom line of the sandbox banner.
    pub sandbox_line: Color32,
    /// Overlay behind a dialog.
    pub scrim: Color32,
    /// Shadow of floating parts.
    pub shadow: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

/// Light theme.
pub const LIGHT: Palette = Palette {
    background: rgb(0xFAFAFB),
    surface: rgb(0xFFFFFF),
    raised: rgb(0xF2F3F5),
    line: rgb(0xE2E4E8),
    text: rgb(0x16181D),
    secondary: rgb(0x5A616E),
    accent: rgb(0x4F46E5),
    accent_strong: rgb(0x4338CA),
    on_accent: rgb(0xFFFFFF),
    accent_tint: rgb(0xF3F3FF),
    hover: rgb(0xF6F7F9),
    good: rgb(0x15803D),
    notice: rgb(0xB45309),
    notice_tint: rgb(0xFEF8EB),
    bad: rgb(0xB91C1C),
    bad_tint: rgb(0xFDF1F1),
    working: rgb(0x0369A1),
    sandbox: rgb(0x9D174D),
    on_sandbox: rgb(0xFFFFFF),
    sandbox_line: rgb(0x9D174D),
    scrim: Color32::from_rgba_premultiplied(8, 9, 11, 110),
    shadow: Color32::from_rgba_premultiplied(0, 0, 0, 32),
};

/// Dark theme.
pub const DARK: Palette = Palette {
    background: rgb(0x111317),
    surface: rgb(0x181B20),
    raised: rgb(0x21252C),
    line: rgb(0x2E333C),
    text: rgb(0xECEEF2),
    secondary: rgb(0xA3ABB8),
    accent: rgb(0x8B85FF),
    accent_strong: rgb(0xA29DFF),
    on_accent: rgb(0x12131A),
    accent_tint: rgb(0x23233C),
    hover: rgb(0x1D2127),
    good: rgb(0x4ADE80),
    notice: rgb(0xFBBF24),
    notice_tint: rgb(0x2A2416),
    bad: rgb(0xF87171),
    bad_tint: rgb(0x2D1B1E),
    working: rgb(0x38BDF8),
    sandbox: rgb(0x43152D),
    on_sandbox: rgb(0xFBCFE8),
    sandbox_line: rgb(0xDB5C9A),
    scrim: Color32::from_rgba_premultiplied(0, 0, 0, 150),
    shadow: Color32::from_rgba_premultiplied(0, 0, 0, 110),
};

impl Palette {
    /// Returns the colours of a theme.
    pub fn of_theme(theme: Theme) -> &'static Self {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }

    /// Returns the colours for a `Ui`.
    pub fn of(ui: &Ui) -> &'static Self {
        Self::of_theme(Theme::from_dark_mode(ui.visuals().dark_mode))
    }
}
