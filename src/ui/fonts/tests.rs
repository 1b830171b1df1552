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
    ctx.set_fonts(bundled());
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
