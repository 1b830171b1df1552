//! The question before assets are deleted from the service.

use egui::{Id, Ui};

use super::parts::{body, buttons, choice, field, plain, title};
use crate::app::command::UiCommand;
use crate::app::deletion::DeletionRequest;
use crate::app::dialog::Dialog;
use crate::app::library::command::LibraryCommand;
use crate::app::wording::deletion as words;
use crate::ui::theme::{Palette, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::text;

/// Most characters of the count.
const COUNT: usize = 12;

/// Returns where the typed count is kept while the dialog is open.
pub fn draft() -> Id {
    Id::unique("deletion_count")
}

/// Draws the question.
pub fn show(ui: &mut Ui, request: &DeletionRequest, out: &mut Vec<UiCommand>) {
    let assets = request.ids().len();
    let left_out = words::left_out(request);
    if assets == 0 {
        title(ui, words::nothing());
        body(ui, &left_out);
        buttons(ui, vec![plain(UiCommand::CloseDialog)], out);
        return;
    }
    title(ui, &words::ask(assets));
    body(ui, &words::named(request));
    body(ui, &words::means(request));
    if !left_out.is_empty() {
        body(ui, &left_out);
    }
    let mut why_not = None;
    let ask = words::type_count(assets);
    if request.needs_count() {
        let mut typed = ui.data(|data| data.get_temp::<String>(draft()).unwrap_or_default());
        let p = Palette::of(ui);
        let name = text::labelling(ui, &ask, type_size::SMALL, p.text);
        ui.add(field(&mut typed, COUNT)).labelled_by(name.id);
        why_not = (!request.is_count(&typed)).then_some(ask.as_str());
        ui.data_mut(|data| data.insert_temp(draft(), typed));
    }
    let delete = UiCommand::Library(LibraryCommand::ConfirmDelete);
    let label = words::confirm(assets);
    let stake = Button::of(&delete, ButtonStyle::Outlined)
        .labelled(&label)
        .blocked(why_not);
    let dialog = Dialog::DeleteAssets(request.clone().into());
    choice(ui, dialog, (stake, delete), words::keep(), out);
}
