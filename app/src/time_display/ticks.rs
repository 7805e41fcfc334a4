//! Marks at round times of a zone.
//!
//! Below a day they lie at round times of the clock, separately for each stretch between two changes
//! of the clocks: a time that does not exist has no mark, one that comes twice has two, and the first
//! mark after a change says how far the clocks are ahead now.

use canlake_shared::time::{NS_PER_DAY, NS_PER_SEC, TimeRange, Timestamp};
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span, Zoned};

use super::zone::{clock_text, offset_text};
use super::{Zone, since};

/// A mark on a time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Where.
    pub instant: Timestamp,
    /// Text to the unit of the step.
    pub label: String,
    /// The larger unit (the date), where it changes; the offset, where that does.
    pub context: Option<String>,
}

impl Zone {
    /// At most about `max_ticks` marks at round times inside `range`.
    ///
    /// Every label is complete to the step's unit; the first mark and each mark that begins a day
    /// carries the date as well. Where clocks change inside the range, the first mark and the first
    /// after the change carry the offset: no two marks have the same text.
    pub fn ticks(&self, range: TimeRange, max_ticks: usize) -> Vec<Tick> {
        let target = range.duration_ns() / i64::try_from(max_ticks.max(1)).unwrap_or(1);
        let limit = 2 * max_ticks;
        if let Some(origin) = self.origin() {
            return since::ticks(origin, range, step_since(target), limit);
        }
        match Step::at_least(target) {
            Step::Nanoseconds(step) => self.clock_ticks(range, step, limit),
            step => self.calendar_ticks(range, step, limit),
        }
    }

    /// Marks less than a day apart.
    fn clock_ticks(&self, range: TimeRange, step: i64, limit: usize) -> Vec<Tick> {
        let stretches = self.stretches(range);
        let tells_offset = stretches.len() > 1;
        let mut ticks: Vec<Tick> = Vec::new();
        let mut shown: Option<(Date, Offset)> = None;
        for (stretch, offset) in stretches {
            let ahead = i128::from(offset.seconds()) * i128::from(NS_PER_SEC);
            let clock = i128::from(stretch.start.as_ns()) + ahead;
            let step_wide = i128::from(step);
            let mut next = -(-clock).div_euclid(step_wide) * step_wide - ahead;
            while next < i128::from(stretch.end.as_ns()) && ticks.len() <= limit {
                let Ok(ns) = i64::try_from(next) else { break };
                next += step_wide;
                let instant = Timestamp::from_ns(ns);
                // Right after a change, marks may come closer than their texts have room.
                let is_close = |last: &Tick| instant.ns_since(last.instant) < step / 2;
                if ticks.last().is_some_and(is_close) {
                    continue;
                }
                let Some(civil) = self.civil(instant) else {
                    break;
                };
                let date = civil.date();
                let mut context = Vec::new();
                if shown.map(|it| it.0) != Some(date) {
                    context.push(civil.strftime("%Y-%m-%d").to_string());
                }
                if tells_offset && shown.map(|it| it.1) != Some(offset) {
                    context.push(offset_text(offset));
                }
                shown = Some((date, offset));
                ticks.push(Tick {
                    instant,
                    label: clock_text(&civil, step),
                    context: (!context.is_empty()).then(|| context.join(" ")),
                });
            }
        }
        ticks
    }

    /// The parts of a range in which clocks run on without a change.
    fn stretches(&self, range: TimeRange) -> Vec<(TimeRange, Offset)> {
        let instant = |at: Timestamp| jiff::Timestamp::from_nanosecond(i128::from(at.as_ns()));
        let Ok(start) = instant(range.start) else {
            return Vec::new();
        };
        let mut stretches = Vec::new();
        let (mut from, mut offset) = (range.start, self.tz().to_offset(start));
        for change in self.tz().following(start) {
            let at = i64::try_from(change.timestamp().as_nanosecond());
            let Ok(at) = at.map(Timestamp::from_ns) else {
                break;
            };
            if at >= range.end {
                break;
            }
            // Some changes are of the name alone.
            if change.offset() != offset {
                stretches.push((TimeRange::new(from, at), offset));
                (from, offset) = (at, change.offset());
            }
        }
        stretches.push((TimeRange::new(from, range.end), offset));
        stretches.retain(|(stretch, _)| !stretch.is_empty());
        stretches
    }

