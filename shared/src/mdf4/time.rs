//! Times of records, in nanoseconds since the start of the measurement.

use super::field::{Field, Kind};
use super::structure::{Channel, ChannelKind, Conversion};
use crate::time::NS_PER_SEC;

/// Where the time of a record is and what it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Clock {
    /// `None`: the number of the record is the time.
    field: Option<Field>,
    scale: Scale,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    /// Whole nanoseconds a tick: exact whatever the count.
    Whole {
        ns_per_tick: i64,
        offset_ns: i64,
    },
    Seconds {
        factor: f64,
        offset: f64,
    },
}

impl Clock {
    /// The clock of a group of channels; `None` where it has no time.
    pub(crate) fn of(channels: &[Channel]) -> Option<Self> {
        let is_time = |kind| matches!(kind, ChannelKind::Time | ChannelKind::RecordNumber);
        let channel = channels.iter().find(|channel| is_time(channel.kind))?;
        let (offset, factor) = linear(channel.conversion.as_ref())?;
        let has_integers = matches!(
            channel.field.kind,
            Kind::Unsigned { .. } | Kind::Signed { .. }
        );
        let field = (channel.kind == ChannelKind::Time).then_some(channel.field);
        let scale = match (whole_ns(factor), whole_ns(offset)) {
            (Some(ns_per_tick), Some(offset_ns)) if has_integers || field.is_none() => {
                Scale::Whole {
                    ns_per_tick,
                    offset_ns,
                }
            }
            _ => Scale::Seconds { factor, offset },
        };
        Some(Self { field, scale })
    }

    /// `None` where the record ends before, or where the time is none.
    #[inline]
    pub(crate) fn ns(&self, record: &[u8], number: u64) -> Option<i64> {
        match self.scale {
            Scale::Whole {
                ns_per_tick,
                offset_ns,
            } => {
                let ticks = match &self.field {
                    Some(field) => i64::try_from(field.integer(record)?).ok()?,
                    None => i64::try_from(number).ok()?,
                };
                ticks.checked_mul(ns_per_tick)?.checked_add(offset_ns)
            }
            Scale::Seconds { factor, offset } => {
                #[expect(clippy::cast_precision_loss, reason = "no log has 2^53 records")]
                let raw = match &self.field {
                    Some(field) => field.number(record)?,
                    None => number as f64,
                };
                rounded_ns(raw * factor + offset)
            }
        }
    }
}

/// Offset and factor; no conversion leaves values as they are.
fn linear(conversion: Option<&Conversion>) -> Option<(f64, f64)> {
    const AS_IS: u8 = 0;
    const LINEAR: u8 = 1;
    match conversion.map(|conversion| (conversion.kind, conversion.parameters.as_slice())) {
        None | Some((AS_IS, _)) => Some((0.0, 1.0)),
        Some((LINEAR, [offset, factor, ..])) => Some((*offset, *factor)),
        _ => None,
    }
}

/// Seconds that are whole nanoseconds, but for what a double cannot say.
fn whole_ns(seconds: f64) -> Option<i64> {
    let ns = rounded_ns(seconds)?;
    #[expect(clippy::cast_precision_loss, reason = "the error is what is looked at")]
    let error = (seconds * NS_PER_SEC as f64 - ns as f64).abs();
    #[expect(clippy::cast_precision_loss, reason = "as above")]
    let allowed = (ns as f64).abs() * 1e-12;
    (error <= allowed).then_some(ns)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the range is looked at before"
)]
fn rounded_ns(seconds: f64) -> Option<i64> {
    let ns = (seconds * NS_PER_SEC as f64).round();
    (ns.abs() < i64::MAX as f64).then_some(ns as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(kind: Kind, n_bits: u32, conversion: Option<(u8, Vec<f64>)>) -> Option<Clock> {
        let channel = Channel {
            name: "t".to_owned(),
            unit: "s".to_owned(),
            comment: String::new(),
            kind: ChannelKind::Time,
            field: Field {
                byte: 0,
                bit: 0,
                n_bits,
                kind,
            },
            invalid_bit: None,
            is_invalid: false,
            conversion: conversion.map(|(kind, parameters)| Conversion {
                kind,
                unit: String::new(),
                parameters,
                texts: Vec::new(),
            }),
            data: 0,
            parts: Vec::new(),
        };
        Clock::of(&[channel])
    }

    #[test]
    fn ticks_are_exact_and_seconds_rounded() {
        let unsigned = Kind::Unsigned { is_big: false };
        let float = Kind::Float { is_big: false };
        let ns = |clock: Option<Clock>, raw: u64| clock.unwrap().ns(&raw.to_le_bytes(), 0);
        let large = 1 << 60;
        assert_eq!(
            ns(clock(unsigned, 64, Some((1, vec![0.0, 1e-9]))), large),
            Some(1 << 60)
        );
        assert_eq!(
            ns(clock(unsigned, 64, Some((1, vec![2.0, 1e-6]))), 3),
            Some(2_000_003_000)
        );
        assert_eq!(ns(clock(unsigned, 64, None), 5), Some(5_000_000_000));
        assert_eq!(ns(clock(unsigned, 64, None), u64::MAX), None);
        let thirds = clock(unsigned, 32, Some((1, vec![0.0, 1.0 / 3e9])));
        assert_eq!(ns(thirds, 300), Some(100));
        assert_eq!(
            ns(clock(float, 64, None), 0.1_f64.to_bits()),
            Some(100_000_000)
        );
        assert_eq!(ns(clock(float, 64, None), f64::NAN.to_bits()), None);
        assert_eq!(ns(clock(float, 64, None), f64::INFINITY.to_bits()), None);
        assert!(clock(float, 64, Some((3, vec![]))).is_none());
    }
}
