//! Where the values of a plane are on the screen.

use egui::{Pos2, Rect, pos2};

use crate::series::Area;

/// Room around all points, as a share of their extent.
const MARGIN: f64 = 0.05;

/// Where on the screen which values are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Projection {
    /// On the screen.
    pub rect: Rect,
    /// The values at its edges.
    pub area: Area,
}

impl Projection {
    /// Shows `chosen`, else all of `bounds` with some room. `aspect`, where both directions have one
    /// scale, is how many units up are as long as one across.
    pub(crate) fn new(
        rect: Rect,
        chosen: Option<Area>,
        bounds: Option<Area>,
        aspect: Option<f64>,
    ) -> Self {
        let whole = bounds.map(|bounds| Area {
            x: with_margin(bounds.x),
            y: with_margin(bounds.y),
        });
        let unit = Area {
            x: [0.0, 1.0],
            y: [0.0, 1.0],
        };
        let mut area = chosen.or(whole).unwrap_or(unit);
        if let Some(aspect) = aspect {
            let size = [
                f64::from(rect.width().max(1.0)),
                f64::from(rect.height().max(1.0)),
            ];
            // Units across that a point on the screen stands for, as each direction would have it.
            let across = (area.x[1] - area.x[0]) / size[0];
            let up = (area.y[1] - area.y[0]) / size[1] / aspect;
            if across < up {
                area.x = widened(area.x, up * size[0]);
            } else {
                area.y = widened(area.y, across * size[1] * aspect);
            }
        }
        Self { rect, area }
    }

    /// Where a point is; far beyond the edges it is only somewhere on that side.
    pub(crate) fn to_screen(self, x: f64, y: f64) -> Pos2 {
        let share = |value: f64, [low, high]: [f64; 2]| {
            let share = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
            share.clamp(-1e3, 1e3) as f32
        };
        pos2(
            self.rect.left() + self.rect.width() * share(x, self.area.x),
            self.rect.bottom() - self.rect.height() * share(y, self.area.y),
        )
    }

    /// The values at a place on the screen.
    fn values_at(&self, at: Pos2) -> [f64; 2] {
        let value = |share: f32, [low, high]: [f64; 2]| low + (high - low) * f64::from(share);
        [
            value((at.x - self.rect.left()) / self.rect.width(), self.area.x),
            value(
                (self.rect.bottom() - at.y) / self.rect.height(),
                self.area.y,
            ),
        ]
    }

    pub(super) fn zoomed(&self, factor: f64, at: Pos2) -> Area {
        let [x, y] = self.values_at(at);
        let around = |centre: f64, ends: [f64; 2]| ends.map(|end| centre + (end - centre) * factor);
        Area {
            x: around(x, self.area.x),
            y: around(y, self.area.y),
        }
    }

    pub(super) fn panned(&self, delta: egui::Vec2) -> Area {
        let shift = |[low, high]: [f64; 2], share: f32| {
            let by = (high - low) * f64::from(share);
            [low - by, high - by]
        };
        Area {
            x: shift(self.area.x, delta.x / self.rect.width()),
            y: shift(self.area.y, -delta.y / self.rect.height()),
        }
    }

    pub(super) fn inside(&self, corners: Rect) -> Area {
        let [left, bottom] = self.values_at(corners.left_bottom());
        let [right, top] = self.values_at(corners.right_top());
        Area {
            x: [left, right],
            y: [bottom, top],
        }
    }
}

fn with_margin([low, high]: [f64; 2]) -> [f64; 2] {
    let margin = (high / 2.0 - low / 2.0) * 2.0 * MARGIN;
    if margin > 0.0 {
        return [(low - margin).max(-f64::MAX), (high + margin).min(f64::MAX)];
    }
    let half = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
    [low - half, high + half]
}

fn widened([low, high]: [f64; 2], span: f64) -> [f64; 2] {
    let middle = low / 2.0 + high / 2.0;
    [middle - span / 2.0, middle + span / 2.0]
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::*;

    fn rect() -> Rect {
        Rect::from_min_size(pos2(100.0, 50.0), vec2(400.0, 200.0))
    }

    fn area(x: [f64; 2], y: [f64; 2]) -> Area {
        Area { x, y }
    }

    #[test]
    fn everything_has_room_and_one_scale_widens_the_shorter_side() {
        let bounds = Some(area([0.0, 10.0], [0.0, 10.0]));
        let free = Projection::new(rect(), None, bounds, None);
        assert_eq!(free.area, area([-0.5, 10.5], [-0.5, 10.5]));
        let equal = Projection::new(rect(), None, bounds, Some(1.0));
        let across = (equal.area.x[1] - equal.area.x[0]) / 400.0;
        let up = (equal.area.y[1] - equal.area.y[0]) / 200.0;
        assert!((across - up).abs() < 1e-9, "{equal:?}");
        assert_eq!(equal.area.y, free.area.y);
    }

    #[test]
    fn a_zoom_keeps_what_is_under_the_pointer_and_a_box_becomes_everything() {
        let shown = Projection::new(rect(), Some(area([0.0, 4.0], [0.0, 2.0])), None, None);
        let zoomed = shown.zoomed(0.5, pos2(200.0, 200.0));
        assert_eq!(zoomed, area([0.5, 2.5], [0.25, 1.25]));
        let corners = Rect::from_two_pos(pos2(200.0, 100.0), pos2(300.0, 150.0));
        assert_eq!(shown.inside(corners), area([1.0, 2.0], [1.0, 1.5]));
        let panned = shown.panned(vec2(100.0, 100.0));
        assert_eq!(panned, area([-1.0, 3.0], [1.0, 3.0]));
    }

    #[test]
    fn huge_and_equal_values_are_somewhere_on_the_screen() {
        let one = area([7.0; 2], [0.0; 2]);
        let shown = Projection::new(rect(), None, Some(one), None);
        assert_eq!(shown.to_screen(7.0, 0.0), rect().center());
        let huge = area([-f64::MAX, f64::MAX], [0.0, 1.0]);
        let shown = Projection::new(rect(), None, Some(huge), None);
        for x in [-f64::MAX, 0.0, f64::MAX] {
            assert!(rect().expand(1.0).contains(shown.to_screen(x, 0.5)), "{x}");
        }
    }
}
