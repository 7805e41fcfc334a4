//! A field for an expression or a condition: completion while typing, and what is wrong with the text
//! at the place where it is wrong.

use std::ops::Range;

use canlake_shared::expr::{
    CompletionKind, Function, Resolve as _, complete, quote_name, quote_text,
};
use egui::text::{CCursor, CCursorRange, LayoutJob};
use egui::{
    Align2, Area, EventFilter, FontId, Frame, Galley, Id, Key, Modifiers, Order, Pos2, Rect,
    Response, RichText, Stroke, TextBuffer, TextEdit, TextFormat, Ui, vec2,
};
use std::sync::Arc;

use super::theme;
use crate::state::{AppState, Names, SignalRef, VehicleRef, WrongText, computed_key};

/// Offers that are shown at once.
const MAX_OFFERS: usize = 9;
/// Of one offer, in points.
const OFFER_HEIGHT: f32 = 20.0;

/// What the text is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Expression,
    Condition,
}

/// The text, and what is offered at its cursor.
#[derive(Debug, Default)]
pub(crate) struct ExpressionField {
    pub text: String,
    offers: Vec<Offer>,
    chosen: usize,
    /// What the offers were made for; `None` when they were taken or sent away.
    offered_at: Option<(String, usize)>,
    wants_focus: bool,
}

/// Something that can be put at the cursor.
#[derive(Clone, Debug)]
struct Offer {
    replace: Range<usize>,
    insert: String,
    shown: String,
    help: String,
    /// Whether the cursor goes before the last character: between the parentheses of a call.
    is_call: bool,
}

/// What became of the field in this frame.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Enter was pressed, and nothing is wrong.
    pub submitted: bool,
    /// What is wrong; nothing while the field is empty.
    pub wrong: Option<WrongText>,
}

impl ExpressionField {
    /// With a text, and the keyboard in the next frame.
    pub(crate) fn edit(&mut self, text: &str) {
        *self = Self {
            text: text.to_owned(),
            wants_focus: true,
            ..Self::default()
        };
    }

