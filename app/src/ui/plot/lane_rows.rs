//! How lanes lie below each other: lower where there are many, scrolled where that is not enough.

use std::ops::Range;

use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::style::ScrollStyle;
use egui::{
    Align, Frame, Layout, Margin, Rangef, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2, vec2,
};

use super::{inside, theme};
use crate::state::PanelId;
use crate::time_display::counted;

/// Height of a lane with the space to the next, in points.
pub(super) const HEIGHT: f32 = 22.0;
/// So low a lane may become before lanes are scrolled: its text can still be read.
const MIN_HEIGHT: f32 = 16.0;
const GAP: f32 = 2.0;

/// Where the lanes of a panel are.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneRows {
    /// The part of the plot that they have.
    area: Rect,
    count: usize,
    height: f32,
    scrolled: f32,
}

impl LaneRows {
    /// So many lanes in an area of the plot.
    pub(super) fn new(area: Rect, count: usize) -> Self {
        let height = area.height() / count.max(1) as f32;
        Self {
            area,
            count,
            height: height.clamp(MIN_HEIGHT, HEIGHT),
            scrolled: 0.0,
        }
    }

    fn total_height(&self) -> f32 {
        self.height * self.count as f32
    }

    /// Where a lane is.
    pub(super) fn rect(&self, idx: usize) -> Rect {
        let top = self.area.top() - self.scrolled + self.height * idx as f32 + GAP;
        let size = vec2(self.area.width(), self.height - GAP);
        Rect::from_min_size(pos2(self.area.left(), top), size)
    }

    /// The lane at a height of the screen.
    pub(super) fn at(&self, y: f32) -> Option<usize> {
        let idx = ((y - self.area.top() + self.scrolled) / self.height).floor();
        (0.0..self.count as f32)
            .contains(&idx)
            .then_some(idx as usize)
    }

    /// The lanes of which at least a part is seen.
    pub(super) fn seen(&self) -> Range<usize> {
        let first = (self.scrolled / self.height).floor().max(0.0) as usize;
        let end = ((self.scrolled + self.area.height()) / self.height).ceil();
        first.min(self.count)..self.count.min(end.max(0.0) as usize)
    }

    /// How many lanes are less than half seen, above and below.
    fn hidden(&self) -> [usize; 2] {
        let half = |y: f32| ((y / self.height).round().max(0.0) as usize).min(self.count);
        [
            half(self.scrolled),
            self.count - half(self.scrolled + self.area.height()),
        ]
    }

    /// What is not seen, in words.
    fn hidden_text(&self) -> Option<String> {
        let lanes = |n: usize| counted(n as u64, "lane");
        match self.hidden() {
            [0, 0] => None,
            [0, below] => Some(format!("{} more below", lanes(below))),
            [above, 0] => Some(format!("{} more above", lanes(above))),
            [above, below] => Some(format!("{} more above, {below} below", lanes(above))),
        }
    }
}

/// Draws lanes, which are scrolled where not all fit: by a bar on the right, and by the wheel over
/// their names, which begin at `names`. Says how many are not seen.
pub(super) fn show(
    ui: &mut Ui,
    panel: PanelId,
    names: f32,
    mut rows: LaneRows,
    draw: impl FnOnce(&mut Ui, &LaneRows),
) {
    let area = rows.area;
    let beside = Rect::from_x_y_ranges(Rangef::new(names, area.left()), area.y_range());
    let source = ScrollSource {
        // Over the lanes the wheel zooms.
        mouse_wheel: ui.rect_contains_pointer(beside),
        drag: DragScroll::Never,
        ..ScrollSource::default()
    };
    let whole = beside.union(area);
    let builder = UiBuilder::new().max_rect(whole).id_salt(("lanes", panel));
    inside(ui, builder, |ui| {
        ui.spacing_mut().scroll = ScrollStyle::thin();
        ScrollArea::vertical()
            .scroll_source(source)
            .auto_shrink(false)
            .show_viewport(ui, |ui, viewport| {
                ui.set_height(rows.total_height());
                rows.scrolled = viewport.top();
                draw(ui, &rows);
            });
    });
    if let Some(text) = rows.hidden_text() {
        say_hidden(ui, panel, area, &text);
    }
}

fn say_hidden(ui: &mut Ui, panel: PanelId, area: Rect, text: &str) {
    let palette = theme::palette(ui.theme());
    let corner = area.shrink2(vec2(12.0, 2.0));
    let builder = UiBuilder::new()
        .max_rect(corner.with_min_y(corner.bottom() - 18.0))
        .layout(Layout::right_to_left(Align::Center))
        .id_salt(("hidden lanes", panel));
    inside(ui, builder, |ui| {
        Frame::new()
            .fill(palette.overlay)
            .corner_radius(4.0)
            .inner_margin(Margin::symmetric(6, 1))
            .show(ui, |ui| {
                let text = RichText::new(text).size(11.0).color(palette.faint_text);
                ui.label(text)
                    .on_hover_text("the wheel over the names of the lanes scrolls them");
            });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(height: f32, count: usize, scrolled: f32) -> LaneRows {
        let area = Rect::from_min_size(pos2(100.0, 50.0), vec2(400.0, height));
        LaneRows {
            scrolled,
            ..LaneRows::new(area, count)
        }
    }

    #[test]
    fn lanes_become_lower_before_they_are_scrolled() {
        assert_eq!(rows(100.0, 3, 0.0).height, HEIGHT);
        let low = rows(100.0, 5, 0.0);
        assert_eq!((low.height, low.hidden()), (20.0, [0, 0]));
        let many = rows(80.0, 12, 0.0);
        assert_eq!((many.height, many.hidden()), (MIN_HEIGHT, [0, 7]));
        assert_eq!(many.seen(), 0..5);
        assert_eq!(many.hidden_text().unwrap(), "7 lanes more below");
    }

    #[test]
    fn what_is_scrolled_is_where_it_is_seen() {
        let rows = rows(80.0, 12, 3.0 * MIN_HEIGHT);
        assert_eq!((rows.hidden(), rows.seen()), ([3, 4], 3..8));
        assert_eq!(rows.hidden_text().unwrap(), "3 lanes more above, 4 below");
        for idx in rows.seen() {
            assert_eq!(rows.at(rows.rect(idx).center().y), Some(idx));
        }
        assert_eq!(rows.at(1e6), None);
        let end = LaneRows {
            scrolled: 7.0 * MIN_HEIGHT,
            ..rows
        };
        assert_eq!(end.hidden_text().unwrap(), "7 lanes more above");
    }
}
