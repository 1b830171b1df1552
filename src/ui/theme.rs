//! Design tokens: colours, type, spacing, radius, motion, and the look of a status.

pub mod columns;
mod palette;

use egui::style::{ScrollAnimation, Selection, TextCursorStyle, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Painter, Rect, Response, Shadow,
    Stroke, StrokeKind, Style, TextStyle, Theme, Ui, Vec2, Visuals,
};
use lucide_icons::Icon;

use crate::app::banners::Tone;
use crate::model::snapshot::Status;

pub use palette::{DARK, LIGHT, Palette};

/// Distances, in points.
pub mod space {
    /// Between closely related parts.
    pub const XS: f32 = 4.0;
    /// Between an icon and its word.
    pub const S: f32 = 8.0;
    /// Between neighbours.
    pub const M: f32 = 12.0;
    /// From an edge.
    pub const L: f32 = 16.0;
    /// Between groups.
    pub const XL: f32 = 24.0;
    /// Around a standalone part.
    pub const XXL: f32 = 32.0;
}

/// Font sizes, in points.
pub mod type_size {
    /// Secondary lines.
    pub const SMALL: f32 = 12.0;
    /// Body text.
    pub const BODY: f32 = 14.0;
    /// Heading of a group.
    pub const LEAD: f32 = 16.0;
    /// Dialog title.
    pub const TITLE: f32 = 20.0;
    /// Headline of an empty window.
    pub const HERO: f32 = 28.0;
}

/// Sizes, in points.
pub mod size {
    /// Height of a list row.
    pub const ROW: f32 = 56.0;
    /// Height of a batch's header.
    pub const HEADER: f32 = 40.0;
    /// Side of a row's thumbnail.
    pub const THUMBNAIL: f32 = 40.0;
    /// Height of a row's progress bar.
    pub const BAR: f32 = 3.0;
    /// Separators and borders.
    pub const HAIRLINE: f32 = 1.0;
    /// Border of a drop area.
    pub const OUTLINE: f32 = 2.0;
    /// Edge mark of a selected row.
    pub const EDGE: f32 = 3.0;
    /// Distance between the centres of a row's two lines.
    pub const LINES_APART: f32 = 20.0;
    /// Minimum name width in a narrow row.
    pub const NAME_MIN: f32 = 120.0;
    /// Maximum width of the id of a failed or cancelled upload.
    pub const IDLE_ID: f32 = 200.0;
    /// Share of the row for such an id, where that is more.
    pub const IDLE_SHARE: f32 = 1.0 / 3.0;
    /// Height of a button.
    pub const BUTTON: f32 = 34.0;
    /// Height of a row button or chip.
    pub const SMALL_BUTTON: f32 = 28.0;
    /// Icon beside text.
    pub const ICON: f32 = 16.0;
    /// Icon of a file kind or drop area.
    pub const ICON_KIND: f32 = 20.0;
    /// Icon of a whole screen.
    pub const ICON_LARGE: f32 = 36.0;
    /// Disc around the large icon.
    pub const DISC: f32 = 72.0;
    /// Line of the settings.
    pub const SETTING: f32 = 44.0;
    /// Each of two adjoining lines.
    pub const LINE: f32 = 18.0;
    /// Header and status bar.
    pub const WINDOW_BAR: f32 = 56.0;
    /// Maximum width of a text line.
    pub const MEASURE: f32 = 560.0;
    /// Initial window size.
    pub const WINDOW: [f32; 2] = [1000.0, 680.0];
    /// Minimum window size.
    pub const WINDOW_MIN: [f32; 2] = [640.0, 360.0];
    /// Width below which row buttons lose their labels.
    pub const NARROW: f32 = 760.0;
    /// Width below which the chips become a menu and selection buttons lose their labels.
    pub const CHIPS: f32 = 900.0;
    /// Most chips that fit at the width `CHIPS`.
    pub const FEW_CHIPS: usize = 7;
    /// Width needed for more than `FEW_CHIPS`.
    pub const ALL_CHIPS: f32 = 1080.0;
    /// Minimum width of each of two columns.
    pub const COLUMN: f32 = 240.0;
    /// Width of the search field.
    pub const SEARCH: f32 = 200.0;
    /// Height below which the empty window drops its large icon.
    pub const LOW: f32 = 520.0;

    /// Returns the height at which the last visible line is cut in half, as a sign that there is
    /// more.
    pub fn cut(height: f32, line: f32) -> f32 {
        ((height / line - 0.5).floor() + 0.5) * line
    }
}

