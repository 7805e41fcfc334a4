//! What the times of a log count from, in formats where they do.

use crate::can::CanFrame;
use crate::logs::TimeBasis;
use crate::time::{NS_PER_DAY, NS_PER_SEC, Timestamp, UtcDate};

const NS_PER_MS: i64 = 1_000_000;

/// The start of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Start {
    /// A whole millisecond: the heads of these formats have no finer times.
    pub(super) at: Timestamp,
    /// `false`: the times of the frames count from an unknown start, which `at` is as zero.
    pub(super) has_date: bool,
}

impl Start {
    /// The earliest of the frames written first.
    pub(super) fn of(frames: &[CanFrame]) -> Self {
        let first = frames.iter().map(|frame| frame.timestamp).min();
        match first {
            Some(first) if first >= TimeBasis::FIRST_ABSOLUTE => Self {
                at: first - first.as_ns().rem_euclid(NS_PER_MS),
                has_date: true,
            },
            _ => Self::default(),
        }
    }
}

/// An instant as a calendar and a clock show it, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) date: UtcDate,
    /// 0 is Sunday.
    pub(super) weekday: usize,
    pub(super) hour: u16,
    pub(super) minute: u16,
    pub(super) second: u16,
    pub(super) millisecond: u16,
}

impl Clock {
    pub(super) fn at(instant: Timestamp) -> Self {
        const THURSDAY: i64 = 4; // 1970-01-01
        let ms = instant.as_ns().rem_euclid(NS_PER_DAY) / NS_PER_MS;
        let ms_per_sec = NS_PER_SEC / NS_PER_MS;
        let part = |unit_ms: i64, n: i64| {
            u16::try_from(ms / unit_ms % n).expect("parts of a time of day are small")
        };
        Self {
            date: instant.utc_date(),
            weekday: usize::try_from((instant.utc_day_number() + THURSDAY).rem_euclid(7))
                .expect("a remainder by seven is small"),
            hour: part(3600 * ms_per_sec, 24),
            minute: part(60 * ms_per_sec, 60),
            second: part(ms_per_sec, 60),
            millisecond: part(1, ms_per_sec),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::can::{CanId, ChannelIdx, Payload};

    #[test]
    fn clocks_of_instants() {
        let clock = Clock::at("2024-02-29T23:59:58.999Z".parse().unwrap());
        assert_eq!(clock.date.to_string(), "2024-02-29");
        assert_eq!(clock.weekday, 4);
        let time = (clock.hour, clock.minute, clock.second, clock.millisecond);
        assert_eq!(time, (23, 59, 58, 999));
    }

    #[test]
    fn the_earliest_frame_is_the_start() {
        let frame = |ns| {
            let id = CanId::standard(1).unwrap();
            CanFrame::data(Timestamp::from_ns(ns), ChannelIdx(0), id, Payload::EMPTY)
        };
        let late = 1_700_000_000_123_456_789;
        let start = Start::of(&[frame(late + 5), frame(late)]);
        assert_eq!(start.at.as_ns(), 1_700_000_000_123_000_000);
        assert!(start.has_date);
        for frames in [&[frame(late), frame(7)][..], &[]] {
            assert_eq!(Start::of(frames), Start::default());
        }
    }
}
