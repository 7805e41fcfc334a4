//! What a height in a histogram means.

use crate::series::Distribution;
use crate::ui::plot::{value_text, value_ticks};

/// What a height means.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    most: f64,
    /// The weight at the bottom of a logarithmic axis.
    floor: Option<f64>,
}

impl Scale {
    /// Of what is drawn.
    pub(super) fn of(histograms: &[Distribution], is_log: bool) -> Self {
        let weights = histograms.iter().flat_map(|it| &it.weights);
        let positive = weights.copied().filter(|weight| *weight > 0.0);
        let most = positive.clone().fold(0.0, f64::max);
        let least = positive.fold(f64::INFINITY, f64::min);
        Self {
            most: if most > 0.0 { most } else { 1.0 },
            floor: (is_log && least.is_finite()).then_some(least / 2.0),
        }
    }

    /// The height of a weight, as a share.
    pub(super) fn share(self, weight: f64) -> f32 {
        let share = match self.floor {
            None => weight / self.most,
            Some(floor) if weight > floor => (weight / floor).ln() / (self.most / floor).ln(),
            Some(_) => 0.0,
        };
        // Room for the badge.
        share as f32 * 0.92
    }

    /// The marks of the axis, with their labels.
    pub(super) fn ticks(self, max_ticks: usize) -> Vec<(f64, String)> {
        match self.floor {
            None => value_ticks([0.0, self.most * 1.05], max_ticks, 0.0)
                .into_iter()
                .map(|tick| (tick.value, tick.label))
                .collect(),
            Some(floor) => {
                let (low, high) = (
                    floor.log10().ceil() as i32,
                    self.most.log10().floor() as i32,
                );
                let step = ((high - low) / max_ticks.max(1) as i32 + 1) as usize;
                (low..=high)
                    .step_by(step)
                    .map(|exponent| 10_f64.powi(exponent))
                    .map(|value| (value, value_text(value)))
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(weights: &[f64], is_log: bool) -> Scale {
        let histogram = Distribution {
            weights: weights.to_vec(),
            ..Distribution::default()
        };
        Scale::of(&[histogram], is_log)
    }

    #[test]
    fn one_sample_is_seen_beside_a_million_on_a_logarithmic_axis() {
        let linear = scale(&[1.0, 1e6, 0.0], false);
        let log = scale(&[1.0, 1e6, 0.0], true);
        assert!(linear.share(1.0) < 0.001 && log.share(1.0) > 0.03);
        for scale in [linear, log] {
            assert_eq!(scale.share(0.0), 0.0);
            assert!((scale.share(1e6) - 0.92).abs() < 1e-6);
            assert!(!scale.ticks(5).is_empty() && scale.ticks(5).len() <= 7);
        }
        assert_eq!(scale(&[0.0], true).share(0.0), 0.0);
    }
}
