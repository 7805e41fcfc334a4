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
    fn text(self, name: &str, Rough { mean, deviation }: Rough) -> String {
        match self {
            Self::Threshold => format!("{name} > {}", rounded(mean + deviation)),
            Self::RateOfChange => {
                format!("abs(rate({name})) > {}", rounded(deviation.max(1e-9)))
            }
            Self::FlatLine => format!("abs(diff({name})) == 0 for 10 s"),
            Self::ZScore => {
                let far = rounded(3.0 * deviation);
                match rounded(mean) {
                    mean if mean < 0.0 => format!("abs({name} + {}) > {far}", -mean),
                    mean => format!("abs({name} - {mean}) > {far}"),
                }
            }
        }
    }
}

/// Mean and standard deviation as far as a rule needs them.
#[derive(Clone, Copy, Debug)]
struct Rough {
    mean: f64,
    deviation: f64,
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
        }
    }
}

/// Three digits are enough for a number that the user will look at.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let text = format!("{value:.2e}");
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

    #[test]
    fn every_rule_is_a_condition_that_parses() {
        let rough = Rough {
            mean: -12.3456,
            deviation: 0.000_123_456,
        };
        for rule in Rule::ALL {
            let text = rule.text("`a b`", rough);
            assert!(Condition::parse(&text).is_ok(), "{text}");
        }
        assert_eq!(Rule::ZScore.text("x", rough), "abs(x + 12.3) > 0.00037");
    }
}
