//! Colours and sizes of the app. Nothing else in the program names a colour.
//!
//! The signal palette is Okabe and Ito's set for colour vision deficiencies ("Color Universal
//! Design", 2008), its yellow and black replaced by tones that hold on both backgrounds; from the
//! second round on, lines are dashed as well, so that colour never is the only difference.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one module that may name colours"
)]

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, Visuals,
};

use crate::state::{Dash, OVERLAY_COLORS, PlottedSignal, SIGNAL_COLORS, ThemeChoice};

/// Width of a signal's line, in points.
pub const LINE_WIDTH: f32 = 1.4;
/// Radius of the dot that marks a sample, in points.
pub const DOT_RADIUS: f32 = 2.2;
/// Height of the strip with the time labels below the lowest plot, in points.
pub const TIME_AXIS_HEIGHT: f32 = 34.0;
/// Least height of a plot panel before the column scrolls, in points.
pub const MIN_PANEL_HEIGHT: f32 = 120.0;
/// Space between tick label and plot, in points.
pub const TICK_GAP: f32 = 5.0;

/// Colours that depend on light or dark.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Behind the curves.
    pub plot_background: Color32,
    /// Frame of a plot.
    pub plot_frame: Color32,
    /// Major grid lines.
    pub grid: Color32,
    /// Tick labels and secondary text.
    pub faint_text: Color32,
    /// Where the recorder was not listening.
    pub recording_gap: Color32,
    /// Where a signal was silent.
    pub gap: Color32,
    /// Crosshair.
    pub crosshair: Color32,
    /// The cursors A and B.
    pub cursor: Color32,
    /// Rectangle of a box zoom.
    pub zoom_box: Color32,
    /// Something is as it should be.
    pub good: Color32,
    /// Something needs a look.
    pub warning: Color32,
    /// Data was lost or an action failed.
    pub error: Color32,
    /// Behind badges and tooltips on a plot.
    pub overlay: Color32,
    /// The visible window in the overview strip.
    pub window: Color32,
    /// Bars of sessions in the timeline.
    pub session: Color32,
    /// What is selected, or can be clicked.
    pub accent: Color32,
}

const DARK: Palette = Palette {
    plot_background: Color32::from_rgb(17, 20, 25),
    plot_frame: Color32::from_rgb(58, 64, 74),
    grid: Color32::from_rgb(38, 43, 51),
    faint_text: Color32::from_rgb(158, 166, 178),
    recording_gap: Color32::from_rgba_premultiplied(46, 40, 22, 60),
    gap: Color32::from_rgba_premultiplied(44, 44, 50, 50),
    crosshair: Color32::from_rgb(150, 158, 170),
    cursor: Color32::from_rgb(250, 204, 92),
    zoom_box: Color32::from_rgb(120, 180, 255),
    good: Color32::from_rgb(64, 190, 140),
    warning: Color32::from_rgb(240, 176, 64),
    error: Color32::from_rgb(244, 104, 96),
    overlay: Color32::from_rgb(30, 34, 41),
    window: Color32::from_rgba_premultiplied(24, 44, 66, 90),
    session: Color32::from_rgb(72, 130, 190),
    accent: Color32::from_rgb(90, 170, 255),
};

const LIGHT: Palette = Palette {
    plot_background: Color32::from_rgb(255, 255, 255),
    plot_frame: Color32::from_rgb(176, 182, 190),
    grid: Color32::from_rgb(228, 231, 235),
    faint_text: Color32::from_rgb(84, 92, 104),
    recording_gap: Color32::from_rgba_premultiplied(60, 46, 12, 60),
    gap: Color32::from_rgba_premultiplied(36, 36, 40, 40),
    crosshair: Color32::from_rgb(96, 104, 116),
    cursor: Color32::from_rgb(150, 90, 0),
    zoom_box: Color32::from_rgb(20, 100, 200),
    good: Color32::from_rgb(8, 124, 84),
    warning: Color32::from_rgb(156, 92, 0),
    error: Color32::from_rgb(190, 34, 30),
    overlay: Color32::from_rgb(246, 247, 249),
    window: Color32::from_rgba_premultiplied(14, 34, 60, 60),
    session: Color32::from_rgb(70, 130, 190),
    accent: Color32::from_rgb(0, 98, 196),
};

// The same hues, lighter on dark and darker on light.
const SIGNALS_DARK: [Color32; SIGNAL_COLORS] = [
    Color32::from_rgb(86, 180, 233),
    Color32::from_rgb(240, 168, 48),
    Color32::from_rgb(44, 190, 142),
    Color32::from_rgb(226, 140, 190),
    Color32::from_rgb(240, 114, 60),
    Color32::from_rgb(120, 150, 255),
    Color32::from_rgb(220, 212, 90),
    Color32::from_rgb(196, 200, 208),
];
const SIGNALS_LIGHT: [Color32; SIGNAL_COLORS] = [
    Color32::from_rgb(0, 114, 178),
    Color32::from_rgb(194, 116, 0),
    Color32::from_rgb(0, 128, 92),
    Color32::from_rgb(176, 66, 132),
    Color32::from_rgb(198, 70, 0),
    Color32::from_rgb(70, 84, 200),
    Color32::from_rgb(122, 112, 0),
    Color32::from_rgb(72, 78, 88),
];

