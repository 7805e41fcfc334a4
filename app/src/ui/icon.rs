//! The icon of the window, drawn here: two curves, one with a gap, on a dark tile.

use egui::IconData;

const SIZE: u32 = 64;

/// The icon, 64 × 64.
pub fn icon() -> IconData {
    let mut rgba = Vec::with_capacity((SIZE * SIZE * 4) as usize);
    for y in 0..SIZE {
        for x in 0..SIZE {
            rgba.extend(pixel(x as f32, y as f32));
        }
    }
    IconData {
        rgba,
        width: SIZE,
        height: SIZE,
    }
}

fn pixel(x: f32, y: f32) -> [u8; 4] {
    let from_corner = |v: f32| (v - 31.5).abs() - 22.0;
    let (dx, dy) = (from_corner(x).max(0.0), from_corner(y).max(0.0));
    if dx.hypot(dy) > 9.5 {
        return [0; 4];
    }
    let wave = 32.0 + 13.0 * ((x - 8.0) / 9.0).sin();
    let step = if x < 26.0 { 46.0 } else { 20.0 };
    let in_gap = (38.0..46.0).contains(&x);
    if (y - wave).abs() < 2.6 {
        [86, 180, 233, 255]
    } else if (y - step).abs() < 1.8 && !in_gap {
        [240, 168, 48, 255]
    } else {
        [17, 20, 25, 255]
    }
}
