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
    install(ctx, system.fonts);
    ctx.add_font_provider(system.others);
}

/// Installs these fonts.
pub fn install(ctx: &Context, fonts: FontDefinitions) {
    ctx.set_fonts(fonts);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use lucide_icons::Icon;

    use super::super::theme;
    use super::*;

    /// Collects the names after `Icon::` in the sources below a folder.
    fn icons_named(folder: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                icons_named(&path, names);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for (at, found) in text.match_indices("Icon::") {
                let inside_a_word = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                let rest = &text[at + found.len()..];
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
                let name = &rest[..end.unwrap_or(rest.len())];
                if !inside_a_word && name.starts_with(|c: char| c.is_ascii_uppercase()) {
                    names.insert(name.to_owned());
                }
            }
        }
    }

    /// Converts a name: `CircleCheck` to `circle-check`, `Trash2` to `trash-2`.
    fn icon(name: &str) -> Icon {
        let mut own = String::new();
        for c in name.chars() {
            if !own.is_empty() && !c.is_ascii_lowercase() {
                own.push('-');
            }
            own.push(c.to_ascii_lowercase());
        }
        Icon::try_from(own.as_str()).unwrap_or_else(|_| panic!("no icon is called {own}"))
    }

    #[test]
    fn every_icon_that_is_drawn_is_in_the_font() {
        let mut names = BTreeSet::new();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        icons_named(&sources, &mut names);
        assert!(names.contains("CloudUpload"), "{names:?}");
        let ctx = Context::default();
        install(&ctx, bundled());
        let mut frame = ctx.run_ui(egui::RawInput::default(), |_| {});
        frame.textures_delta.clear();
        ctx.fonts_mut(|fonts| {
            for name in names {
                let glyph = icon(&name).unicode();
                assert!(
                    fonts.has_glyph(&theme::icon_font(16.0), glyph),
                    "{name} is not in the font: run assets/icons/make"
                );
            }
        });
    }

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
        let system = of_system().fonts;
        for family in [FontFamily::Proportional, FontFamily::Monospace] {
            assert!(system.families[&family].ends_with(&bundled.families[&family]));
        }
    }
}
