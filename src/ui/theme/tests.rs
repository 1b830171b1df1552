//! Colour contrast by WCAG 2.2.

use std::sync::Arc;

use super::*;
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::Rejection;
use crate::text::status_word;

/// Relative luminance by WCAG 2.2.
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
            (p.on_sandbox, p.sandbox),
            (p.accent, p.surface),
            (p.accent, p.accent_tint),
            (p.text, p.notice_tint),
            (p.notice, p.notice_tint),
            (p.text, p.bad_tint),
            (p.bad, p.bad_tint),
            // A banner's plain button, at rest.
            (p.secondary, p.notice_tint),
            (p.secondary, p.bad_tint),
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

#[test]
fn a_sandbox_looks_like_no_other_banner() {
    for p in [&LIGHT, &DARK] {
        let sandbox = banner(Tone::Sandbox, p);
        for other in [Tone::Info, Tone::Notice, Tone::Bad] {
            let other = banner(other, p);
            assert_ne!(sandbox.icon.unicode(), other.icon.unicode());
            // Told apart by its bottom line, and in light by its background too.
            assert!(contrast(sandbox.line.1, other.ground) >= 3.0);
            assert!(sandbox.line.0 > other.line.0);
        }
    }
}

#[test]
fn where_the_system_asks_for_less_motion_nothing_moves() {
    let ctx = Context::default();
    install(&ctx);
    let time = |theme| ctx.style_of(theme).animation_time;
    assert_eq!(time(Theme::Light), MOTION);
    set_animations(&ctx, false);
    assert_eq!([time(Theme::Light), time(Theme::Dark)], [0.0, 0.0]);
    let scroll = ctx.style_of(Theme::Dark).scroll_animation;
    assert_eq!(scroll, ScrollAnimation::none());
    set_animations(&ctx, true);
    assert_eq!([time(Theme::Light), time(Theme::Dark)], [MOTION; 2]);
}

/// One of each status in the list.
fn statuses() -> Vec<Status> {
    let fault = Arc::new(Fault::new(FaultKind::ServerError));
    let now = std::time::Instant::now();
    vec![
        Status::Checking,
        Status::Settling,
        Status::Rejected(Rejection::Empty),
        Status::ReadyToUpload,
        Status::Queued,
        Status::Uploading,
        Status::Finishing,
        Status::Waiting {
            until: now,
            cause: Arc::clone(&fault),
        },
        Status::Processing {
            since: now,
            long: false,
        },
        Status::OtherKey {
            last4: "1234".to_owned(),
        },
        Status::Ready,
        Status::Failed(fault),
        Status::Paused,
        Status::Cancelled,
        Status::Duplicate { of: None },
    ]
}

#[test]
fn a_status_is_told_by_more_than_its_colour_and_read_on_every_ground_of_a_row() {
    for p in [&LIGHT, &DARK] {
        let mut words = std::collections::BTreeSet::new();
        for status in statuses() {
            let badge = badge(&status, p);
            let word = status_word(&status);
            assert!(words.insert(word), "{word} twice");
            for ground in [p.surface, p.hover, p.accent_tint] {
                let contrast = contrast(badge.colour, ground);
                assert!(contrast >= 4.5, "{word}: {contrast:.2}");
            }
        }
    }
}

#[test]
fn a_duplicate_looks_the_same_before_and_after_its_start() {
    let found = Status::FoundDuplicate(crate::model::snapshot::DuplicateStage::Known);
    let started = Status::Duplicate { of: None };
    assert_eq!(status_word(&found), status_word(&started));
    assert_eq!(badge(&found, &LIGHT).colour, badge(&started, &LIGHT).colour);
}

#[test]
fn progress_and_lines_of_focus_stand_out_from_what_is_behind_them() {
    for p in [&LIGHT, &DARK] {
        for bar in [p.working, p.accent, p.notice, p.secondary] {
            for ground in [p.surface, p.line] {
                assert!(contrast(bar, ground) >= 3.0, "{bar:?} on {ground:?}");
            }
        }
    }
}

/// Non-test sources of the drawing code, except the theme.
fn drawing() -> Vec<(String, String)> {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ui"));
    let (mut folders, mut found) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy();
            let name = name.replace('\\', "/");
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with("theme") && !name.ends_with("tests.rs") {
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 10);
    found
}

#[test]
fn colours_and_faces_are_named_in_the_theme_alone() {
    for (name, code) in drawing() {
        for literal in [
            "Color32::from_",
            "FontId::new",
            "FontId::prop",
            "FontId::mono",
        ] {
            assert!(!code.contains(literal), "{literal} in {name}");
        }
    }
}

/// Returns the decimal literals of a line, except 0, 0.5, 1 and 2.
fn sizes(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap();
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.');
    words
        // A word that begins with the point is a tuple's field.
        .filter(|word| word.contains('.') && !word.starts_with('.'))
        .filter(|word| word.parse::<f32>().is_ok())
        .filter(|number| !["0.0", "1.0", "2.0"].contains(number))
        .collect()
}

#[test]
fn sizes_are_named_in_the_theme_alone() {
    let line = "x11.f(a / 2.0, 14.0, b().0) + 0.5 // 7.0";
    assert_eq!(sizes(line), ["14.0", "0.5"]);
    for (name, code) in drawing() {
        // The logo has its own units; percentages are not sizes.
        if name == "widgets/logo.rs" || name == "desktop.rs" {
            continue;
        }
        for line in code.lines() {
            assert_eq!(sizes(line), Vec::<&str>::new(), "{name}: {line}");
            for whole in ["(1.0,", "splat(1.0)", "Stroke::new(1.0", "Stroke::new(2.0"] {
                assert!(!line.contains(whole), "{name}: {line}");
            }
        }
    }
}

#[test]
fn of_lines_that_do_not_all_fit_the_last_in_sight_is_cut_in_its_middle() {
    for (height, cut) in [(100.0, 90.0), (90.0, 90.0), (89.0, 70.0), (30.0, 30.0)] {
        assert_eq!(size::cut(height, 20.0), cut, "{height}");
    }
}
