//! The plots as a picture, without a window: for PNG export and `canlake render`.
//!
//! The same drawing code as in the window, run in a context of its own and painted by
//! [`super::raster`].

use egui::{CentralPanel, Context, Frame, Margin, Pos2, RawInput, Rect, Ui, Vec2, ViewportId};

use super::raster::Rasteriser;
use super::{PlotsMemory, plots, theme};
use crate::command::CommandQueue;
use crate::export::Picture;
use crate::state::{AppState, PictureOrder, PngOptions, ThemeChoice};

/// Passes until everything has found its place: axis widths of one frame are the next one's layout.
const PASSES: usize = 4;

/// Share of the time that layout takes; the rest is painting.
const LAYOUT_SHARE: f32 = 0.2;

/// Draws the plots of a state, `size` points large, with `pixels_per_point`.
pub fn picture(state: &AppState, size: impl Into<Vec2>, pixels_per_point: f32) -> Picture {
    let picture = picture_while(state, size.into(), pixels_per_point, &mut |_done| true);
    picture.expect("it always goes on")
}

fn picture_while(
    state: &AppState,
    size: Vec2,
    pixels_per_point: f32,
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Option<Picture> {
    let mut memory = PlotsMemory::of_picture();
    let mut state = state.clone();
    state.hovered = None;
    state.settle_summaries();
    let draw = |ui: &mut Ui| {
        let frame = Frame::central_panel(ui.style()).inner_margin(Margin::same(8));
        // What a picture would command has no effect on the state that it is of.
        let mut queue = CommandQueue::default();
        CentralPanel::default_margins()
            .frame(frame)
            .show(ui, |ui| plots(ui, &state, &mut memory, &mut queue));
    };
    let theme = state.settings.theme;
    render_while(theme, size, pixels_per_point, draw, go_on)
}

/// Draws what an export shows: all plots of a state or one panel, with the looks that were chosen.
/// `plots` is how large they are in the window, and `scale` the pixels per point of a picture of that
/// size. In a picture of another size texts are as large as they would be on a screen of 1280 × 720.
/// `go_on` gets how much is drawn, from 0 to 1; when it says no, there is no picture.
pub fn exported(
    mut state: AppState,
    order: &PictureOrder,
    plots: Vec2,
    scale: f32,
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Option<Picture> {
    let options = order.options;
    if let Some(theme) = options.theme {
        state.settings.theme = theme;
    }
    if let Some(legend) = options.legend {
        state.settings.legend = legend;
    }
    if let Some(panel) = order.panel {
        let others = state.workspace.panels().map(|it| it.id);
        let others: Vec<_> = others.filter(|id| *id != panel).collect();
        for other in others {
            state.workspace.close_panel(other);
        }
    }
    if let Some(range) = order.range {
        state.show_in_all_panels(range);
    }
    let Some((width, height)) = options.size else {
        return picture_while(&state, plots, scale, go_on);
    };
    let side =
        |pixels: u32| pixels.clamp(*PngOptions::SIDES.start(), *PngOptions::SIDES.end()) as f32;
    let (width, height) = (side(width), side(height));
    let scale = (width / 1_280.0).min(height / 720.0).clamp(0.5, 6.0);
    let size = Vec2::new(width / scale, height / scale);
    picture_while(&state, size, scale, go_on)
}

/// Draws anything, `size` points large, with `pixels_per_point`. `draw` is called several times.
pub fn render(
    theme: ThemeChoice,
    size: Vec2,
    pixels_per_point: f32,
    draw: impl FnMut(&mut Ui),
) -> Picture {
    let picture = render_while(theme, size, pixels_per_point, draw, &mut |_done| true);
    picture.expect("it always goes on")
}

fn render_while(
    theme: ThemeChoice,
    size: Vec2,
    pixels_per_point: f32,
    mut draw: impl FnMut(&mut Ui),
    go_on: &mut dyn FnMut(f32) -> bool,
) -> Option<Picture> {
    let ctx = Context::default();
    theme::install(&ctx);
    ctx.set_theme(theme::of(theme));
    let mut rasteriser = Rasteriser::default();
    let mut last = None;
    for pass in 0..PASSES {
        if !go_on(LAYOUT_SHARE * pass as f32 / PASSES as f32) {
            return None;
        }
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
            ..RawInput::default()
        };
        if let Some(viewport) = input.viewports.get_mut(&ViewportId::ROOT) {
            viewport.native_pixels_per_point = Some(pixels_per_point);
        }
        let mut output = ctx.run_ui(input, &mut draw);
        rasteriser.update_textures(&output.textures_delta);
        output.textures_delta.clear();
        last = Some(output);
    }
    let shapes = last.map(|output| output.shapes).unwrap_or_default();
    let primitives = ctx.tessellate(shapes, pixels_per_point);
    let pixels = |points: f32| (points * pixels_per_point).round().max(1.0) as usize;
    let background = ctx.global_style().visuals.panel_fill;
    let size = [pixels(size.x), pixels(size.y)];
    let mut painted = |done| go_on(LAYOUT_SHARE + (1.0 - LAYOUT_SHARE) * done);
    rasteriser.paint_while(
        &primitives,
        size,
        pixels_per_point,
        background,
        &mut painted,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{ExportId, ExportKind, ExportTarget};

    #[test]
    fn drawing_tells_how_far_it_is_and_stops_when_told() {
        let order = PictureOrder {
            id: ExportId(0),
            target: ExportTarget {
                kind: ExportKind::Png,
                path: "plots.png".into(),
                may_replace: false,
            },
            options: PngOptions::default(),
            panel: None,
            range: None,
            facts: Vec::new(),
        };
        let draw = |go_on: &mut dyn FnMut(f32) -> bool| {
            let size = Vec2::new(80.0, 60.0);
            exported(AppState::default(), &order, size, 1.0, go_on)
        };
        let mut told = Vec::new();
        let picture = draw(&mut |done| {
            told.push(done);
            true
        });
        assert!(picture.is_some());
        assert!(told.len() >= PASSES && told.is_sorted(), "{told:?}");
        assert!(draw(&mut |done| done < 0.1).is_none());
    }
}
