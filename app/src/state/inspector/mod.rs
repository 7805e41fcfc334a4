//! The inspector: what is known of the selected signal beyond its samples, and how plots look.
//!
//! Questions go to the workers when what they are about has changed ([`AppState::refresh_inspector`],
//! cheap enough for every frame); each has a number, and an answer to another question than the last
//! is dropped: the newest wins.

mod answers;
mod comparison;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};

use super::{AppState, Effect, LineLook, PanelId, SignalRef, SourceId, TimeWindow};
use crate::inspect::FrameQuestion;
use crate::source::Catalogue;
use crate::source::decode::DbcChoice;

pub use answers::{
    Asked, AskedDefinition, AskedFrame, AskedTiming, DefinitionAnswer, DefinitionQuestion,
    FrameAnswer, InspectEffect, InspectEvent, QuestionId, Same, Timing, Topic,
};
pub use comparison::{CompareOrder, Comparison, ComparisonStatus, FrameFiles};

/// What the inspector shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The selected signal.
    #[default]
    Signal,
    /// The active plot: its axes, and how its signals look.
    Plot,
}

/// What the user wants of the inspector.
#[derive(Clone, Debug, PartialEq)]
pub enum InspectorCommand {
    /// Show a signal or the active plot.
    ShowPage(Page),
    /// Let the user choose a DBC file for the signals of a source in the system's dialog.
    PickDbc(SourceId),
    /// Take the definitions of a source's signals from this file.
    UseDbc(SourceId, PathBuf),
    /// Take them from what its files were decoded with again.
    ForgetDbc(SourceId),
    /// Bring a stretch of time into the middle of the window, with the active cursor at its start.
    JumpTo(TimeRange),
    /// Change how the line of a signal looks.
    SetLook(PanelId, SignalRef, LineLook),
    /// Give a signal another colour of the palette.
    SetColor(PanelId, SignalRef, usize),
    /// Decode the frames behind a source's decoded files with other DBC files, and compare.
    DecodeAgain(SourceId, DbcChoice),
    /// Draw a signal of both decodings in one plot.
    PlotBoth(SignalRef),
    /// Put the comparison away.
    CloseComparison,
}

/// What is known of the selected signal.
#[derive(Clone, Debug, Default)]
pub struct Inspector {
    /// What it shows.
    pub page: Page,
    /// Its definition, and where its samples come from.
    pub definition: Asked<AskedDefinition, DefinitionAnswer>,
    /// Period, jitter, coverage and gaps.
    pub timing: Asked<AskedTiming, Timing>,
    /// The frame behind the sample at the active cursor.
    pub frame: Asked<AskedFrame, FrameAnswer>,
    /// The last decoding with other DBC files.
    pub comparison: Option<Comparison>,
    /// DBC files chosen by hand.
    chosen_dbc: BTreeMap<SourceId, PathBuf>,
    next_question: u64,
}

impl Inspector {
    /// The DBC file that was chosen by hand for a source.
    pub fn chosen_dbc(&self, source: SourceId) -> Option<&PathBuf> {
        self.chosen_dbc.get(&source)
    }

    /// Whether an answer about the selected signal is on its way.
    pub(super) fn is_waiting(&self) -> bool {
        self.definition.is_waiting() || self.timing.is_waiting() || self.frame.is_waiting()
    }

    /// Forgets what concerns a source that is closed.
    pub(super) fn forget(&mut self, source: SourceId) {
        self.chosen_dbc.remove(&source);
        let concerns = |comparison: &mut Comparison| {
            comparison.before.source == source || comparison.after == Some(source)
        };
        self.comparison.take_if(concerns);
    }
}

