//! What a decoded file inherits of its input's coverage, loss and clock.

use std::collections::BTreeSet;

use canlake_shared::schema::footer::{Loss, Recording};

use super::days;

/// The part of one day, of the `days` that the input has frames of.
///
/// Coverage is cut at midnight. A loss cannot be divided: it stays whole with the day in which it
/// may have begun, or the last day before that has a file, or the first.
pub(super) fn of_day(recording: &Recording, day: i64, days: &BTreeSet<i64>) -> Recording {
    let range = days::range(day);
    let coverage = recording.coverage.iter();
    let coverage = coverage.map(|covered| covered.intersection(range));
    let home = |loss: &&Loss| {
        let before = days.range(..=loss.from.utc_day_number()).next_back();
        before
            .or_else(|| days.first())
            .is_none_or(|home| *home == day)
    };
    Recording {
        coverage: coverage.filter(|covered| !covered.is_empty()).collect(),
        loss: recording.loss.iter().filter(home).cloned().collect(),
        clock: recording.clock.clone(),
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::schema::footer::LossPlace;
    use canlake_shared::time::{NS_PER_DAY, TimeRange, Timestamp};

    use super::*;

    #[test]
    fn coverage_is_cut_and_every_loss_kept_once() {
        let at = |days: f64| Timestamp::from_ns((days * NS_PER_DAY as f64) as i64);
        let loss = |frames, from| Loss {
            place: LossPlace::Socket,
            channel: String::new(),
            frames,
            exact: true,
            from: at(from),
            to: at(from + 1.0),
        };
        let recording = Recording {
            coverage: vec![TimeRange::new(at(10.5), at(12.25))],
            loss: vec![
                loss(1, 9.0),
                loss(2, 10.5),
                loss(4, 11.5),
                loss(8, 12.0),
                loss(16, 20.0),
            ],
            clock: None,
        };
        let days = BTreeSet::from([10, 12]);
        let first = of_day(&recording, 10, &days);
        assert_eq!(first.coverage, [TimeRange::new(at(10.5), at(11.0))]);
        assert_eq!(first.loss.iter().map(|loss| loss.frames).sum::<u64>(), 7);
        let second = of_day(&recording, 12, &days);
        assert_eq!(second.coverage, [TimeRange::new(at(12.0), at(12.25))]);
        assert_eq!(second.loss.iter().map(|loss| loss.frames).sum::<u64>(), 24);
    }
}
