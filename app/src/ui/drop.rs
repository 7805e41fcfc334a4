//! Signals that are dragged: where they may be dropped, what that will do, and why it would do nothing.
//!
//! A target is found from what is at the pointer ([`target_in_panel`]); [`judge`] says what dropping
//! there does or why it is refused. The preview shows the same text that decides.

use egui::{
    Context, DragAndDrop, FontId, Id, LayerId, Order, Pos2, Rect, Stroke, StrokeKind, Ui, pos2,
    vec2,
};

use super::theme;
use crate::command::{Command, CommandQueue, PlotTarget};
use crate::state::{AppState, AxisId, Panel, PanelId, PanelKind, Side, SignalRef, SignalsCommand};

/// The most signals that are drawn at once: more make a plot that nobody can read.
pub(crate) const MAX_AT_ONCE: usize = 32;
/// A signal dropped this near an edge, as a share of the panel, splits it.
const EDGE_SHARE: f32 = 0.18;
/// Longer texts have several lines.
const MAX_TEXT_WIDTH: f32 = 360.0;
/// The strip of an axis is at least this wide for a drop.
const MIN_STRIP: f32 = 24.0;

/// What is dragged from the signal tree or a legend.
#[derive(Clone, Debug)]
pub(crate) struct DraggedSignals {
    /// In this order.
    pub signals: Vec<SignalRef>,
    /// The panel that they are moved out of.
    pub from: Option<PanelId>,
}

impl DraggedSignals {
    /// From the tree: they stay where they are plotted.
    pub(crate) fn new(signals: Vec<SignalRef>) -> Self {
        Self {
            signals,
            from: None,
        }
    }

    /// Begins to drag them.
    pub(crate) fn begin(self, ctx: &Context) {
        DragAndDrop::set_payload(ctx, self);
    }
}

/// Shows the name of what is dragged, at the pointer.
pub(crate) fn label(ui: &Ui, text: &str) {
    const MAX_WIDTH: f32 = 320.0;
    let Some(pointer) = ui.input(|input| input.pointer.interact_pos()) else {
        return;
    };
    let layer = LayerId::new(Order::Tooltip, Id::unique("dragged signals"));
    let painter = ui.ctx().layer_painter(layer);
    let color = ui.visuals().strong_text_color();
    let font = FontId::proportional(12.0);
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(MAX_WIDTH);
    let galley = painter.layout_job(job);
    let area = Rect::from_min_size(pointer + vec2(12.0, 8.0), galley.size());
    let fill = ui.visuals().window_fill;
    painter.rect_filled(area.expand2(vec2(6.0, 3.0)), 4.0, fill);
    painter.galley(area.min, galley, color);
}

/// Why more signals than fit are not drawn.
pub(crate) fn too_many(n_signals: usize) -> Option<String> {
    (n_signals > MAX_AT_ONCE)
        .then(|| format!("{n_signals} signals at once are too many: choose {MAX_AT_ONCE} or fewer"))
}

/// What is at the pointer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DropTarget {
    pub target: PlotTarget,
    /// The area that it concerns.
    pub area: Rect,
}

/// Takes signals that are dropped where there is no panel yet.
pub(crate) fn on_nothing(ui: &Ui, state: &AppState, area: Rect, queue: &mut CommandQueue) {
    let target = PlotTarget::Active;
    offer(ui, state, &DropTarget { target, area }, area, queue);
}

/// Takes signals that are dropped on the bar with the tabs.
pub(crate) fn on_tab_bar(ui: &Ui, state: &AppState, area: Rect, queue: &mut CommandQueue) {
    let target = PlotTarget::NewTab;
    offer(ui, state, &DropTarget { target, area }, area, queue);
}

/// Takes signals that are dropped on a panel.
pub(crate) fn on_panel(
    ui: &Ui,
    state: &AppState,
    panel: &Panel,
    rect: Rect,
    strips: [f32; 2],
    queue: &mut CommandQueue,
) {
    let pointer = ui.input(|input| input.pointer.interact_pos());
    let dragged = DragAndDrop::payload::<DraggedSignals>(ui.ctx());
    let (Some(pointer), Some(_)) = (pointer, dragged) else {
        return;
    };
    let strip = strip_at_pointer(ui.ctx()).filter(|strip| strip.panel == panel.id);
    let found = target_in_panel(panel, rect, strip.as_ref(), strips, pointer);
    offer(ui, state, &found, rect, queue);
}

/// Shows what a drop would do while the pointer is in `sensitive`, and does it when the button is
/// released there.
fn offer(ui: &Ui, state: &AppState, found: &DropTarget, sensitive: Rect, queue: &mut CommandQueue) {
    let Some(dragged) = DragAndDrop::payload::<DraggedSignals>(ui.ctx()) else {
        return;
    };
    if !ui.rect_contains_pointer(sensitive) {
        return;
    }
    let copies = ui.input(|input| input.modifiers.command);
    let verdict = judge(state, &dragged, found.target, copies);
    preview(ui, found.area, &verdict);
    if !ui.input(|input| input.pointer.any_released()) {
        return;
    }
    super::leave_text_fields(ui.ctx());
    if verdict.is_ok() {
        let signals = dragged.signals.clone();
        let target = found.target;
        queue.send(match dragged.from.filter(|_| !copies) {
            Some(from) => Command::Signals(SignalsCommand::Move {
                from,
                signals,
                target,
            }),
            None => Command::Plot { signals, target },
        });
    }
}

