//! Puts the pieces of an answer together, signal by signal, in the order of time.
//!
//! Rows of equal time keep the order of their files and of the rows in them, whatever order the
//! pieces arrived in, so the same question gives the same rows every time.

use arrow::array::{Array as _, StringViewArray};
use arrow::buffer::ScalarBuffer;

use super::{Completeness, QueryEvent, QueryStats, SignalBatch};

/// All samples of one signal, by time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SignalRows {
    /// Nanoseconds since 1970, UTC; ascending, equal times are possible.
    pub times: Vec<i64>,
    /// Physical values, one per time.
    pub values: Vec<f64>,
    /// Texts of the values, one per time, when any row has one; empty otherwise.
    pub labels: Vec<Option<Box<str>>>,
}

/// A whole answer.
#[derive(Debug, Clone, Default)]
pub struct QueryResult {
    /// One entry per signal of the query, in its order.
    pub signals: Vec<SignalRows>,
    /// Whether everything is there.
    pub completeness: Completeness,
    /// What it took; `None` when it was stopped, before it could tell.
    pub stats: Option<QueryStats>,
}

/// Collects the events of one query.
#[derive(Debug)]
pub struct QueryCollector {
    batches: Vec<Vec<Piece>>,
    outcome: Option<(Completeness, QueryStats)>,
}

#[derive(Debug)]
struct Piece {
    part: usize,
    times: ScalarBuffer<i64>,
    values: ScalarBuffer<f64>,
    labels: Option<StringViewArray>,
}

impl QueryCollector {
    /// For a query of so many signals.
    pub fn new(n_signals: usize) -> Self {
        Self {
            batches: std::iter::repeat_with(Vec::new).take(n_signals).collect(),
            outcome: None,
        }
    }

    /// Takes the next event.
    pub fn push(&mut self, event: QueryEvent) {
        match event {
            QueryEvent::Started { .. } | QueryEvent::Progress(_) => {}
            QueryEvent::Batch(SignalBatch {
                signal,
                part,
                times,
                values,
                labels,
            }) => {
                if let Some(pieces) = self.batches.get_mut(signal) {
                    pieces.push(Piece {
                        part,
                        times,
                        values,
                        labels,
                    });
                }
            }
            QueryEvent::Finished(outcome) => {
                self.outcome = Some((outcome.completeness, outcome.stats));
            }
        }
    }

    /// What has arrived; marked as cancelled when the last event has not.
    pub fn finish(self) -> QueryResult {
        let signals = self.batches.into_iter().map(merge).collect();
        let cancelled = Completeness::Partial {
            cancelled: true,
            problems: Vec::new(),
        };
        let (completeness, stats) = self
            .outcome
            .map_or((cancelled, None), |(completeness, stats)| {
                (completeness, Some(stats))
            });
        QueryResult {
            signals,
            completeness,
            stats,
        }
    }
}

fn merge(mut pieces: Vec<Piece>) -> SignalRows {
    // Pieces of one part arrive in order, so a stable sort restores the order of the files.
    pieces.sort_by_key(|piece| piece.part);
    let rows = pieces.iter().map(|piece| piece.times.len()).sum();
    let labelled = pieces.iter().any(|piece| {
        let labels = piece.labels.as_ref();
        labels.is_some_and(|labels| labels.null_count() < labels.len())
    });
    let mut merged = SignalRows {
        times: Vec::with_capacity(rows),
        values: Vec::with_capacity(rows),
        labels: Vec::with_capacity(if labelled { rows } else { 0 }),
    };
    for piece in pieces {
        merged.times.extend_from_slice(&piece.times);
        merged.values.extend_from_slice(&piece.values);
        if labelled {
            match piece.labels {
                Some(labels) => {
                    let texts = labels.iter().map(|label| label.map(Into::into));
                    merged.labels.extend(texts);
                }
                None => merged
                    .labels
                    .extend(std::iter::repeat_n(None, piece.times.len())),
            }
        }
    }
    merged.sort();
    merged
}

impl SignalRows {
    fn sort(&mut self) {
        if self.times.is_sorted() {
            return;
        }
        let mut order: Vec<usize> = (0..self.times.len()).collect();
        order.sort_by_key(|&row| self.times[row]);
        self.times = order.iter().map(|&row| self.times[row]).collect();
        self.values = order.iter().map(|&row| self.values[row]).collect();
        if !self.labels.is_empty() {
            self.labels = order.iter().map(|&row| self.labels[row].take()).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(part: usize, rows: &[(i64, f64)]) -> QueryEvent {
        QueryEvent::Batch(SignalBatch {
            signal: 0,
            part,
            times: rows.iter().map(|row| row.0).collect(),
            values: rows.iter().map(|row| row.1).collect(),
            labels: None,
        })
    }

    #[test]
    fn rows_come_by_time_and_equal_times_by_file() {
        let mut collector = QueryCollector::new(1);
        collector.push(batch(2, &[(5, 50.0), (10, 51.0)]));
        collector.push(batch(1, &[(10, 40.0), (10, 41.0), (30, 42.0)]));
        collector.push(batch(2, &[(10, 52.0)]));
        let result = collector.finish();
        assert_eq!(result.signals[0].times, [5, 10, 10, 10, 10, 30]);
        assert_eq!(
            result.signals[0].values,
            [50.0, 40.0, 41.0, 51.0, 52.0, 42.0]
        );
    }

    #[test]
    fn an_answer_without_an_end_is_partial() {
        let mut collector = QueryCollector::new(1);
        collector.push(batch(0, &[(5, 50.0)]));
        let result = collector.finish();
        assert_eq!(result.signals[0].times, [5]);
        assert!(matches!(
            result.completeness,
            Completeness::Partial {
                cancelled: true,
                ..
            }
        ));
    }
}
