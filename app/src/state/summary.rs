//! What panels tell of many samples at once: statistics, histograms, XY plots, tracks.
//!
//! A [`SummaryQuestion`] is plain data; a worker answers it from all samples. Each panel has one question under
//! way at most: while it is being answered, newer ones wait, and the newest of them is asked next. The
//! old answer is shown meanwhile. Panels that are not seen ask nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use canlake_shared::time::TimeRange;

use super::{AppState, Effect, LoadedPart, Panel, PanelId, PanelKind, SampleWeight, SignalRef};
use crate::series::{
    Area, BinRule, Bins, Distribution, Pairing, Plane, Prepared, Stats, Track, Weight, even_bins,
};

/// Points of all signals of an XY plot, and of a track, about.
const POINT_BUDGET: usize = 30_000;

/// What is asked for one panel.
#[derive(Clone, Debug)]
pub struct SummaryQuestion {
    /// Of this stretch of time.
    pub range: TimeRange,
    /// Of these signals.
    pub signals: Vec<LoadedPart>,
    /// What.
    pub task: SummaryTask,
}

/// What is to be worked out.
#[derive(Clone, Debug, PartialEq)]
pub enum SummaryTask {
    /// Statistics of each signal.
    Statistics,
    /// Distributions over common bins.
    Histogram {
        /// What a sample counts.
        weight: Weight,
        /// How bins are chosen.
        rule: BinRule,
        /// Whether all values are whole numbers.
        are_whole: bool,
        /// The values that are bins of their own, ascending, where all signals have names for theirs.
        named: Option<Vec<f64>>,
    },
    /// All others over the first signal.
    Plane {
        /// What the first has between its samples.
        pairing: Pairing,
        /// What is looked at; `None` for everything.
        area: Option<Area>,
    },
    /// Latitude and longitude; a third signal gives the colour.
    Track {
        /// What is looked at, in degrees; `None` for everything.
        area: Option<Area>,
    },
}

/// The answer to a [`SummaryQuestion`], in the order of its signals.
#[derive(Clone, Debug)]
pub enum Summary {
    /// Of each signal.
    Statistics(Vec<Stats>),
    /// Bins, and of each signal what is in them; `None` when no signal has a value.
    Histogram(Option<(Bins, Vec<Distribution>)>),
    /// Of each signal but the first.
    Plane(Vec<Plane>),
    /// Of the one track.
    Track(Track),
}

impl SummaryQuestion {
    /// Works it out, from all samples; `None` when `go_on` says no. Not for the thread that draws.
    pub fn answer(&self, go_on: &dyn Fn() -> bool) -> Option<Summary> {
        let range = (self.range.start.as_ns(), self.range.end.as_ns());
        let data: Vec<&Prepared> = self.signals.iter().map(|part| &*part.series).collect();
        match &self.task {
            SummaryTask::Statistics => {
                let stats = data.iter().map(|data| {
                    let stats = Stats::compute(data, range);
                    go_on().then_some(stats)
                });
                stats.collect::<Option<_>>().map(Summary::Statistics)
            }
            SummaryTask::Histogram {
                weight,
                rule,
                are_whole,
                named,
            } => {
                let bins = match named {
                    Some(values) => Some(Bins::Values(values.clone())),
                    None => even_bins(&data, range, *rule, *are_whole, go_on),
                };
                let Some(bins) = bins else {
                    // No value, unless it was told to stop.
                    return go_on().then_some(Summary::Histogram(None));
                };
                let of_each = data
                    .iter()
                    .map(|data| Distribution::compute(data, range, &bins, *weight, go_on));
                let histograms = of_each.collect::<Option<_>>()?;
                Some(Summary::Histogram(Some((bins, histograms))))
            }
            SummaryTask::Plane { pairing, area } => {
                let (x, ys) = data.split_first()?;
                let budget = POINT_BUDGET / ys.len().max(1);
                let plane =
                    |y: &&Prepared| Plane::compute(x, y, range, *pairing, (*area, budget), go_on);
                let planes = ys.iter().map(plane).collect::<Option<_>>()?;
                Some(Summary::Plane(planes))
            }
            SummaryTask::Track { area } => {
                let [latitude, longitude, rest @ ..] = data.as_slice() else {
                    return Some(Summary::Track(Track::default()));
                };
                let place = [*latitude, *longitude];
                let color = rest.first().copied();
                let track = Track::compute(place, color, range, (*area, POINT_BUDGET), go_on)?;
                Some(Summary::Track(track))
            }
        }
    }

