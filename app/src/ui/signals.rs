//! The signals of the selected vehicle as a tree of messages, with a search field.

use std::collections::BTreeSet;

use egui::{Align2, Event, FontId, Key, Rect, Sense, TextFormat, Ui, pos2, vec2};

use super::panels::DraggedSignals;
use super::{UiState, icons, theme};
use crate::command::{Command, CommandQueue, PlotTarget};
use crate::source::{SignalInfo, Vehicle};
use crate::state::{AppState, SignalRef, VehicleRef};
use crate::time_display::{Zone, count_text};
use crate::ui::plot::value_text;

const ROW_HEIGHT: f32 = 20.0;

/// What of the tree belongs to the window, not to the data.
#[derive(Debug, Default)]
pub(crate) struct SignalTree {
    filter: String,
    closed_messages: BTreeSet<String>,
}

enum Row<'a> {
    Message {
        name: &'a str,
        n_signals: usize,
        is_open: bool,
    },
    Signal {
        info: &'a SignalInfo,
        /// Whether another signal of the message has the same name.
        is_namesake: bool,
    },
}

/// Draws the section.
pub(crate) fn show(ui: &mut Ui, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    let (Some(vehicle), Some(selection)) = (state.selected_vehicle(), &state.selection) else {
        return;
    };
    let tree = &mut local.tree;
    ui.horizontal(|ui| {
        ui.strong("Signals");
        ui.weak(vehicle.signals.len().to_string());
    });
    let submitted = search_field(ui, state, tree);
    let words = words(&tree.filter);
    let rows = rows(vehicle, &words, &tree.closed_messages);
    if let Some(target) = submitted {
        let first = rows.iter().find_map(|row| match row {
            Row::Signal { info, .. } => Some(reference(&selection.vehicle, info)),
            Row::Message { .. } => None,
        });
        if let Some(signal) = first {
            queue.send(Command::Plot {
                signals: vec![signal],
                target,
            });
        }
    }
    if rows.is_empty() && !words.is_empty() {
        ui.weak(format!("no signal contains {}", words.join(" and ")));
    }
    let mut toggled = None;
    egui::ScrollArea::vertical()
        .id_salt("signals")
        .auto_shrink([false, false])
        .show_rows(ui, ROW_HEIGHT, rows.len(), |ui, visible| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for row in rows.get(visible).unwrap_or_default() {
                match row {
                    Row::Message {
                        name,
                        n_signals,
                        is_open,
                    } => {
                        if message_row(ui, name, *n_signals, *is_open) {
                            toggled = Some((*name).to_owned());
                        }
                    }
                    Row::Signal { info, is_namesake } => {
                        let suffix = is_namesake.then(|| origin(info)).unwrap_or_default();
                        let entry = Entry {
                            signal: reference(&selection.vehicle, info),
                            info,
                            suffix: &suffix,
                        };
                        signal_row(ui, state, &entry, &words, queue);
                    }
                }
            }
        });
    if let Some(name) = toggled
        && !tree.closed_messages.remove(&name)
    {
        tree.closed_messages.insert(name);
    }
}

/// The search field. Enter plots the first match in the active panel, Ctrl+Enter in a new one.
fn search_field(ui: &mut Ui, state: &AppState, tree: &mut SignalTree) -> Option<PlotTarget> {
    let field = egui::TextEdit::singleline(&mut tree.filter)
        .hint_text("search signals  /")
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, "Search signals"));
    if state.search_requested {
        response.request_focus();
    }
    // The modifiers of the key event itself: both may be released again by the end of the frame.
    let (entered, escape) = ui.input(|input| {
        let entered = input.events.iter().find_map(|event| match event {
            Event::Key {
                key: Key::Enter,
                pressed: true,
                modifiers,
                ..
            } => Some(*modifiers),
            _ => None,
        });
        (entered, input.key_pressed(Key::Escape))
    });
    if response.lost_focus() && escape {
        tree.filter.clear();
    }
    let modifiers = entered.filter(|_| response.lost_focus() || response.has_focus())?;
    response.request_focus();
    if tree.filter.is_empty() {
        return None;
    }
    Some(if modifiers.command {
        PlotTarget::NewPanel
    } else {
        PlotTarget::Active
    })
}

