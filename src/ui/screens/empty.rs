//! The empty window: purpose and first steps.

use egui::{Align, CornerRadius, Layout, Rect, ScrollArea, Ui, UiBuilder, Vec2, vec2};
use lucide_icons::Icon;

use crate::app::command::UiCommand;
use crate::app::state::App;
use crate::store::settings::Start;
use crate::text::messages::{banner, key, window as words};
use crate::ui::theme::{self, Palette, TOLERANCE, radius, size, space, type_size};
use crate::ui::widgets::button::{Button, ButtonStyle};
use crate::ui::widgets::{card, text};

/// Draws the screen.
pub fn show(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let low = ui.available_height() < size::LOW;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let room = ui.available_rect_before_wrap();
        let id = ui.make_persistent_id("height of the invitation");
        let height = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0);
        let width = size::MEASURE.min(room.width() - 2.0 * space::L);
        let top = ((room.height() - height) / 2.0).max(space::L).round();
        let place = Rect::from_min_size(
            egui::pos2((room.center().x - width / 2.0).round(), room.top() + top),
            vec2(width, height),
        );
        let layout = Layout::top_down(Align::Center);
        let child = UiBuilder::new().max_rect(place).layout(layout);
        let drawn = ui.scope_builder(child, |ui| {
            ui.spacing_mut().item_spacing.y = space::M;
            invitation(ui, app, low, out);
        });
        let now = drawn.response.rect.height();
        if (now - height).abs() > TOLERANCE {
            ui.data_mut(|data| data.insert_temp(id, now));
            theme::request_layout_pass(ui.ctx(), "the invitation is centred by its height");
        }
        ui.add_space(space::L);
    });
}

fn invitation(ui: &mut Ui, app: &App, low: bool, out: &mut Vec<UiCommand>) {
    let p = Palette::of(ui);
    if !low {
        let (_, disc) = ui.allocate_space(Vec2::splat(size::DISC));
        let corner = CornerRadius::same(radius::FULL);
        ui.painter().rect_filled(disc, corner, p.accent_tint);
        let icon = Icon::CloudUpload;
        text::paint_icon(
            ui.painter(),
            disc.center(),
            icon,
            size::ICON_LARGE,
            p.accent,
        );
        ui.add_space(space::S);
    }
    let title = if low {
        type_size::TITLE
    } else {
        type_size::HERO
    };
    let invite = if app.can_drop() {
        words::drop_here()
    } else {
        words::choose()
    };
    text::label(ui, invite, title, p.text);
    let walking = app.snapshot().walking.map(banner::walking);
    let what = if app.sandbox() {
        words::sandbox_purpose()
    } else {
        words::purpose()
    };
    let what = walking.as_deref().unwrap_or(what);
    text::label(ui, what, type_size::LEAD, p.secondary);
    ui.add_space(space::XS);
    let first = app.first_start();
    let look = if first {
        ButtonStyle::Outlined
    } else {
        ButtonStyle::Primary
    };
    centred(ui, "choose", |ui| {
        for (command, look) in [
            (UiCommand::ChooseFiles, look),
            (UiCommand::ChooseFolder, ButtonStyle::Outlined),
        ] {
            let name = ("add", command.entry().label);
            if Button::of(&command, look).show_with_id(ui, name) {
                out.push(command);
            }
        }
    });
    text::label(ui, words::formats(), type_size::SMALL, p.secondary);
    if first {
        first_start(ui, app, out);
    } else if !app.sandbox() {
        text::label(ui, leaves(app), type_size::SMALL, p.secondary);
    }
}

/// Returns the note on the data that leaves the computer, and when.
fn leaves(app: &App) -> &'static str {
    match app.settings().values().start {
        Start::ByHand => words::leaves_by_hand(),
        Start::AtOnce => words::leaves_at_once(),
    }
}

fn first_start(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let p = Palette::of(ui);
    ui.add_space(space::S);
    card::card(ui).inner_margin(space::L).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.vertical_centered(|ui| {
            text::label(ui, words::needs_key(), type_size::BODY, p.text);
            centred(ui, "first start", |ui| {
                let key =
                    Button::of(&UiCommand::EnterKey, ButtonStyle::Primary).labelled(key::paste());
                if key.show(ui) {
                    out.push(UiCommand::EnterKey);
                }
                if Button::of(&UiCommand::GetKey, ButtonStyle::Outlined).show(ui) {
                    out.push(UiCommand::GetKey);
                }
                if app.can_try_sandbox()
                    && Button::of(&UiCommand::TrySandbox, ButtonStyle::Plain).show(ui)
                {
                    out.push(UiCommand::TrySandbox);
                }
            });
            text::label(ui, leaves(app), type_size::SMALL, p.secondary);
        });
    });
}

/// Draws a centred row. Its width is known from the previous pass; the first pass is discarded.
fn centred(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    let id = ui.make_persistent_id(("centred", name));
    let width = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0);
    ui.horizontal(|ui| {
        ui.add_space(((ui.available_width() - width) / 2.0).max(0.0).round());
        let line = ui.horizontal(add).response.rect.width();
        if (line - width).abs() > TOLERANCE {
            ui.data_mut(|data| data.insert_temp(id, line));
            theme::request_layout_pass(ui.ctx(), "a line is centred by its width");
        }
    });
}
