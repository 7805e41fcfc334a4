//! Round tick marks for values, and how a value is written.

/// A mark on a value axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ValueTick {
    /// Where.
    pub value: f64,
    /// As many digits as the step between marks needs.
    pub label: String,
}

/// At most `max_ticks + 1` marks at multiples of 1, 2 or 5 times a power of ten inside `range`.
/// The step is at least `min_step`.
pub(crate) fn ticks(range: [f64; 2], max_ticks: usize, min_step: f64) -> Vec<ValueTick> {
    let span = range[1] - range[0];
    if !span.is_finite() || span <= 0.0 || max_ticks == 0 {
        return Vec::new();
    }
    let rough = span / max_ticks as f64;
    let magnitude = 10_f64.powf(rough.log10().floor());
    let Some(factor) = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * magnitude >= rough * 0.999_999)
    else {
        return Vec::new();
    };
    let step = (factor * magnitude).max(min_step);
    let first = (range[0] / step).ceil();
    let last = (range[1] / step).floor();
    // Far from zero the step may vanish in the precision of the values; then there is no axis to draw.
    if !(step > 0.0 && first + 1.0 > first && last - first <= 2.0 * max_ticks as f64 + 2.0) {
        return Vec::new();
    }
    let count = (last - first) as usize + 1;
    (0..count)
        .map(|idx| {
            // + 0.0 turns −0 into 0.
            let value = (first + idx as f64) * step + 0.0;
            ValueTick {
                value,
                label: tick_label(value, step, range),
            }
        })
        .collect()
}

fn tick_label(value: f64, step: f64, range: [f64; 2]) -> String {
    let largest = range[0].abs().max(range[1].abs());
    let digits = (-step.log10().floor()).max(0.0) as usize;
    if largest >= 1e7 || digits > 6 {
        let significant = (largest / step).log10().floor().clamp(0.0, 12.0) as usize;
        return minus_sign(&format!("{value:.significant$e}"));
    }
    minus_sign(&format!("{value:.digits$}"))
}

/// A value for tooltips and tables: up to six significant digits after what is needed to be exact
/// for integers, no trailing zeros.
pub fn value_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs();
    if value == value.trunc() && magnitude < 1e15 {
        return minus_sign(&format!("{value:.0}"));
    }
    if !(1e-4..1e9).contains(&magnitude) {
        return minus_sign(&format!("{value:.5e}"));
    }
    let digits = (6 - magnitude.log10().floor() as i32).clamp(3, 10) as usize;
    let text = format!("{value:.digits$}");
    minus_sign(text.trim_end_matches('0').trim_end_matches('.'))
}

fn minus_sign(text: &str) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(range: [f64; 2], max_ticks: usize) -> Vec<String> {
        ticks(range, max_ticks, 0.0)
            .into_iter()
            .map(|tick| tick.label)
            .collect()
    }

    #[test]
    fn round_steps() {
        assert_eq!(labels([0.0, 10.0], 5), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels([-0.3, 0.31], 4), ["−0.2", "0.0", "0.2"]);
        assert_eq!(
            labels([3.071, 3.079], 4),
            ["3.072", "3.074", "3.076", "3.078"]
        );
        assert_eq!(labels([0.0, 3e9], 3), ["0e0", "1e9", "2e9", "3e9"]);
    }

    #[test]
    fn strange_ranges_give_no_marks() {
        for range in [
            [1.0, 1.0],
            [2.0, 1.0],
            [f64::NAN, 1.0],
            [0.0, f64::INFINITY],
            [1e300, 1.000_000_000_000_000_2e300],
        ] {
            assert!(ticks(range, 5, 0.0).len() <= 12, "{range:?}");
        }
        assert!(ticks([f64::NEG_INFINITY, 1.0], 5, 0.0).is_empty());
    }

    #[test]
    fn values_are_short_but_not_wrong() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (12_345.0, "12345"),
            (3.070_000_000_000_000_3, "3.07"),
            (-0.125, "−0.125"),
            (1.0 / 3.0, "0.3333333"),
            (1.5e-9, "1.50000e−9"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(value_text(value), text);
        }
    }
}
