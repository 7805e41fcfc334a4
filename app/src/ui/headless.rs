//! The plots as a picture, without a window: for PNG export and `canlake render`.
//!
//! The same drawing code as in the window, run in a context of its own and painted by
//! [`super::raster`].

use egui::{CentralPanel, Context, Frame, Margin, Pos2, RawInput, Rect, Ui, Vec2, ViewportId};

use super::raster::Rasteriser;
use super::{PlotsMemory, plots, theme};
use crate::command::CommandQueue;
use crate::export::Picture;
use crate::state::{AppState, ThemeChoice};

/// Passes until everything has found its place: axis widths of one frame are the next one's layout.
const PASSES: usize = 4;

/// Draws the plots of a state, `size` points large, with `pixels_per_point`.
pub fn picture(state: &AppState, size: impl Into<Vec2>, pixels_per_point: f32) -> Picture {
    let mut memory = PlotsMemory::of_picture();
    let mut state = state.clone();
    state.hovered = None;
    state.settle_summaries();
    render(state.settings.theme, size.into(), pixels_per_point, |ui| {
        let frame = Frame::central_panel(ui.style()).inner_margin(Margin::same(8));
        // What a picture would command has no effect on the state that it is of.
        let mut queue = CommandQueue::default();
        CentralPanel::default_margins()
            .frame(frame)
            .show(ui, |ui| plots(ui, &state, &mut memory, &mut queue));
    })
}

/// Draws anything, `size` points large, with `pixels_per_point`. `draw` is called several times.
pub fn render(
    theme: ThemeChoice,
    size: Vec2,
    pixels_per_point: f32,
    mut draw: impl FnMut(&mut Ui),
) -> Picture {
    let ctx = Context::default();
    theme::install(&ctx);
    ctx.set_theme(theme::of(theme));
    let mut rasteriser = Rasteriser::default();
    let mut last = None;
    for _ in 0..PASSES {
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
    rasteriser.paint(&primitives, size, pixels_per_point, background)
}
