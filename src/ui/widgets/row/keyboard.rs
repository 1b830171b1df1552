//! Keyboard of a row.

use egui::style::ScrollAnimation;
use egui::{EventFilter, Rect, Response, Ui, vec2};

/// Keys that a focused row leaves to the list.
pub const LIST_KEYS: EventFilter = EventFilter {
    tab: false,
    horizontal_arrows: false,
    vertical_arrows: true,
    escape: true,
};

/// Keyboard state of a row.
#[derive(Clone, Copy, Debug)]
pub struct Keyboard {
    /// Tab stops at this row only, since stopping at each would take too long; arrows go on from
    /// here.
    pub entry: bool,
    /// Takes the focus now.
    pub focus: bool,
    /// Opens the row's menu now.
    pub menu: bool,
}

/// Focused part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The row itself.
    Row,
    /// One of its buttons.
    Button,
}

/// Scrolls a newly focused row into view with its neighbours, so that there is always a next one.
pub fn keep_in_sight(ui: &Ui, row: Rect, response: &Response) {
    if response.gained_focus() {
        let with_neighbours = row.expand2(vec2(0.0, row.height()));
        ui.scroll_to_rect_animation(with_neighbours, None, ScrollAnimation::none());
    }
}