    /// Whether another question has the same answer.
    fn is_same(&self, other: &Self) -> bool {
        let is_same_part = |(a, b): (&LoadedPart, &LoadedPart)| {
            a.signal == b.signal && Arc::ptr_eq(&a.series, &b.series)
        };
        self.range == other.range
            && self.task == other.task
            && self.signals.len() == other.signals.len()
            && self.signals.iter().zip(&other.signals).all(is_same_part)
    }
}

/// What is known of the panels, and what is being asked.
#[derive(Clone, Debug, Default)]
pub struct Summaries {
    panels: BTreeMap<PanelId, Entry>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    running: Option<Arc<SummaryQuestion>>,
    failed: Option<Arc<SummaryQuestion>>,
    answered: Option<(Arc<SummaryQuestion>, Arc<Summary>)>,
}

impl Summaries {
    /// The last answer for a panel, and what was asked.
    pub fn get(&self, panel: PanelId) -> Option<(&SummaryQuestion, &Summary)> {
        let (question, summary) = self.panels.get(&panel)?.answered.as_ref()?;
        Some((question, summary))
    }

    /// Whether something is being worked out for a panel.
    pub fn is_running(&self, panel: PanelId) -> bool {
        let entry = self.panels.get(&panel);
        entry.is_some_and(|entry| entry.running.is_some())
    }

    /// The panels for which something is being worked out.
    pub(super) fn running(&self) -> impl Iterator<Item = PanelId> {
        let entries = self.panels.iter();
        let running = entries.filter(|(_, entry)| entry.running.is_some());
        running.map(|(panel, _)| *panel)
    }

    /// Whether what a panel shows is of another question, because that of now was cancelled or could not
    /// be answered.
    pub fn has_stopped(&self, panel: PanelId) -> bool {
        let entry = self.panels.get(&panel);
        entry.is_some_and(|entry| entry.running.is_none() && entry.failed.is_some())
    }

    /// Gives up what is being worked out; the same is not asked again. The panels that waited for it.
    pub(super) fn cancel(&mut self) -> Vec<PanelId> {
        let running: Vec<PanelId> = self.running().collect();
        for panel in &running {
            if let Some(entry) = self.panels.get_mut(panel) {
                entry.failed = entry.running.take();
            }
        }
        running
    }

    /// Takes in an answer; a question that could not be answered is not asked again.
    pub(super) fn arrived(
        &mut self,
        panel: PanelId,
        asked: &Arc<SummaryQuestion>,
        summary: Option<Summary>,
    ) {
        // What was stopped may still have been answered.
        let is_asked = |running: &mut Arc<SummaryQuestion>| Arc::ptr_eq(running, asked);
        if let Some(entry) = self.panels.get_mut(&panel)
            && let Some(question) = entry.running.take_if(is_asked)
        {
            match summary {
                Some(summary) => {
                    entry.answered = Some((question, Arc::new(summary)));
                    entry.failed = None;
                }
                None => entry.failed = Some(question),
            }
        }
    }
}

impl AppState {
    /// Asks for what follows from what is shown and was not asked for yet. To be called after commands
    /// and events; cheap when nothing has changed.
    pub fn refresh(&mut self) -> Vec<Effect> {
        let mut effects = self.compute_missing();
        effects.extend(self.find_firsts());
        effects.extend(self.refresh_summaries());
        effects.extend(self.refresh_inspector());
        effects
    }

