//! Pictures of the window, painted on the CPU by the program's own rasteriser: the same on every
//! machine, without a GPU.

use canlake::ui::Rasteriser;
use egui::{Context, FullOutput, TexturesDelta};
use egui_kittest::TestRenderer;
use image::RgbaImage;

/// Paints what the harness has drawn.
#[derive(Default)]
pub(crate) struct Painter {
    rasteriser: Rasteriser,
}

impl TestRenderer for Painter {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        self.rasteriser.update_textures(delta);
        delta.clear();
    }

    fn render(&mut self, ctx: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = output.pixels_per_point;
        let pixels = ctx.content_rect().size() * scale;
        let size = [pixels.x.round() as usize, pixels.y.round() as usize];
        let primitives = ctx.tessellate(output.shapes.clone(), scale);
        let background = ctx.global_style().visuals.panel_fill;
        let picture = self.rasteriser.paint(&primitives, size, scale, background);
        RgbaImage::from_raw(size[0] as u32, size[1] as u32, picture.rgba)
            .ok_or_else(|| "the picture has another size than it says".to_owned())
    }
}
