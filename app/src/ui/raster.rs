//! Paints what egui tessellated into a picture, on the CPU.
//!
//! For headless rendering and for PNG export at any size: no window, no GPU.
//! It does what egui's own back ends do (textured triangles, premultiplied colours blended in gamma
//! space, bilinear texture look-up) and nothing more; paint callbacks are left out.

use std::collections::BTreeMap;

use egui::epaint::{ImageDelta, Primitive, Vertex};
use egui::{ClippedPrimitive, Color32, Rect, TextureId, TexturesDelta};

use crate::export::Picture;

/// Triangles that are painted between two looks at whether to go on.
const PIECE_TRIANGLES: usize = 512;

/// Premultiplied RGBA pixels, row by row from the top.
#[derive(Debug)]
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
}

/// Keeps the textures of one egui context and paints its frames.
#[derive(Debug, Default)]
pub struct Rasteriser {
    textures: BTreeMap<TextureId, Texture>,
}

#[derive(Debug)]
struct Texture {
    size: [usize; 2],
    pixels: Vec<Color32>,
}

impl Rasteriser {
    /// Takes over what a frame changed in the textures. Call for every frame, in order.
    pub fn update_textures(&mut self, delta: &TexturesDelta) {
        #[expect(clippy::iter_over_hash_type, reason = "each texture is set on its own")]
        for (id, images) in &delta.set {
            for image in images {
                self.set(*id, image);
            }
        }
        #[expect(
            clippy::iter_over_hash_type,
            reason = "each texture is freed on its own"
        )]
        for id in &delta.free {
            self.textures.remove(id);
        }
    }

    fn set(&mut self, id: TextureId, delta: &ImageDelta) {
        let egui::ImageData::Color(image) = &delta.image;
        let Some([left, top]) = delta.pos else {
            let texture = Texture {
                size: image.size,
                pixels: image.pixels.clone(),
            };
            self.textures.insert(id, texture);
            return;
        };
        let Some(texture) = self.textures.get_mut(&id) else {
            return;
        };
        for (row, source) in image.pixels.chunks_exact(image.size[0]).enumerate() {
            let start = (top + row) * texture.size[0] + left;
            texture.pixels[start..start + source.len()].copy_from_slice(source);
        }
    }

    /// Paints one frame over `background`.
    pub fn paint(
        &self,
        primitives: &[ClippedPrimitive],
        size: [usize; 2],
        pixels_per_point: f32,
        background: Color32,
    ) -> Picture {
        let picture = self.paint_while(
            primitives,
            size,
            pixels_per_point,
            background,
            &mut |_done| true,
        );
        picture.expect("it always goes on")
    }

    /// As [`Self::paint`]. `go_on` gets how much is painted, from 0 to 1; when it says no, there is no
    /// picture.
    pub(crate) fn paint_while(
        &self,
        primitives: &[ClippedPrimitive],
        size: [usize; 2],
        pixels_per_point: f32,
        background: Color32,
        go_on: &mut dyn FnMut(f32) -> bool,
    ) -> Option<Picture> {
        let n_triangles = primitives.iter().map(n_triangles).sum::<usize>().max(1);
        let mut n_painted = 0;
        let mut canvas = Canvas {
            width: size[0],
            height: size[1],
            pixels: vec![background; size[0] * size[1]],
        };
        for ClippedPrimitive {
            clip_rect,
            primitive,
        } in primitives
        {
            let Primitive::Mesh(mesh) = primitive else {
                continue;
            };
            let Some(texture) = self.textures.get(&mesh.texture_id) else {
                continue;
            };
            let clip = PixelRect::new(*clip_rect, pixels_per_point, size);
            for corners in mesh.indices.chunks_exact(3) {
                n_painted += 1;
                if n_painted % PIECE_TRIANGLES == 0 && !go_on(n_painted as f32 / n_triangles as f32)
                {
                    return None;
                }
                let triangle = [corners[0], corners[1], corners[2]]
                    .map(|idx| scaled(mesh.vertices[idx as usize], pixels_per_point));
                canvas.fill_triangle(triangle, texture, clip);
            }
        }
        Some(Picture::from(&canvas))
    }
}

fn n_triangles(clipped: &ClippedPrimitive) -> usize {
    match &clipped.primitive {
        Primitive::Mesh(mesh) => mesh.indices.len() / 3,
        Primitive::Callback(_) => 0,
    }
}

fn scaled(mut vertex: Vertex, pixels_per_point: f32) -> Vertex {
    vertex.pos = (vertex.pos.to_vec2() * pixels_per_point).to_pos2();
    vertex
}

