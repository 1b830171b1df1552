//! System fonts and reduced motion. Both are slow to read, so they are read after the first frame;
//! motion again whenever the window regains focus, since it may have changed.

use std::sync::Arc;

use egui::Context;

use super::fonts::{self, SystemFaces};
use super::{reduced_motion, theme};
use crate::app::pending::{Outcome, Pending, Wake};

/// System preferences known so far.
#[derive(Default)]
pub struct SystemPreferences {
    /// Window waker and motion query; `None` if the system is not to be asked.
    system: Option<(Wake, fn() -> bool)>,
    has_drawn: bool,
    has_asked: bool,
    has_focus: bool,
    faces: Option<Pending<SystemFaces>>,
    reduced_motion: Option<Pending<bool>>,
    motion_is_reduced: bool,
}

impl SystemPreferences {
    /// Creates preferences that are read after the first frame.
    pub fn watching(wake: Wake) -> Self {
        Self {
            system: Some((wake, reduced_motion::prefers_reduced_motion)),
            ..Self::default()
        }
    }

    /// Notes that a frame was drawn; it is shown before the next one begins.
    pub fn after_frame(&mut self, ctx: &Context) {
        self.has_drawn = true;
        if self.system.is_some() && !self.has_asked {
            ctx.request_repaint();
        }
    }

    /// Reads due preferences and applies them.
    pub fn apply(&mut self, ctx: &Context) {
        let has_focus = ctx.input(|input| input.focused);
        let had_focus = std::mem::replace(&mut self.has_focus, has_focus);
        if self.has_drawn
            && let Some((wake, query)) = &self.system
        {
            let is_first = !std::mem::replace(&mut self.has_asked, true);
            if is_first {
                self.faces = Some(Pending::spawn("fonts", Arc::clone(wake), fonts::of_system));
            }
            let comes_back = has_focus && !had_focus;
            if (is_first || comes_back) && self.reduced_motion.is_none() {
                self.reduced_motion = Some(Pending::spawn("motion", Arc::clone(wake), *query));
            }
        }
        if let Some(Outcome::Answer(faces)) = Pending::take_from(&mut self.faces) {
            fonts::install_system(ctx, faces);
        }
        if let Some(Outcome::Answer(reduced)) = Pending::take_from(&mut self.reduced_motion)
            && reduced != self.motion_is_reduced
        {
            if reduced {
                tracing::info!("animations off: the system asks for reduced motion");
            } else {
                tracing::info!("animations on");
            }
            self.motion_is_reduced = reduced;
            theme::set_animations(ctx, !reduced);
        }
    }
}

#[cfg(test)]
mod tests;
