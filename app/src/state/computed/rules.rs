//! Ready-made conditions on one signal, with numbers taken from what is loaded of it.

use crate::series::Prepared;
use crate::state::{AppState, SignalRef};

/// A kind of condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Above a value.
    Threshold,
    /// Changing fast.
    RateOfChange,
    /// Not changing for long.
    FlatLine,
    /// Far from its mean.
    ZScore,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Threshold,
        Self::RateOfChange,
        Self::FlatLine,
        Self::ZScore,
    ];

    /// What menus say.
    pub fn label(self) -> &'static str {
        match self {
            Self::Threshold => "Threshold",
            Self::RateOfChange => "Rate of change",
            Self::FlatLine => "Flat line",
            Self::ZScore => "Far from the mean (z-score)",
        }
    }

    /// The condition on a signal that is written `name`.
    fn text(self, name: &str, rough: Rough) -> String {
        let Rough {
            mean,
            deviation,
            rate,
        } = rough;
        match self {
            Self::Threshold => {
                format!("{name} > {}", near(mean + deviation, deviation))
            }
            Self::RateOfChange => format!("abs(rate({name})) > {}", near(rate, rate)),
            Self::FlatLine => format!("abs(diff({name})) == 0 for 10 s"),
            Self::ZScore => {
                let far = near(3.0 * deviation, deviation);
                match near(mean, deviation) {
                    mean if mean < 0.0 => format!("abs({name} + {}) > {far}", -mean),
                    mean => format!("abs({name} - {mean}) > {far}"),
                }
            }
        }
    }
}

/// Mean and standard deviation, and three times how fast the values usually change per second, as far
/// as a rule needs them.
#[derive(Clone, Copy, Debug)]
struct Rough {
    mean: f64,
    deviation: f64,
    rate: f64,
}

impl Rough {
    /// Of at most this many samples, evenly chosen: the user looks at the numbers anyway, and this runs
    /// while the window is drawn.
    const SAMPLES: usize = 4_096;

    fn of(series: &Prepared) -> Self {
        let step = series.values().len().div_ceil(Self::SAMPLES).max(1);
        let values = || {
            let chosen = series.values().iter().step_by(step).copied();
            chosen.filter(|value| value.is_finite())
        };
        let count = values().count().max(1) as f64;
        let mean = values().sum::<f64>() / count;
        let squares: f64 = values().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            deviation: (squares / count).sqrt(),
            rate: 3.0 * Self::usual_rate(series, step),
        }
    }

    /// The root of the mean square of changes per second, each from one sample to the next.
    fn usual_rate(series: &Prepared, step: usize) -> f64 {
        let samples = series.times().iter().zip(series.values());
        let next = samples.clone().skip(1);
        let rates = samples.zip(next).step_by(step);
        let rates = rates.filter_map(|((from, before), (to, after))| {
            let rate = (after - before) / (to.saturating_sub(*from) as f64 / 1e9);
            rate.is_finite().then_some(rate)
        });
        let (count, squares) = rates.fold((0_u32, 0.0), |(count, squares), rate| {
            (count + 1, squares + rate * rate)
        });
        (squares / f64::from(count.max(1))).sqrt()
    }
}

/// A number that the user will look at, as exact as three digits of the `scale` of what it is compared
/// with.
fn near(value: f64, scale: f64) -> f64 {
    if !value.is_finite() {
        return 0.0;
    }
    let scale = if scale > 0.0 { scale } else { value.abs() };
    // 15 digits are what a number holds.
    let digits = 2.0 + (value.abs() / scale).log10().floor().clamp(0.0, 13.0);
    let text = format!("{value:.*e}", digits as usize);
    text.parse().unwrap_or(value)
}

impl AppState {
    /// A ready-made condition on a signal; `None` while nothing of it is loaded.
    pub fn rule_text(&self, rule: Rule, signal: &SignalRef) -> Option<String> {
        let vehicle = self.expression_vehicle()?;
        let series = self.store.get(signal)?.series.as_ref()?;
        let name = self.name_in_expression(&vehicle, signal);
        Some(rule.text(&name, Rough::of(series)))
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::expr::Condition;

    use super::*;
    use crate::series::{GapPolicy, Series};

    #[test]
    fn every_rule_is_a_condition_that_parses() {
        let rough = Rough {
            mean: -12.3456,
            deviation: 0.123_456,
            rate: 7.891,
        };
        for rule in Rule::ALL {
            let text = rule.text("`a b`", rough);
            assert!(Condition::parse(&text).is_ok(), "{text}");
        }
        assert_eq!(Rule::ZScore.text("x", rough), "abs(x + 12.346) > 0.37");
        assert_eq!(Rule::RateOfChange.text("x", rough), "abs(rate(x)) > 7.89");
    }

    #[test]
    fn rules_find_the_few_samples_that_are_far_off() {
        // Air pressure in pascal: far from zero, with little movement and one step.
        let times: Vec<i64> = (0..1000).map(|i| i * 100_000_000).collect();
        let value = |i: usize| match i {
            500 => 101_900.0,
            _ => 101_325.0 + 30.0 * (i as f64 * 0.7).sin(),
        };
        let values: Vec<f64> = (0..1000).map(value).collect();
        let series = Series::new(times.into(), values.into()).unwrap();
        let rough = Rough::of(&Prepared::new(series, &GapPolicy::of(None, false, &[])));
        for rule in [Rule::Threshold, Rule::ZScore, Rule::RateOfChange] {
            let text = rule.text("x", rough);
            let limit: f64 = text.rsplit_once("> ").unwrap().1.parse().unwrap();
            let exceeds = |i: &usize| match rule {
                Rule::Threshold => value(*i) > limit,
                Rule::RateOfChange => (value(*i + 1) - value(*i)).abs() / 0.1 > limit,
                _ => (value(*i) - near(rough.mean, rough.deviation)).abs() > limit,
            };
            let n = (0..999).filter(exceeds).count();
            assert!((1..300).contains(&n), "{text}: {n}");
            if rule != Rule::Threshold {
                assert!(n <= 2, "{text}: {n}");
            }
        }
    }

    #[test]
    fn what_never_changes_has_rules_too() {
        let flat = Rough {
            mean: 5.0,
            deviation: 0.0,
            rate: 0.0,
        };
        assert_eq!(Rule::ZScore.text("x", flat), "abs(x - 5) > 0");
        assert_eq!(Rule::RateOfChange.text("x", flat), "abs(rate(x)) > 0");
    }
}
