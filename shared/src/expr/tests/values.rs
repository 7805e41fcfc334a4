//! Values at one time.

use super::super::*;
use super::{NAN, program, same};

/// The value with these inputs, in order of first use.
fn value(text: &str, inputs: &[f64]) -> f64 {
    let program = program(text);
    assert_eq!(program.inputs().len(), inputs.len(), "{text}");
    let mut evaluator = Evaluator::new(&program);
    for (input, value) in inputs.iter().enumerate() {
        evaluator.set(input, *value);
    }
    evaluator.step(0)
}

#[test]
fn arithmetic() {
    for (text, expected) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("24 / 4 / 3", 2.0),
        ("-7 % 4", -3.0),
        ("7.5 % 2", 1.5),
        ("2 ^ 3 ^ 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("(-2) ^ 2", 4.0),
        ("2 ^ -1", 0.5),
        ("9 ^ 0.5", 3.0),
        ("1 / 0", f64::INFINITY),
        ("0 / 0", NAN),
        ("0x1F + .5", 31.5),
        ("5 min + 1", 301.0),
        ("200 ms", 0.2),
        ("1 < 2", 1.0),
        ("2 <= 1", 0.0),
        ("2 > 1", 1.0),
        ("1 >= 2", 0.0),
        ("1 == 1", 1.0),
        ("1 != 1", 0.0),
        ("1 + 1 == 2 and 3 > 2 or 0", 1.0),
        ("not 1 == 2", 1.0),
        ("1 or 0 and 0", 1.0),
    ] {
        assert!(same(&[value(text, &[])], &[expected]), "{text}");
    }
}

#[test]
fn functions() {
    for (text, expected) in [
        ("abs(-3)", 3.0),
        ("sign(-3)", -1.0),
        ("sign(0)", 0.0),
        ("sign(0.1)", 1.0),
        ("min(3, 1, 2)", 1.0),
        ("max(3, 1, 4, 2)", 4.0),
        ("clamp(5, 0, 3)", 3.0),
        ("clamp(-5, 0, 3)", 0.0),
        ("clamp(1, 3, 0)", 0.0),
        ("floor(-1.5)", -2.0),
        ("ceil(-1.5)", -1.0),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -3.0),
        ("sqrt(9)", 3.0),
        ("sqrt(-1)", NAN),
        ("exp(0)", 1.0),
        ("ln(exp(1))", 1.0),
        ("sin(0) + cos(0) + tan(0)", 1.0),
        ("if(2, 10, 20)", 10.0),
        ("if(0, 10, 20)", 20.0),
        ("between(5, 1, 5)", 1.0),
        ("between(0, 1, 5)", 0.0),
        ("missing(0)", 0.0),
        ("isnan(0 / 0)", 1.0),
    ] {
        assert!(same(&[value(text, &[])], &[expected]), "{text}");
    }
    assert!((value("sin(3.141592653589793 / 6)", &[]) - 0.5).abs() < 1e-15);
}

#[test]
fn missing_values_stay_missing() {
    for text in [
        "a + 1",
        "-a",
        "not a",
        "a < 1",
        "a == a",
        "a != a",
        "a ^ 0",
        "1 ^ a",
        "min(a, 1)",
        "max(1, a)",
        "min(1, a, 2)",
        "clamp(a, 0, 1)",
        "clamp(0.5, a, 1)",
        "clamp(0.5, 0, a)",
        "if(a, 1, 1)",
        "abs(a)",
        "sign(a)",
        "round(a)",
        "between(a, 0, 1)",
        "between(3, 0, a)",
        "Gear == \"D\"",
        "diff(a)",
        "rate(a)",
        "integral(a)",
        "previous(a)",
        "changed(a)",
        "lowpass(a, 1 s)",
        "moving_average(a, 1 s)",
    ] {
        assert!(value(text, &[NAN]).is_nan(), "{text}");
    }
    assert_eq!(value("missing(a)", &[NAN]), 1.0);
    assert_eq!(value("if(1, 5, a)", &[NAN]), 5.0);
    // Whatever the limit that is not known is, the other one is passed.
    assert_eq!(value("between(3, 5, a)", &[NAN]), 0.0);
}

/// Kleene's logic: the columns are false, unknown, true.
#[test]
fn logic_is_three_valued() {
    let values = [0.0, NAN, 2.0];
    let table = |text: &str| -> Vec<f64> {
        let pairs = values
            .iter()
            .flat_map(|a| values.iter().map(move |b| [*a, *b]));
        pairs.map(|pair| value(text, &pair)).collect()
    };
    let and = [0.0, 0.0, 0.0, 0.0, NAN, NAN, 0.0, NAN, 1.0];
    let or = [0.0, NAN, 1.0, NAN, NAN, 1.0, 1.0, 1.0, 1.0];
    assert!(same(&table("a and b"), &and));
    assert!(same(&table("a or b"), &or));
    assert!(same(&table("not (not a or not b)"), &and));
    assert!(same(&table("not (not a and not b)"), &or));
    let not: Vec<f64> = values.iter().map(|a| value("not a", &[*a])).collect();
    assert!(same(&not, &[1.0, NAN, 0.0]));
}

#[test]
fn texts_are_values_of_their_signal() {
    for (text, gear, expected) in [
        ("Gear == \"D\"", 3.0, 1.0),
        ("Gear == \"D\"", 0.0, 0.0),
        ("'P' == Gear", 0.0, 1.0),
        ("`x.Gear` != 'P'", 3.0, 1.0),
    ] {
        assert_eq!(value(text, &[gear]), expected, "{text} of {gear}");
    }
}

#[test]
fn inputs_are_numbered_by_first_use() {
    let program = program("b + x.b * a + linear(c) + `a`");
    let names: Vec<_> = program.inputs().iter().map(|input| &*input.name).collect();
    assert_eq!(names, ["b", "a", "c"]);
    assert_eq!(program.inputs()[0].signal, "b");
}