impl AppState {
    pub(super) fn update_inspector(&mut self, command: InspectorCommand) -> Vec<Effect> {
        match command {
            InspectorCommand::ShowPage(page) => self.inspector.page = page,
            InspectorCommand::PickDbc(source) => {
                return vec![Effect::Inspect(InspectEffect::PickDbc(source))];
            }
            InspectorCommand::UseDbc(source, path) => {
                self.settings.remember_dbc(std::slice::from_ref(&path));
                self.inspector.chosen_dbc.insert(source, path);
            }
            InspectorCommand::ForgetDbc(source) => {
                self.inspector.chosen_dbc.remove(&source);
            }
            InspectorCommand::JumpTo(range) => self.jump_to(range),
            InspectorCommand::SetLook(panel, signal, look) => {
                self.workspace.set_look(panel, &signal, look);
            }
            InspectorCommand::SetColor(panel, signal, color_idx) => {
                self.workspace.set_color(panel, &signal, color_idx);
            }
            InspectorCommand::DecodeAgain(source, dbc) => return self.decode_again(source, dbc),
            InspectorCommand::PlotBoth(signal) => return self.plot_both(&signal),
            InspectorCommand::CloseComparison => self.inspector.comparison = None,
        }
        Vec::new()
    }

    /// Gives up what is being found out; the same is not asked again. What that was.
    pub(super) fn cancel_inspection(&mut self) -> Vec<Topic> {
        let inspector = &mut self.inspector;
        let asked = [
            (Topic::Definition, inspector.definition.cancel()),
            (Topic::Timing, inspector.timing.cancel()),
            (Topic::Frame, inspector.frame.cancel()),
            (Topic::Comparison, self.cancel_comparison()),
        ];
        let stopped = asked.into_iter().filter(|(_, was_waiting)| *was_waiting);
        stopped.map(|(topic, _)| topic).collect()
    }

    /// Makes a signal the one that is stepped along and inspected.
    pub(super) fn select_signal(&mut self, signal: SignalRef) {
        self.selected_signal = Some(signal);
        self.inspector.page = Page::Signal;
    }

    /// The window keeps its length where the stretch fits into two thirds of it.
    fn jump_to(&mut self, range: TimeRange) {
        self.cursors.place(range.start);
        let Some(window) = &mut self.window else {
            return;
        };
        let wanted = range.duration_ns().saturating_mul(3) / 2;
        let half = window.visible().duration_ns().max(wanted) / 2;
        let middle = range.start + range.duration_ns() / 2;
        window.set(TimeRange::new(middle - half, middle + half));
    }

    pub(super) fn apply_inspection(&mut self, event: InspectEvent) -> Vec<Effect> {
        let inspector = &mut self.inspector;
        match event {
            InspectEvent::Definition(id, answer) => inspector.definition.arrived(id, answer),
            InspectEvent::Timing(id, answer) => inspector.timing.arrived(id, answer),
            InspectEvent::Frame(id, answer) => inspector.frame.arrived(id, answer),
            InspectEvent::PickedDbc(source, path) => {
                return self.update_inspector(InspectorCommand::UseDbc(source, path));
            }
            InspectEvent::FramesFound(found) => return self.frames_found(found),
            InspectEvent::Compared(source, result) => self.compared(source, result),
            InspectEvent::Stopped(topic) => match topic {
                Topic::Definition => inspector.definition.stopped(),
                Topic::Timing => inspector.timing.stopped(),
                Topic::Frame => inspector.frame.stopped(),
                Topic::Comparison => self.comparison_stopped(),
            },
        }
        Vec::new()
    }

    /// Asks what the inspector shows and does not know yet.
    pub fn refresh_inspector(&mut self) -> Vec<Effect> {
        let is_shown = self.settings.inspector && self.inspector.page == Page::Signal;
        let Some(signal) = self.selected_signal.clone().filter(|_| is_shown) else {
            return Vec::new();
        };
        let mut inspector = std::mem::take(&mut self.inspector);
        let timing = self.ask_timing(&mut inspector, &signal);
        // What is computed comes from no file.
        let is_recorded = self.analysis.computed_signal(&signal.key).is_none();
        let questions = if is_recorded {
            let definition = self.ask_definition(&mut inspector, &signal);
            let frame = self.ask_frame(&mut inspector, &signal);
            [timing, definition, frame]
        } else {
            inspector.definition.withdraw();
            inspector.frame.withdraw();
            [timing, None, None]
        };
        self.inspector = inspector;
        questions
            .into_iter()
            .flatten()
            .map(Effect::Inspect)
            .collect()
    }

