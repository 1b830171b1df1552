//! Fonts: the system's own faces first, bundled ones where it has none, and the icons.

use std::sync::Arc;

use egui::epaint::text::{FallbackRequest, FontProvider};
use egui::{Context, FontData, FontDefinitions, FontFamily};
use egui_system_font_provider::SystemFontProvider;

use super::theme::ICON_FAMILY;

const ICONS: &str = "lucide";

/// The faces that come with the program, and the icons: the same on every computer.
pub fn bundled() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let icons = FontData::from_static(lucide_icons::LUCIDE_FONT_BYTES);
    fonts.font_data.insert(ICONS.to_owned(), Arc::new(icons));
    fonts
        .families
        .insert(FontFamily::Name(ICON_FAMILY.into()), vec![ICONS.to_owned()]);
    fonts
}

/// The system's sans-serif and monospace before the bundled faces. Looks through the
/// installed fonts, which may take some hundred milliseconds: to be called off the UI
/// thread.
///
/// Scripts that neither has are looked up by eframe's own provider when they appear.
pub fn with_system_faces() -> FontDefinitions {
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
    fonts
}

/// Uses these fonts.
pub fn install(ctx: &Context, fonts: FontDefinitions) {
    ctx.set_fonts(fonts);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icons_are_a_family_of_their_own() {
        let fonts = bundled();
        let family = FontFamily::Name(ICON_FAMILY.into());
        assert_eq!(fonts.families[&family], [ICONS]);
        assert!(fonts.font_data.contains_key(ICONS));
    }

    #[test]
    fn with_or_without_system_faces_the_bundled_ones_stay_behind() {
        let bundled = bundled();
        let system = with_system_faces();
        for family in [FontFamily::Proportional, FontFamily::Monospace] {
            assert!(system.families[&family].ends_with(&bundled.families[&family]));
        }
    }
}
