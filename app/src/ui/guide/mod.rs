//! The guide: what the mouse and the keys do, beginning with what is under the pointer.
//!
//! Whoever draws a part of the window calls [`here`]; F1 then opens that part's page.

mod data;
mod panels;
mod topic;
mod work;

use egui::{
    Align, Context, Id, Label, Layout, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2,
};

use super::{inside, shortcuts, theme};
pub(crate) use topic::Topic;

/// Width of the list of pages, in points.
const CONTENTS_WIDTH: f32 = 160.0;
/// Width of the column with gestures and keys, in points.
const DOES_WIDTH: f32 = 190.0;

/// Which page is open.
#[derive(Debug, Default)]
pub(crate) struct GuideFields {
    chosen: Option<Topic>,
}

impl GuideFields {
    /// Opens the page of what is under the pointer.
    pub(crate) fn open(&mut self, ctx: &Context) {
        self.chosen = under_pointer(ctx);
    }
}

/// Says what is drawn at `rect`. Of parts that overlap, the one drawn last counts.
pub(crate) fn here(ui: &Ui, rect: Rect, topic: Topic) {
    if ui.rect_contains_pointer(rect) {
        let frame = ui.ctx().cumulative_frame_nr();
        ui.data_mut(|data| data.insert_temp(pointer_id(), (frame, topic)));
    }
}

fn pointer_id() -> Id {
    Id::unique("guide: under the pointer")
}

/// What is under the pointer in this frame or was in the one before.
fn under_pointer(ctx: &Context) -> Option<Topic> {
    let (frame, topic): (u64, Topic) = ctx.data(|data| data.get_temp(pointer_id()))?;
    (ctx.cumulative_frame_nr().saturating_sub(frame) <= 1).then_some(topic)
}

/// Draws the guide.
pub(crate) fn show(ui: &mut Ui, fields: &mut GuideFields) {
    let screen = ui.ctx().content_rect();
    let size = vec2(
        (screen.width() - 60.0).clamp(260.0, 760.0),
        (screen.height() - 120.0).clamp(100.0, 640.0),
    );
    let chosen = fields.chosen.unwrap_or(Topic::FirstSteps);
    let (area, _) = ui.allocate_exact_size(size, Sense::hover());
    let (contents, page_area) = area.split_left_right_at_x(area.left() + CONTENTS_WIDTH);
    inside(ui, UiBuilder::new().max_rect(contents), |ui| {
        // Pages may be more than a small window has room for.
        let scroll = ScrollArea::vertical().id_salt("guide contents");
        scroll.auto_shrink(false).show(ui, |ui| {
            for topic in Topic::ALL.iter().copied() {
                let title = topic.page().title;
                if ui.selectable_label(topic == chosen, title).clicked() {
                    fields.chosen = Some(topic);
                }
            }
        });
    });
    let color = ui.visuals().widgets.noninteractive.bg_stroke;
    ui.painter()
        .vline(page_area.left() - 6.0, area.y_range(), color);
    let page_area = page_area.with_min_x(page_area.left() + 6.0);
    inside(ui, UiBuilder::new().max_rect(page_area), |ui| {
        ScrollArea::vertical()
            .id_salt(("guide", chosen))
            .auto_shrink(false)
            .show(ui, |ui| page(ui, chosen));
    });
}

fn page(ui: &mut Ui, topic: Topic) {
    let page = topic.page();
    ui.heading(page.title);
    for text in page.text {
        ui.add(Label::new(*text).wrap());
        ui.add_space(4.0);
    }
    let keys = page.actions.iter().filter_map(|action| {
        let keys = shortcuts::texts(ui.ctx(), *action);
        (!keys.is_empty()).then(|| (keys.join("   "), action.label()))
    });
    let keys: Vec<_> = keys.collect();
    if !page.gestures.is_empty() {
        section(ui, "Mouse");
        let gestures = page.gestures.iter().copied();
        rows(ui, gestures);
    }
    if !keys.is_empty() {
        section(ui, "Keys");
        let keys = keys.iter().map(|(keys, effect)| (keys.as_str(), *effect));
        rows(ui, keys);
    }
}

fn section(ui: &mut Ui, title: &str) {
    ui.add_space(6.0);
    let color = theme::palette(ui.theme()).faint_text;
    ui.label(RichText::new(title).color(color).size(11.0));
}

fn rows<'a>(ui: &mut Ui, rows: impl Iterator<Item = (&'a str, &'a str)>) {
    for (does, effect) in rows {
        ui.horizontal_top(|ui| {
            let size = vec2(DOES_WIDTH, ui.text_style_height(&egui::TextStyle::Body));
            ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                ui.set_width(DOES_WIDTH);
                ui.add(Label::new(RichText::new(does).strong()).wrap());
            });
            ui.add(Label::new(effect).wrap());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_tells_the_same_gestures() {
        let readme = include_str!("../../../../README.md");
        for topic in Topic::ALL {
            let page = topic.page();
            for (does, effect) in page.gestures {
                let row = format!("| {} | {does} | {effect} |", page.title);
                assert!(readme.contains(&row), "README.md lacks this row: {row}");
            }
        }
    }
}
