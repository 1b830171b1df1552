use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use egui::{RawInput, Theme};

use super::*;

#[test]
fn the_system_is_asked_when_the_first_frame_stands_and_its_faces_are_used() {
    let ctx = Context::default();
    ctx.set_fonts(fonts::bundled());
    let (wake, woken) = channel();
    let mut preferences = SystemPreferences::watching(Arc::new(move || {
        let _ = wake.send(());
    }));
    let frame = |preferences: &mut SystemPreferences| {
        let mut output = ctx.run_ui(RawInput::default(), |ui| {
            preferences.apply(ui.ctx());
            preferences.after_frame(ui.ctx());
        });
        output.textures_delta.clear();
    };
    frame(&mut preferences);
    assert!(preferences.faces.is_none(), "the first frame comes first");
    frame(&mut preferences);
    assert!(preferences.faces.is_some());
    while preferences.faces.is_some() {
        woken.recv_timeout(Duration::from_secs(60)).expect("faces");
        frame(&mut preferences);
    }
}

#[test]
fn whether_less_is_to_move_is_asked_again_when_the_window_is_come_back_to() {
    static REDUCED: AtomicBool = AtomicBool::new(false);
    let ctx = Context::default();
    theme::install(&ctx);
    let (wake, woken) = channel();
    let wake: Wake = Arc::new(move || {
        let _ = wake.send(());
    });
    let mut preferences = SystemPreferences {
        system: Some((wake, || REDUCED.load(Ordering::Relaxed))),
        has_asked: true,
        has_drawn: true,
        ..SystemPreferences::default()
    };
    let mut frame = |focused| {
        let input = RawInput {
            focused,
            ..RawInput::default()
        };
        let mut output = ctx.run_ui(input, |ui| preferences.apply(ui.ctx()));
        output.textures_delta.clear();
        ctx.style_of(Theme::Light).animation_time > 0.0
    };
    for reduced in [false, true, false] {
        REDUCED.store(reduced, Ordering::Relaxed);
        frame(false);
        frame(true);
        woken.recv_timeout(Duration::from_secs(60)).expect("motion");
        assert_eq!(frame(true), !reduced);
    }
    // While focused, nothing is read.
    REDUCED.store(true, Ordering::Relaxed);
    assert!(frame(true));
    assert!(woken.try_recv().is_err());
}
