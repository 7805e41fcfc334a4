//! A tree back to text: the shortest one that parses to an equal tree.

use std::fmt::{self, Display as _, Write as _};

use super::ast::{BinaryOp, Expr, Node, TimeSpan, UnaryOp};
use super::lex::is_bare;

/// Binds more tightly than any operator.
const ATOM: u8 = 9;

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Number(value) => write_number(f, *value),
            Node::Duration(span) => span.fmt(f),
            Node::Frequency(hz) => {
                write_number(f, *hz)?;
                f.write_str(" Hz")
            }
            Node::Text(text) => write_quoted(f, '"', text),
            Node::Signal(name) => write_name(f, name),
            Node::Unary { op, operand } => {
                f.write_str(match op {
                    UnaryOp::Not => "not ",
                    UnaryOp::Neg => "-",
                })?;
                write_operand(f, operand, op.precedence())
            }
            Node::Binary { op, left, right } => {
                let (min_left, min_right) = match op {
                    BinaryOp::Pow => (op.precedence() + 1, op.precedence()),
                    _ if op.is_comparison() => (op.precedence() + 1, op.precedence() + 1),
                    _ => (op.precedence(), op.precedence() + 1),
                };
                write_operand(f, left, min_left)?;
                write!(f, " {} ", op.symbol())?;
                write_operand(f, right, min_right)
            }
            Node::Call {
                function,
                arguments,
            } => {
                write!(f, "{}(", function.info().name)?;
                for (i, argument) in arguments.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    argument.fmt(f)?;
                }
                f.write_char(')')
            }
        }
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_number(f, self.value)?;
        write!(f, " {}", self.unit.symbol())
    }
}

/// The name of a signal as it is written in an expression: in backticks unless it can do without.
pub fn quote_name(name: &str) -> String {
    let mut text = String::new();
    write_name(&mut text, name).expect("a String takes any text");
    text
}

/// A value description as it is written in an expression, in double quotes.
pub fn quote_text(content: &str) -> String {
    let mut text = String::new();
    write_quoted(&mut text, '"', content).expect("a String takes any text");
    text
}

/// In parentheses if it binds less tightly than `min`.
fn write_operand(f: &mut fmt::Formatter<'_>, operand: &Expr, min: u8) -> fmt::Result {
    let precedence = match &operand.node {
        Node::Unary { op, .. } => op.precedence(),
        Node::Binary { op, .. } => op.precedence(),
        // Only a tree built by hand has it; it reads as a negation.
        Node::Number(value) if value.is_sign_negative() => UnaryOp::Neg.precedence(),
        _ => ATOM,
    };
    if precedence < min {
        write!(f, "({operand})")
    } else {
        operand.fmt(f)
    }
}

fn write_number(f: &mut impl fmt::Write, value: f64) -> fmt::Result {
    // Both forms are exact; the first is what people write, unless it has rows of zeros.
    if value == 0.0 || (1e-4..1e15).contains(&value.abs()) {
        write!(f, "{value}")
    } else {
        write!(f, "{value:e}")
    }
}

fn write_name(f: &mut impl fmt::Write, name: &str) -> fmt::Result {
    if is_bare(name) {
        f.write_str(name)
    } else {
        write_quoted(f, '`', name)
    }
}

fn write_quoted(f: &mut impl fmt::Write, quote: char, content: &str) -> fmt::Result {
    f.write_char(quote)?;
    for c in content.chars() {
        f.write_char(c)?;
        if c == quote {
            f.write_char(c)?;
        }
    }
    f.write_char(quote)
}