impl Texture {
    /// Bilinear look-up with clamped edges, as egui's samplers do it.
    fn sample(&self, u: f32, v: f32) -> [f32; 4] {
        let [width, height] = self.size;
        let x = u * width as f32 - 0.5;
        let y = v * height as f32 - 0.5;
        let (x0, y0) = (x.floor(), y.floor());
        let (fx, fy) = (x - x0, y - y0);
        let texel = |x: f32, y: f32| {
            let x = (x.max(0.0) as usize).min(width - 1);
            let y = (y.max(0.0) as usize).min(height - 1);
            self.pixels[y * width + x].to_array().map(f32::from)
        };
        let corners = [
            texel(x0, y0),
            texel(x0 + 1.0, y0),
            texel(x0, y0 + 1.0),
            texel(x0 + 1.0, y0 + 1.0),
        ];
        std::array::from_fn(|channel| {
            let top = corners[0][channel] * (1.0 - fx) + corners[1][channel] * fx;
            let bottom = corners[2][channel] * (1.0 - fx) + corners[3][channel] * fx;
            top * (1.0 - fy) + bottom * fy
        })
    }
}

#[derive(Clone, Copy)]
struct PixelRect {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

impl PixelRect {
    fn new(rect: Rect, pixels_per_point: f32, size: [usize; 2]) -> Self {
        let pixel = |points: f32, most: usize| {
            ((points * pixels_per_point).round().max(0.0) as usize).min(most) as i32
        };
        Self {
            left: pixel(rect.min.x, size[0]),
            top: pixel(rect.min.y, size[1]),
            right: pixel(rect.max.x, size[0]),
            bottom: pixel(rect.max.y, size[1]),
        }
    }
}

impl Canvas {
    fn fill_triangle(&mut self, triangle: [Vertex; 3], texture: &Texture, clip: PixelRect) {
        let [a, mut b, mut c] = triangle;
        let mut area = edge(a.pos, b.pos, c.pos);
        if area < 0.0 {
            std::mem::swap(&mut b, &mut c);
            area = -area;
        }
        if area <= 0.0 || !area.is_finite() {
            return;
        }
        let xs = [a.pos.x, b.pos.x, c.pos.x];
        let ys = [a.pos.y, b.pos.y, c.pos.y];
        let least = |values: [f32; 3]| values.into_iter().fold(f32::INFINITY, f32::min);
        let most = |values: [f32; 3]| values.into_iter().fold(f32::NEG_INFINITY, f32::max);
        let left = (least(xs).floor() as i32).max(clip.left);
        let right = (most(xs).ceil() as i32).min(clip.right);
        let top = (least(ys).floor() as i32).max(clip.top);
        let bottom = (most(ys).ceil() as i32).min(clip.bottom);
        let uniform = a.uv == b.uv && b.uv == c.uv;
        let texel = texture.sample(a.uv.x, a.uv.y);
        for y in top..bottom {
            for x in left..right {
                let centre = egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
                let weights = [
                    edge(b.pos, c.pos, centre),
                    edge(c.pos, a.pos, centre),
                    edge(a.pos, b.pos, centre),
                ];
                // An edge that two triangles share belongs to one of them, or seams would show.
                let edges = [(b, c), (c, a), (a, b)];
                let inside = weights.iter().zip(edges).all(|(weight, (from, to))| {
                    *weight > 0.0 || (*weight == 0.0 && is_top_left(from.pos, to.pos))
                });
                if !inside {
                    continue;
                }
                let [wa, wb, wc] = weights.map(|weight| weight / area);
                let texel = if uniform {
                    texel
                } else {
                    texture.sample(
                        wa * a.uv.x + wb * b.uv.x + wc * c.uv.x,
                        wa * a.uv.y + wb * b.uv.y + wc * c.uv.y,
                    )
                };
                let [ca, cb, cc] = [a, b, c].map(|vertex| vertex.color.to_array().map(f32::from));
                let source: [f32; 4] = std::array::from_fn(|channel| {
                    (wa * ca[channel] + wb * cb[channel] + wc * cc[channel]) * texel[channel]
                        / 255.0
                });
                let pixel = &mut self.pixels[y as usize * self.width + x as usize];
                *pixel = blend(source, *pixel);
            }
        }
    }
}

impl From<&Canvas> for Picture {
    fn from(canvas: &Canvas) -> Self {
        Self {
            width: canvas.width,
            height: canvas.height,
            rgba: canvas
                .pixels
                .iter()
                .flat_map(Color32::to_srgba_unmultiplied)
                .collect(),
        }
    }
}

fn edge(from: egui::Pos2, to: egui::Pos2, point: egui::Pos2) -> f32 {
    (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x)
}

fn is_top_left(from: egui::Pos2, to: egui::Pos2) -> bool {
    (from.y == to.y && to.x > from.x) || to.y < from.y
}

fn blend(source: [f32; 4], target: Color32) -> Color32 {
    let keep = 1.0 - source[3] / 255.0;
    let target = target.to_array().map(f32::from);
    let [r, g, b, a] = std::array::from_fn(|channel| {
        (source[channel] + target[channel] * keep)
            .round()
            .clamp(0.0, 255.0) as u8
    });
    #[expect(
        clippy::disallowed_methods,
        reason = "a mixture of given colours, not a new one"
    )]
    Color32::from_rgba_premultiplied(r, g, b, a)
}
