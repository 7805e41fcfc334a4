//! Functions over time against what they are in closed form.

use proptest::prelude::*;

use super::super::*;
use super::strategy::{Samples, any_samples};
use super::{NAN, SEC, computed, same};

/// At whole seconds from 0.
fn values(text: &str, samples: &[f64]) -> Vec<f64> {
    let times: Vec<i64> = (0..).map(|secs| secs * SEC).take(samples.len()).collect();
    let computed = computed(text, &[Input::held(&times, samples)]);
    let mut values = vec![NAN; samples.len() - computed.values.len()];
    values.extend(computed.values);
    values
}

#[test]
fn from_sample_to_sample() {
    let samples = [1.0, 4.0, 4.0, NAN, 2.0, 0.0, -6.0];
    for (text, expected) in [
        ("previous(a)", [NAN, 1.0, 4.0, NAN, NAN, 2.0, 0.0]),
        ("diff(a)", [NAN, 3.0, 0.0, NAN, NAN, -2.0, -6.0]),
        ("rate(a)", [NAN, 3.0, 0.0, NAN, NAN, -2.0, -6.0]),
        ("changed(a)", [NAN, 1.0, 0.0, NAN, NAN, 1.0, 1.0]),
        ("integral(a)", [0.0, 2.5, 6.5, NAN, 6.5, 7.5, 4.5]),
        ("integral(1 + 0 * a)", [0.0, 1.0, 2.0, NAN, 2.0, 3.0, 4.0]),
        // One second back, not included, is the sample itself.
        ("moving_average(a, 1 s)", samples),
        (
            "moving_average(a, 2 s)",
            [1.0, 2.5, 4.0, 4.0, 2.0, 1.0, -3.0],
        ),
        (
            "moving_average(a, 2001 ms)",
            [1.0, 2.5, 3.0, 4.0, 3.0, 1.0, -4.0 / 3.0],
        ),
    ] {
        assert!(same(&values(text, &samples), &expected), "{text}");
    }
}

#[test]
fn rates_divide_by_the_time_between_samples() {
    let times = [0, SEC / 2, SEC / 2, 2 * SEC];
    let of = |text: &str| computed(text, &[Input::held(&times, &[1.0, 2.0, 3.0, 0.0])]).values;
    // Of two samples of one time the later one counts.
    assert!(same(&of("rate(a)"), &[2.0, 4.0, -2.0]));
    assert!(same(&of("diff(a)"), &[1.0, 1.0, -3.0]));
}

#[test]
fn time_itself_can_be_summed() {
    let times = [5 * SEC, 7 * SEC, 8 * SEC];
    let input = Input::held(&times, &[9.0, NAN, 9.0]);
    let computed = computed("if(missing(a), integral(1), integral(1))", &[input]);
    assert_eq!(computed.values, [0.0, 2.0, 3.0]);
}

#[test]
fn other_signals_add_steps_but_no_samples() {
    let (slow, fast) = ([0, 10 * SEC], [4 * SEC, 5 * SEC, 6 * SEC]);
    let inputs = [
        Input::held(&slow, &[1.0, 3.0]),
        Input::held(&fast, &[0.0; 3]),
    ];
    for (text, expected) in [
        ("diff(a) + 0 * b", vec![2.0]),
        ("rate(a) + 0 * b", vec![0.2]),
        ("previous(a) + 0 * b", vec![1.0]),
        ("integral(a) + 0 * b", vec![0.0, 0.0, 0.0, 20.0]),
        // Nothing came in for a second, but the value still holds.
        ("moving_average(a, 1 s) + 0 * b", vec![1.0, 1.0, 1.0, 3.0]),
        ("changed(a) + 0 * b", vec![0.0, 0.0, 0.0, 1.0]),
    ] {
        assert_eq!(computed(text, &inputs).values, expected, "{text}");
    }
}

#[test]
fn a_filter_answers_a_step_exponentially() {
    let times: Vec<i64> = [-1000, 0, 3, 10, 11, 500, 700, 701, 5000]
        .map(|ms| ms * SEC / 1000)
        .to_vec();
    let mut samples = vec![5.0; times.len()];
    samples[0] = 1.0;
    for (text, tau_secs) in [
        ("lowpass(a, 250 ms)", 0.25),
        ("lowpass(a, 0.5 Hz)", 1.0 / std::f64::consts::PI),
    ] {
        let computed = computed(text, &[Input::held(&times, &samples)]);
        for (time, value) in times.iter().zip(&computed.values).skip(1) {
            let expected = 5.0 - 4.0 * (-(*time as f64) / 1e9 / tau_secs).exp();
            assert!(
                (value - expected).abs() < 1e-12,
                "{text} at {time}: {value}"
            );
        }
    }
}

#[test]
fn a_filter_forgets_over_a_missing_stretch_what_it_would_have_forgotten() {
    let times = [0, SEC, 2 * SEC, 4 * SEC];
    let computed = computed(
        "lowpass(a, 1 s)",
        &[Input::held(&times, &[1.0, NAN, 5.0, 5.0])],
    );
    let expected = |secs: f64| 5.0 - 4.0 * (-secs).exp();
    assert_eq!(computed.values[0], 1.0);
    assert!(computed.values[1].is_nan());
    assert!((computed.values[2] - expected(2.0)).abs() < 1e-12);
    assert!((computed.values[3] - expected(4.0)).abs() < 1e-12);
}