fn words(filter: &str) -> Vec<String> {
    filter.split_whitespace().map(str::to_lowercase).collect()
}

/// Whether every word occurs in the signal's message, name, unit or identifier.
fn matches(info: &SignalInfo, words: &[String]) -> bool {
    let key = &info.key;
    let id = key
        .arbitration_id
        .map(|id| format!("{id:x}"))
        .unwrap_or_default();
    let text = format!(
        "{}.{} {} {} 0x{id}",
        key.message, key.signal, info.unit, key.channel
    )
    .to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

fn rows<'a>(vehicle: &'a Vehicle, words: &[String], closed: &BTreeSet<String>) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for (name, signals) in vehicle.messages() {
        let n_signals = signals.iter().filter(|info| matches(info, words)).count();
        if n_signals == 0 {
            continue;
        }
        let is_open = !words.is_empty() || !closed.contains(name);
        rows.push(Row::Message {
            name,
            n_signals,
            is_open,
        });
        if is_open {
            // Signals are sorted by name, so namesakes follow each other.
            let is_same = |at: Option<usize>, name: &str| {
                at.and_then(|at| signals.get(at))
                    .is_some_and(|other| *other.key.signal == *name)
            };
            for (at, info) in signals.iter().enumerate() {
                if matches(info, words) {
                    let name = &info.key.signal;
                    rows.push(Row::Signal {
                        info,
                        is_namesake: is_same(at.checked_sub(1), name)
                            || is_same(Some(at + 1), name),
                    });
                }
            }
        }
    }
    rows
}

fn reference(vehicle: &VehicleRef, info: &SignalInfo) -> SignalRef {
    SignalRef {
        vehicle: vehicle.clone(),
        key: info.key.clone(),
    }
}

/// Where a signal comes from: channel and identifier.
fn origin(info: &SignalInfo) -> String {
    let id = info.key.arbitration_id.map(|id| format!("0x{id:X}"));
    let channel = Some(info.key.channel.to_string()).filter(|name| !name.is_empty());
    let parts: Vec<_> = channel.into_iter().chain(id).collect();
    parts.join(" ")
}

/// A signal as the tree lists it.
struct Entry<'a> {
    signal: SignalRef,
    info: &'a SignalInfo,
    /// Tells it from its namesakes.
    suffix: &'a str,
}

/// Gives whether the row was clicked.
fn message_row(ui: &mut Ui, name: &str, n_signals: usize, is_open: bool) -> bool {
    let palette = theme::palette(ui.theme());
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TreeItem, true, name));
    if response.hovered() {
        ui.painter()
            .rect_filled(rect, 3.0, ui.visuals().faint_bg_color);
    }
    let painter = ui.painter_at(rect);
    let middle = rect.center().y;
    icons::triangle(
        &painter,
        pos2(rect.left() + 7.0, middle),
        is_open,
        palette.faint_text,
    );
    let color = ui.visuals().text_color();
    painter.text(
        pos2(rect.left() + 17.0, middle),
        Align2::LEFT_CENTER,
        name,
        FontId::proportional(13.0),
        color,
    );
    let count = n_signals.to_string();
    painter.text(
        pos2(rect.right() - 6.0, middle),
        Align2::RIGHT_CENTER,
        count,
        FontId::proportional(11.0),
        palette.faint_text,
    );
    response.clicked()
}

