//! Both ways of evaluating against a third one, which looks everything up from the start for each
//! step and keeps no state.

use proptest::prelude::*;

use super::super::*;
use super::strategy::{Samples, any_expr, any_samples, exact_expr};
use super::{NAN, Names, never, same};

/// A step: a time, and which of the samples of that time it takes.
type Row = (i64, usize);

struct Reference {
    inputs: Vec<(String, Samples)>,
    rows: Vec<Row>,
}

/// What is known at a row, and whether it is new there.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    value: f64,
    is_sample: bool,
    is_after_gap: bool,
    /// Of the sample that is held there, which may have no value.
    index: Option<usize>,
}

impl Reference {
    fn new(inputs: Vec<(String, Samples)>) -> Self {
        let mut times: Vec<i64> = inputs.iter().flat_map(|(_, s)| s.times.clone()).collect();
        times.sort_unstable();
        times.dedup();
        let count = |time: i64| {
            let counts = inputs
                .iter()
                .map(|(_, s)| s.times.iter().filter(|t| **t == time).count());
            counts.max().unwrap_or(0)
        };
        let rows = times
            .into_iter()
            .flat_map(|time| (0..count(time)).map(move |k| (time, k)))
            .collect();
        Self { inputs, rows }
    }

    fn cell(&self, name: &str, (time, k): Row) -> Cell {
        let name = name.trim_start_matches("x.");
        let (_, samples) = self.inputs.iter().find(|(n, _)| n == name).unwrap();
        let mut n_at_time = 0;
        let mut latest = None;
        for (i, t) in samples.times.iter().enumerate() {
            if *t < time || (*t == time && n_at_time <= k) {
                latest = Some(i);
                n_at_time += usize::from(*t == time);
            }
        }
        let is_sample = n_at_time == k + 1;
        let held = latest.filter(|i| {
            let i = *i;
            let is_in_gap = samples.gap_starts.contains(&(i + 1));
            let is_last = i + 1 == samples.times.len();
            samples.times[i] == time
                || if is_last {
                    time <= samples.last_valid_until
                } else {
                    !is_in_gap
                }
        });
        Cell {
            value: held.map_or(NAN, |i| samples.values[i]),
            is_sample,
            is_after_gap: is_sample
                && latest.is_some_and(|i| i > 0 && samples.gap_starts.contains(&i)),
            index: held,
        }
    }

    fn column(&self, expr: &Expr) -> Vec<f64> {
        let columns = |exprs: &[Expr]| -> Vec<Vec<f64>> {
            exprs.iter().map(|expr| self.column(expr)).collect()
        };
        match &expr.node {
            Node::Number(value) => vec![*value; self.rows.len()],
            Node::Signal(name) => {
                let rows = self.rows.iter();
                rows.map(|row| self.cell(name, *row).value).collect()
            }
            Node::Unary { op, operand } => {
                let column = self.column(operand);
                let one = |x: f64| match op {
                    UnaryOp::Neg => -x,
                    UnaryOp::Not => number(truth(x).map(|x| !x)),
                };
                column.into_iter().map(one).collect()
            }
            Node::Binary { op, left, right } => {
                let side = |expr: &Expr| match &expr.node {
                    Node::Text(text) => {
                        let value = if text == "P" { 0.0 } else { 3.0 };
                        vec![value; self.rows.len()]
                    }
                    _ => self.column(expr),
                };
                let (left, right) = (side(left), side(right));
                let pairs = left.into_iter().zip(right);
                pairs.map(|(a, b)| binary(*op, a, b)).collect()
            }
            Node::Call {
                function,
                arguments,
            } if arguments.len() >= 3 => {
                let columns = columns(arguments);
                (0..self.rows.len())
                    .map(|r| three(*function, [columns[0][r], columns[1][r], columns[2][r]]))
                    .collect()
            }
            Node::Call {
                function,
                arguments,
            } => {
                let history = self.history(&arguments[0]);
                (0..self.rows.len())
                    .map(|r| history.at(r, *function, arguments.get(1)))
                    .collect()
            }
            node => panic!("{node:?}"),
        }
    }

    fn history(&self, expr: &Expr) -> History {
        let values = self.column(expr);
        let mut names = Vec::new();
        signals(expr, &mut names);
        let cells =
            |row: &Row| -> Vec<Cell> { names.iter().map(|name| self.cell(name, *row)).collect() };
        let is_sample = |row| names.is_empty() || cells(row).iter().any(|cell| cell.is_sample);
        let is_after_gap = |row| cells(row).iter().any(|cell| cell.is_after_gap);
        let starts: Vec<bool> = (0..values.len())
            .map(|r| {
                let is_first = r == 0 || values[r - 1].is_nan() || is_after_gap(&self.rows[r]);
                !values[r].is_nan() && is_first
            })
            .collect();
        History {
            times: self.rows.iter().map(|(time, _)| *time).collect(),
            samples: (0..values.len())
                .map(|r| !values[r].is_nan() && (is_sample(&self.rows[r]) || starts[r]))
                .collect(),
            starts,
            values,
        }
    }
}