/// Corner radii, in points.
pub mod radius {
    /// Buttons, fields, thumbnails.
    pub const CONTROL: u8 = 8;
    /// Cards and dialogs.
    pub const CARD: u8 = 12;
    /// Chips and badges.
    pub const FULL: u8 = 255;
}

/// Duration of a colour change, in seconds.
const MOTION: f32 = 0.08;
/// Seconds within which two clicks count as one where buttons change places.
pub const DOUBLE_CLICK: f64 = 0.5;
/// Layout error that triggers another pass, in points.
pub const TOLERANCE: f32 = 0.5;
/// Width of the focus ring, in points.
const FOCUS: f32 = 2.0;

/// Font family of the icons.
pub const ICON_FAMILY: &str = "icons";

/// Returns the sans-serif font in a size of [`type_size`].
pub fn font(points: f32) -> FontId {
    FontId::new(points, FontFamily::Proportional)
}

/// Returns the monospace font, for ids.
pub fn mono(points: f32) -> FontId {
    FontId::new(points, FontFamily::Monospace)
}

/// Returns the icon font.
pub fn icon_font(points: f32) -> FontId {
    FontId::new(points, FontFamily::Name(ICON_FAMILY.into()))
}

/// Sets all style and colours of both themes.
pub fn install(ctx: &Context) {
    // For systems that report no theme, such as bare X11.
    ctx.options_mut(|options| options.fallback_theme = Theme::Light);
    for theme in [Theme::Light, Theme::Dark] {
        ctx.set_style_of(theme, style(theme));
    }
}

/// Turns animations on or off.
pub fn set_animations(ctx: &Context, are_on: bool) {
    let (time, scrolling) = if are_on {
        (MOTION, ScrollAnimation::default())
    } else {
        (0.0, ScrollAnimation::none())
    };
    ctx.all_styles_mut(|style| {
        style.animation_time = time;
        style.scroll_animation = scrolling;
    });
}

fn style(theme: Theme) -> Style {
    let mut style = Style {
        visuals: visuals(theme),
        animation_time: MOTION,
        ..Style::default()
    };
    style.text_styles = [
        (TextStyle::Small, font(type_size::SMALL)),
        (TextStyle::Body, font(type_size::BODY)),
        (TextStyle::Button, font(type_size::BODY)),
        (TextStyle::Heading, font(type_size::TITLE)),
        (TextStyle::Monospace, mono(type_size::SMALL)),
    ]
    .into();
    style.spacing.item_spacing = Vec2::splat(space::S);
    style.spacing.button_padding = Vec2::new(space::M, space::S);
    style.spacing.interact_size = Vec2::splat(size::SMALL_BUTTON);
    style.spacing.menu_margin = Margin::same(space::XS as i8);
    style.spacing.tooltip_width = size::MEASURE / 1.5;
    style.spacing.scroll = egui::style::ScrollStyle::floating();
    style.spacing.scroll.fade.strength = 0.0;
    style.spacing.scroll.dormant_handle_opacity = 0.2;
    style.spacing.scroll.active_handle_opacity = 0.3;
    style.spacing.scroll.interact_handle_opacity = 0.6;
    style.spacing.scroll.floating_width = size::BAR + size::HAIRLINE;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style
}

fn visuals(theme: Theme) -> Visuals {
    let p = Palette::of_theme(theme);
    let corner = CornerRadius::same(radius::CONTROL);
    let widget = |fill: Color32, stroke: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, stroke),
        corner_radius: corner,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let shadow = Shadow {
        offset: [0, 6],
        blur: 24,
        spread: 0,
        color: p.shadow,
    };
    let base = match theme {
        Theme::Light => Visuals::light(),
        Theme::Dark => Visuals::dark(),
    };
    Visuals {
        weak_text_color: Some(p.secondary),
        widgets: Widgets {
            noninteractive: widget(p.surface, p.line, p.text),
            inactive: widget(p.surface, p.line, p.text),
            hovered: widget(p.raised, p.line, p.text),
            active: widget(p.raised, p.accent, p.text),
            open: widget(p.raised, p.line, p.text),
        },
        selection: Selection {
            bg_fill: p.accent_tint,
            stroke: Stroke::new(FOCUS, p.accent),
        },
        hyperlink_color: p.accent,
        faint_bg_color: p.hover,
        extreme_bg_color: p.surface,
        text_edit_bg_color: Some(p.surface),
        code_bg_color: p.raised,
        warn_fg_color: p.notice,
        error_fg_color: p.bad,
        window_corner_radius: CornerRadius::same(radius::CARD),
        window_shadow: shadow,
        window_fill: p.surface,
        window_stroke: Stroke::new(1.0, p.line),
        menu_corner_radius: corner,
        panel_fill: p.background,
        popup_shadow: shadow,
        text_cursor: TextCursorStyle {
            stroke: Stroke::new(FOCUS, p.accent),
            blink: false,
            ..TextCursorStyle::default()
        },
        ..base
    }
}