    /// Marks a day or more apart, where days, months and years begin.
    fn calendar_ticks(&self, range: TimeRange, step: Step, limit: usize) -> Vec<Tick> {
        let mut ticks = Vec::new();
        let mut year_shown = None;
        let mut next = self
            .civil(range.start)
            .and_then(|civil| step.first(civil.date()));
        while let Some(date) = next {
            next = step.after(date);
            let Ok(civil) = date.to_zoned(self.tz().clone()) else {
                break;
            };
            let Some(instant) = instant_of(&civil) else {
                break;
            };
            if instant < range.start {
                continue;
            }
            if instant >= range.end || ticks.len() > limit {
                break;
            }
            let year = civil.year();
            let label = match step {
                Step::Months(months) if months >= 12 => "%Y",
                Step::Months(_) => "%Y-%m",
                Step::Nanoseconds(_) | Step::Days(_) => "%m-%d",
            };
            let tells_year = matches!(step, Step::Days(_)) && year_shown != Some(year);
            ticks.push(Tick {
                instant,
                label: civil.strftime(label).to_string(),
                context: tells_year.then(|| civil.strftime("%Y").to_string()),
            });
            year_shown = Some(year);
        }
        ticks
    }
}

fn instant_of(civil: &Zoned) -> Option<Timestamp> {
    let ns = i64::try_from(civil.timestamp().as_nanosecond()).ok()?;
    Some(Timestamp::from_ns(ns))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Less than a day; a divisor of it.
    Nanoseconds(i64),
    Days(i64),
    Months(i64),
}

impl Step {
    /// The smallest round step that is not below `ns`.
    fn at_least(ns: i64) -> Self {
        if let Some(step) = clock_step(ns) {
            return Self::Nanoseconds(step);
        }
        if let Some(days) = [1, 2, 5, 10].into_iter().find(|it| it * NS_PER_DAY >= ns) {
            return Self::Days(days);
        }
        let months = [1, 3, 6, 12, 24, 60, 120, 600];
        let fitting = months
            .into_iter()
            .find(|months| months * 30 * NS_PER_DAY >= ns);
        Self::Months(fitting.unwrap_or(1200))
    }

    /// The first day of the steps that is not before `date`. They are counted from 1970, or from the
    /// year 0: marks must not jump while panning.
    fn first(self, date: Date) -> Option<Date> {
        let up = |count: i64, step: i64| -(-count).div_euclid(step) * step;
        match self {
            Self::Nanoseconds(_) => None,
            Self::Days(step) => {
                let epoch = jiff::civil::date(1970, 1, 1);
                let days = i64::from(epoch.until(date).ok()?.get_days());
                epoch.checked_add(Span::new().days(up(days, step))).ok()
            }
            Self::Months(step) => {
                let months = i64::from(date.year()) * 12 + i64::from(date.month()) - 1;
                let first = up(months, step);
                Date::new(
                    i16::try_from(first.div_euclid(12)).ok()?,
                    i8::try_from(first.rem_euclid(12) + 1).ok()?,
                    1,
                )
                .ok()
            }
        }
    }

    fn after(self, date: Date) -> Option<Date> {
        let span = match self {
            Self::Nanoseconds(_) => return None,
            Self::Days(days) => Span::new().days(days),
            Self::Months(months) => Span::new().months(months),
        };
        date.checked_add(span).ok()
    }
}

/// The smallest round step below a day that is not below `ns`.
fn clock_step(ns: i64) -> Option<i64> {
    const SECONDS: [i64; 17] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    ];
    let mut unit = 1;
    while unit < NS_PER_SEC {
        for factor in [1, 2, 5] {
            if unit * factor >= ns {
                return Some(unit * factor);
            }
        }
        unit *= 10;
    }
    let secs = SECONDS.into_iter().find(|secs| secs * NS_PER_SEC >= ns)?;
    Some(secs * NS_PER_SEC)
}

/// The same where no calendar counts.
fn step_since(ns: i64) -> i64 {
    if let Some(step) = clock_step(ns) {
        return step;
    }
    let mut days = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = NS_PER_DAY.saturating_mul(days * factor);
            if step >= ns || step == i64::MAX {
                return step;
            }
        }
        days *= 10;
    }
}

/// Fractional digits of a second that `resolution_ns` needs.
pub(super) fn digits_of(resolution_ns: i64) -> usize {
    let mut digits = 0;
    let mut unit = NS_PER_SEC;
    while unit > resolution_ns && digits < 9 {
        digits += 1;
        unit /= 10;
    }
    digits
}
