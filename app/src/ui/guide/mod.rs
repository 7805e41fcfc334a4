//! The guide: what the mouse and the keys do, beginning with what is under the pointer.
//!
//! Whoever draws a part of the window calls [`here`]; F1 then opens that part's page.

mod topic;

use egui::{Context, Grid, Id, Label, Rect, RichText, ScrollArea, Ui};

use super::{shortcuts, theme};
pub(crate) use topic::Topic;

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
    let height = (screen.height() - 120.0).clamp(120.0, 560.0);
    ui.set_width((screen.width() - 60.0).clamp(280.0, 760.0));
    let chosen = fields.chosen.unwrap_or(Topic::FirstSteps);
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(150.0);
            for topic in Topic::ALL {
                if ui
                    .selectable_label(topic == chosen, topic.page().title)
                    .clicked()
                {
                    fields.chosen = Some(topic);
                }
            }
        });
        ui.separator();
        ScrollArea::vertical()
            .id_salt(("guide", chosen))
            .max_height(height)
            .auto_shrink([false, true])
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
        rows(ui, "gestures", gestures);
    }
    if !keys.is_empty() {
        section(ui, "Keys");
        rows(
            ui,
            "keys",
            keys.iter().map(|(keys, effect)| (keys.as_str(), *effect)),
        );
    }
}

fn section(ui: &mut Ui, title: &str) {
    ui.add_space(6.0);
    let color = theme::palette(ui.theme()).faint_text;
    ui.label(RichText::new(title).color(color).size(11.0));
}

fn rows<'a>(ui: &mut Ui, id: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) {
    Grid::new(id)
        .num_columns(2)
        .min_col_width(150.0)
        .spacing([14.0, 4.0])
        .show(ui, |ui| {
            for (does, effect) in rows {
                ui.label(RichText::new(does).strong());
                ui.add(Label::new(effect).wrap());
                ui.end_row();
            }
        });
}