/// What a drop does, or why it does nothing.
fn judge(
    state: &AppState,
    dragged: &DraggedSignals,
    target: PlotTarget,
    copies: bool,
) -> Result<String, String> {
    let n_signals = dragged.signals.len();
    if let Some(text) = too_many(n_signals) {
        return Err(text);
    }
    let verb = match dragged.from {
        Some(_) if !copies => "Move",
        Some(_) => "Copy",
        None if matches!(target, PlotTarget::Panel(_) | PlotTarget::Axis(..)) => "Add",
        None => "Plot",
    };
    let what = match n_signals {
        1 => String::new(),
        n_signals => format!(" {n_signals} signals"),
    };
    let place = match target {
        PlotTarget::Panel(id) => {
            let Some(panel) = state.workspace.panel(id) else {
                return Err("this panel is gone".to_owned());
            };
            return into_panel(panel, dragged, verb);
        }
        PlotTarget::Axis(id, at) => {
            let panel = state.workspace.panel(id);
            let axis = panel.and_then(|panel| panel.axes().get(at).copied());
            let (Some(panel), Some(axis)) = (panel, axis) else {
                return Err("this axis is gone".to_owned());
            };
            let is_there = |signal: &SignalRef| {
                let mut plotted = panel.signals.iter();
                plotted.any(|it| it.signal == *signal && it.axis == *axis)
            };
            if dragged.signals.iter().all(is_there) {
                return Err("already on this axis".to_owned());
            }
            format!("to the axis of {}", axis.name())
        }
        PlotTarget::NewAxis(id) => {
            let panel = state.workspace.panel(id);
            let has_own = |signal: &SignalRef| panel.is_some_and(|it| has_own_axis(it, signal));
            if dragged.signals.iter().all(has_own) {
                return Err("already on an axis of its own".to_owned());
            }
            "on a new axis".to_owned()
        }
        PlotTarget::Beside(_, Side::Top) => "in a new plot above".to_owned(),
        PlotTarget::Beside(_, Side::Bottom) => "in a new plot below".to_owned(),
        PlotTarget::Beside(_, Side::Left) => "in a new plot on the left".to_owned(),
        PlotTarget::Beside(_, Side::Right) => "in a new plot on the right".to_owned(),
        PlotTarget::NewTab => "in a new tab".to_owned(),
        PlotTarget::NewPanel | PlotTarget::EachInNewPanel => "in a new plot".to_owned(),
        PlotTarget::Active => "here".to_owned(),
    };
    Ok(format!("{verb}{what} {place}"))
}

fn into_panel(panel: &Panel, dragged: &DraggedSignals, verb: &str) -> Result<String, String> {
    let this = this_panel(panel.kind);
    if !panel.kind.takes_signals() {
        return Err(format!(
            "{this} takes no signals; drop at its edge for a new plot"
        ));
    }
    let is_there = |signal: &&SignalRef| {
        let mut plotted = panel.signals.iter();
        plotted.any(|plotted| plotted.signal == **signal)
    };
    let n_signals = dragged.signals.len();
    let n_there = dragged.signals.iter().filter(is_there).count();
    match (n_signals, n_there) {
        (1, 1) => Err(format!("already in {this}")),
        (_, n_there) if n_there == n_signals => Err(format!("all of them are in {this}")),
        (1, _) if panel.kind == PanelKind::Xy && panel.signals.is_empty() => {
            Ok(format!("{verb} to {this}, as X"))
        }
        (1, _) if panel.kind == PanelKind::Xy => Ok(format!("{verb} to {this}, over its X")),
        (1, _) => Ok(format!("{verb} to {this}")),
        (_, 0) => Ok(format!("{verb} {n_signals} signals to {this}")),
        _ => Ok(format!(
            "{verb} {} of {n_signals} signals to {this}; the others are there",
            n_signals - n_there
        )),
    }
}

fn has_own_axis(panel: &Panel, signal: &SignalRef) -> bool {
    let mut plotted = panel.signals.iter();
    let Some(own) = plotted.find(|it| it.signal == *signal) else {
        return false;
    };
    let on_axis = panel.signals.iter().filter(|it| it.axis == own.axis);
    on_axis.count() == 1
}

/// What texts call a panel.
fn this_panel(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Plot => "this plot",
        PanelKind::Table => "this table",
        PanelKind::Statistics => "these statistics",
        PanelKind::Histogram => "this histogram",
        PanelKind::Xy => "this XY plot",
        PanelKind::Track => "this track",
        PanelKind::Events => "this list of events",
    }
}

/// The strip of an axis that is at the pointer.
#[derive(Clone, Debug)]
struct AxisStrip {
    panel: PanelId,
    axis: AxisId,
    rect: Rect,
    /// The frame that it was drawn in.
    pass: u64,
}

