//! Fonts: system faces first, then bundled ones, and the icons.

use std::sync::Arc;

use egui::epaint::text::{FallbackRequest, FontProvider};
use egui::{Context, FontData, FontDefinitions, FontFamily};
use egui_system_font_provider::SystemFontProvider;

use super::theme::ICON_FAMILY;

const ICONS: &str = "lucide";
/// Icon font, reduced by `assets/icons/make` to the icons in use.
const ICON_FONT: &[u8] = include_bytes!("../../assets/icons/lucide.ttf");

/// Bundled faces and icons, identical on every computer.
pub fn bundled() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let icons = FontData::from_static(ICON_FONT);
    fonts.font_data.insert(ICONS.to_owned(), Arc::new(icons));
    fonts
        .families
        .insert(FontFamily::Name(ICON_FAMILY.into()), vec![ICONS.to_owned()]);
    fonts
}

/// Fonts found on the system.
pub struct SystemFaces {
    /// System sans-serif and monospace before the bundled faces.
    fonts: FontDefinitions,
    /// Lookup of fonts for other scripts on demand.
    others: Arc<dyn FontProvider>,
}

/// Scans the installed fonts. May take some hundred milliseconds: not for the UI thread.
pub fn of_system() -> SystemFaces {
    let provider = SystemFontProvider::new();
    let mut fonts = bundled();
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        let request = FallbackRequest {
            cluster: "a",
            family: &family,
        };
        let Some(face) = provider.font_for(&request) else {
            continue;
        };
        let order = fonts.families.entry(family.clone()).or_default();
        order.insert(0, face.name.clone());
        fonts.font_data.insert(face.name, Arc::new(face.data));
    }
    SystemFaces {
        fonts,
        others: Arc::new(provider),
    }
}

/// Installs the system's fonts. Until then a missing glyph is a box; eframe's own scan would delay
/// the window.
pub fn install_system(ctx: &Context, system: SystemFaces) {
    ctx.set_fonts(system.fonts);
    ctx.add_font_provider(system.others);
}

#[cfg(test)]
mod tests;