/// The theme that the user chose.
pub fn of(choice: ThemeChoice) -> Theme {
    match choice {
        ThemeChoice::Dark => Theme::Dark,
        ThemeChoice::Light => Theme::Light,
    }
}

/// The colours of a theme.
pub fn palette(theme: Theme) -> &'static Palette {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

/// The colour of the `idx`-th signal.
pub fn signal_color(theme: Theme, idx: usize) -> Color32 {
    let colors = match theme {
        Theme::Dark => &SIGNALS_DARK,
        Theme::Light => &SIGNALS_LIGHT,
    };
    let (tone, color) = (idx / OVERLAY_COLORS, idx % OVERLAY_COLORS);
    let color = colors[color % colors.len()];
    // Away from the background, so that no tone is harder to see than the first.
    let away = match theme {
        Theme::Dark => Color32::WHITE,
        Theme::Light => Color32::BLACK,
    };
    let share = match (tone, tone % 4) {
        (0, _) => return color,
        (_, 1) => 0.5,
        (_, 2) => 0.25,
        (_, 3) => 0.7,
        (_, _) => 0.12,
    };
    color.lerp_to_gamma(away, share)
}

/// A colour of a gradient from early or little (0) to late or much (1): Viridis (Smith and van der Walt,
/// 2015), which keeps its order for all eyes, without the end that the background swallows.
pub fn gradient(theme: Theme, share: f32) -> Color32 {
    const VIRIDIS: [[f32; 3]; 9] = [
        [68.0, 1.0, 84.0],
        [71.0, 44.0, 122.0],
        [59.0, 81.0, 139.0],
        [44.0, 113.0, 142.0],
        [33.0, 144.0, 141.0],
        [39.0, 173.0, 129.0],
        [92.0, 200.0, 99.0],
        [170.0, 220.0, 50.0],
        [253.0, 231.0, 37.0],
    ];
    let (from, to) = match theme {
        Theme::Dark => (0.28, 1.0),
        Theme::Light => (0.0, 0.72),
    };
    let place = (from + (to - from) * share.clamp(0.0, 1.0)) * (VIRIDIS.len() - 1) as f32;
    let lower = (place as usize).min(VIRIDIS.len() - 2);
    let part = place - lower as f32;
    let mix = |channel: usize| {
        let (a, b) = (VIRIDIS[lower][channel], VIRIDIS[lower + 1][channel]);
        (a + (b - a) * part).round() as u8
    };
    Color32::from_rgb(mix(0), mix(1), mix(2))
}

/// The dash of the `idx`-th signal: another one for each round through the colours, and for signals of
/// each drive that is compared.
pub fn signal_dash(idx: usize) -> Dash {
    let (tone, color) = (idx / OVERLAY_COLORS, idx % OVERLAY_COLORS);
    match (tone + color / SIGNAL_COLORS) % 3 {
        0 => Dash::Solid,
        1 => Dash::Dashed,
        _ => Dash::Dotted,
    }
}

/// The dash of a signal: as chosen, else by its place in the palette.
pub fn dash_of(plotted: &PlottedSignal) -> Dash {
    let chosen = plotted.look.dash;
    chosen.unwrap_or_else(|| signal_dash(plotted.color_idx))
}

/// The line style of a signal: as chosen, else by its place in the palette.
pub fn line_style(plotted: &PlottedSignal) -> egui_plot::LineStyle {
    match dash_of(plotted) {
        Dash::Solid => egui_plot::LineStyle::Solid,
        Dash::Dashed => egui_plot::LineStyle::Dashed { length: 8.0 },
        Dash::Dotted => egui_plot::LineStyle::Dotted { spacing: 4.0 },
    }
}

/// Paints a short piece of a line.
pub fn paint_line_sample(ui: &egui::Ui, rect: egui::Rect, color: Color32, dash: Dash) {
    let ends = [rect.left_center(), rect.right_center()];
    let stroke = Stroke::new(2.5, color);
    let shapes = match dash {
        Dash::Solid => vec![egui::Shape::line_segment(ends, stroke)],
        Dash::Dashed => egui::Shape::dashed_line(&ends, stroke, 6.0, 3.0),
        Dash::Dotted => egui::Shape::dotted_line(&ends, color, 4.0, 1.4),
    };
    ui.painter().extend(shapes);
}