    fn ask_definition(
        &self,
        inspector: &mut Inspector,
        signal: &SignalRef,
    ) -> Option<InspectEffect> {
        let range = self.inspected_range(signal)?;
        let chosen = inspector.chosen_dbc(signal.vehicle.source).cloned();
        let asked = AskedDefinition {
            signal: signal.clone(),
            catalogue: Same(Arc::clone(self.open_catalogue(signal.vehicle.source)?)),
            range,
            chosen: chosen.clone(),
        };
        // The same signal keeps what it has until more is known.
        let keep = |before: &AskedDefinition| before.signal == *signal;
        let id = inspector
            .definition
            .ask(&mut inspector.next_question, asked, keep)?;
        Some(InspectEffect::Definition(
            id,
            DefinitionQuestion {
                signal: signal.clone(),
                range,
                chosen,
                places: self.known_dbc(signal.vehicle.source),
            },
        ))
    }

    fn ask_timing(&self, inspector: &mut Inspector, signal: &SignalRef) -> Option<InspectEffect> {
        let loaded = self.store.get(signal);
        let Some((loaded, series)) = loaded.and_then(|it| Some((it, it.series.as_ref()?))) else {
            inspector.timing.withdraw();
            return None;
        };
        let asked = AskedTiming {
            signal: signal.clone(),
            series: Same(Arc::clone(series)),
            range: loaded.range,
        };
        let keep = |before: &AskedTiming| before.signal == *signal;
        let id = inspector
            .timing
            .ask(&mut inspector.next_question, asked, keep)?;
        Some(InspectEffect::Timing {
            id,
            series: Arc::clone(series),
            labels: loaded.info.labels.iter().map(|(value, _)| *value).collect(),
            range: TimeRange::new(
                loaded.range.start + series.shift_ns(),
                loaded.range.end + series.shift_ns(),
            ),
        })
    }

    fn ask_frame(&self, inspector: &mut Inspector, signal: &SignalRef) -> Option<InspectEffect> {
        let Some((time, value)) = self.inspected_sample(signal) else {
            inspector.frame.withdraw();
            return None;
        };
        // Where the frames are comes with the definition.
        let known = inspector.definition.current()?;
        let asked = AskedFrame {
            signal: signal.clone(),
            time,
            value_bits: value.to_bits(),
            origin: Same(Arc::clone(&known.origin)),
        };
        let question = || FrameQuestion {
            key: signal.key.clone(),
            time,
            value,
            definition: known.definition.as_ref().ok().cloned(),
            files: known.origin.files.clone(),
        };
        let keep = |before: &AskedFrame| before.signal == *signal;
        let id = inspector
            .frame
            .ask(&mut inspector.next_question, asked, keep)?;
        Some(InspectEffect::Frame(id, question()))
    }

    /// The sample at the active cursor: when it was recorded, and its value.
    pub fn inspected_sample(&self, signal: &SignalRef) -> Option<(Timestamp, f64)> {
        let instant = self.cursors.active_instant()?;
        let series = self.store.get(signal)?.series.as_ref()?;
        let sample = series.sample_at(instant.as_ns())?;
        let recorded = Timestamp::from_ns(sample.time) - series.shift_ns();
        Some((recorded, sample.value))
    }

    /// The stretch of time that is inspected: what is loaded, else all that the vehicle has.
    pub fn inspected_range(&self, signal: &SignalRef) -> Option<TimeRange> {
        let overlay = signal.vehicle.overlay.and_then(|id| self.overlay(id));
        if let Some(overlay) = overlay {
            return Some(overlay.range);
        }
        let all = self.vehicle(&signal.vehicle)?.range;
        let extent = self.window.as_ref().map(TimeWindow::extent);
        Some(extent.filter(|extent| extent.overlaps(all)).unwrap_or(all))
    }

    fn open_catalogue(&self, source: SourceId) -> Option<&Arc<Catalogue>> {
        self.source(source)?.catalogue()
    }

    /// DBC files that may be what a source was decoded with.
    fn known_dbc(&self, source: SourceId) -> Vec<PathBuf> {
        let source = self.source(source);
        let of_source = source
            .into_iter()
            .flat_map(|source| source.dbc.paths.iter().chain(&source.proposed_dbc.files));
        let mut known: Vec<PathBuf> = Vec::new();
        for path in of_source.chain(&self.settings.recent_dbc) {
            if !known.contains(path) {
                known.push(path.clone());
            }
        }
        known
    }
}
