//! Times at which nothing is known, and the union of time stamps.

use proptest::prelude::*;

use super::super::*;
use super::strategy::any_samples;
use super::{NAN, computed, never, program, same};

fn input<'a>(times: &'a [i64], values: &'a [f64], gap_starts: &'a [usize]) -> Input<'a> {
    Input {
        times,
        values,
        gap_starts,
        last_valid_until: i64::MAX,
    }
}

fn check(computed: &Computed, times: &[i64], values: &[f64], gap_starts: &[usize]) {
    assert_eq!(computed.times, times);
    assert!(same(&computed.values, values), "{:?}", computed.values);
    assert_eq!(computed.gap_starts, gap_starts);
}

#[test]
fn a_signal_is_held_until_its_gap() {
    let a = input(&[0, 10, 50], &[1.0, 2.0, 3.0], &[2]);
    let b = input(&[5, 10, 11, 40, 50, 60], &[10.0; 6], &[]);
    let sum = computed("a + b", &[a, b]);
    check(
        &sum,
        &[5, 10, 11, 40, 50, 60],
        &[11.0, 12.0, NAN, NAN, 13.0, 13.0],
        &[],
    );
}

#[test]
fn gaps_without_a_step_are_listed() {
    let a = input(&[0, 10, 50], &[1.0, 2.0, 3.0], &[2]);
    check(
        &computed("a * 2", &[a]),
        &[0, 10, 50],
        &[2.0, 4.0, 6.0],
        &[2],
    );
    // The leading sample that is left out moves them.
    check(&computed("diff(a)", &[a]), &[10, 50], &[1.0, NAN], &[1]);
    let b = input(&[0, 10, 50], &[1.0, 2.0, 3.0], &[0, 1, 2, 3]);
    let both = computed("a + b", &[a, b]);
    check(&both, &[0, 10, 50], &[2.0, 4.0, 6.0], &[1, 2]);
}

#[test]
fn the_last_sample_is_held_as_long_as_it_is_valid() {
    let b = Input::held(&[0, 5, 6, 7], &[0.0; 4]);
    for (until, expected) in [
        (i64::MIN, [1.0, 2.0, NAN, NAN]),
        (6, [1.0, 2.0, 2.0, NAN]),
        (i64::MAX, [1.0, 2.0, 2.0, 2.0]),
    ] {
        let a = Input {
            last_valid_until: until,
            ..Input::held(&[0, 5], &[1.0, 2.0])
        };
        check(&computed("a + b", &[a, b]), b.times, &expected, &[]);
    }
}

#[test]
fn leading_steps_without_a_value_are_left_out() {
    let a = Input::held(&[0, 1, 2], &[1.0, NAN, 3.0]);
    let b = Input::held(&[1], &[10.0]);
    check(&computed("a + b", &[a, b]), &[2], &[13.0], &[]);
    check(&computed("a / 0 - a / 0", &[a]), &[], &[], &[]);
    check(&computed("a", &[Input::held(&[], &[])]), &[], &[], &[]);
    check(&computed("1 + 1", &[]), &[], &[], &[]);
}

#[test]
fn repeated_stamps_are_steps_of_their_own() {
    let a = Input::held(&[1, 1, 2, 2, 2], &[1.0, 2.0, 3.0, 4.0, 5.0]);
    let b = Input::held(&[1, 2, 2], &[10.0, 20.0, 30.0]);
    let expected = [11.0, 12.0, 23.0, 34.0, 35.0];
    check(&computed("a + b", &[a, b]), a.times, &expected, &[]);
}

#[test]
fn lines_join_samples_but_not_over_gaps() {
    let a = input(&[0, 10, 20, 40], &[0.0, 5.0, NAN, 3.0], &[]);
    let times = [0, 4, 10, 12, 20, 30, 40, 41];
    let b = Input::held(&times, &[0.0; 8]);
    let expected = [0.0, 2.0, 5.0, NAN, NAN, NAN, 3.0, NAN];
    check(&computed("linear(a) + b", &[a, b]), &times, &expected, &[]);
    let a = input(&[0, 10, 20], &[0.0, 5.0, 0.0], &[2]);
    let b = Input::held(&[0, 5, 10, 15, 20], &[0.0; 5]);
    let expected = [0.0, 2.5, 5.0, NAN, 0.0];
    check(&computed("linear(a) + b", &[a, b]), b.times, &expected, &[]);
}

#[test]
fn all_signals_can_be_joined_by_lines() {
    let a = Input::held(&[0, 5, 10], &[0.0, 5.0, 10.0]);
    let gear = Input::held(&[0, 10], &[1.0, 5.0]);
    let run = |text, interpolation| {
        evaluate(&program(text), &[a, gear], interpolation, &never)
            .unwrap()
            .values
    };
    let text = "a + Gear";
    assert_eq!(run(text, Interpolation::Hold), [1.0, 6.0, 15.0]);
    assert_eq!(run(text, Interpolation::Linear), [1.0, 8.0, 15.0]);
    // What has names has nothing between them: 3 is D, but is not passed on the way.
    let text = "if(a > 3, Gear == \"D\", 7)";
    assert_eq!(run(text, Interpolation::Linear), [7.0, 0.0, 0.0]);
    // On a line every step is a sample.
    let text = "0 * a + diff(Gear)";
    assert_eq!(run(text, Interpolation::Hold), [4.0]);
    assert_eq!(run(text, Interpolation::Linear), [2.0, 2.0]);
}