fn signal_row(
    ui: &mut Ui,
    state: &AppState,
    entry: &Entry<'_>,
    words: &[String],
    queue: &mut CommandQueue,
) {
    let palette = theme::palette(ui.theme());
    let Entry { signal, info, .. } = entry;
    let plotted = state
        .workspace
        .panels()
        .flat_map(|panel| panel.signals.iter().map(|plotted| (panel.id, plotted)))
        .find(|(_, plotted)| plotted.signal == *signal);
    let (rect, response) = ui.allocate_exact_size(
        vec2(ui.available_width(), ROW_HEIGHT),
        Sense::click_and_drag(),
    );
    let name = format!("{}.{}", info.key.message, info.key.signal);
    response.dnd_set_drag_payload(DraggedSignals(vec![signal.clone()]));
    if response.dragged() {
        drag_label(ui, &name);
    }
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::CheckBox, true, plotted.is_some(), &name)
    });
    if response.hovered() {
        ui.painter()
            .rect_filled(rect, 3.0, ui.visuals().faint_bg_color);
    }
    let painter = ui.painter_at(rect);
    let middle = rect.center().y;
    let box_rect = Rect::from_center_size(pos2(rect.left() + 24.0, middle), vec2(10.0, 10.0));
    if let Some((_, plotted)) = plotted {
        let color = theme::signal_color(ui.theme(), plotted.color_idx);
        painter.rect_filled(box_rect, 2.0, color);
    } else {
        let stroke = egui::Stroke::new(1.0, palette.plot_frame);
        painter.rect_stroke(box_rect, 2.0, stroke, egui::StrokeKind::Inside);
    }
    let unit = painter.layout_no_wrap(
        info.unit.to_string(),
        FontId::proportional(11.0),
        palette.faint_text,
    );
    let unit_left = rect.right() - 6.0 - unit.rect.width();
    let name_area = Rect::from_min_max(
        pos2(rect.left() + 36.0, rect.top()),
        pos2(unit_left - 6.0, rect.bottom()),
    );
    let mut job = highlighted(&info.key.signal, words, ui);
    if !entry.suffix.is_empty() {
        let faint = TextFormat::simple(FontId::proportional(11.0), palette.faint_text);
        job.append(entry.suffix, 6.0, faint);
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width(name_area.width());
    let galley = painter.layout_job(job);
    let name_pos = pos2(name_area.left(), middle - galley.rect.height() / 2.0);
    painter.galley(name_pos, galley, ui.visuals().text_color());
    painter.galley(
        pos2(unit_left, middle - unit.rect.height() / 2.0),
        unit,
        palette.faint_text,
    );
    if response.clicked() {
        match plotted {
            Some((panel, _)) => queue.send(Command::Unplot(panel, signal.clone())),
            None => queue.send(Command::Plot {
                signals: vec![signal.clone()],
                target: PlotTarget::Active,
            }),
        }
    }
    response.context_menu(|ui| {
        for (label, target) in [
            ("Plot here", PlotTarget::Active),
            ("Plot in a new panel", PlotTarget::NewPanel),
        ] {
            if ui.button(label).clicked() {
                queue.send(Command::Plot {
                    signals: vec![signal.clone()],
                    target,
                });
                ui.close();
            }
        }
        if ui.button("Inspect").clicked() {
            queue.send(Command::SelectSignal(signal.clone()));
            ui.close();
        }
        if ui.button("Copy name").clicked() {
            ui.copy_text(info.key.to_string());
            ui.close();
        }
    });
    response.on_hover_text(description(info, &state.zone().calendar()));
}

/// What is being dragged, at the pointer.
fn drag_label(ui: &Ui, name: &str) {
    let Some(pointer) = ui.input(|input| input.pointer.interact_pos()) else {
        return;
    };
    let layer = egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("dragged signal"));
    let painter = ui.ctx().layer_painter(layer);
    let text = ui.visuals().strong_text_color();
    let galley = painter.layout_no_wrap(name.to_owned(), FontId::proportional(12.0), text);
    let area = Rect::from_min_size(pointer + vec2(12.0, 8.0), galley.size());
    painter.rect_filled(area.expand2(vec2(6.0, 3.0)), 4.0, ui.visuals().window_fill);
    painter.galley(area.min, galley, text);
}

/// The name with the letters that the search found set apart.
fn highlighted(name: &str, words: &[String], ui: &Ui) -> egui::text::LayoutJob {
    let font = FontId::proportional(13.0);
    let plain = TextFormat::simple(font.clone(), ui.visuals().text_color());
    let lit = TextFormat {
        background: ui.visuals().selection.bg_fill,
        ..plain.clone()
    };
    let mut job = egui::text::LayoutJob::default();
    let lower = name.to_lowercase();
    // Lower case may have another length than the name; then there is nothing to point at.
    let is_lit = |at: usize| {
        lower.len() == name.len()
            && words.iter().any(|word| {
                lower
                    .match_indices(word.as_str())
                    .any(|(start, found)| (start..start + found.len()).contains(&at))
            })
    };
    for (at, letter) in name.char_indices() {
        let format = if is_lit(at) {
            lit.clone()
        } else {
            plain.clone()
        };
        job.append(letter.encode_utf8(&mut [0; 4]), 0.0, format);
    }
    job
}

