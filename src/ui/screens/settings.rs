//! Settings dialog; each choice is saved immediately.

use egui::style::ScrollFadeStyle;
use egui::{ScrollArea, Ui};

use crate::app::command::{Setting, ThemeChoice, UiCommand};
use crate::app::state::App;
use crate::app::wording::{self, row::named};
use crate::model::asset::Account;
use crate::model::snapshot::{KeySource, KeyState};
use crate::store::settings::{JOBS, Start};
use crate::text::megabytes;
use crate::text::messages::{key as key_words, settings as words};
use crate::ui::theme::{Palette, size, space};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::card;

/// Offered speeds, in bytes per second.
const SPEEDS: [u64; 7] = [
    500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000,
];

/// Number of lines.
const LINES: u8 = 11;

/// Draws the dialog's content, in at most this height.
pub fn show(ui: &mut Ui, app: &App, height: f32, out: &mut Vec<UiCommand>) {
    // A cut and faded last line with a scroll bar shows that there is more.
    let each = size::SETTING + space::XS;
    let accounts = u8::try_from(app.accounts().len()).unwrap_or(u8::MAX);
    let lines = LINES.saturating_add(accounts);
    let height = if height < f32::from(lines) * each {
        size::cut(height, each)
    } else {
        height
    };
    let scroll = &mut ui.spacing_mut().scroll;
    scroll.fade = ScrollFadeStyle::default();
    scroll.dormant_handle_opacity = scroll.interact_handle_opacity;
    ScrollArea::vertical()
        .max_height(height.max(each))
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            choices(ui, app, out);
            if app.sandbox() {
                line(ui, key_words::title(), key_words::state_sandbox(), |_| ());
            } else {
                key(ui, app, out);
            }
            network(ui, app);
            folder(ui, app, out);
        });
}

fn choices(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let themes = [ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark];
    let themes = themes.map(|theme| {
        let label = UiCommand::Set(Setting::Theme(theme)).entry().label;
        (label.to_owned(), Setting::Theme(theme))
    });
    choice(ui, app, (words::colours(), ""), &themes, out);
    let jobs: Vec<_> = JOBS
        .map(|jobs| (jobs.to_string(), Setting::Jobs(jobs)))
        .collect();
    choice(ui, app, words::jobs(), &jobs, out);
    let speeds = speeds(app.settings().values().limit_rate);
    choice(ui, app, (words::speed(), ""), &speeds, out);
    let start = [
        (words::by_hand().to_owned(), Setting::Start(Start::ByHand)),
        (words::at_once().to_owned(), Setting::Start(Start::AtOnce)),
    ];
    choice(ui, app, words::start(), &start, out);
    let switch = |setting: fn(bool) -> Setting| {
        [(words::on(), true), (words::off(), false)]
            .map(|(word, on)| (word.to_owned(), setting(on)))
    };
    let asks = switch(Setting::Confirmations);
    choice(ui, app, words::ask(), &asks, out);
    let tells = switch(Setting::Notifications);
    choice(ui, app, words::tell(), &tells, out);
    let copies = switch(Setting::CopyWhenDone);
    choice(ui, app, words::copy_when_done(), &copies, out);
}

/// Returns no limit, the usual speeds, and the current one if it is another.
fn speeds(now: Option<u64>) -> Vec<(String, Setting)> {
    let mut speeds = SPEEDS.to_vec();
    if let Some(rate) = now.filter(|rate| !SPEEDS.contains(rate)) {
        speeds.push(rate);
        speeds.sort_unstable();
    }
    let no_limit = (words::no_limit().to_owned(), Setting::LimitRate(None));
    let limits = speeds
        .into_iter()
        .map(|rate| (megabytes(rate), Setting::LimitRate(Some(rate))));
    std::iter::once(no_limit).chain(limits).collect()
}

/// Draws a setting: name and hint at the left, choices at the right.
fn choice(
    ui: &mut Ui,
    app: &App,
    (name, hint): (&str, &str),
    values: &[(String, Setting)],
    out: &mut Vec<UiCommand>,
) {
    let right = |ui: &mut Ui| {
        let p = Palette::of(ui);
        ui.spacing_mut().item_spacing.x = space::XS;
        for (word, setting) in values {
            let said = named(name, word);
            if value(app, word, &said, setting.clone(), p).show(ui) {
                out.push(UiCommand::Set(setting.clone()));
            }
        }
    };
    line(ui, name, hint, right);
}

/// Builds a choice of a setting; `said` is for screen readers.
fn value<'a>(app: &App, word: &'a str, said: &'a str, setting: Setting, p: &Palette) -> Button<'a> {
    let on = setting.holds(app.settings().values());
    let look = if on {
        ButtonStyle::Outlined
    } else {
        ButtonStyle::Plain
    };
    Button {
        name: said,
        hint: String::new(),
        colour: on.then_some(p.accent),
        chosen: Some(on),
        ..Button::of(&UiCommand::Set(setting), look)
            .labelled(word)
            .small()
    }
}