fn strip_id() -> Id {
    Id::unique("axis below what is dragged")
}

/// Notes where an axis is, while signals are dragged over it.
pub(crate) fn note_axis(ui: &Ui, panel: PanelId, axis: &AxisId, rect: Rect) {
    if !DragAndDrop::has_payload_of_type::<DraggedSignals>(ui.ctx())
        || !ui.rect_contains_pointer(rect)
    {
        return;
    }
    let strip = AxisStrip {
        panel,
        axis: axis.clone(),
        rect,
        pass: ui.ctx().cumulative_pass_nr(),
    };
    ui.data_mut(|data| data.insert_temp(strip_id(), strip));
}

fn strip_at_pointer(ctx: &Context) -> Option<AxisStrip> {
    let strip = ctx.data(|data| data.get_temp::<AxisStrip>(strip_id()))?;
    (strip.pass == ctx.cumulative_pass_nr()).then_some(strip)
}

/// What is at the pointer inside a panel: an axis, an edge of what is between the axes, or the middle.
fn target_in_panel(
    panel: &Panel,
    rect: Rect,
    strip: Option<&AxisStrip>,
    strips: [f32; 2],
    pointer: Pos2,
) -> DropTarget {
    let mut inner = rect;
    if panel.kind == PanelKind::Plot && !panel.signals.is_empty() {
        let at = strip.and_then(|strip| {
            let mut axes = panel.axes().into_iter();
            Some((axes.position(|axis| *axis == strip.axis)?, strip.rect))
        });
        // Further axes are joined; the first one stands for all that there are not yet.
        if let Some((at @ 1.., area)) = at {
            let target = PlotTarget::Axis(panel.id, at);
            return DropTarget { target, area };
        }
        inner.min.x += strips[0].max(MIN_STRIP);
        inner.max.x -= strips[1];
        if pointer.x < inner.left() {
            let area = Rect::from_min_max(rect.min, pos2(inner.left(), rect.bottom()));
            let target = PlotTarget::NewAxis(panel.id);
            return DropTarget { target, area };
        }
    }
    let share = (pointer - inner.min) / inner.size();
    let centre = rect.center();
    let (low, high) = (EDGE_SHARE, 1.0 - EDGE_SHARE);
    let (side, area) = match (share.x, share.y) {
        (_, y) if y < low => (Side::Top, [rect.min, pos2(rect.right(), centre.y)]),
        (_, y) if y > high => (Side::Bottom, [pos2(rect.left(), centre.y), rect.max]),
        (x, _) if x < low / 2.0 => (Side::Left, [rect.min, pos2(centre.x, rect.bottom())]),
        (x, _) if x > 1.0 - low / 2.0 => (Side::Right, [pos2(centre.x, rect.top()), rect.max]),
        _ => {
            return DropTarget {
                target: PlotTarget::Panel(panel.id),
                area: rect,
            };
        }
    };
    DropTarget {
        target: PlotTarget::Beside(panel.id, side),
        area: Rect::from_min_max(area[0], area[1]),
    }
}

/// Shows the area that a drop concerns and what it does; in another colour why it does nothing.
fn preview(ui: &Ui, area: Rect, verdict: &Result<String, String>) {
    let palette = theme::palette(ui.theme());
    let layer = LayerId::new(Order::Foreground, Id::unique("drop preview"));
    let painter = ui.ctx().layer_painter(layer);
    let (text, color) = match verdict {
        Ok(text) => (text, palette.accent),
        Err(text) => (text, palette.warning),
    };
    painter.rect_filled(area, 3.0, color.gamma_multiply(0.18));
    painter.rect_stroke(area, 3.0, Stroke::new(1.5, color), StrokeKind::Inside);
    let text_color = ui.visuals().strong_text_color();
    let font = FontId::proportional(14.0);
    let galley = painter.layout(text.clone(), font, text_color, MAX_TEXT_WIDTH);
    let place = text_place(ui, area, galley.size() + vec2(16.0, 10.0));
    painter.rect_filled(place, 4.0, palette.overlay);
    painter.rect_stroke(place, 4.0, Stroke::new(1.0, color), StrokeKind::Inside);
    painter.galley(place.min + vec2(8.0, 5.0), galley, text_color);
    // Painted text has no label of its own.
    let label = match verdict {
        Ok(text) => text.clone(),
        Err(text) => format!("Refused: {text}"),
    };
    let response = ui.interact(place, Id::unique("drop preview text"), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &label));
}

/// Above the pointer, because the name of what is dragged is below it; inside the window.
fn text_place(ui: &Ui, area: Rect, size: egui::Vec2) -> Rect {
    let pointer = ui.input(|input| input.pointer.interact_pos());
    let at = pointer.unwrap_or_else(|| area.center());
    let screen = ui.ctx().content_rect().shrink(8.0);
    let left = (at.x - size.x / 2.0).min(screen.right() - size.x);
    let top = at.y - size.y - 12.0;
    Rect::from_min_size(pos2(left.max(screen.left()), top.max(screen.top())), size)
}

#[cfg(test)]
#[path = "drop_tests.rs"]
mod tests;
