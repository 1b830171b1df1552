//! What the system wishes for the window: its own fonts, and less motion. It is slow to say
//! so, and is asked when the first frame stands, which would come later for it.

use std::sync::Arc;

use egui::Context;

use super::fonts::{self, SystemFaces};
use super::{motion, theme};
use crate::app::pending::{Outcome, Pending, Wake};

/// What the system wishes, as far as it is known.
#[derive(Default)]
pub struct Wishes {
    /// Wakes the window, where the system is still to be asked.
    ask: Option<Wake>,
    drawn: bool,
    faces: Option<Pending<SystemFaces>>,
    still: Option<Pending<bool>>,
}

impl Wishes {
    /// The system is asked once the window was drawn.
    pub fn to_ask(wake: Wake) -> Self {
        Self {
            ask: Some(wake),
            ..Self::default()
        }
    }

    /// A frame was drawn; it is shown before the next one is begun.
    pub fn drawn(&mut self, ctx: &Context) {
        self.drawn = true;
        if self.ask.is_some() {
            ctx.request_repaint();
        }
    }

    /// Asks when it is time, and does what the system wishes.
    pub fn fulfil(&mut self, ctx: &Context) {
        if self.drawn
            && let Some(wake) = self.ask.take()
        {
            self.faces = Some(Pending::spawn("fonts", Arc::clone(&wake), fonts::of_system));
            self.still = Some(Pending::spawn("motion", wake, motion::is_reduced));
        }
        if let Some(Outcome::Answer(faces)) = Pending::take_from(&mut self.faces) {
            fonts::install_system(ctx, faces);
        }
        if let Some(Outcome::Answer(true)) = Pending::take_from(&mut self.still) {
            tracing::info!("nothing moves, as the system asks");
            theme::hold_still(ctx);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use egui::RawInput;

    use super::*;

    #[test]
    fn the_system_is_asked_when_the_first_frame_stands_and_its_faces_are_used() {
        let ctx = Context::default();
        fonts::install(&ctx, fonts::bundled());
        let (wake, woken) = channel();
        let mut wishes = Wishes::to_ask(Arc::new(move || {
            let _ = wake.send(());
        }));
        let frame = |wishes: &mut Wishes| {
            let mut output = ctx.run_ui(RawInput::default(), |ui| {
                wishes.fulfil(ui.ctx());
                wishes.drawn(ui.ctx());
            });
            output.textures_delta.clear();
        };
        frame(&mut wishes);
        assert!(wishes.faces.is_none(), "the first frame comes first");
        frame(&mut wishes);
        assert!(wishes.faces.is_some() && wishes.ask.is_none());
        while wishes.faces.is_some() {
            woken.recv_timeout(Duration::from_secs(60)).expect("faces");
            frame(&mut wishes);
        }
    }
}