/// Draws a line with content at its right.
fn line(ui: &mut Ui, name: &str, hint: &str, right: impl FnOnce(&mut Ui)) {
    let left = |ui: &mut Ui| card::two_lines(ui, size::SETTING, name, hint);
    card::left_right(ui, size::SETTING, left, right);
    let p = Palette::of(ui);
    let under = ui.cursor().top() - ui.spacing().item_spacing.y / 2.0;
    ui.painter()
        .hline(ui.max_rect().x_range(), under, (size::HAIRLINE, p.line));
}

fn key(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let key = &app.snapshot().key;
    let current = app.key().ring().account();
    let enter = match key {
        KeyState::Missing | KeyState::Loading => key_words::enter(),
        KeyState::Present { .. } => UiCommand::EnterKey.entry().label,
    };
    let right = |ui: &mut Ui| {
        let update = Button::of(&UiCommand::EnterKey, ButtonStyle::Outlined).labelled(enter);
        if update.small().show(ui) {
            out.push(UiCommand::EnterKey);
        }
        if let Some(account) = current {
            account_buttons(ui, app, account, "", out);
        }
    };
    let known = &app.snapshot().accounts;
    let name = known.current().and_then(|it| it.name.as_deref());
    let name = name.unwrap_or(key_words::title());
    line(ui, name, &wording::key_state(key), right);
    for account in app.accounts() {
        if Some(&account) != current {
            other_account(ui, app, &account, out);
        }
    }
    if current.is_some() {
        let right = |ui: &mut Ui| {
            let add = Button::of(&UiCommand::AddKey, ButtonStyle::Outlined);
            if add.small().show(ui) {
                out.push(UiCommand::AddKey);
            }
        };
        line(ui, key_words::accounts(), "", right);
    }
}

/// Draws the line of an account that is not in use.
fn other_account(ui: &mut Ui, app: &App, account: &Account, out: &mut Vec<UiCommand>) {
    let name = wording::account_entry(&app.snapshot().accounts, account);
    let source = match app.key().ring().unsaved(account) {
        None => key_words::account_saved(),
        Some((_, KeySource::Environment)) => key_words::account_environment(),
        Some(_) => key_words::account_session(),
    };
    let right = |ui: &mut Ui| {
        let switch = UiCommand::SwitchAccount(account.clone());
        account_button(ui, switch, &name, out);
        account_buttons(ui, app, account, &name, out);
    };
    line(ui, &name, source, right);
}

/// Draws the buttons that each account has; `name` tells those of several accounts apart.
fn account_buttons(
    ui: &mut Ui,
    app: &App,
    account: &Account,
    name: &str,
    out: &mut Vec<UiCommand>,
) {
    account_button(ui, UiCommand::RenameAccount(account.clone()), name, out);
    if app.key().ring().can_remove(account) {
        account_button(ui, UiCommand::RemoveKey(account.clone()), name, out);
    }
}

fn account_button(ui: &mut Ui, command: UiCommand, account: &str, out: &mut Vec<UiCommand>) {
    let label = command.entry().label;
    let said = match account {
        "" => label.to_owned(),
        account => named(account, label),
    };
    let button = Button {
        name: &said,
        ..Button::of(&command, ButtonStyle::Outlined).small()
    };
    if button.show(ui) {
        out.push(command);
    }
}

/// Draws proxy and certificates: read-only, since the system sets them.
fn network(ui: &mut Ui, app: &App) {
    let now = app.settings().network().map(wording::network);
    let now = now.as_deref().unwrap_or(words::asking_network());
    line(ui, words::network(), now, |_| ());
}

fn folder(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let Some(folder) = app.settings().folder() else {
        line(ui, words::folder(), words::no_folder(), |_| ());
        return;
    };
    let right = |ui: &mut Ui| {
        let show = Button::of(&UiCommand::ShowFolder, ButtonStyle::Outlined);
        if show.small().show(ui) {
            out.push(UiCommand::ShowFolder);
        }
    };
    let path = folder.display().to_string();
    line(ui, words::folder(), &path, right);
    second_copy(ui, app, out);
}

/// Draws the second folder for copies of the history.
fn second_copy(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let folder = app.settings().values().backup_folder.as_ref();
    let choose = UiCommand::ChooseBackupFolder;
    let remove = folder.map(|_| UiCommand::Set(Setting::BackupFolder(None)));
    let right = |ui: &mut Ui| {
        for command in std::iter::once(choose).chain(remove) {
            let said = named(words::copy(), command.entry().label);
            let button = Button {
                name: &said,
                ..Button::of(&command, ButtonStyle::Outlined).small()
            };
            if button.show(ui) {
                out.push(command);
            }
        }
    };
    let path = folder.map_or_else(
        || words::no_copy().to_owned(),
        |folder| folder.display().to_string(),
    );
    line(ui, words::copy(), &path, right);
}
