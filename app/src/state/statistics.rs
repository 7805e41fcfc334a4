//! Statistics of what is visible, computed by a worker whenever that changes.

use std::sync::Arc;

use canlake_shared::time::TimeRange;

use super::{AppState, Effect, LoadedPart, SignalRef};
use crate::series::{Prepared, Stats};

/// Statistics of one signal.
#[derive(Clone, Debug)]
pub struct SignalStatistics {
    /// Which.
    pub signal: SignalRef,
    /// Over all samples of the range, never over drawn points.
    pub stats: Stats,
}

/// The statistics that are shown.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    range: Option<TimeRange>,
    signals: Vec<SignalStatistics>,
    asked: Option<Question>,
}

#[derive(Clone, Debug)]
struct Question {
    range: TimeRange,
    series: Vec<Arc<Prepared>>,
}

impl Statistics {
    /// The range and the statistics of the signals in it, once they are known.
    pub fn shown(&self) -> Option<(TimeRange, &[SignalStatistics])> {
        self.range.map(|range| (range, self.signals.as_slice()))
    }

    pub(super) fn arrived(&mut self, range: TimeRange, signals: Vec<SignalStatistics>) {
        self.range = Some(range);
        self.signals = signals;
    }
}

impl AppState {
    /// Asks for what follows from what is shown and was not asked for yet. To be called after commands
    /// and events.
    pub fn refresh(&mut self) -> Vec<Effect> {
        let mut effects = self.compute_missing();
        effects.extend(self.find_firsts());
        effects.extend(self.refresh_statistics());
        effects.extend(self.refresh_inspector());
        effects
    }

    /// Asks for statistics if they are shown and what they are of has changed.
    fn refresh_statistics(&mut self) -> Option<Effect> {
        if !self.settings.statistics {
            self.statistics = Statistics::default();
            return None;
        }
        let range = self.window.as_ref()?.visible();
        let part = |signal: &SignalRef| {
            let series = self.store.get(signal)?.series.as_ref()?;
            Some(LoadedPart {
                signal: signal.clone(),
                series: Arc::clone(series),
            })
        };
        let signals: Vec<_> = self
            .workspace
            .signals()
            .into_iter()
            .filter_map(part)
            .collect();
        let is_asked = self.statistics.asked.as_ref().is_some_and(|question| {
            question.range == range
                && question.series.len() == signals.len()
                && question
                    .series
                    .iter()
                    .zip(&signals)
                    .all(|(asked, part)| Arc::ptr_eq(asked, &part.series))
        });
        if is_asked {
            return None;
        }
        self.statistics.asked = Some(Question {
            range,
            series: signals
                .iter()
                .map(|part| Arc::clone(&part.series))
                .collect(),
        });
        Some(Effect::Statistics { range, signals })
    }
}
