//! The window as a whole: bars and content.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use egui::{
    CentralPanel, Context, Frame, Margin, Panel, Rect, ThemePreference, Ui, UiBuilder,
    UserAttentionType, Vec2, ViewportCommand,
};

use super::clipboard::Paste;
use super::focus::FocusKeeper;
use super::screens::library::AssetsView;
use super::screens::uploads::ListView;
use super::screens::{empty, library, toolbar, uploads};
use super::system_preferences::SystemPreferences;
use super::theme::{self, Palette, size, space, type_size};
use super::widgets::button::{Button, ButtonStyle};
use super::widgets::menu::{self, MenuItem};
use super::widgets::{card, logo, text};
use super::{account_menu, banners, dialogs, fonts, icons, input, overlays, thumbnails};
use crate::app::command::{Page, Setting, ThemeChoice, UiCommand};
use crate::app::desktop_status;
use crate::app::effect::WindowEffect;
use crate::app::environment::WindowEnvironment;
use crate::app::state::App;
use crate::app::thumbnails::PictureMaker;
use crate::engine::EngineHandle;
use crate::text::messages::window as words;

/// The window.
pub struct MaviApp {
    app: App,
    title: String,
    preferences: SystemPreferences,
    view: ListView,
    assets: AssetsView,
    focus: FocusKeeper,
    paste: Paste,
    pictures: Arc<PictureMaker>,
    /// Set from another thread to close the window.
    must_close: Arc<AtomicBool>,
}

impl MaviApp {
    /// Configures the egui context and takes the engine.
    pub fn new(ctx: &Context, engine: EngineHandle, outside: WindowEnvironment) -> Self {
        theme::install(ctx);
        ctx.set_fonts(fonts::bundled());
        let pictures = Arc::clone(&outside.thumbnails);
        thumbnails::install(ctx, Arc::clone(&pictures));
        Self {
            app: App::new(engine, outside),
            title: String::new(),
            preferences: SystemPreferences::default(),
            view: ListView::default(),
            assets: AssetsView::default(),
            focus: FocusKeeper::default(),
            paste: Paste::default(),
            pictures,
            must_close: Arc::default(),
        }
    }

    /// Applies these system preferences.
    pub(super) fn with_preferences(self, preferences: SystemPreferences) -> Self {
        Self {
            preferences,
            ..self
        }
    }

    /// Closes without asking once `must_close` is `true` and the window is woken.
    pub fn close_on(self, must_close: Arc<AtomicBool>) -> Self {
        Self { must_close, ..self }
    }

    /// Returns the state behind the drawing.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Carries out a user command without drawing.
    pub fn dispatch(&mut self, command: UiCommand) {
        let now = self.app.now();
        self.app.act(command, now);
    }

