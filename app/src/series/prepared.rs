//! A series with everything a picture needs, built once when it is loaded.

use std::thread;

use super::{GapPolicy, Gaps, Pyramid, Series};

/// Fewer samples than this are not worth a second thread.
const PARALLEL_FROM: usize = 1 << 20;

/// A series with its gaps and its pyramid. Views, statistics and look-ups read this.
#[derive(Clone, Debug)]
pub struct Prepared {
    series: Series,
    gaps: Gaps,
    pyramid: Pyramid,
    shift_ns: i64,
}

impl Prepared {
    /// Finds the gaps and builds the pyramid; side by side when there are many samples.
    /// Work proportional to the data: not for the thread that draws.
    pub fn new(series: Series, policy: &GapPolicy<'_>) -> Self {
        let (times, values) = (series.times(), series.values());
        let (gaps, pyramid) = thread::scope(|scope| {
            let helper = if series.len() >= PARALLEL_FROM {
                // Without a second thread the same work is done here, one after the other.
                thread::Builder::new()
                    .name("series-gaps".to_owned())
                    .spawn_scoped(scope, || Gaps::find(times, policy))
                    .ok()
            } else {
                None
            };
            let pyramid = Pyramid::new(times, values);
            let gaps = match helper {
                Some(helper) => helper.join().expect("finding gaps does not panic"),
                None => Gaps::find(times, policy),
            };
            (gaps, pyramid)
        });
        Self {
            series,
            gaps,
            pyramid,
            shift_ns: 0,
        }
    }

    /// The same samples `ns` later. Values, gaps and extremes stay as they were found; nothing but the
    /// times is copied, so that a series can be moved while the user drags it.
    ///
    /// No time leaves what an `i64` can hold: the move is as long as that allows, the same for all
    /// samples, and [`Self::shift_ns`] tells how long it was. Work proportional to the data.
    #[must_use]
    pub fn shifted(&self, ns: i64) -> Self {
        let ns = match self.series.time_span() {
            Some((first, last)) => ns.clamp(
                i64::MIN.saturating_sub(first.min(0)),
                i64::MAX.saturating_sub(last.max(0)),
            ),
            None => ns,
        };
        Self {
            series: self.series.shifted(ns),
            gaps: self.gaps.clone(),
            pyramid: self.pyramid.shifted(ns),
            shift_ns: self.shift_ns.saturating_add(ns),
        }
    }

    /// How many nanoseconds later the times are than they were recorded; taking it from a time gives
    /// the real one.
    pub fn shift_ns(&self) -> i64 {
        self.shift_ns
    }

    /// With gaps that are known already, right before these samples. Work proportional to the data.
    pub fn with_gaps(series: Series, starts: &[usize]) -> Self {
        Self {
            gaps: Gaps::before(starts, series.len()),
            pyramid: Pyramid::new(series.times(), series.values()),
            series,
            shift_ns: 0,
        }
    }

    /// The samples.
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// Time stamps in nanoseconds since the epoch, never decreasing.
    pub fn times(&self) -> &[i64] {
        self.series.times()
    }

    /// Values, NaN where one is missing.
    pub fn values(&self) -> &[f64] {
        self.series.values()
    }

    /// The gaps of the series.
    pub fn gaps(&self) -> &Gaps {
        &self.gaps
    }

    /// The extremes of the series.
    pub fn pyramid(&self) -> &Pyramid {
        &self.pyramid
    }

    /// Bytes of the columns, the gaps and the pyramid.
    pub fn memory_bytes(&self) -> usize {
        self.series.memory_bytes() + self.gaps.memory_bytes() + self.pyramid.memory_bytes()
    }

    /// Index of the first sample at or after `time`.
    pub(super) fn lower_bound(&self, time: i64) -> usize {
        let mut hint = self.series.len() / 2;
        self.pyramid.lower_bound(self.times(), time, &mut hint)
    }

    /// Index of the first sample after `time`.
    pub(super) fn upper_bound(&self, time: i64) -> usize {
        time.checked_add(1)
            .map_or(self.series.len(), |next| self.lower_bound(next))
    }
}