fn description(info: &SignalInfo, zone: &Zone) -> String {
    let mut lines = vec![info.key.to_string()];
    if let (Some(min), Some(max)) = (info.min, info.max) {
        lines.push(format!(
            "{} to {} {}",
            value_text(min),
            value_text(max),
            info.unit
        ));
    }
    lines.push(format!("{} samples", count_text(info.rows)));
    lines.push(format!(
        "{} to {}",
        zone.date_time(info.first, 1_000_000),
        zone.date_time(info.last, 1_000_000)
    ));
    if let Some(cycle) = info.cycle_time_ms {
        lines.push(format!("every {cycle} ms"));
    } else if info.on_change {
        lines.push("sent on change".to_owned());
    }
    for (value, label) in info.labels.iter().take(12) {
        lines.push(format!("{} = {label}", value_text(*value)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use canlake_shared::schema::SignalKey;
    use canlake_shared::time::{TimeRange, Timestamp};

    use super::*;

    fn info(message: &str, signal: &str, unit: &str) -> SignalInfo {
        SignalInfo {
            key: SignalKey::new("can0", message, Some(0x1A0), signal),
            unit: unit.into(),
            rows: 1,
            min: None,
            max: None,
            first: Timestamp::from_ns(0),
            last: Timestamp::from_ns(0),
            cycle_time_ms: None,
            on_change: false,
            integer: false,
            labels: [].into(),
        }
    }

    fn vehicle() -> Vehicle {
        Vehicle {
            id: "V".into(),
            range: TimeRange::ALL,
            rows: 0,
            bytes: 0,
            files: 0,
            sessions: Vec::new(),
            signals: vec![
                info("BMS", "Pack_Voltage", "V"),
                info("Motor", "Motor_RPM", "rpm"),
                info("Motor", "Stator_Temp", "degC"),
            ],
        }
    }

    fn found(filter: &str) -> Vec<String> {
        let vehicle = vehicle();
        let rows = rows(&vehicle, &words(filter), &BTreeSet::new());
        let name = |row: &Row<'_>| match row {
            Row::Signal { info, .. } => Some(info.key.signal.to_string()),
            Row::Message { .. } => None,
        };
        rows.iter().filter_map(name).collect()
    }

    #[test]
    fn all_words_must_occur_somewhere() {
        assert_eq!(found("mot temp"), ["Stator_Temp"]);
        assert_eq!(found("RPM"), ["Motor_RPM"]);
        assert_eq!(found("0x1a0 volt"), ["Pack_Voltage"]);
        assert_eq!(found("degc"), ["Stator_Temp"]);
        assert!(found("mot volt").is_empty());
        assert_eq!(found("").len(), 3);
    }

    #[test]
    fn namesakes_of_a_message_are_told_apart() {
        let mut vehicle = vehicle();
        let mut other = info("Motor", "Motor_RPM", "rpm");
        other.key.arbitration_id = Some(0x1A1);
        vehicle.signals.insert(2, other);
        let rows = rows(&vehicle, &[], &BTreeSet::new());
        let suffixes: Vec<_> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Signal { info, is_namesake } => is_namesake.then(|| origin(info)),
                Row::Message { .. } => None,
            })
            .collect();
        assert_eq!(suffixes, ["can0 0x1A0", "can0 0x1A1"]);
    }

    #[test]
    fn closed_messages_open_while_searching() {
        let vehicle = vehicle();
        let closed = BTreeSet::from(["Motor".to_owned()]);
        assert_eq!(rows(&vehicle, &[], &closed).len(), 3);
        assert_eq!(rows(&vehicle, &words("mot"), &closed).len(), 3);
    }
}