    /// Handles events without drawing.
    pub fn update(&mut self, ctx: &Context) {
        self.preferences.apply(ctx);
        let now = self.app.now();
        let in_front = ctx.input(|input| input.viewport().focused.unwrap_or(true));
        self.app.set_in_front(in_front);
        let hovering: Vec<PathBuf> = ctx.input(|input| {
            let files = input.raw.hovered_files.iter();
            files
                .map(|file| file.path.clone().unwrap_or_default())
                .collect()
        });
        self.app.hover(hovering);
        self.app.tick(now);
        let title = desktop_status::title(self.app.snapshot());
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
        if self.must_close.swap(false, Ordering::Relaxed) {
            self.app.act(UiCommand::Quit, now);
        }
        if ctx.input(|input| input.viewport().close_requested()) && !self.app.may_close() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.app.act(UiCommand::AskQuit, now);
        }
        self.carry_out(ctx);
    }

    /// Draws the window and carries out user commands.
    pub fn render(&mut self, ui: &mut Ui) {
        let now = self.app.now();
        let mut asked = Vec::new();
        let views = (&self.view, &self.assets);
        input::read(ui.ctx(), &self.app, views, &mut self.paste, &mut asked);
        head(ui, &self.app, &mut asked);
        let ground = Frame::new().fill(Palette::of(ui).background);
        let strips = self.app.banners();
        self.app.tell_of(&strips);
        if !strips.is_empty() {
            let panel = Panel::top("banners").frame(ground).resizable(false);
            panel.show_separator_line(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                banners::show(ui, &strips, &mut asked);
            });
        }
        if self.app.page() == Page::Library {
            self.view.reset_focus();
            self.library(ui, &mut asked);
        } else if self.app.snapshot().rows.is_empty() && self.app.list().entries() == 0 {
            self.view.reset_focus();
            CentralPanel::default().frame(ground).show(ui, |ui| {
                empty::show(ui, &self.app, &mut asked);
            });
        } else {
            self.queue(ui, now, &mut asked);
        }
        overlays::toast(ui.ctx(), &self.app, &mut asked);
        dialogs::show(ui.ctx(), &mut self.app, &mut asked);
        overlays::drop_overlay(ui.ctx(), &self.app);
        overlays::name_window(ui.ctx());
        overlays::announce(ui, &self.app);
        self.focus.restore(ui.ctx());
        for command in asked {
            self.app.act(command, now);
        }
        self.carry_out(ui.ctx());
        if let Some(wait) = self.app.next_wakeup(now) {
            ui.ctx().request_repaint_after(wait);
        }
        self.preferences.after_frame(ui.ctx());
    }

    /// Draws the Library's page.
    fn library(&mut self, ui: &mut Ui, out: &mut Vec<UiCommand>) {
        let (above, foot) = page_parts(ui);
        ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
            ui.set_clip_rect(above);
            ui.spacing_mut().item_spacing.y = 0.0;
            library::show(ui, &self.app, &mut self.assets, out);
            self.app.look_at_assets(self.assets.in_view());
        });
        if self.app.library().all() == Some(0) {
            ui.painter()
                .rect_filled(foot, 0, Palette::of(ui).background);
        } else {
            page_foot(ui, above, foot, |ui| library::foot(ui, &self.app, out));
        }
    }

    /// Draws banners, list and status bar in reading order, which panels would not keep.
    fn queue(&mut self, ui: &mut Ui, now: Instant, out: &mut Vec<UiCommand>) {
        let (above, foot) = page_parts(ui);
        ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
            ui.set_clip_rect(above);
            ui.spacing_mut().item_spacing.y = 0.0;
            let inset = Margin::symmetric(space::L as i8, space::M as i8);
            Frame::new().inner_margin(inset).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = space::M;
                let low = ui.ctx().content_rect().height() < size::LOW;
                if !low {
                    uploads::strip(ui, &self.app, out);
                }
                toolbar::show(ui, &self.app, low, out);
            });
            uploads::list(ui, &self.app, &mut self.view, now, out);
            self.app.set_page(self.view.page);
        });
        page_foot(ui, above, foot, |ui| {
            uploads::status_bar(ui, &self.app, out);
        });
    }

    fn carry_out(&mut self, ctx: &Context) {
        let effects = self.app.take_effects();
        if effects.is_empty() {
            return;
        }
        ctx.request_repaint();
        for effect in effects {
            match effect {
                WindowEffect::CopyText(text) => ctx.copy_text(text),
                WindowEffect::Theme(choice) => ctx.set_theme(match choice {
                    ThemeChoice::System => ThemePreference::System,
                    ThemeChoice::Light => ThemePreference::Light,
                    ThemeChoice::Dark => ThemePreference::Dark,
                }),
                WindowEffect::Reveal(id) => self.view.reveal = Some(id),
                WindowEffect::Menu(id) => self.view.menu = Some(id),
                WindowEffect::Scroll(id) => self.view.scroll = Some(id),
                WindowEffect::RevealAsset(row) => self.assets.reveal = Some(row),
                WindowEffect::AssetMenu(row) => self.assets.menu = Some(row),
                WindowEffect::FocusSearch => {
                    ctx.memory_mut(|memory| memory.request_focus(toolbar::search_field()));
                }
                WindowEffect::Attention => {
                    if !ctx.input(|input| input.viewport().focused.unwrap_or(true)) {
                        let attention = UserAttentionType::Informational;
                        ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(attention));
                    }
                }
                WindowEffect::Raise => raise(ctx),
                WindowEffect::Close => ctx.send_viewport_cmd(ViewportCommand::Close),
            }
        }
    }
}