/// Nothing that comes in once may stay for ever.
#[test]
fn infinite_samples_pass() {
    let huge = f64::MAX;
    let samples = [
        1.0,
        f64::INFINITY,
        3.0,
        3.0,
        -huge,
        huge,
        huge,
        3.0,
        3.0,
        3.0,
    ];
    for text in [
        "integral(a)",
        "lowpass(a, 1 ms)",
        "moving_average(a, 2 s)",
        "rate(a)",
        "diff(a)",
    ] {
        let values = values(text, &samples);
        assert!(values.last().unwrap().is_finite(), "{text}: {values:?}");
    }
    assert_eq!(values("lowpass(a, 1 ms)", &samples)[9], 3.0);
    assert_eq!(values("moving_average(a, 2 s)", &samples)[3], 3.0);
}

#[test]
fn an_integral_of_months_is_exact() {
    let program = super::program("integral(a)");
    let mut evaluator = Evaluator::new(&program);
    let mut value = 0.0;
    for ms in 0..1_000_001 {
        evaluator.set(0, 0.1);
        value = evaluator.step(ms * 1_000_000);
    }
    // Naive summing is 1e-9 off here.
    assert!((value - 100.0).abs() < 1e-12, "{value}");
}

#[test]
fn an_integral_of_a_polynomial() {
    let n = 10_000;
    let times: Vec<i64> = (0..=n).map(|i| i * SEC / 1000).collect();
    let secs = |time: &i64| *time as f64 / 1e9;
    let squares: Vec<f64> = times.iter().map(|t| secs(t).powi(2)).collect();
    let computed = computed("integral(a)", &[Input::held(&times, &squares)]);
    for (time, value) in times.iter().zip(&computed.values) {
        let exact = secs(time).powi(3) / 3.0;
        // What trapezoids are off by: h² / 12 times the difference of the slopes.
        let off = 1e-6 / 12.0 * 2.0 * secs(time);
        assert!((value - exact - off).abs() < 1e-9, "{time}");
    }
}

/// The held input of a filter up to a time, as pieces (from, to, value) in seconds; a missing stretch
/// has the value that comes after it.
fn pieces(samples: &Samples, until: i64) -> Vec<(f64, f64, f64)> {
    let known: Vec<usize> = (0..samples.times.len())
        .filter(|i| !samples.values[*i].is_nan() && samples.times[*i] <= until)
        .collect();
    let secs = |time: i64| time as f64 / 1e9;
    let mut pieces = Vec::new();
    for (n, i) in known.iter().enumerate() {
        let end = known.get(n + 1).map_or(until, |next| samples.times[*next]);
        let is_cut = known
            .get(n + 1)
            .is_some_and(|next| *next > i + 1 || samples.gap_starts.contains(next));
        let value = match known.get(n + 1) {
            Some(next) if is_cut => samples.values[*next],
            _ => samples.values[*i],
        };
        pieces.push((secs(samples.times[*i]), secs(end), value));
    }
    pieces
}

proptest! {
    #[test]
    fn a_filter_is_a_convolution(a in any_samples(), b in any_samples()) {
        let tau_secs = 2.0;
        let text = "if(missing(b), lowpass(a, 2 s), lowpass(a, 2 s))";
        let computed = computed(text, &[b.input(), a.input()]);
        for (time, value) in computed.times.iter().zip(&computed.values) {
            if value.is_nan() || a.times.iter().filter(|t| *t == time).count() > 1 {
                continue;
            }
            let now = *time as f64 / 1e9;
            let decay = |since: f64| (-(now - since) / tau_secs).exp();
            let pieces = pieces(&a, *time);
            let (first_secs, ..) = pieces[0];
            let first = a.values.iter().find(|v| !v.is_nan()).unwrap();
            let mut expected = first * decay(first_secs);
            for (from, to, input) in pieces {
                expected += input * (decay(to) - decay(from));
            }
            prop_assert!((value - expected).abs() < 1e-9, "at {now}: {value} {expected}");
        }
    }

    #[test]
    fn other_signals_make_no_difference(a in any_samples(), b in any_samples()) {
        for function in [
            "previous(a)", "diff(a)", "rate(a)", "integral(a)", "moving_average(a, 3 s)",
            "lowpass(a, 2 s)", "changed(a)", "rate(diff(a))", "integral(lowpass(a, 2 s))",
        ] {
            let alone = computed(function, &[a.input()]);
            let text = format!("if(missing(b), {function}, {function})");
            let together = computed(&text, &[b.input(), a.input()]);
            let distinct = |times: &[i64], time: i64| times.iter().filter(|t| **t == time).count() == 1;
            for (time, value) in alone.times.iter().zip(&alone.values) {
                if !distinct(&a.times, *time) || !distinct(&together.times, *time) {
                    continue;
                }
                let at = together.times.binary_search(time).unwrap();
                let other = together.values[at];
                let is_same = (value - other).abs() < 1e-9 || (value.is_nan() && other.is_nan());
                prop_assert!(is_same, "{function} at {time}: {value} {other}");
            }
        }
    }
}
