//! Keyboard, focus and accessibility of the list's rows and headers.

use egui::style::ScrollAnimation;
use egui::{
    EventFilter, Id, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, accesskit, vec2,
};

use crate::app::wording::row as words;

/// Everything, in percent.
const WHOLE: u8 = 100;

/// Index of a header or row in the whole list, from 0; only a few are drawn.
pub type ListPlace = usize;

/// Keyboard state of an item.
#[derive(Clone, Copy, Debug)]
pub struct Keyboard {
    /// Tab stops at this item only, since stopping at each would take too long; arrows go on from
    /// here.
    pub entry: bool,
    /// Takes the focus now.
    pub focus: bool,
    /// Opens the item's menu now.
    pub menu: bool,
}

impl Keyboard {
    /// Returns what the item senses.
    pub fn sense(self) -> Sense {
        match self.entry {
            true => Sense::click(),
            false => Sense::CLICK,
        }
    }
}

/// Focused part of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The item itself.
    Row,
    /// One of its buttons.
    Button,
}

impl Focus {
    /// Returns the focused part, if any.
    pub fn of(is_in_item: bool, is_in_button: bool) -> Option<Self> {
        match (is_in_item, is_in_button) {
            (true, _) => Some(Self::Row),
            (false, true) => Some(Self::Button),
            (false, false) => None,
        }
    }
}

/// Leaves arrows up and down to the list while the item has the focus, and those to the sides if
/// `horizontal`; returns `true` if it has.
pub fn keep_focus(ui: &Ui, response: &Response, keyboard: Keyboard, horizontal: bool) -> bool {
    if keyboard.focus {
        response.request_focus();
    }
    if response.has_focus() {
        let keys = EventFilter {
            tab: false,
            horizontal_arrows: horizontal,
            vertical_arrows: true,
            escape: true,
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, keys));
    }
    response.has_focus()
}

/// Scrolls a newly focused item into view with its neighbours, so that there is always a next one.
pub fn keep_in_sight(ui: &Ui, item: Rect, response: &Response) {
    if response.gained_focus() {
        let with_neighbours = item.expand2(vec2(0.0, item.height()));
        ui.scroll_to_rect_animation(with_neighbours, None, ScrollAnimation::none());
    }
}

/// Names an item for screen readers and returns a child `Ui` whose widgets are its accessibility
/// children. The name of the focused item is kept until its `stage` changes.
pub fn accessible<S: Clone + PartialEq + Send + Sync + 'static>(
    ui: &mut Ui,
    response: &Response,
    place: ListPlace,
    stage: S,
    spoken: impl Fn() -> String,
) -> Ui {
    let in_focus = response
        .has_focus()
        .then(|| kept_name(response, stage, &spoken));
    response.widget_info(|| {
        let name = in_focus.clone().unwrap_or_else(&spoken);
        WidgetInfo::labeled(Role::ListItem, true, name)
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_position_in_set(place);
    });
    let within = UiBuilder::new()
        .id_salt(response.id)
        .max_rect(response.rect)
        .accessibility_parent(response.id);
    ui.new_child(within)
}

/// Returns the focused item's name. A changed name is read aloud, so it is kept until the item has
/// progressed a stage.
fn kept_name<S: Clone + PartialEq + Send + Sync + 'static>(
    response: &Response,
    stage: S,
    spoken: impl Fn() -> String,
) -> String {
    let slot = Id::unique("told");
    let kept = response
        .ctx
        .data_mut(|data| data.get_temp::<(Id, S, String)>(slot));
    let stands = |(id, then, _): &(Id, S, String)| *id == response.id && *then == stage;
    if !response.gained_focus()
        && let Some((.., name)) = kept.filter(stands)
    {
        return name;
    }
    let keep = (response.id, stage, spoken());
    let name = keep.2.clone();
    response.ctx.data_mut(|data| data.insert_temp(slot, keep));
    name
}

/// Sets the progress value, which is read only on demand. `called` names the item.
pub fn progress(
    ui: &Ui,
    place: Rect,
    id: Id,
    called: &str,
    percent: u8,
    detail: impl FnOnce() -> String,
) {
    ui.interact(place, id, Sense::hover());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::ProgressIndicator);
        node.set_label(words::button(called, words::progress()));
        node.set_description(detail());
        node.set_min_numeric_value(0_u8.into());
        node.set_max_numeric_value(WHOLE.into());
        node.set_numeric_value(f64::from(percent));
        node.set_bounds(accesskit::Rect {
            x0: place.left().into(),
            y0: place.top().into(),
            x1: place.right().into(),
            y1: place.bottom().into(),
        });
    });
}
