//! What a decoded file says about each of its signals, so that a tree of signals needs no rows.
//!
//! Two parts: what the rows show (a full scan gives the same) and what the DBC declared (which only
//! the decoder knows and which the rules for gaps and lanes need).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::signal_key::SignalKey;
use crate::time::{TimeRange, Timestamp};

/// One signal of one decoded file.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalSummary {
    /// Which signal.
    pub key: SignalKey,
    /// Unit of the values, empty where the DBC gives none.
    pub unit: String,
    /// Number of rows.
    pub rows: u64,
    /// How many of the values are NaN or missing.
    pub nan_count: u64,
    /// Smallest value, NaN ignored; `None` when there is no number.
    pub min: Option<f64>,
    /// Largest value, NaN ignored; `None` when there is no number.
    pub max: Option<f64>,
    /// Timestamp of the earliest row.
    pub first: Timestamp,
    /// Timestamp of the latest row.
    pub last: Timestamp,
    /// Whether every number is an integer, and none is beyond 2⁵¹.
    pub is_integer: bool,
    /// What the DBC says of the signal.
    pub declared: SignalDeclaration,
}

/// What a DBC declares of a signal and decoded rows cannot tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignalDeclaration {
    /// Cycle time of the message in milliseconds.
    pub cycle_time_ms: Option<u32>,
    /// Sent on change or on request: silence means nothing.
    pub is_on_change: bool,
    /// Value descriptions: physical value and text, by value.
    pub labels: Vec<(f64, String)>,
    /// What the DBC says in words; empty where it says nothing.
    pub comment: String,
}

/// Labels of a signal that are kept: every listing reads them.
const MAX_LABELS: usize = 4096;

impl SignalDeclaration {
    /// Adds the labels of values that have none yet.
    pub fn add_labels(&mut self, others: &[(f64, String)]) {
        if self.labels == others {
            return;
        }
        for (value, text) in others {
            let is_known = self.labels.iter().any(|(known, _)| known == value);
            if !is_known && self.labels.len() < MAX_LABELS {
                self.labels.push((*value, text.clone()));
            }
        }
        self.labels
            .sort_by(|(left, _), (right, _)| left.total_cmp(right));
    }
}

impl SignalSummary {
    /// From the earliest row to just after the latest.
    pub fn time_range(&self) -> TimeRange {
        TimeRange::inclusive(self.first, self.last)
    }

    /// Adds the rows of another part of the same signal. Unit and declaration stay.
    pub fn merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.nan_count = self.nan_count.saturating_add(other.nan_count);
        self.min = pick(self.min, other.min, |old, new| new < old);
        self.max = pick(self.max, other.max, |old, new| new > old);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.is_integer &= other.is_integer;
    }

    /// The summary of rows of one signal; `None` when there are none.
    ///
    /// The slices are equally long; a missing value is given as NaN.
    pub fn of_rows(
        key: &SignalKey,
        unit: &str,
        timestamps: &[i64],
        values: &[f64],
    ) -> Option<Self> {
        let first = *timestamps.iter().min()?;
        let last = *timestamps.iter().max()?;
        let values = ValueSummary::of(values);
        Some(Self {
            key: key.clone(),
            unit: unit.to_owned(),
            rows: u64::try_from(timestamps.len()).unwrap_or(u64::MAX),
            nan_count: values.nan_count,
            min: values.min,
            max: values.max,
            first: Timestamp::from_ns(first),
            last: Timestamp::from_ns(last),
            is_integer: values.is_integer,
            declared: SignalDeclaration::default(),
        })
    }
}

fn pick(old: Option<f64>, new: Option<f64>, is_better: impl Fn(f64, f64) -> bool) -> Option<f64> {
    match (old, new) {
        (Some(old), Some(new)) if is_better(old, new) => Some(new),
        (Some(old), _) => Some(old),
        (None, new) => new,
    }
}

struct ValueSummary {
    nan_count: u64,
    min: Option<f64>,
    max: Option<f64>,
    is_integer: bool,
}

