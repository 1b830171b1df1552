//! Toolbar: filter, search, sort, and commands on the selection.

use egui::{EventFilter, Id, Key, Margin, TextEdit, Ui};
use lucide_icons::Icon;

use crate::app::command::{BulkAction, Column, ExportFormat, Filter, ReportScope, UiCommand};
use crate::app::state::App;
use crate::app::wording::{command as table, selection as selected};
use crate::text::messages::window as words;
use crate::ui::theme::{Palette, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle, chip};
use crate::ui::widgets::check::{self, Tick};
use crate::ui::widgets::menu::{self, MenuItem};
use crate::ui::widgets::{card, text};

/// Maximum search length: the longest file name. A pasted book would be laid out in every frame.
const LONGEST_SEARCH: usize = 255;

/// Draws the toolbar. In a low window it also holds the add buttons, and the selection's commands
/// replace everything else.
pub fn show(ui: &mut Ui, app: &App, low: bool, out: &mut Vec<UiCommand>) {
    if low && !app.list().selected().is_empty() {
        selection(ui, app, true, out);
        return;
    }
    let there = |filter: &Filter| app.list().count(*filter) > 0;
    let chips = Filter::EACH.into_iter().filter(there).count();
    let wide = ui.available_width()
        >= if chips > size::FEW_CHIPS {
            size::ALL_CHIPS
        } else {
            size::CHIPS
        };
    let (mut shown, mut asked) = (Vec::new(), Vec::new());
    let left = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        queue_select_all(ui, app, &mut shown);
        if wide {
            for filter in Filter::EACH {
                filter_chip(ui, app, filter, &mut shown);
            }
        } else {
            filter_menu(ui, app, &mut shown);
            if app.list().filter() != Filter::Attention {
                filter_chip(ui, app, Filter::Attention, &mut shown);
            }
        }
    };
    let right = |ui: &mut Ui| {
        let (typed, hint) = (app.list().search(), selected::search());
        search(ui, typed, hint, &mut asked);
        sort(ui, app, &mut asked);
        if low {
            for command in [UiCommand::ChooseFiles, UiCommand::ChooseFolder] {
                let button = Button::of(&command, ButtonStyle::Outlined)
                    .small()
                    .icon_only();
                if button.show_with_id(ui, ("add", command.entry().label)) {
                    asked.push(command);
                }
            }
        }
    };
    card::left_right(ui, size::SMALL_BUTTON, left, right);
    out.extend(shown);
    out.extend(asked);
}

fn queue_select_all(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let list = app.list();
    select_all(ui, list.all_selected(), list.selected().is_empty(), out);
}

/// Draws the checkbox that selects everything shown.
pub fn select_all(ui: &mut Ui, all: bool, none: bool, out: &mut Vec<UiCommand>) {
    let tick = match (all, none) {
        (true, _) => Tick::On,
        (_, true) => Tick::Off,
        _ => Tick::Some,
    };
    let command = match tick {
        Tick::On => UiCommand::SelectNone,
        Tick::Off | Tick::Some => UiCommand::SelectAll,
    };
    if check::show(ui, tick, UiCommand::SelectAll.entry().label) {
        out.push(command);
    }
    ui.add_space(space::S);
}

fn filter_words(app: &App, filter: Filter) -> String {
    words::chip(app.list().count(filter), table::filter(filter))
}

fn filter_chip(ui: &mut Ui, app: &App, filter: Filter, out: &mut Vec<UiCommand>) {
    if app.list().count(filter) == 0 && filter != Filter::All {
        return;
    }
    let on = app.list().filter() == filter;
    let urgent = filter == Filter::Attention;
    if chip(
        ui,
        table::filter(filter),
        &filter_words(app, filter),
        on,
        urgent,
    ) {
        out.push(UiCommand::Show(filter));
    }
}

fn filter_menu(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let now = app.list().filter();
    let label = filter_words(app, now);
    let button = Button {
        icon: Some(Icon::ChevronDown),
        icon_last: true,
        hint: words::filters_hint().to_owned(),
        ..Button::of(&UiCommand::Show(now), ButtonStyle::Outlined)
            .labelled(&label)
            .small()
    };
    let items = Filter::EACH
        .into_iter()
        .filter(|filter| app.list().count(*filter) > 0 || *filter == Filter::All)
        .map(|filter| MenuItem {
            label: Some(filter_words(app, filter)),
            ..MenuItem::choice(UiCommand::Show(filter), filter == now)
        });
    menu::show(ui, button, items.collect(), out);
}

fn sort(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let now = app.list().sort();
    let choices = Column::EACH.map(UiCommand::SortBy);
    let name = table::column(now.column);
    sort_menu(
        ui,
        &choices,
        &UiCommand::SortBy(now.column),
        (name, !now.reversed),
        out,
    );
}

/// Draws the menu of orders; the one in use has this name, and an arrow of its direction.
pub fn sort_menu(
    ui: &mut Ui,
    choices: &[UiCommand],
    now: &UiCommand,
    (name, is_down): (&str, bool),
    out: &mut Vec<UiCommand>,
) {
    let button = Button {
        label: "",
        name: words::sort(),
        icon: Some(Icon::ArrowUpDown),
        hint: words::sort_hint(name),
        ..Button::of(now, ButtonStyle::Plain).small()
    };
    let items = choices.iter().map(|choice| MenuItem {
        icon: (choice == now).then(|| sort_arrow(is_down)),
        ..MenuItem::choice(choice.clone(), choice == now)
    });
    menu::show(ui, button, items.collect(), out);
}