/// Draws a hairline at the bottom of `rect`, from `left` to its right edge.
pub fn line_under(painter: &Painter, rect: Rect, left: f32, colour: Color32) {
    let half = size::HAIRLINE / 2.0;
    painter.hline(
        left..=rect.right(),
        rect.bottom() - half,
        (size::HAIRLINE, colour),
    );
}

/// Requests another pass before this one is shown, for a size not known before.
pub fn request_layout_pass(ctx: &Context, why: &'static str) {
    ctx.request_discard(why);
    if !ctx.will_discard() {
        // This frame's passes are used up.
        ctx.request_repaint();
    }
}

/// Draws the focus ring.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect, corner: u8) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            rect.expand(FOCUS),
            CornerRadius::same(corner.saturating_add(FOCUS as u8)),
            Stroke::new(FOCUS, Palette::of(ui).accent),
            StrokeKind::Middle,
        );
    }
}

/// Look of a status, never by colour alone.
#[derive(Clone, Copy, Debug)]
pub struct Badge {
    /// Icon.
    pub icon: Icon,
    /// Colour of icon and word.
    pub colour: Color32,
}

/// Returns the look of a status.
pub fn badge(status: &Status, p: &Palette) -> Badge {
    let (icon, colour) = match status {
        Status::Checking => (Icon::Search, p.working),
        Status::Settling => (Icon::Hourglass, p.secondary),
        Status::Rejected(_) => (Icon::Ban, p.bad),
        Status::ReadyToUpload => (Icon::CircleDashed, p.text),
        Status::Queued => (Icon::Clock, p.secondary),
        Status::Uploading => (Icon::CircleArrowUp, p.working),
        Status::Finishing => (Icon::LoaderCircle, p.working),
        Status::Waiting { .. } => (Icon::Hourglass, p.notice),
        Status::Processing { .. } => (Icon::LoaderCircle, p.working),
        Status::OtherKey { .. } => (Icon::KeyRound, p.secondary),
        Status::Ready => (Icon::CircleCheck, p.good),
        Status::Failed(_) => (Icon::CircleAlert, p.bad),
        Status::Paused => (Icon::CirclePause, p.notice),
        Status::Cancelled => (Icon::CircleX, p.secondary),
        Status::Duplicate { of: Some(_) } => (Icon::Files, p.good),
        Status::FoundDuplicate(_) | Status::Duplicate { of: None } => (Icon::Files, p.notice),
    };
    Badge { icon, colour }
}

/// Look of a banner.
#[derive(Clone, Copy, Debug)]
pub struct Strip {
    /// Background.
    pub ground: Color32,
    /// Icon colour.
    pub colour: Color32,
    /// Text colour.
    pub text: Color32,
    /// Icon.
    pub icon: Icon,
    /// Bottom line.
    pub line: (f32, Color32),
}

/// Returns the look of a banner's tone.
pub fn banner(tone: Tone, p: &Palette) -> Strip {
    let line = match tone {
        Tone::Sandbox => (size::OUTLINE, p.sandbox_line),
        Tone::Info | Tone::Notice | Tone::Bad => (size::HAIRLINE, p.line),
    };
    let (ground, colour, text, icon) = match tone {
        Tone::Sandbox => (p.sandbox, p.on_sandbox, p.on_sandbox, Icon::FlaskConical),
        Tone::Info => (p.accent_tint, p.accent, p.text, Icon::Info),
        Tone::Notice => (p.notice_tint, p.notice, p.text, Icon::TriangleAlert),
        Tone::Bad => (p.bad_tint, p.bad, p.text, Icon::CircleAlert),
    };
    Strip {
        ground,
        colour,
        text,
        icon,
        line,
    }
}

#[cfg(test)]
mod tests;