    /// Draws the field, the remark below it, and the offers.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        vehicle: &VehicleRef,
        kind: Kind,
        label: &str,
    ) -> Outcome {
        let id = ui.scope_id().with(("expression", label));
        let is_focused = ui.ctx().memory(|memory| memory.has_focus(id));
        let accepted = is_focused && self.take_keys(ui);
        let wrong = self.wrong(state, vehicle, kind);
        let at = wrong.as_ref().map(|wrong| wrong.at.clone());
        let mut layouter = |ui: &Ui, text: &dyn TextBuffer, _wrap: f32| -> Arc<Galley> {
            let job = marked(ui, text.as_str(), at.as_ref());
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let hint = match kind {
            Kind::Expression => "such as  Pack_Voltage * Pack_Current / 1000",
            Kind::Condition => "such as  Speed > 80 and Brake > 30 for 200 ms",
        };
        let output = TextEdit::singleline(&mut self.text)
            .id(id)
            .hint_text(hint)
            .font(FontId::monospace(13.0))
            .desired_width(f32::INFINITY)
            .lock_focus(true)
            .layouter(&mut layouter)
            .show(ui);
        let response = output.response.response;
        name(&response, label);
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        let cursor = output.cursor_range.map(|range| range.primary.index.0);
        if accepted {
            self.accept(ui, id);
        } else if let (true, Some(cursor)) = (response.has_focus(), cursor) {
            self.offer(state, vehicle, cursor);
            self.show_offers(ui, &response, id);
        }
        if !self.offers.is_empty() {
            // Escape sends the offers away; the keyboard stays here.
            let filter = EventFilter {
                tab: true,
                horizontal_arrows: true,
                vertical_arrows: true,
                escape: true,
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        }
        self.remark(ui, state, vehicle, kind, wrong.as_ref());
        let is_enter = ui.input(|input| input.key_pressed(Key::Enter));
        Outcome {
            submitted: response.lost_focus()
                && is_enter
                && wrong.is_none()
                && !self.text.trim().is_empty(),
            wrong,
        }
    }

    /// Keys that belong to the offers, before the field sees them; whether the chosen one is taken.
    fn take_keys(&mut self, ui: &Ui) -> bool {
        if self.offers.is_empty() {
            return false;
        }
        let last = self.offers.len() - 1;
        ui.input_mut(|input| {
            let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
            if pressed(Key::ArrowDown) {
                self.chosen = (self.chosen + 1).min(last);
            }
            if pressed(Key::ArrowUp) {
                self.chosen = self.chosen.saturating_sub(1);
            }
            if pressed(Key::Escape) {
                self.offers.clear();
                return false;
            }
            pressed(Key::Tab) || pressed(Key::Enter)
        })
    }

    fn wrong(&self, state: &AppState, vehicle: &VehicleRef, kind: Kind) -> Option<WrongText> {
        if self.text.trim().is_empty() {
            return None;
        }
        match kind {
            Kind::Expression => state.check_expression(vehicle, &self.text).err(),
            Kind::Condition => state.condition_of(vehicle, &self.text).err(),
        }
    }

    fn remark(
        &self,
        ui: &mut Ui,
        state: &AppState,
        vehicle: &VehicleRef,
        kind: Kind,
        wrong: Option<&WrongText>,
    ) {
        let palette = theme::palette(ui.theme());
        if let Some(wrong) = wrong {
            let column = self.text.get(..wrong.at.start).unwrap_or_default();
            let column = column.chars().count() + 1;
            let text = format!("at {column}: {}", wrong.problem);
            ui.label(RichText::new(text).size(12.0).color(palette.error));
            return;
        }
        let program = match kind {
            Kind::Expression => state.check_expression(vehicle, &self.text).ok(),
            Kind::Condition => state
                .condition_of(vehicle, &self.text)
                .ok()
                .map(|(it, _)| it),
        };
        let text = match program {
            None => "signals, numbers, + - * / ^, comparisons, and, or, not, functions".to_owned(),
            Some(program) if program.inputs().is_empty() => "reads no signal".to_owned(),
            Some(program) => {
                let inputs = program.inputs().iter();
                let names: Vec<_> = inputs.map(|it| state.signal_name(&it.signal)).collect();
                format!("reads {}", names.join(", "))
            }
        };
        ui.label(RichText::new(text).size(12.0).color(palette.faint_text));
    }

    /// Looks for offers where the text or its cursor has changed.
    fn offer(&mut self, state: &AppState, vehicle: &VehicleRef, cursor: usize) {
        let is_current = self
            .offered_at
            .as_ref()
            .is_some_and(|(text, at)| *text == self.text && *at == cursor);
        if is_current {
            return;
        }
        self.offered_at = Some((self.text.clone(), cursor));
        self.chosen = 0;
        let byte = self.text.char_indices().nth(cursor);
        let byte = byte.map_or(self.text.len(), |(at, _)| at);
        let completion = complete(&self.text, byte);
        let prefix = completion.prefix.to_lowercase();
        // Without a letter everything fits: that would only be in the way.
        let is_text = matches!(completion.kind, CompletionKind::Text { .. });
        self.offers = if prefix.is_empty() && !is_text {
            Vec::new()
        } else {
            let names = Names { state, vehicle };
            let mut offers = match &completion.kind {
                CompletionKind::SignalOrFunction => values(&names, &prefix),
                CompletionKind::Text { signal } => texts(&names, signal, &prefix),
                CompletionKind::Unit => units(&prefix),
                CompletionKind::None => Vec::new(),
            };
            for offer in &mut offers {
                offer.replace = completion.replace.clone();
            }
            let written = self.text.get(completion.replace).unwrap_or_default();
            // What is written already needs no offer.
            offers.retain(|offer| offer.insert != written);
            offers
        };
    }

    fn show_offers(&mut self, ui: &Ui, response: &Response, id: Id) {
        if self.offers.is_empty() {
            return;
        }
        let mut clicked = false;
        let row = OFFER_HEIGHT + ui.spacing().item_spacing.y;
        let height = row * self.offers.len() as f32 + OFFER_HEIGHT;
        let (pivot, at) = offers_place(ui.ctx().content_rect(), response.rect, height);
        Area::new(id.with("offers"))
            .order(Order::Foreground)
            .pivot(pivot)
            .fixed_pos(at)
            .show(ui.ctx(), |ui| {
                Frame::popup(ui.style()).show(ui, |ui| {
                    ui.set_max_width(520.0);
                    for (idx, offer) in self.offers.iter().enumerate() {
                        let text = RichText::new(&offer.shown).monospace();
                        let help = RichText::new(&offer.help).weak().size(11.0);
                        let button = egui::Button::selectable(idx == self.chosen, text)
                            .shortcut_text(help)
                            .min_size(vec2(260.0, OFFER_HEIGHT));
                        if ui.add(button).clicked() {
                            self.chosen = idx;
                            clicked = true;
                        }
                    }
                });
            });
        if clicked {
            self.accept(ui, id);
            response.request_focus();
        }
    }

    /// Puts the chosen offer into the text and the cursor behind it.
    fn accept(&mut self, ui: &Ui, id: Id) {
        let Some(offer) = self.offers.get(self.chosen).cloned() else {
            return;
        };
        let is_inside = self.text.get(offer.replace.clone()).is_some();
        if !is_inside {
            return;
        }
        self.text
            .replace_range(offer.replace.clone(), &offer.insert);
        let before = self.text.get(..offer.replace.start).unwrap_or_default();
        let back = usize::from(offer.is_call);
        let cursor = before.chars().count() + offer.insert.chars().count() - back;
        self.offers.clear();
        self.offered_at = Some((self.text.clone(), cursor));
        let mut edit = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
        let range = CCursorRange::one(CCursor::new(cursor));
        edit.cursor.set_char_range(Some(range));
        edit.store(ui.ctx(), id);
    }
}

/// Where offers of this height go: below the field, or above it where there is more room, so that they
/// never cover what is typed.
fn offers_place(screen: Rect, field: Rect, height: f32) -> (Align2, Pos2) {
    let below = screen.bottom() - field.bottom();
    if below < height && field.top() - screen.top() > below {
        (Align2::LEFT_BOTTOM, field.left_top() - vec2(0.0, 2.0))
    } else {
        (Align2::LEFT_TOP, field.left_bottom() + vec2(0.0, 2.0))
    }
}

fn name(response: &Response, label: &str) {
    let label = label.to_owned();
    response.widget_info(move || egui::WidgetInfo::labeled(egui::Role::TextInput, true, &label));
}

/// The text with what is wrong underlined.
fn marked(ui: &Ui, text: &str, wrong: Option<&Range<usize>>) -> LayoutJob {
    let plain = TextFormat::simple(FontId::monospace(13.0), ui.visuals().text_color());
    let mut job = LayoutJob::default();
    let Some(wrong) = wrong.filter(|wrong| text.get((*wrong).clone()).is_some()) else {
        job.append(text, 0.0, plain);
        return job;
    };
    let color = theme::palette(ui.theme()).error;
    let bad = TextFormat {
        underline: Stroke::new(2.0, color),
        color,
        ..plain.clone()
    };
    let parts = [
        (0..wrong.start, &plain),
        (wrong.clone(), &bad),
        (wrong.end..text.len(), &plain),
    ];
    for (range, format) in parts {
        let part = text.get(range).unwrap_or_default();
        if !part.is_empty() {
            job.append(part, 0.0, format.clone());
        }
    }
    job
}

/// How well a name fits what was typed: those that begin with it come first.
fn rank(name: &str, prefix: &str) -> Option<(bool, usize)> {
    let name = name.to_lowercase();
    let at = name.find(prefix)?;
    Some((at != 0, name.len()))
}

/// Signals and functions that fit what was typed.
fn values(names: &Names<'_>, prefix: &str) -> Vec<Offer> {
    let (state, vehicle) = (names.state, names.vehicle);
    let mut ranked: Vec<((bool, usize), Found<'_>)> = Vec::new();
    let computed = state.analysis.computed.iter();
    ranked.extend(
        computed.filter_map(|signal| {
            Some((rank(signal.name(), prefix)?, Found::Computed(signal.name())))
        }),
    );
    let signals = state.vehicle(vehicle).into_iter();
    let signals = signals.flat_map(|vehicle| &vehicle.signals);
    ranked.extend(signals.filter_map(|info| {
        let own = rank(&info.key.signal, prefix);
        // `Message.Signal` may be what is typed.
        let whole = || rank(&format!("{}.{}", info.key.message, info.key.signal), prefix);
        Some((own.or_else(whole)?, Found::Signal(info)))
    }));
    let functions = Function::ALL.iter().map(|function| function.info());
    ranked.extend(
        functions.filter_map(|info| Some((rank(info.name, prefix)?, Found::Function(info)))),
    );
    ranked.sort_by_key(|(rank, _)| *rank);
    let best = ranked.into_iter().take(MAX_OFFERS);
    best.map(|(_, found)| offer(names, &found)).collect()
}

/// Something with a value.
enum Found<'a> {
    Computed(&'a str),
    Signal(&'a crate::source::SignalInfo),
    Function(canlake_shared::expr::FunctionInfo),
}

fn offer(names: &Names<'_>, found: &Found<'_>) -> Offer {
    match found {
        Found::Computed(name) => Offer {
            replace: 0..0,
            insert: quote_name(name),
            shown: (*name).to_owned(),
            help: "computed".to_owned(),
            is_call: false,
        },
        Found::Signal(info) => {
            let signal = SignalRef {
                vehicle: names.vehicle.clone(),
                key: info.key.clone(),
            };
            Offer {
                replace: 0..0,
                insert: names.state.name_in_expression(names.vehicle, &signal),
                shown: format!("{}.{}", info.key.message, info.key.signal),
                help: info.unit.to_string(),
                is_call: false,
            }
        }
        Found::Function(info) => Offer {
            replace: 0..0,
            insert: format!("{}()", info.name),
            shown: info.signature.to_owned(),
            help: info.help.to_owned(),
            is_call: true,
        },
    }
}

/// Descriptions of a signal's values.
fn texts(names: &Names<'_>, signal: &str, prefix: &str) -> Vec<Offer> {
    let Ok(signal) = names.signal(signal) else {
        return Vec::new();
    };
    let labels = names.labels(&signal);
    let fitting = labels
        .iter()
        .filter(|label| label.to_lowercase().contains(prefix));
    let offer = |label: &String| Offer {
        replace: 0..0,
        insert: quote_text(label),
        shown: label.clone(),
        help: String::new(),
        is_call: false,
    };
    fitting.take(MAX_OFFERS).map(offer).collect()
}

fn units(prefix: &str) -> Vec<Offer> {
    let units = [
        ("ms", "milliseconds"),
        ("s", "seconds"),
        ("min", "minutes"),
        ("h", "hours"),
        ("us", "microseconds"),
        ("ns", "nanoseconds"),
        ("Hz", "per second"),
    ];
    let fitting = units
        .into_iter()
        .filter(|(unit, _)| unit.to_lowercase().starts_with(prefix));
    let offer = |(unit, help): (&str, &str)| Offer {
        replace: 0..0,
        insert: unit.to_owned(),
        shown: unit.to_owned(),
        help: help.to_owned(),
        is_call: false,
    };
    fitting.map(offer).collect()
}

/// Whether a computed signal may have this name; what is wrong with it otherwise.
pub(crate) fn wrong_name(state: &AppState, name: &str, own: Option<&str>) -> Option<String> {
    if name.trim().is_empty() {
        return Some("it needs a name".to_owned());
    }
    let is_own = own == Some(name);
    let is_taken = state
        .analysis
        .computed_signal(&computed_key(name))
        .is_some();
    (is_taken && !is_own).then(|| format!("{name} is computed already; choose another name"))
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn offers_never_cover_what_is_typed() {
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(800.0, 600.0));
        for (top, below) in [(50.0, true), (300.0, true), (500.0, false), (590.0, false)] {
            let field = Rect::from_min_size(pos2(40.0, top), vec2(300.0, 20.0));
            let (pivot, at) = offers_place(screen, field, 200.0);
            let offers = pivot.anchor_size(at, vec2(260.0, 200.0));
            assert!(screen.contains_rect(offers), "{top}: {offers}");
            assert!(!offers.intersects(field), "{top}: {offers}");
            assert_eq!(offers.top() > field.top(), below, "{top}");
        }
    }
}