    /// Asks for what the panels that are seen show and nobody has worked out yet.
    fn refresh_summaries(&mut self) -> Vec<Effect> {
        let seen = self.workspace.layout().seen();
        let mut effects = Vec::new();
        let mut stopped = Vec::new();
        self.summaries.panels.retain(|id, entry| {
            let is_seen = seen.contains(id);
            if !is_seen && entry.running.is_some() {
                stopped.push(Effect::StopSummary(*id));
            }
            is_seen
        });
        effects.append(&mut stopped);
        for id in seen {
            let question = self
                .workspace
                .panel(id)
                .and_then(|it| self.summary_question(it));
            let Some(question) = question else {
                if let Some(entry) = self.summaries.panels.remove(&id)
                    && entry.running.is_some()
                {
                    effects.push(Effect::StopSummary(id));
                }
                continue;
            };
            let entry = self.summaries.panels.entry(id).or_default();
            let answered = entry.answered.as_ref().map(|(asked, _)| asked);
            let mut known = answered.into_iter().chain(&entry.failed);
            let is_known = known.any(|asked| asked.is_same(&question));
            if entry.running.is_none() && !is_known {
                let question = Arc::new(question);
                entry.running = Some(Arc::clone(&question));
                effects.push(Effect::Summarise(id, question));
            }
        }
        effects
    }

    /// Works out at once what the panels that are seen show: for pictures, not for the thread that
    /// draws the window.
    pub fn settle_summaries(&mut self) {
        for entry in self.summaries.panels.values_mut() {
            entry.running = None;
        }
        for effect in self.refresh_summaries() {
            if let Effect::Summarise(panel, question) = effect {
                let summary = question.answer(&|| true);
                self.summaries.arrived(panel, &question, summary);
            }
        }
    }

    /// The signals that statistics are shown of: those of the panel, or all that are plotted.
    pub fn signals_with_statistics(&self, panel: &Panel) -> Vec<SignalRef> {
        if panel.signals.is_empty() {
            return self.workspace.signals().into_iter().cloned().collect();
        }
        let visible = panel.signals.iter().filter(|plotted| plotted.visible);
        visible.map(|plotted| plotted.signal.clone()).collect()
    }

    fn summary_question(&self, panel: &Panel) -> Option<SummaryQuestion> {
        let signals = match panel.kind {
            PanelKind::Statistics => self.signals_with_statistics(panel),
            PanelKind::Track => self.track_signals(panel)?,
            _ => {
                let visible = panel.signals.iter().filter(|plotted| plotted.visible);
                visible.map(|plotted| plotted.signal.clone()).collect()
            }
        };
        let options = &panel.options;
        let area = options.area.map(|[x, y]| Area { x, y });
        let task = match panel.kind {
            PanelKind::Statistics => SummaryTask::Statistics,
            // Seen by nobody, but read out.
            PanelKind::Plot if self.is_read_out => SummaryTask::Statistics,
            PanelKind::Histogram => self.histogram_task(panel, &signals),
            PanelKind::Xy => SummaryTask::Plane {
                pairing: pairing_of(panel),
                area,
            },
            PanelKind::Track => SummaryTask::Track { area },
            _ => return None,
        };
        let part = |signal: SignalRef| {
            let series = Arc::clone(self.store.get(&signal)?.series.as_ref()?);
            Some(LoadedPart { signal, series })
        };
        let parts: Vec<_> = match panel.kind {
            // Their places have a meaning, so all of them have to be there.
            PanelKind::Xy | PanelKind::Track => {
                signals.into_iter().map(part).collect::<Option<_>>()?
            }
            _ => signals.into_iter().filter_map(part).collect(),
        };
        Some(SummaryQuestion {
            range: self.span_of(panel)?,
            signals: parts,
            task,
        })
    }

    fn histogram_task(&self, panel: &Panel, signals: &[SignalRef]) -> SummaryTask {
        let options = &panel.options;
        let infos: Vec<_> = signals
            .iter()
            .filter_map(|signal| Some(&self.store.get(signal)?.info))
            .collect();
        let all_named = !infos.is_empty() && infos.iter().all(|info| !info.labels.is_empty());
        let named = (all_named && options.bins.is_none()).then(|| {
            let labels = infos.iter().flat_map(|info| info.labels.iter());
            let mut values: Vec<f64> = labels.map(|(value, _)| value + 0.0).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            values
        });
        SummaryTask::Histogram {
            weight: match options.weight {
                SampleWeight::Samples => Weight::Samples,
                SampleWeight::Time => Weight::Time,
            },
            rule: options.bins.map_or(BinRule::FreedmanDiaconis, |bins| {
                BinRule::Count(bins as usize)
            }),
            are_whole: infos.iter().all(|info| info.integer),
            named,
        }
    }
}