/// Digits of equal width, for values that change in place.
pub fn tabular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// Sets up fonts and both themes of a context.
pub fn install(ctx: &Context) {
    let mut fonts = egui::FontDefinitions::default();
    super::icons::install(&mut fonts);
    ctx.set_fonts(fonts);
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| {
            style.visuals = visuals(theme);
            style.spacing.item_spacing = egui::vec2(6.0, 4.0);
            style.spacing.button_padding = egui::vec2(7.0, 3.0);
            style.spacing.menu_margin = Margin::same(6);
            style.interaction.tooltip_delay = 0.35;
            let sizes = [
                (TextStyle::Small, 10.5),
                (TextStyle::Body, 13.0),
                (TextStyle::Button, 13.0),
                (TextStyle::Heading, 16.0),
            ];
            for (text_style, size) in sizes {
                style
                    .text_styles
                    .insert(text_style, FontId::new(size, FontFamily::Proportional));
            }
            style
                .text_styles
                .insert(TextStyle::Monospace, tabular(12.0));
        });
    }
}

fn visuals(theme: Theme) -> Visuals {
    let palette = palette(theme);
    let mut visuals = match theme {
        Theme::Dark => Visuals {
            panel_fill: Color32::from_rgb(24, 27, 33),
            window_fill: Color32::from_rgb(30, 34, 41),
            extreme_bg_color: Color32::from_rgb(14, 16, 20),
            faint_bg_color: Color32::from_rgb(29, 33, 40),
            ..Visuals::dark()
        },
        Theme::Light => Visuals {
            panel_fill: Color32::from_rgb(243, 244, 246),
            // Fields are lighter than what they stand on.
            window_fill: Color32::from_rgb(243, 244, 246),
            extreme_bg_color: Color32::from_rgb(255, 255, 255),
            faint_bg_color: Color32::from_rgb(235, 237, 240),
            ..Visuals::light()
        },
    };
    let text = match theme {
        Theme::Dark => Color32::from_rgb(222, 226, 232),
        Theme::Light => Color32::from_rgb(28, 32, 38),
    };
    visuals.override_text_color = Some(text);
    visuals.selection.bg_fill = match theme {
        Theme::Dark => Color32::from_rgb(30, 74, 122),
        Theme::Light => Color32::from_rgb(190, 216, 246),
    };
    visuals.selection.stroke = Stroke::new(1.0, text);
    visuals.hyperlink_color = palette.accent;
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.error;
    let (button, field) = match theme {
        Theme::Dark => (Color32::from_rgb(52, 58, 69), Color32::from_rgb(66, 74, 88)),
        Theme::Light => (
            Color32::from_rgb(222, 226, 231),
            Color32::from_rgb(196, 202, 210),
        ),
    };
    visuals.widgets.inactive.weak_bg_fill = button;
    visuals.widgets.inactive.bg_fill = field;
    visuals.widgets.open.weak_bg_fill = button;
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.plot_frame);
    visuals.window_stroke = Stroke::new(1.0, palette.plot_frame);
    let radius = CornerRadius::same(4);
    visuals.window_corner_radius = CornerRadius::same(6);
    visuals.menu_corner_radius = CornerRadius::same(6);
    for widget in [
        &mut visuals.widgets.noninteractive,
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
    ] {
        widget.corner_radius = radius;
    }
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.1 relative luminance and contrast ratio.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |color: Color32| {
            let [r, g, b] = [color.r(), color.g(), color.b()].map(|channel| {
                let value = f32::from(channel) / 255.0;
                if value <= 0.040_45 {
                    value / 12.92
                } else {
                    ((value + 0.055) / 1.055).powf(2.4)
                }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (light, dark) = (
            luminance(a).max(luminance(b)),
            luminance(a).min(luminance(b)),
        );
        (light + 0.05) / (dark + 0.05)
    }

    #[test]
    fn curves_and_text_stand_out_from_their_background() {
        for theme in [Theme::Dark, Theme::Light] {
            let palette = palette(theme);
            for idx in 0..SIGNALS_DARK.len() {
                for tone in 0..5 {
                    let color = signal_color(theme, idx + tone * OVERLAY_COLORS);
                    let ratio = contrast(color, palette.plot_background);
                    assert!(ratio >= 3.0, "signal {idx}.{tone} on {theme:?}: {ratio:.2}");
                }
            }
            let panel = visuals(theme).panel_fill;
            for text in [
                palette.faint_text,
                palette.warning,
                palette.error,
                palette.good,
            ] {
                let ratio = contrast(text, panel);
                assert!(ratio >= 4.5, "{text:?} on {theme:?}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn no_two_of_the_first_signals_look_alike() {
        let looks: Vec<_> = (0..5)
            .flat_map(|tone| {
                let signals = 0..3 * SIGNALS_DARK.len();
                signals.map(move |idx| idx + tone * OVERLAY_COLORS)
            })
            .map(|idx| (signal_color(Theme::Dark, idx), signal_dash(idx)))
            .collect();
        for (idx, look) in looks.iter().enumerate() {
            assert!(!looks[..idx].contains(look));
        }
    }
}