/// All values of an expression, and which of them count as samples.
struct History {
    times: Vec<i64>,
    values: Vec<f64>,
    samples: Vec<bool>,
    /// Rows that do not know the one before.
    starts: Vec<bool>,
}

impl History {
    fn at(&self, row: usize, function: Function, parameter: Option<&Expr>) -> f64 {
        let value = self.values[row];
        let secs =
            |later: usize, earlier: usize| (self.times[later] - self.times[earlier]) as f64 / 1e9;
        match function {
            Function::Missing => return f64::from(u8::from(value.is_nan())),
            Function::Abs => return value.abs(),
            Function::Floor => return value.floor(),
            Function::MovingAverage => {
                let Some(Node::Duration(span)) = parameter.map(|p| &p.node) else {
                    panic!("{parameter:?}");
                };
                let window: Vec<f64> = (0..=row)
                    .filter(|r| self.samples[*r] && secs(row, *r) < span.as_secs())
                    .map(|r| self.values[r])
                    .collect();
                return if window.is_empty() {
                    value
                } else {
                    window.iter().sum::<f64>() / window.len() as f64
                };
            }
            _ if value.is_nan() => return NAN,
            Function::Integral => {
                let samples: Vec<usize> = (0..=row).filter(|r| self.samples[*r]).collect();
                let areas = samples
                    .windows(2)
                    .filter(|pair| !(pair[0] + 1..=pair[1]).any(|r| self.starts[r]));
                let area = |pair: &[usize]| {
                    secs(pair[1], pair[0]) * (self.values[pair[0]] + self.values[pair[1]]) / 2.0
                };
                return areas.map(area).sum();
            }
            _ => {}
        }
        let start = (0..=row).rev().find(|r| self.starts[*r]).unwrap();
        let run: Vec<usize> = (start..=row).filter(|r| self.samples[*r]).collect();
        let last = *run.last().unwrap();
        let before = run.iter().rev().nth(1).map(|r| self.values[*r]);
        match function {
            Function::Previous => before.unwrap_or(NAN),
            Function::Diff => before.map_or(NAN, |before| self.values[last] - before),
            Function::Changed if last < row => 0.0,
            Function::Changed => before.map_or(NAN, |before| number(Some(before != value))),
            Function::Rate => {
                let mut earlier = run.iter().rev().filter(|r| secs(last, **r) > 0.0);
                earlier.next().map_or(NAN, |base| {
                    (self.values[last] - self.values[*base]) / secs(last, *base)
                })
            }
            _ => panic!("{function:?}"),
        }
    }
}

fn signals<'a>(expr: &'a Expr, names: &mut Vec<&'a str>) {
    match &expr.node {
        Node::Signal(name) => names.push(name),
        Node::Unary { operand, .. } => signals(operand, names),
        Node::Binary { left, right, .. } => {
            signals(left, names);
            signals(right, names);
        }
        Node::Call { arguments, .. } => arguments.iter().for_each(|a| signals(a, names)),
        _ => {}
    }
}

fn truth(x: f64) -> Option<bool> {
    (!x.is_nan()).then_some(x != 0.0)
}

fn number(truth: Option<bool>) -> f64 {
    truth.map_or(NAN, |truth| f64::from(u8::from(truth)))
}

fn binary(op: BinaryOp, a: f64, b: f64) -> f64 {
    let known = !a.is_nan() && !b.is_nan();
    match op {
        BinaryOp::Or => match (truth(a), truth(b)) {
            (Some(true), _) | (_, Some(true)) => 1.0,
            (Some(false), Some(false)) => 0.0,
            _ => NAN,
        },
        BinaryOp::And => match (truth(a), truth(b)) {
            (Some(false), _) | (_, Some(false)) => 0.0,
            (Some(true), Some(true)) => 1.0,
            _ => NAN,
        },
        BinaryOp::Lt => number(known.then_some(a < b)),
        BinaryOp::Ge => number(known.then_some(a >= b)),
        BinaryOp::Eq => number(known.then_some(a == b)),
        BinaryOp::Ne => number(known.then_some(a != b)),
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        _ => panic!("{op:?}"),
    }
}

