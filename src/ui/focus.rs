//! Keeps keyboard focus when the focused widget disappears: it moves to the replacement or nearest
//! neighbour, into an opening dialog, and back when the dialog closes. (egui alone would reset it.)

use egui::style::ScrollAnimation;
use egui::{Context, EventFilter, Id, LayerId, Memory, Rect, Response, Ui};

use super::theme;

/// A focusable widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FocusTarget {
    id: Id,
    layer: LayerId,
}

/// Focus state of the previous frame.
#[derive(Debug, Default)]
pub struct FocusKeeper {
    /// Focusable widgets of the previous frame, by layer, in order.
    stops: Vec<FocusTarget>,
    /// Focused widget of the previous frame.
    at: Option<FocusTarget>,
    /// Last focus in the window itself, below dialogs and menus.
    below: Option<Id>,
}

impl FocusKeeper {
    /// Restores the focus after everything was drawn.
    pub fn restore(&mut self, ctx: &Context) {
        if ctx.will_discard() {
            return;
        }
        let now = stops(ctx);
        // A closed layer stays on top until this pass ends.
        let drawn = |dialog: &LayerId| now.iter().any(|stop| stop.layer == *dialog);
        let dialog = ctx.memory(Memory::top_modal_layer).filter(drawn);
        let find = |id: Id| now.iter().find(|stop| stop.id == id).copied();
        let focused = ctx.memory(Memory::focused).and_then(find);
        let focused = focused.filter(|stop| dialog.is_none_or(|dialog| stop.layer == dialog));
        let ground = LayerId::background();
        self.below = match focused {
            Some(stop) if stop.layer == ground => Some(stop.id),
            _ => self
                .below
                .and_then(|id| nearest_remaining(id, ground, &self.stops, &now)),
        };
        let at = focused.or_else(|| {
            let to = self.fallback(dialog, &now)?;
            ctx.memory_mut(|memory| memory.request_focus(to));
            ctx.request_repaint();
            find(to)
        });
        // Focus dropped on purpose stays dropped, but from a dialog or menu it returns to the
        // window.
        let over = self.at.filter(|at| at.layer != ground && now.contains(at));
        self.at = at.or(over);
        self.stops = now;
    }

    /// Returns the new focus if the old one was lost involuntarily.
    fn fallback(&self, dialog: Option<LayerId>, now: &[FocusTarget]) -> Option<Id> {
        let first = |layer: LayerId| now.iter().find(|stop| stop.layer == layer);
        match (dialog, self.at) {
            (Some(dialog), Some(at)) if at.layer == dialog && now.contains(&at) => None,
            (Some(dialog), Some(at)) if at.layer == dialog => {
                nearest_remaining(at.id, dialog, &self.stops, now)
                    .or(first(dialog).map(|stop| stop.id))
            }
            (Some(dialog), _) => first(dialog).map(|stop| stop.id),
            (None, Some(at)) if now.contains(&at) => None,
            (None, Some(at)) if at.layer != LayerId::background() => {
                nearest_remaining(at.id, at.layer, &self.stops, now).or(self.below)
            }
            (None, Some(_)) => self.below,
            (None, None) => None,
        }
    }
}

/// Returns all visible focusable widgets of this pass.
fn stops(ctx: &Context) -> Vec<FocusTarget> {
    ctx.viewport(|viewport| {
        let layers = viewport.this_pass.widgets.layers();
        layers
            .flat_map(|(layer, widgets)| {
                let stops = widgets.iter().filter(|widget| {
                    widget.enabled && widget.visible && widget.sense.is_focusable()
                });
                stops.map(|widget| FocusTarget {
                    id: widget.id,
                    layer: *layer,
                })
            })
            .collect()
    })
}

/// Returns the widget itself, else its only replacement, else the nearer neighbour (the previous
/// one on a tie).
fn nearest_remaining(
    id: Id,
    layer: LayerId,
    before: &[FocusTarget],
    now: &[FocusTarget],
) -> Option<Id> {
    let of_layer = |stops: &[FocusTarget]| -> Vec<Id> {
        let stops = stops.iter().filter(|stop| stop.layer == layer);
        stops.map(|stop| stop.id).collect()
    };
    let now = of_layer(now);
    if now.contains(&id) {
        return Some(id);
    }
    let before = of_layer(before);
    let at = before.iter().position(|stop| *stop == id)?;
    let place = |stop: &Id| now.iter().position(|now| now == stop);
    let there = |(far, stop): (usize, &Id)| Some((far, place(stop)?));
    let earlier = before[..at].iter().rev().enumerate().find_map(there);
    let later = before[at + 1..].iter().enumerate().find_map(there);
    let from = earlier.map_or(0, |(_, place)| place + 1);
    let to = later.map_or(now.len(), |(_, place)| place);
    if let Some([one]) = now.get(from..to) {
        return Some(*one);
    }
    let nearer = match (earlier, later) {
        (Some((near, place)), Some((far, _))) if near <= far => place,
        (_, Some((_, place))) | (Some((_, place)), None) => place,
        (None, None) => return None,
    };
    now.get(nearer).copied()
}

/// Draws the focus ring and keeps the focus on Escape. Arrows are kept in dialogs too, where they
/// would reach widgets below.
pub fn ring(ui: &Ui, response: &Response, rect: Rect, corner: u8) {
    theme::focus_ring(ui, response, rect, corner);
    if !response.has_focus() {
        return;
    }
    let in_dialog = ui.memory(Memory::top_modal_layer) == Some(ui.layer_id());
    if in_dialog && response.gained_focus() {
        ui.scroll_to_rect_animation(rect, None, ScrollAnimation::none());
    }
    ui.memory_mut(|memory| {
        let keys = EventFilter {
            tab: false,
            horizontal_arrows: in_dialog,
            vertical_arrows: in_dialog,
            escape: true,
        };
        memory.set_focus_lock_filter(response.id, keys);
    });
}
