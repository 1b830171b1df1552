//! Accessibility of a row: position, name, progress.

use egui::{Id, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, accesskit};

use crate::app::rows::{self, RowContext, Stage};
use crate::app::wording::row as words;
use crate::model::snapshot::{ItemId, Row};

/// A whole file, in percent.
const WHOLE: u8 = 100;

/// Index of a row in the whole list, from 0; only a few rows are drawn.
pub type RowIndex = usize;

/// Sets the row's accessible name (with its folder if ambiguous) and returns a child `Ui` whose
/// widgets are its accessibility children.
pub fn item(
    ui: &mut Ui,
    response: &Response,
    (row, folder): (&Row, Option<&str>),
    around: &RowContext,
    selected: bool,
    place: RowIndex,
) -> Ui {
    let in_focus = response
        .has_focus()
        .then(|| name(response, row, folder, around));
    response.widget_info(|| {
        let name = in_focus.clone();
        let name = name.unwrap_or_else(|| rows::spoken(row, folder, around));
        WidgetInfo::labeled(Role::ListItem, true, name)
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_selected(selected);
        node.set_position_in_set(place);
    });
    let within = UiBuilder::new()
        .max_rect(response.rect)
        .accessibility_parent(response.id);
    ui.new_child(within)
}

/// Returns the focused row's name as a sentence. A changed name is read aloud, so it is kept until
/// the row has progressed a stage.
fn name(response: &Response, row: &Row, folder: Option<&str>, around: &RowContext) -> String {
    let now = rows::spoken(row, folder, around);
    let (slot, stage) = (Id::unique("told"), rows::stage(row));
    let stands = |data: &mut egui::util::IdTypeMap| {
        let kept = data.get_temp::<(ItemId, Stage, String)>(slot);
        kept.filter(|(id, then, _)| (*id, *then) == (row.id, stage))
    };
    if !response.gained_focus()
        && let Some((_, _, name)) = response.ctx.data_mut(stands)
    {
        return name;
    }
    let keep = (row.id, stage, now.clone());
    response.ctx.data_mut(|data| data.insert_temp(slot, keep));
    now
}

/// Sets the progress value, which is read only on demand.
pub fn progress(ui: &Ui, place: Rect, id: Id, (row, called): (&Row, &str), around: &RowContext) {
    let Some(percent) = rows::percent(row) else {
        return;
    };
    ui.interact(place, id, Sense::hover());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::ProgressIndicator);
        node.set_label(words::button(called, words::progress()));
        node.set_description(rows::detail(row, around));
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