fn three(function: Function, [x, y, z]: [f64; 3]) -> f64 {
    let any_missing = x.is_nan() || y.is_nan() || z.is_nan();
    match function {
        Function::If => truth(x).map_or(NAN, |x| if x { y } else { z }),
        Function::Between => {
            let (low, high) = (binary(BinaryOp::Ge, x, y), binary(BinaryOp::Ge, z, x));
            binary(BinaryOp::And, low, high)
        }
        _ if any_missing => NAN,
        Function::Clamp => x.max(y).min(z),
        Function::Max => x.max(y).max(z),
        _ => panic!("{function:?}"),
    }
}

fn without_leading_missing(rows: &[Row], values: &[f64]) -> (Vec<i64>, Vec<f64>, usize) {
    let first = values.iter().position(|v| !v.is_nan());
    let first = first.unwrap_or(values.len());
    let times = rows[first..].iter().map(|(time, _)| *time).collect();
    (times, values[first..].to_vec(), first)
}

/// The values step by step. The inputs of the reference are those of the program.
fn live<S>(program: &Program<S>, reference: &Reference) -> Vec<f64> {
    let mut evaluator = Evaluator::new(program);
    let step = |row: &Row| {
        for (input, (name, _)) in reference.inputs.iter().enumerate() {
            let cell = reference.cell(name, *row);
            if cell.is_after_gap || cell.index.is_none() {
                evaluator.clear(input);
            }
            if cell.is_sample {
                evaluator.set(input, cell.value);
            }
        }
        evaluator.step(row.0)
    };
    reference.rows.iter().map(step).collect()
}

/// Any name means one of four signals, any text a value.
struct Anything;

impl Resolve for Anything {
    type Signal = usize;

    fn signal(&self, name: &str) -> Result<usize, NameError> {
        Ok(name.len() % 4)
    }

    fn label(&self, _signal: &usize, text: &str) -> Option<f64> {
        Some((text.len() % 4) as f64)
    }
}

fn any_inputs() -> impl Strategy<Value = [Samples; 4]> {
    [any_samples(), any_samples(), any_samples(), any_samples()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn both_ways_give_what_the_definitions_say(expr in exact_expr(), all in any_inputs()) {
        let program = expr.bind(&Names).unwrap();
        let names = ["a", "b", "c", "Gear"];
        let samples = |name: &str| {
            let at = names.iter().position(|n| *n == name).unwrap();
            all[at].clone()
        };
        let bound: Vec<(String, Samples)> = program
            .inputs()
            .iter()
            .map(|input| (input.signal.clone(), samples(&input.signal)))
            .collect();
        let inputs: Vec<Input<'_>> = bound.iter().map(|(_, samples)| samples.input()).collect();
        let reference = Reference::new(bound.clone());
        let expected = reference.column(&expr);

        let computed = evaluate(&program, &inputs, Interpolation::Hold, &never).unwrap();
        let (times, values, first) = without_leading_missing(&reference.rows, &expected);
        prop_assert_eq!(&computed.times, &times);
        prop_assert!(same(&computed.values, &values), "{expr}: {:?} {values:?}", computed.values);
        let gap_starts: Vec<usize> = (first + 1..reference.rows.len())
            .filter(|r| bound.iter().any(|(name, samples)| {
                let cell = reference.cell(name, reference.rows[*r]);
                let (true, Some(i)) = (cell.is_after_gap, cell.index) else {
                    return false;
                };
                let gap = samples.times[i - 1] + 1..samples.times[i];
                !reference.rows.iter().any(|(time, _)| gap.contains(time))
            }))
            .map(|r| r - first)
            .collect();
        prop_assert_eq!(&computed.gap_starts, &gap_starts);

        let live = live(&program, &reference);
        prop_assert!(same(&live, &expected), "{expr}: {live:?} {expected:?}");
    }

    #[test]
    fn live_values_are_those_of_the_batch(expr in any_expr(), all in any_inputs()) {
        let Ok(program) = expr.bind_live(&Anything) else {
            return Ok(()); // `linear`
        };
        let signals = program.inputs().iter().map(|input| input.signal);
        let reference = Reference::new(signals.map(|i| (i.to_string(), all[i].clone())).collect());
        let inputs: Vec<Input<'_>> = reference.inputs.iter().map(|(_, s)| s.input()).collect();
        let batch = evaluate(&program, &inputs, Interpolation::Hold, &never).unwrap();
        let live = live(&program, &reference);
        let (times, values, _) = without_leading_missing(&reference.rows, &live);
        prop_assert_eq!(&batch.times, &times);
        prop_assert!(same(&batch.values, &values), "{expr}: {:?} {values:?}", batch.values);
    }
}
