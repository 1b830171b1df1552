//! Search field and filters of the Library.

use egui::Ui;
use lucide_icons::Icon;

use crate::app::command::UiCommand;
use crate::app::library::StatusFilter;
use crate::app::library::command::LibraryCommand;
use crate::app::library::filters::{LibraryFilter, LibraryFilters, Period};
use crate::app::state::App;
use crate::app::wording::library as words;
use crate::model::asset::Account;
use crate::model::media::Kind;
use crate::ui::screens::toolbar;
use crate::ui::theme::{Palette, space};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::menu::{self, MenuItem};

/// Longest label of a batch in its button, in characters.
const LABEL: usize = 20;

/// Draws the line, wrapped in a narrow window.
pub fn show(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let chosen = app.library().filters();
    let facets = app.library().facets();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        toolbar::search(ui, &chosen.words, words::search_hint(), out);
        ui.add_space(space::S);
        let kinds = [
            None,
            Some(Kind::Video),
            Some(Kind::Audio),
            Some(Kind::Image),
        ];
        let kinds = || kinds.map(LibraryFilter::Kind).into();
        let now = LibraryFilter::Kind(chosen.kind);
        filter(ui, app, words::filter_kind(), &now, kinds, out);
        let periods = || {
            let periods = Period::offered(&jiff::Zoned::now(), &facets.months);
            periods.into_iter().map(LibraryFilter::Period).collect()
        };
        let now = LibraryFilter::Period(chosen.period);
        filter(ui, app, words::filter_day(), &now, periods, out);
        let statuses = [
            None,
            Some(StatusFilter::Ready),
            Some(StatusFilter::Processing),
            Some(StatusFilter::Failed),
            Some(StatusFilter::Gone),
            Some(StatusFilter::Deleted),
            Some(StatusFilter::Unneeded),
        ];
        let statuses = || statuses.map(LibraryFilter::Status).into();
        let now = LibraryFilter::Status(chosen.status);
        filter(ui, app, words::filter_status(), &now, statuses, out);
        if !facets.batches.is_empty() {
            let batches = || {
                let batches = facets.batches.iter().map(|(batch, _)| Some(*batch));
                let batches = [None].into_iter().chain(batches);
                batches.map(LibraryFilter::Batch).collect()
            };
            let now = LibraryFilter::Batch(chosen.batch);
            filter(ui, app, words::filter_batch(), &now, batches, out);
        }
        let accounts = accounts(app);
        if accounts.len() > 1 {
            let accounts = [vec![]].into_iter().chain(accounts);
            let accounts = || accounts.map(LibraryFilter::Accounts).collect();
            let now = LibraryFilter::Accounts(chosen.accounts.clone());
            filter(ui, app, words::filter_account(), &now, accounts, out);
        }
        let clear = UiCommand::Library(LibraryCommand::Filter(LibraryFilter::Nothing));
        let button = Button::of(&clear, ButtonStyle::Plain).small().icon_only();
        // The search has a button of its own.
        let besides = LibraryFilters {
            words: String::new(),
            ..chosen.clone()
        };
        if !besides.is_everything() && button.show(ui) {
            out.push(clear);
        }
    });
}

/// Returns the keys of each account that has assets.
fn accounts(app: &App) -> Vec<Vec<Account>> {
    let known = &app.snapshot().accounts;
    let group = |key: &Account| known.get(key).map_or(key, |info| &info.group).clone();
    let mut accounts: Vec<(Account, Vec<Account>)> = Vec::new();
    for key in &app.library().facets().accounts {
        match accounts.iter_mut().find(|(it, _)| *it == group(key)) {
            Some((_, keys)) => keys.push(key.clone()),
            None => accounts.push((group(key), vec![key.clone()])),
        }
    }
    accounts.into_iter().map(|(_, keys)| keys).collect()
}

/// Draws one filter as a menu.
fn filter(
    ui: &mut Ui,
    app: &App,
    name: &str,
    now: &LibraryFilter,
    choices: impl FnOnce() -> Vec<LibraryFilter>,
    out: &mut Vec<UiCommand>,
) {
    let accounts = &app.snapshot().accounts;
    let word = |choice: &LibraryFilter| words::filter(choice, app.library().facets(), accounts);
    let command = |choice| UiCommand::Library(LibraryCommand::Filter(choice));
    let whole = word(now);
    let mut label: String = whole.chars().take(LABEL).collect();
    if label != whole {
        label.push('…');
    }
    let spoken = crate::text::messages::row::named(name, &whole);
    let narrows = match now {
        LibraryFilter::Kind(kind) => kind.is_some(),
        LibraryFilter::Period(period) => *period != Period::Any,
        LibraryFilter::Status(status) => status.is_some(),
        LibraryFilter::Batch(batch) => batch.is_some(),
        LibraryFilter::Accounts(keys) => !keys.is_empty(),
        LibraryFilter::Words(_) | LibraryFilter::SortBy(_) | LibraryFilter::Nothing => false,
    };
    let button = Button {
        icon: Some(Icon::ChevronDown),
        icon_last: true,
        name: &spoken,
        hint: words::filter_hint().to_owned(),
        colour: narrows.then_some(Palette::of(ui).accent),
        ..Button::of(&command(now.clone()), ButtonStyle::Outlined)
            .labelled(&label)
            .small()
    };
    let items = || {
        let items = choices().into_iter().map(|choice| {
            let (label, is_chosen) = (word(&choice), choice == *now);
            MenuItem {
                label: Some(label),
                ..MenuItem::choice(command(choice), is_chosen)
            }
        });
        items.collect()
    };
    menu::show_long(ui, button, items, out);
}
