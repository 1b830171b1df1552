//! Building blocks of the dialogs.

use egui::{Id, Margin, TextEdit, Ui, vec2};
use lucide_icons::Icon;

use crate::app::command::UiCommand;
use crate::app::dialog::Dialog;
use crate::app::state::App;
use crate::app::wording;
use crate::ui::theme::{self, Palette, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::{card, text};

pub fn dialog_id() -> Id {
    Id::unique("dialog")
}

/// Id of the question that last set the focus.
pub fn asked() -> Id {
    Id::unique("question")
}

/// Draws a question's buttons: the risky ones first, the safe default last and focused.
pub fn choice(
    ui: &mut Ui,
    dialog: Dialog,
    stake: (Button<'_>, UiCommand),
    safe: &str,
    out: &mut Vec<UiCommand>,
) {
    let fresh = ui.data(|data| data.get_temp::<Dialog>(asked()).as_ref() != Some(&dialog));
    // An invisible measuring pass can't take the focus.
    let fresh = fresh && !ui.is_sizing_pass();
    if fresh {
        ui.data_mut(|data| data.insert_temp(asked(), dialog));
    }
    let safe = Button::of(&UiCommand::CloseDialog, ButtonStyle::Primary)
        .labelled(safe)
        .focused(fresh);
    let both = vec![stake, (safe, UiCommand::CloseDialog)];
    buttons(ui, both, out);
}

/// Draws the title, which also names the dialog.
pub fn title(ui: &mut Ui, words: &str) {
    let name = text::labelling(ui, words, type_size::TITLE, Palette::of(ui).text);
    ui.ctx().accesskit_node_builder(dialog_id(), |node| {
        node.push_labelled_by(name.id.accesskit_id());
        node.set_modal();
    });
}

/// Creates a text field of one line, as wide as the dialog, for at most this many characters.
pub fn field(typed: &mut String, limit: usize) -> TextEdit<'_> {
    TextEdit::singleline(typed)
        .char_limit(limit)
        .margin(Margin::symmetric(space::M as i8, space::S as i8))
        .min_size(vec2(0.0, size::BUTTON))
        .desired_width(f32::INFINITY)
}

pub fn body(ui: &mut Ui, words: &str) {
    text::label(ui, words, type_size::BODY, Palette::of(ui).secondary);
}

/// Draws named facts on a card.
pub fn facts(ui: &mut Ui, facts: impl IntoIterator<Item = (&'static str, String)>) {
    let p = Palette::of(ui);
    card::card(ui)
        .fill(p.raised)
        .inner_margin(space::M)
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            for (name, value) in facts {
                let line = wording::row::named(name, &value);
                text::label(ui, &line, type_size::SMALL, p.secondary);
            }
        });
}

/// Draws the buttons at the foot, the primary one last at the right.
pub fn buttons(ui: &mut Ui, buttons: Vec<(Button<'_>, UiCommand)>, out: &mut Vec<UiCommand>) {
    ui.add_space(space::XS);
    let right = |ui: &mut Ui| {
        for (button, command) in buttons {
            if button.show(ui) {
                out.push(command);
            }
        }
    };
    card::left_right(ui, size::BUTTON, |_| (), right);
}

pub fn plain(command: UiCommand) -> (Button<'static>, UiCommand) {
    (
        Button::of(&command, ButtonStyle::Outlined).without_icon(),
        command,
    )
}
/// Shows an address or path that did not open, with a copy button.
pub fn unopened(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let Some(unopened) = app.opener().failed() else {
        return;
    };
    let p = Palette::of(ui);
    text::label(ui, unopened.said, type_size::SMALL, p.notice);
    let copy = unopened.copy.clone();
    let mut button = Button {
        reserve_width_for: copy.entry().label,
        ..Button::of(&copy, ButtonStyle::Outlined).small()
    };
    if unopened.copied {
        button.label = wording::row::copied();
        button.icon = Some(Icon::Check);
        button.colour = Some(p.good);
    }
    let left = |ui: &mut Ui| {
        let address = egui::RichText::new(&unopened.text);
        let address = address.font(theme::mono(type_size::SMALL)).color(p.text);
        ui.add(egui::Label::new(address).selectable(true).truncate());
    };
    let right = |ui: &mut Ui| {
        if button.show(ui) {
            out.push(copy);
        }
    };
    card::left_right(ui, size::SMALL_BUTTON, left, right);
}
