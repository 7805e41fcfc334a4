//! Tests of several parts together.

mod events;
mod gaps;
mod hostile;
mod live;
mod over_time;
mod print;
mod reference;
mod refusals;
mod strategy;
mod values;

use super::*;

/// Knows `a`, `b`, `c` and `Gear`, by these names and with `x.` before them.
struct Names;

impl Resolve for Names {
    type Signal = String;

    fn signal(&self, name: &str) -> Result<String, NameError> {
        match name.strip_prefix("x.").unwrap_or(name) {
            name @ ("a" | "b" | "c" | "Gear") => Ok(name.to_owned()),
            "gear" => Err(NameError::Unknown {
                suggestions: vec!["Gear".to_owned()],
            }),
            "two" => Err(NameError::Ambiguous {
                candidates: vec!["A.two".to_owned(), "B.two".to_owned()],
            }),
            _ => Err(NameError::Unknown {
                suggestions: Vec::new(),
            }),
        }
    }

    fn label(&self, signal: &String, text: &str) -> Option<f64> {
        match (signal.as_str(), text) {
            ("Gear", "P") => Some(0.0),
            ("Gear", "D") => Some(3.0),
            _ => None,
        }
    }

    fn labels(&self, signal: &String) -> Vec<String> {
        if signal == "Gear" {
            vec!["P".to_owned(), "D".to_owned()]
        } else {
            Vec::new()
        }
    }
}

fn program(text: &str) -> Program<String> {
    let expr = Expr::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    expr.bind(&Names)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn never() -> bool {
    false
}

/// Over inputs in the order of first use.
fn computed(text: &str, inputs: &[Input<'_>]) -> Computed {
    evaluate(&program(text), inputs, Interpolation::Hold, &never).unwrap()
}

/// Equal, with NaN equal to NaN.
fn same(left: &[f64], right: &[f64]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}

const NAN: f64 = f64::NAN;
const SEC: i64 = 1_000_000_000;