/// Returns the rooms of a page and of its foot.
fn page_parts(ui: &Ui) -> (Rect, Rect) {
    let room = ui.available_rect_before_wrap();
    let above = room.with_max_y(room.bottom() - size::WINDOW_BAR);
    ui.painter()
        .rect_filled(above, 0, Palette::of(ui).background);
    (above, room.with_min_y(above.bottom()))
}

/// Draws the foot of a page.
fn page_foot(ui: &mut Ui, above: Rect, foot: Rect, add: impl FnOnce(&mut Ui)) {
    ui.painter().rect_filled(foot, 0, Palette::of(ui).surface);
    theme::line_under(ui.painter(), above, above.left(), Palette::of(ui).line);
    ui.scope_builder(UiBuilder::new().max_rect(foot), |ui| {
        ui.set_clip_rect(foot);
        let inset = Margin::symmetric(space::L as i8, 0);
        Frame::new().inner_margin(inset).show(ui, add);
    });
}

/// Raises the window. Where the desktop forbids that, its taskbar entry requests attention.
fn raise(ctx: &Context) {
    if ctx.input(|input| input.viewport().minimized == Some(true)) {
        ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
    }
    ctx.send_viewport_cmd(ViewportCommand::Focus);
    let attention = UserAttentionType::Informational;
    ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(attention));
}

impl eframe::App for MaviApp {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.update(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.render(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.pictures.stop();
        self.app.shut_down();
    }
}

fn head(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let frame = card::strip(ui);
    let mut chosen = Vec::new();
    Panel::top("head")
        .frame(frame)
        .resizable(false)
        .exact_size(size::WINDOW_BAR)
        .show(ui, |ui| {
            let left = |ui: &mut Ui| {
                let (_, place) = ui.allocate_space(Vec2::splat(size::SMALL_BUTTON));
                logo::show(ui, place);
                if ui.ctx().content_rect().width() >= size::NARROW {
                    text::line(ui, words::name(), type_size::LEAD, Palette::of(ui).text);
                    ui.add_space(space::M);
                }
                library::pages(ui, app, &mut chosen);
            };
            let right = |ui: &mut Ui| {
                account_menu::show(ui, app, out);
                icon_button(ui, UiCommand::ShowShortcuts, out);
                theme_menu(ui, app, out);
                icon_button(ui, UiCommand::OpenSettings, out);
            };
            card::left_right(ui, ui.available_height(), left, right);
        });
    out.extend(chosen);
}

fn icon_button(ui: &mut Ui, command: UiCommand, out: &mut Vec<UiCommand>) {
    if Button::of(&command, ButtonStyle::Plain)
        .icon_only()
        .show(ui)
    {
        out.push(command);
    }
}

fn theme_menu(ui: &mut Ui, app: &App, out: &mut Vec<UiCommand>) {
    let (name, hint) = words::colours();
    let button = Button {
        label: "",
        name,
        hint: hint.to_owned(),
        ..Button::of(
            &UiCommand::Set(Setting::Theme(app.theme())),
            ButtonStyle::Plain,
        )
    };
    let choices = [ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark];
    let items = choices.map(|choice| {
        let on = choice == app.theme();
        let icon = (!on).then(|| icons::theme(choice));
        let item = MenuItem::choice(UiCommand::Set(Setting::Theme(choice)), on);
        MenuItem {
            icon: icon.or(item.icon),
            ..item
        }
    });
    menu::show(ui, button, items.into(), out);
}