#[test]
fn inputs_are_checked() {
    let program = program("a + b");
    let good = Input::held(&[0, 1], &[1.0, 2.0]);
    let run =
        |inputs: &[Input<'_>]| evaluate(&program, inputs, Interpolation::Hold, &never).unwrap_err();
    for (inputs, message) in [
        (
            vec![good],
            "the expression reads 2 signals, but the samples of 1 were given",
        ),
        (
            vec![good, Input::held(&[0, 1], &[1.0])],
            "input 1 has 2 times, but 1 values",
        ),
        (
            vec![Input::held(&[1, 0], &[1.0, 2.0]), good],
            "the times or gaps of input 0 are not ascending; sort its samples by time",
        ),
        (
            vec![good, input(&[0, 1], &[1.0, 2.0], &[1, 0])],
            "the times or gaps of input 1 are not ascending; sort its samples by time",
        ),
    ] {
        assert_eq!(run(&inputs).to_string(), message);
    }
}

#[test]
fn an_evaluation_can_be_stopped() {
    let times: Vec<i64> = (0..100_000).collect();
    let values = vec![1.0; times.len()];
    let asked = std::cell::Cell::new(0);
    let should_stop = || {
        asked.set(asked.get() + 1);
        asked.get() == 3
    };
    let inputs = [Input::held(&times, &values)];
    let result = evaluate(
        &program("a + 1"),
        &inputs,
        Interpolation::Hold,
        &should_stop,
    );
    assert_eq!(result, Err(EvaluateError::Stopped));
    assert_eq!(asked.get(), 3);
}

/// Blocks of steps must not show: the same long series, alone and among others.
#[test]
fn block_boundaries_do_not_show() {
    let n = 5000_u32;
    let a_times: Vec<i64> = (0..n).map(|i| i64::from(i) * 3).collect();
    let b_times: Vec<i64> = (0..n)
        .map(|i| i64::from(i) * 3 + i64::from(i % 2))
        .collect();
    let values: Vec<f64> = (0..n).map(|i| f64::from(i * 7 % 11)).collect();
    let gap_starts: Vec<usize> = (1..10).map(|i| i * 512).collect();
    let a = input(&a_times, &values, &gap_starts);
    let b = Input::held(&b_times, &values);
    let result = computed(
        "if(missing(b), 0, 0) + diff(a) + moving_average(a, 30 ns)",
        &[b, a],
    );
    let program = program("diff(a) + moving_average(a, 30 ns)");
    let mut evaluator = Evaluator::new(&program);
    for (i, (time, value)) in a_times.iter().zip(&values).enumerate() {
        if gap_starts.contains(&i) {
            evaluator.clear(0);
        }
        evaluator.set(0, *value);
        let expected = evaluator.step(*time);
        let found = result.times.binary_search(time).map(|at| result.values[at]);
        assert!(i == 0 || same(&[found.unwrap()], &[expected]), "{i}");
    }
}

proptest! {
    /// The union has every stamp as often as the input that has it most often.
    #[test]
    fn steps_are_the_union_of_stamps(a in any_samples(), b in any_samples()) {
        let result = computed("if(missing(a), 1, 1) + 0 * missing(b)", &[a.input(), b.input()]);
        let count = |times: &[i64], time| times.iter().filter(|t| **t == time).count();
        prop_assert!(result.times.is_sorted());
        for time in a.times.iter().chain(&b.times) {
            let expected = count(&a.times, *time).max(count(&b.times, *time));
            prop_assert_eq!(count(&result.times, *time), expected);
        }
        prop_assert!(result.times.len() <= a.times.len() + b.times.len());
    }

    #[test]
    fn lines_are_lines(a in any_samples(), b in any_samples()) {
        let result = computed("if(missing(b), linear(a), linear(a))", &[b.input(), a.input()]);
        for (time, value) in result.times.iter().zip(&result.values) {
            let after = a.times.partition_point(|t| t <= time);
            let before = a.times.partition_point(|t| t < time);
            if before != after {
                let candidates = &a.values[before..after];
                prop_assert!(candidates.iter().any(|v| same(&[*v], &[*value])));
                continue;
            }
            let is_between = before > 0 && before < a.times.len() && !a.gap_starts.contains(&before);
            let expected = if is_between {
                let (x0, x1) = (a.times[before - 1], a.times[before]);
                let (y0, y1) = (a.values[before - 1], a.values[before]);
                let right = (time - x0) as f64 / (x1 - x0) as f64;
                y0 * (1.0 - right) + y1 * right
            } else {
                NAN
            };
            let is_same = (value - expected).abs() < 1e-9 || (value.is_nan() && expected.is_nan());
            prop_assert!(is_same, "{time}: {value} {expected}");
        }
    }
}
