//! Trouble codes as signals: message `DTC`, one signal for each list of codes of a control unit, whose
//! texts change when the list does.
//!
//! The value of a sample only tells lists apart (0: no code), so that values have texts as those of any
//! other signal.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::sink::DecodedSink;
use crate::can::{CanId, ChannelIdx};
use crate::dtc::{DtcReport, ReportKind};
use crate::schema::{Labels, SignalColumn, SignalDeclaration, SignalKey};
use crate::time::{NS_PER_SEC, Timestamp};

/// The message that all these signals belong to.
const MESSAGE: &str = "DTC";
/// Lists that are followed; a vehicle has tens of units. Those beyond are not shown.
const MAX_LANES: usize = 4096;
/// Texts of a signal that footers list.
const MAX_DECLARED: usize = 256;
/// After this silence a list is given again, though it be the same: a unit that was off is back, or
/// another recording begins.
const SILENCE_NS: i64 = 10 * NS_PER_SEC;

/// What each unit reported last.
#[derive(Debug, Default)]
pub(super) struct CodeLanes {
    by_unit: BTreeMap<(ChannelIdx, CanId, Quantity), Lane>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Quantity {
    Codes(ReportKind),
    Lamps(ReportKind),
}

#[derive(Debug)]
struct Lane {
    key: SignalKey,
    value: f64,
    last: Timestamp,
}

/// A list as it stands from a time on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CodeSample {
    pub(super) key: SignalKey,
    value: f64,
    text: Arc<str>,
}

impl CodeLanes {
    /// The samples that a report gives: none where it says what was known.
    pub(super) fn update(
        &mut self,
        channel: &Arc<str>,
        (idx, unit, time): (ChannelIdx, CanId, Timestamp),
        report: &DtcReport,
    ) -> Vec<CodeSample> {
        let text = report.to_string();
        let value = if report.codes.is_empty() {
            0.0
        } else {
            distinct(&text)
        };
        let codes = (Quantity::Codes(report.kind), value, text);
        let lamps = report.lamps.map(|lamps| {
            let quantity = Quantity::Lamps(report.kind);
            (quantity, f64::from(lamps.raw()), lamps.to_string())
        });
        let mut samples = Vec::new();
        for (quantity, value, text) in [Some(codes), lamps].into_iter().flatten() {
            let n_lanes = self.by_unit.len();
            let at = (idx, unit, quantity);
            if n_lanes >= MAX_LANES && !self.by_unit.contains_key(&at) {
                continue;
            }
            let mut is_new = false;
            let lane = self.by_unit.entry(at).or_insert_with(|| {
                is_new = true;
                Lane {
                    key: key(channel, unit, quantity),
                    value,
                    last: time,
                }
            });
            let silence = time.as_ns().saturating_sub(lane.last.as_ns());
            let is_next_day = time.utc_day_number() != lane.last.utc_day_number();
            let is_changed = lane.value.to_bits() != value.to_bits();
            (lane.value, lane.last) = (value, time);
            if is_new || is_changed || is_next_day || silence > SILENCE_NS {
                samples.push(CodeSample {
                    key: lane.key.clone(),
                    value,
                    text: text.into(),
                });
            }
        }
        samples
    }
}

fn key(channel: &Arc<str>, unit: CanId, quantity: Quantity) -> SignalKey {
    let signal = match quantity {
        Quantity::Codes(kind) => kind.signal_name(),
        Quantity::Lamps(ReportKind::Dm2) => "J1939 DM2 lamps",
        Quantity::Lamps(_) => "J1939 DM1 lamps",
    };
    SignalKey {
        channel: Arc::clone(channel),
        message: MESSAGE.into(),
        arbitration_id: Some(unit.number()),
        signal: signal.into(),
    }
}

/// A number that texts share only by accident, and that a float holds exactly: FNV-1a, 48 bits.
fn distinct(text: &str) -> f64 {
    let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    ((hash ^ hash >> 48) & 0xFFFF_FFFF_FFFF).max(1) as f64
}

/// The samples of one signal in one run.
#[derive(Debug, Default)]
pub(super) struct CodeColumn {
    timestamps: Vec<i64>,
    values: Vec<f64>,
    positions: Vec<u32>,
    texts: Vec<(f64, Arc<str>)>,
    position_by_text: HashMap<Arc<str>, u32>,
}

impl CodeColumn {
    /// Returns the bytes of memory that the sample takes, roughly.
    pub(super) fn push(&mut self, time: Timestamp, sample: &CodeSample) -> usize {
        const ROW_BYTES: usize = 8 + 8 + 4;
        let known = self.position_by_text.get(&sample.text).copied();
        let position = known.unwrap_or_else(|| {
            let next = u32::try_from(self.texts.len()).unwrap_or(Labels::NONE);
            self.texts.push((sample.value, Arc::clone(&sample.text)));
            self.position_by_text.insert(Arc::clone(&sample.text), next);
            next
        });
        self.timestamps.push(time.as_ns());
        self.values.push(sample.value);
        self.positions.push(position);
        let text_bytes = if known.is_some() {
            0
        } else {
            2 * ROW_BYTES + sample.text.len()
        };
        ROW_BYTES + text_bytes
    }

    /// Puts reports that were whole late where their time belongs.
    pub(super) fn sort_by_time(&mut self) {
        let mut order: Vec<usize> = (0..self.timestamps.len()).collect();
        order.sort_by_key(|row| self.timestamps.get(*row));
        self.timestamps = pick(&self.timestamps, &order);
        self.values = pick(&self.values, &order);
        self.positions = pick(&self.positions, &order);
    }

    /// Returns the number of values.
    pub(super) fn write<S: DecodedSink>(
        &self,
        key: &SignalKey,
        sink: &mut S,
    ) -> Result<u64, S::Error> {
        let texts: Vec<&str> = self.texts.iter().map(|(_, text)| &**text).collect();
        let mut declared: Vec<(f64, String)> = self
            .texts
            .iter()
            .take(MAX_DECLARED)
            .map(|(value, text)| (*value, text.to_string()))
            .collect();
        declared.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        let declaration = SignalDeclaration {
            cycle_time_ms: None,
            is_on_change: true,
            labels: declared,
            comment: "Told when it changes; the number only tells texts apart.".to_owned(),
        };
        sink.write_signal(SignalColumn {
            key,
            unit: "",
            declared: Some(&declaration),
            timestamps: &self.timestamps,
            values: &self.values,
            labels: Labels::PerRow {
                indices: &self.positions,
                texts: &texts,
            },
        })?;
        Ok(self.values.len() as u64)
    }
}

fn pick<T: Copy>(values: &[T], order: &[usize]) -> Vec<T> {
    let values = order.iter().map(|row| values.get(*row));
    values.filter_map(Option::<&T>::copied).collect()
}