/// What the first signal of an XY plot has between its samples.
pub fn pairing_of(panel: &Panel) -> Pairing {
    if panel.options.interpolate {
        Pairing::Linear
    } else {
        Pairing::Hold
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::schema::SignalKey;
    use canlake_shared::time::Timestamp;

    use super::*;
    use crate::series::{GapPolicy, Series};
    use crate::state::{AxisId, LoadId, Place, SourceId, TimeWindow, VehicleRef};

    fn signal(name: &str) -> SignalRef {
        SignalRef {
            vehicle: VehicleRef::new(SourceId(0), "V"),
            key: SignalKey::new("", "M", None, name),
        }
    }

    fn load(state: &mut AppState, name: &str, values: &[f64]) {
        let info = crate::source::SignalInfo {
            key: signal(name).key,
            unit: "V".into(),
            rows: values.len() as u64,
            min: None,
            max: None,
            first: Timestamp::from_ns(0),
            last: Timestamp::from_ns(1),
            cycle_time_ms: None,
            on_change: false,
            integer: false,
            labels: [].into(),
            comment: "".into(),
        };
        let range = state.window.as_ref().unwrap().extent();
        state
            .store
            .begin(signal(name), Arc::new(info), range, LoadId(0));
        let times: Vec<i64> = (0..values.len() as i64).collect();
        let series = Series::new(times.into(), values.to_vec().into()).unwrap();
        let series = Arc::new(Prepared::new(series, &GapPolicy::default()));
        state.store.update(LoadId(0), |of, loaded| {
            if *of == signal(name) {
                loaded.series = Some(Arc::clone(&series));
            }
        });
    }

    fn state(kind: PanelKind) -> (AppState, PanelId) {
        let range = TimeRange::new(Timestamp::from_ns(0), Timestamp::from_ns(100_000));
        let mut state = AppState {
            window: Some(TimeWindow::new(range)),
            ..AppState::default()
        };
        let panel = state.workspace.add_panel(kind, Place::Below);
        for name in ["a", "b"] {
            state
                .workspace
                .plot(panel, signal(name), AxisId::of_unit("V"));
            load(&mut state, name, &[1.0, 2.0, 3.0]);
        }
        (state, panel)
    }

    #[test]
    fn one_question_is_under_way_and_the_newest_is_asked_next() {
        let (mut state, panel) = state(PanelKind::Histogram);
        let [Effect::Summarise(_, first)] = &state.refresh_summaries()[..] else {
            panic!("a question");
        };
        assert!(state.refresh_summaries().is_empty(), "it is asked already");
        for _ in 0..3 {
            state.update(crate::command::Command::Run(crate::command::Action::ZoomIn));
            assert!(state.refresh_summaries().is_empty(), "one at a time");
        }
        let answer = first.answer(&|| true);
        state.summaries.arrived(panel, first, answer);
        let [Effect::Summarise(_, second)] = &state.refresh_summaries()[..] else {
            panic!("the newest question");
        };
        assert_eq!(second.range, state.window.as_ref().unwrap().visible());
        assert!(state.summaries.get(panel).is_some(), "the old one is shown");
        state.summaries.arrived(panel, second, None);
        assert!(state.refresh_summaries().is_empty(), "it would fail again");
        state.workspace.close_panel(panel);
        assert!(state.refresh_summaries().is_empty());
        assert!(state.summaries.get(panel).is_none());
    }

    #[test]
    fn what_is_not_seen_any_more_is_stopped() {
        let (mut state, panel) = state(PanelKind::Statistics);
        assert_eq!(state.refresh_summaries().len(), 1);
        state.workspace.add_panel(PanelKind::Plot, Place::Tab);
        let effects = state.refresh_summaries();
        assert!(matches!(effects[..], [Effect::StopSummary(id)] if id == panel));
    }

    #[test]
    fn every_kind_has_an_answer() {
        for kind in [PanelKind::Statistics, PanelKind::Histogram, PanelKind::Xy] {
            let (mut state, panel) = state(kind);
            state.settle_summaries();
            let (_, summary) = state.summaries.get(panel).unwrap();
            match summary {
                Summary::Statistics(stats) => assert_eq!(stats[1].count, 3),
                Summary::Histogram(Some((_, histograms))) => assert_eq!(histograms.len(), 2),
                Summary::Plane(planes) => assert_eq!(planes[0].points.len(), 3),
                other => panic!("{other:?}"),
            }
        }
    }
}