impl ValueSummary {
    /// One pass without branches, so that the compiler can use vector instructions.
    fn of(values: &[f64]) -> Self {
        /// 1.5 × 2⁵²: the sum with a smaller number has no bits left for a fraction.
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let mut min = f64::INFINITY;
        let mut max = f64::NEG_INFINITY;
        let mut nans = 0_u64;
        let mut all_integers = true;
        for &value in values {
            // Comparisons with NaN are false, so it never gets in. Adding zero makes -0.0 and 0.0
            // one value: which of them comes first must not matter.
            let value = value + 0.0;
            min = if value < min { value } else { min };
            max = if value > max { value } else { max };
            let is_nan = value.is_nan();
            nans += u64::from(is_nan);
            // Adding and taking away rounds to an integer, in vector instructions that every CPU
            // has, which `trunc` has not. Infinities are no integers: `inf - inf` is NaN.
            all_integers &= is_nan || (value + ROUND) - ROUND == value;
        }
        let has_numbers = nans < u64::try_from(values.len()).unwrap_or(u64::MAX);
        Self {
            nan_count: nans,
            min: has_numbers.then_some(min),
            max: has_numbers.then_some(max),
            is_integer: all_integers,
        }
    }
}

/// The JSON shape of a [`SignalSummary`].
#[derive(Serialize, Deserialize)]
pub(super) struct SignalJson<'a> {
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    channel: Cow<'a, str>,
    #[serde(borrow)]
    message: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arb_id: Option<u32>,
    #[serde(borrow)]
    signal: Cow<'a, str>,
    #[serde(borrow, default)]
    unit: Cow<'a, str>,
    rows: u64,
    #[serde(default)]
    nan: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<Number>,
    first: Timestamp,
    last: Timestamp,
    #[serde(default)]
    integer: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cycle_time_ms: Option<u32>,
    #[serde(default, skip_serializing_if = "is_false")]
    on_change: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<(Number, Cow<'a, str>)>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    comment: Cow<'a, str>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// An `f64` as text: the shortest that reads back to the same number, infinities included.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
struct Number(f64);

impl Number {
    fn not_nan(self) -> Option<f64> {
        (!self.0.is_nan()).then_some(self.0)
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.0.to_string()
    }
}

impl TryFrom<String> for Number {
    type Error = std::num::ParseFloatError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl<'a> From<&'a SignalSummary> for SignalJson<'a> {
    fn from(summary: &'a SignalSummary) -> Self {
        let labels = summary.declared.labels.iter();
        Self {
            channel: Cow::Borrowed(&summary.key.channel),
            message: Cow::Borrowed(&summary.key.message),
            arb_id: summary.key.arbitration_id,
            signal: Cow::Borrowed(&summary.key.signal),
            unit: Cow::Borrowed(&summary.unit),
            rows: summary.rows,
            nan: summary.nan_count,
            min: summary.min.map(Number),
            max: summary.max.map(Number),
            first: summary.first,
            last: summary.last,
            integer: summary.is_integer,
            cycle_time_ms: summary.declared.cycle_time_ms,
            on_change: summary.declared.is_on_change,
            labels: labels
                .map(|(value, text)| (Number(*value), Cow::Borrowed(text.as_str())))
                .collect(),
            comment: Cow::Borrowed(&summary.declared.comment),
        }
    }
}

impl From<SignalJson<'_>> for SignalSummary {
    fn from(json: SignalJson<'_>) -> Self {
        let labels = json.labels.into_iter();
        Self {
            key: SignalKey::new(&json.channel, &json.message, json.arb_id, &json.signal),
            unit: json.unit.into_owned(),
            rows: json.rows,
            nan_count: json.nan,
            min: json.min.and_then(Number::not_nan),
            max: json.max.and_then(Number::not_nan),
            first: json.first,
            last: json.last,
            is_integer: json.integer,
            declared: SignalDeclaration {
                cycle_time_ms: json.cycle_time_ms,
                is_on_change: json.on_change,
                labels: labels
                    .map(|(value, text)| (value.0, text.into_owned()))
                    .collect(),
                comment: json.comment.into_owned(),
            },
        }
    }
}
