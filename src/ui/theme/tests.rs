//! Contrast of the colours, after WCAG 2.2.

use super::*;

/// Relative luminance after WCAG 2.2.
fn luminance(colour: Color32) -> f64 {
    let [red, green, blue] = [colour.r(), colour.g(), colour.b()].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: Color32, other: Color32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_text_colour_has_contrast_on_every_ground_it_stands_on() {
    for p in [&LIGHT, &DARK] {
        let grounds = [p.background, p.surface, p.raised, p.hover, p.accent_tint];
        for ground in grounds {
            for text in [p.text, p.secondary, p.good, p.notice, p.bad, p.working] {
                let contrast = contrast(text, ground);
                assert!(contrast >= 4.5, "{text:?} on {ground:?}: {contrast:.2}");
            }
        }
        for (text, ground) in [
            (p.on_accent, p.accent),
            (p.on_accent, p.accent_strong),
            (p.accent, p.surface),
            (p.accent, p.accent_tint),
            (p.text, p.notice_tint),
            (p.notice, p.notice_tint),
            (p.text, p.bad_tint),
            (p.bad, p.bad_tint),
        ] {
            let contrast = contrast(text, ground);
            assert!(contrast >= 4.5, "{text:?} on {ground:?}: {contrast:.2}");
        }
    }
}

#[test]
fn the_focus_ring_is_seen_on_every_ground() {
    for p in [&LIGHT, &DARK] {
        for ground in [p.background, p.surface, p.raised, p.hover] {
            assert!(contrast(p.accent, ground) >= 3.0);
        }
    }
}
