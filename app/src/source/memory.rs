//! Decoded samples in memory: small logs after decoding, and the reference that tests compare with.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array as _, StringViewArray};
use arrow::buffer::ScalarBuffer;
use canlake_shared::lake::{IntervalScan, SESSION_GAP_DEFAULT_NS};
use canlake_shared::schema::{SignalDeclaration, SignalKey, SignalSummary};
use canlake_shared::time::{TimeRange, Timestamp};
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, stream};

use super::assemble::{self, Part};
use super::{Catalogue, ListingProgressFn, SignalSource, SourceError, SourceLocation};
use crate::query::{
    Completeness, QueryError, QueryEvent, QueryOutcome, QueryStats, QueryStream, Route,
    SignalBatch, SignalQuery,
};

/// All samples of one signal of one vehicle, in any order.
#[derive(Debug, Clone)]
pub struct MemorySignal {
    /// The vehicle.
    pub vehicle: Arc<str>,
    /// The signal.
    pub key: SignalKey,
    /// The unit, empty when there is none.
    pub unit: Arc<str>,
    /// What the DBC says of it.
    pub declared: SignalDeclaration,
    /// Nanoseconds since 1970, UTC.
    pub times: ScalarBuffer<i64>,
    /// One value per time.
    pub values: ScalarBuffer<f64>,
    /// One text per time, if any has one.
    pub labels: Option<StringViewArray>,
}

/// Decoded samples in memory.
#[derive(Debug, Clone)]
pub struct MemorySource {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    location: SourceLocation,
    catalogue: Arc<Catalogue>,
    signals: Vec<MemorySignal>,
}

impl MemorySource {
    /// Holds the samples given; `location` says where they came from. Signals without samples are
    /// left out.
    pub fn new(location: SourceLocation, signals: Vec<MemorySignal>) -> Self {
        let catalogue = Arc::new(catalogue(&signals));
        Self {
            inner: Arc::new(Inner {
                location,
                catalogue,
                signals,
            }),
        }
    }
}

fn catalogue(signals: &[MemorySignal]) -> Catalogue {
    let mut vehicles: BTreeMap<&Arc<str>, Vec<&MemorySignal>> = BTreeMap::new();
    for signal in signals.iter().filter(|signal| !signal.times.is_empty()) {
        vehicles.entry(&signal.vehicle).or_default().push(signal);
    }
    let vehicles = vehicles.into_iter().filter_map(|(id, signals)| {
        let part = part(&signals)?;
        Some(assemble::vehicle(id, &[part], SESSION_GAP_DEFAULT_NS))
    });
    Catalogue {
        vehicles: vehicles.collect(),
        ..Catalogue::default()
    }
}

fn part(signals: &[&MemorySignal]) -> Option<Part> {
    let mut intervals = IntervalScan::new(SESSION_GAP_DEFAULT_NS);
    let mut by_key: BTreeMap<&SignalKey, SignalSummary> = BTreeMap::new();
    for signal in signals {
        intervals.add(&signal.times);
        let summary =
            SignalSummary::of_rows(&signal.key, &signal.unit, &signal.times, &signal.values);
        let Some(mut summary) = summary else {
            continue;
        };
        summary.declared = signal.declared.clone();
        by_key
            .entry(&signal.key)
            .and_modify(|known| known.merge(&summary))
            .or_insert(summary);
    }
    let summaries: Vec<SignalSummary> = by_key.into_values().collect();
    let ranges = summaries.iter().map(SignalSummary::time_range);
    let range = ranges.reduce(TimeRange::union)?;
    let rows: u64 = summaries.iter().map(|summary| summary.rows).sum();
    Some(Part {
        range,
        rows,
        bytes: rows * BYTES_PER_SAMPLE,
        coverage: intervals.finish(),
        loss: Vec::new(),
        signals: summaries,
    })
}

/// A time and a value.
const BYTES_PER_SAMPLE: u64 = 16;

impl SignalSource for MemorySource {
    fn location(&self) -> &SourceLocation {
        &self.inner.location
    }

    fn catalogue(
        &self,
        _progress: ListingProgressFn,
    ) -> BoxFuture<'static, Result<Arc<Catalogue>, Arc<SourceError>>> {
        let catalogue = Arc::clone(&self.inner.catalogue);
        async move { Ok(catalogue) }.boxed()
    }

    fn query(&self, query: SignalQuery) -> QueryStream {
        let inner = Arc::clone(&self.inner);
        async move { stream::iter(inner.answer(&query)) }
            .flatten_stream()
            .boxed()
    }
}

impl Inner {
    fn answer(&self, query: &SignalQuery) -> Vec<Result<QueryEvent, QueryError>> {
        let started = Instant::now();
        if self.catalogue.vehicle(&query.vehicle).is_none() {
            let vehicle = query.vehicle.as_ref().to_owned();
            return vec![Err(QueryError::UnknownVehicle { vehicle })];
        }
        let mut events = vec![QueryEvent::Started {
            files_total: 0,
            bytes_total: 0,
        }];
        let mut stats = QueryStats {
            route: Route::Memory,
            ..QueryStats::default()
        };
        for (position, key) in query.signals.iter().enumerate() {
            let found = self.signals.iter().enumerate();
            let found = found.filter(|(_, it)| it.vehicle == query.vehicle && it.key == *key);
            for (part, signal) in found {
                let batch = signal.select(query, position, part);
                if !batch.times.is_empty() {
                    stats.rows += batch.times.len() as u64;
                    events.push(QueryEvent::Batch(batch));
                }
            }
        }
        stats.elapsed = started.elapsed();
        events.push(QueryEvent::Finished(QueryOutcome {
            completeness: Completeness::Complete,
            stats,
        }));
        events.into_iter().map(Ok).collect()
    }
}

impl MemorySignal {
    fn select(&self, query: &SignalQuery, position: usize, part: usize) -> SignalBatch {
        let is_inside = |&row: &usize| {
            let time = self.times.get(row).copied().map(Timestamp::from_ns);
            time.is_some_and(|time| query.range.contains(time))
        };
        let rows: Vec<usize> = (0..self.times.len().min(self.values.len()))
            .filter(is_inside)
            .collect();
        let labels = self.labels.as_ref().filter(|_| query.labels);
        SignalBatch {
            signal: position,
            part,
            times: rows.iter().map(|&row| self.times[row]).collect(),
            values: rows.iter().map(|&row| self.values[row]).collect(),
            labels: labels.map(|labels| {
                let text = |&row: &usize| labels.is_valid(row).then(|| labels.value(row));
                rows.iter().map(text).collect()
            }),
        }
    }
}
