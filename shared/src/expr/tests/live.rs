//! Sample by sample, and what can go wrong there.

use super::super::*;
use super::{NAN, SEC, program, same};

#[test]
fn values_are_held() {
    let mut evaluator = Evaluator::new(&program("a + b"));
    assert!(evaluator.step(0).is_nan());
    evaluator.set(0, 1.0);
    assert!(evaluator.step(1).is_nan());
    evaluator.set(1, 2.0);
    assert_eq!(evaluator.step(2), 3.0);
    assert_eq!(evaluator.step(3), 3.0);
    evaluator.set(0, 5.0);
    evaluator.set(0, 6.0);
    evaluator.set(7, 100.0); // no such input
    assert_eq!(evaluator.step(4), 8.0);
    evaluator.clear(1);
    assert!(evaluator.step(5).is_nan());
    evaluator.set(1, 1.0);
    assert_eq!(evaluator.step(6), 7.0);
}

#[test]
fn a_gap_shorter_than_a_step_still_cuts() {
    let text = "if(missing(previous(a)), -1, previous(a))";
    let run = |with_gap: bool| {
        let mut evaluator = Evaluator::new(&program(text));
        evaluator.set(0, 1.0);
        evaluator.step(0);
        if with_gap {
            evaluator.clear(0);
        }
        evaluator.set(0, 2.0);
        evaluator.set(0, 3.0);
        evaluator.step(1)
    };
    assert_eq!(run(false), 1.0);
    assert_eq!(run(true), -1.0);
}

#[test]
fn late_steps_are_taken_to_be_now() {
    let mut evaluator = Evaluator::new(&program("integral(a)"));
    let mut values = Vec::new();
    for (time, value) in [(0, 1.0), (2 * SEC, 1.0), (2 * SEC - 5, 3.0), (3 * SEC, 3.0)] {
        evaluator.set(0, value);
        values.push(evaluator.step(time));
    }
    assert_eq!(values, [0.0, 2.0, 2.0, 5.0]);
}

#[test]
fn far_back_begins_anew() {
    let mut evaluator = Evaluator::new(&program("integral(a) + 0 * b"));
    let mut fresh = evaluator.clone();
    for time in [0, SEC, 10 * SEC] {
        evaluator.set(0, 5.0);
        evaluator.set(1, 5.0);
        evaluator.step(time);
    }
    // `b` is of a time that has not come yet.
    evaluator.set(0, 1.0);
    assert!(evaluator.step(0).is_nan());
    fresh.set(0, 1.0);
    assert!(fresh.step(0).is_nan());
    for evaluator in [&mut evaluator, &mut fresh] {
        evaluator.set(1, 0.0);
        assert_eq!(evaluator.step(SEC), 0.0);
        evaluator.set(0, 3.0);
        assert_eq!(evaluator.step(2 * SEC), 4.0);
    }
}

#[test]
fn any_times_are_survived() {
    let text = "rate(a) + integral(a) + lowpass(a, 1 s) + moving_average(a, 1 h) + changed(a)";
    let mut evaluator = Evaluator::new(&program(text));
    for time in [
        i64::MIN,
        i64::MAX,
        0,
        -1,
        1,
        i64::MAX,
        i64::MIN,
        i64::MIN + 1,
    ] {
        for value in [1.0, NAN, f64::INFINITY, f64::MIN] {
            evaluator.set(0, value);
            evaluator.step(time);
        }
    }
    evaluator.reset();
    evaluator.set(0, 2.0);
    assert!(evaluator.step(0).is_nan());
    evaluator.set(0, 2.0);
    // no rate, an integral of 2, both means 2, no change
    assert_eq!(evaluator.step(SEC), 6.0);
}

#[test]
fn lines_are_missing() {
    let mut evaluator = Evaluator::new(&program("if(missing(linear(a)), a, -1)"));
    evaluator.set(0, 5.0);
    assert_eq!(evaluator.step(0), 5.0);
}

/// What `edge` does: a rule, its samples, and when it fires.
#[test]
fn an_alert() {
    let condition = Condition::parse("a > 100 and Gear == 'D' for 200 ms").unwrap();
    let program = condition.expr.bind_live(&super::Names).unwrap();
    let mut evaluator = Evaluator::new(&program);
    let mut finder = EventFinder::new(condition.at_least_ns());
    let ms = 1_000_000;
    evaluator.set(1, 3.0);
    let mut log = Vec::new();
    for (time_ms, speed) in [
        (0, 90.0),
        (100, 110.0),
        (250, 120.0),
        (320, 130.0),
        (400, 80.0),
    ] {
        evaluator.set(0, speed);
        let time = time_ms * ms;
        let ended = finder.push(time, evaluator.step(time));
        log.push((finder.ongoing(time).is_some(), ended));
    }
    let event = Event {
        start: 100 * ms,
        end: 400 * ms,
    };
    assert_eq!(
        log,
        [
            (false, None),
            (false, None),
            (false, None),
            (true, None),
            (false, Some(event))
        ]
    );
}

#[test]
fn a_missing_sample_is_no_gap() {
    let text = "if(missing(a), 7, previous(if(missing(a), 7, a)))";
    let run = |evaluator: &mut Evaluator, values: &[f64]| -> Vec<f64> {
        let steps = (0..).zip(values);
        let step = |(time, value): (i64, &f64)| {
            evaluator.set(0, *value);
            evaluator.step(time)
        };
        steps.map(step).collect()
    };
    let mut evaluator = Evaluator::new(&program(text));
    let values = run(&mut evaluator, &[1.0, 2.0, NAN, 4.0]);
    assert!(same(&values, &[NAN, 1.0, 7.0, 7.0]), "{values:?}");
}
