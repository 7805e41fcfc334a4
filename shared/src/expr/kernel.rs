//! Functions of values at one time, applied to whole columns.
//!
//! A missing value is NaN and comes out as NaN, except where three-valued logic knows the result
//! without it. Each kernel is one loop that the compiler can vectorise.

use super::ast::{BinaryOp, UnaryOp};
use super::function::Function;

/// Replaces each value.
pub(super) type Kernel1 = fn(&mut [f64]);
/// Replaces each value of the first column.
pub(super) type Kernel2 = fn(&mut [f64], &[f64]);
/// Replaces each value of the first column.
pub(super) type Kernel3 = fn(&mut [f64], &[f64], &[f64]);

/// A function by the number of its operands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kernel {
    One(Kernel1),
    Two(Kernel2),
    Three(Kernel3),
}

pub(super) fn unary(op: UnaryOp) -> Kernel1 {
    match op {
        UnaryOp::Not => |x| each(x, not),
        UnaryOp::Neg => |x| each(x, |x| -x),
    }
}

pub(super) fn binary(op: BinaryOp) -> Kernel2 {
    match op {
        BinaryOp::Or => |a, b| pairs(a, b, or),
        BinaryOp::And => |a, b| pairs(a, b, and),
        BinaryOp::Lt => |a, b| pairs(a, b, |a, b| compared(a, b, a < b)),
        BinaryOp::Le => |a, b| pairs(a, b, |a, b| compared(a, b, a <= b)),
        BinaryOp::Gt => |a, b| pairs(a, b, |a, b| compared(a, b, a > b)),
        BinaryOp::Ge => |a, b| pairs(a, b, |a, b| compared(a, b, a >= b)),
        BinaryOp::Eq => |a, b| pairs(a, b, |a, b| compared(a, b, a == b)),
        BinaryOp::Ne => |a, b| pairs(a, b, |a, b| compared(a, b, a != b)),
        BinaryOp::Add => |a, b| pairs(a, b, |a, b| a + b),
        BinaryOp::Sub => |a, b| pairs(a, b, |a, b| a - b),
        BinaryOp::Mul => |a, b| pairs(a, b, |a, b| a * b),
        BinaryOp::Div => |a, b| pairs(a, b, |a, b| a / b),
        BinaryOp::Rem => |a, b| pairs(a, b, |a, b| a % b),
        BinaryOp::Pow => |a, b| pairs(a, b, power),
    }
}

/// The kernel of a function of values at one time; `None` for the functions over time, and for
/// `linear`.
pub(super) fn function(function: Function) -> Option<Kernel> {
    use Kernel::{One, Three, Two};
    Some(match function {
        Function::If => Three(|c, a, b| triples(c, a, b, choose)),
        Function::Between => Three(|x, low, high| {
            triples(x, low, high, |x, low, high| {
                and(compared(low, x, low <= x), compared(x, high, x <= high))
            });
        }),
        Function::Clamp => Three(|x, low, high| {
            triples(x, low, high, |x, low, high| least(greatest(x, low), high));
        }),
        Function::Missing => One(|x| each(x, |x| truth(x.is_nan()))),
        Function::Abs => One(|x| each(x, f64::abs)),
        Function::Sign => One(|x| each(x, sign)),
        Function::Min => Two(|a, b| pairs(a, b, least)),
        Function::Max => Two(|a, b| pairs(a, b, greatest)),
        Function::Floor => One(|x| each(x, f64::floor)),
        Function::Ceil => One(|x| each(x, f64::ceil)),
        Function::Round => One(|x| each(x, f64::round)),
        Function::Sqrt => One(|x| each(x, f64::sqrt)),
        Function::Exp => One(|x| each(x, f64::exp)),
        Function::Ln => One(|x| each(x, f64::ln)),
        Function::Sin => One(|x| each(x, f64::sin)),
        Function::Cos => One(|x| each(x, f64::cos)),
        Function::Tan => One(|x| each(x, f64::tan)),
        Function::Previous
        | Function::Changed
        | Function::Diff
        | Function::Rate
        | Function::Integral
        | Function::MovingAverage
        | Function::Lowpass
        | Function::Linear => return None,
    })
}

fn each(column: &mut [f64], f: impl Fn(f64) -> f64) {
    for value in column {
        *value = f(*value);
    }
}

fn pairs(left: &mut [f64], right: &[f64], f: impl Fn(f64, f64) -> f64) {
    for (a, b) in left.iter_mut().zip(right) {
        *a = f(*a, *b);
    }
}

fn triples(first: &mut [f64], second: &[f64], third: &[f64], f: impl Fn(f64, f64, f64) -> f64) {
    for ((a, b), c) in first.iter_mut().zip(second).zip(third) {
        *a = f(*a, *b, *c);
    }
}

const fn truth(is_true: bool) -> f64 {
    if is_true { 1.0 } else { 0.0 }
}

fn compared(a: f64, b: f64, result: bool) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        truth(result)
    }
}

fn not(x: f64) -> f64 {
    if x.is_nan() { x } else { truth(x == 0.0) }
}

fn and(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        0.0
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        1.0
    }
}

fn or(a: f64, b: f64) -> f64 {
    not(and(not(a), not(b)))
}

fn choose(condition: f64, a: f64, b: f64) -> f64 {
    if condition.is_nan() {
        f64::NAN
    } else if condition == 0.0 {
        b
    } else {
        a
    }
}

/// Unlike [`f64::min`] it does not prefer a number to a missing value.
fn least(a: f64, b: f64) -> f64 {
    if a <= b || a.is_nan() { a } else { b }
}

/// As [`least`].
fn greatest(a: f64, b: f64) -> f64 {
    if a >= b || a.is_nan() { a } else { b }
}

/// Unlike [`f64::powf`] it does not make 1 of a missing value to the power of 0, or of 1 to a
/// missing power.
fn power(base: f64, exponent: f64) -> f64 {
    if base.is_nan() || exponent.is_nan() {
        f64::NAN
    } else if exponent == 2.0 {
        base * base // the usual case, and `powf` is slow
    } else {
        base.powf(exponent)
    }
}

/// Unlike [`f64::signum`] it has a zero.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}