/// Returns the arrow of an order.
pub fn sort_arrow(is_down: bool) -> Icon {
    match is_down {
        true => Icon::ArrowDown,
        false => Icon::ArrowUp,
    }
}

/// Keys handled by a text field: Escape clears it and keeps the focus.
const FIELD_KEYS: EventFilter = EventFilter {
    tab: false,
    horizontal_arrows: true,
    vertical_arrows: true,
    escape: true,
};

/// Returns the id of the search field.
pub fn search_field() -> Id {
    Id::unique("search field")
}

/// Draws the search field of a page.
pub fn search(ui: &mut Ui, search: &str, hint: &str, out: &mut Vec<UiCommand>) {
    let mut typed = search.to_owned();
    let id = search_field();
    let y = space::XS as i8;
    // The button that clears it lies within, so that typing moves nothing.
    let after = match search.is_empty() {
        true => space::S,
        false => size::SMALL_BUTTON,
    };
    let margin = Margin {
        left: space::S as i8,
        right: after as i8,
        top: y,
        bottom: y,
    };
    let field = TextEdit::singleline(&mut typed)
        .id(id)
        .char_limit(LONGEST_SEARCH)
        .hint_text(hint)
        .font(egui::TextStyle::Small)
        .event_filter(FIELD_KEYS)
        .margin(margin)
        .min_size(egui::vec2(0.0, size::SMALL_BUTTON))
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(size::SEARCH - space::S - after);
    let response = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(words::search()));
    let clear = UiCommand::Search(String::new());
    if response.changed() {
        out.push(UiCommand::Search(typed));
    } else if response.has_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        out.push(clear.clone());
    }
    let button = Button {
        icon: Some(Icon::X),
        ..Button::of(&clear, ButtonStyle::Plain).small().icon_only()
    };
    let rect = response.rect;
    let rect = rect.with_min_x(rect.right() - size::SMALL_BUTTON);
    let id = response.id.with("clear");
    if !search.is_empty() && button.show_at(ui, rect, id).clicked() {
        out.push(clear);
    }
}

/// Draws the selection's count and commands. `alone` if the list's own line with the checkbox is
/// hidden.
pub fn selection(ui: &mut Ui, app: &App, alone: bool, out: &mut Vec<UiCommand>) {
    let height = if alone {
        size::SMALL_BUTTON
    } else {
        size::BUTTON
    };
    let fits = app.list().fits();
    let wide = ui.available_width() >= size::CHIPS;
    let (mut shown, mut asked) = (Vec::new(), Vec::new());
    let left = |ui: &mut Ui| {
        if alone {
            queue_select_all(ui, app, &mut shown);
        }
        let number = selected::selected(app.list().selected().len());
        text::line(ui, &number, type_size::BODY, Palette::of(ui).text);
        let none = (fits.ids == 0).then_some(selected::no_ids());
        copy_buttons(ui, app, none, &mut shown);
    };
    let right = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for many in BulkAction::EACH {
            let (command, (.., name)) = (UiCommand::Selected(many), table::many(many));
            let mut button = Button::of(&command, ButtonStyle::Plain).small();
            if !wide {
                button = button.icon_only();
            }
            let button = Button { name, ..button };
            if fits.of(many) > 0 && button.show_with_id(ui, ("many", many)) {
                asked.push(command);
            }
        }
        let none = Button {
            icon: Some(Icon::X),
            ..Button::of(&UiCommand::SelectNone, ButtonStyle::Plain)
                .small()
                .icon_only()
        };
        if none.show(ui) {
            asked.push(UiCommand::SelectNone);
        }
    };
    card::left_right(ui, height, left, right);
    out.extend(shown);
    out.extend(asked);
}

/// Draws the buttons that copy or save the IDs of the selection.
pub fn copy_buttons(ui: &mut Ui, app: &App, blocked: Option<&str>, out: &mut Vec<UiCommand>) {
    let copy = Button::of(&UiCommand::CopySelected, ButtonStyle::Outlined)
        .small()
        .blocked(blocked);
    if copy.show(ui) {
        out.push(UiCommand::CopySelected);
    }
    let (label, hint) = words::copy_as();
    let other = Button {
        icon: Some(Icon::ChevronDown),
        icon_last: true,
        hint: hint.to_owned(),
        ..Button::of(&UiCommand::CopyAs(ExportFormat::Csv), ButtonStyle::Outlined)
            .labelled(label)
            .small()
    };
    let copied = MenuItem::copies(app, UiCommand::CopyAs);
    let saved = ExportFormat::SAVED.map(UiCommand::Export);
    let report = UiCommand::SaveReport(ReportScope::Selection);
    let saved = saved.into_iter().chain([report]).map(MenuItem::of);
    let items = copied.into_iter().chain(saved).collect();
    menu::show(ui, other, items, out);
}
