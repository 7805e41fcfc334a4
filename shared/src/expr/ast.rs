//! The tree of an expression: what the parser gives, and what evaluation and SQL are made from.
//!
//! Plain data with public fields. A tree that the parser gave keeps the rules that [`Node`] states;
//! one built by hand is checked when it is bound.
//!
//! Invariants: a tree prints to a text that parses to an equal tree. Positions in the text take no
//! part in equality.

use std::ops::Range;
use std::time::Duration;

use super::function::Function;

/// An expression and where it stands in its text.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// Bytes of the text that it was parsed from; for people, see [`PartialEq`].
    pub at: Range<usize>,
}

/// Equal when they mean the same; where they stand does not matter.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// What an expression consists of.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A number; finite and not negative (`-5` is the negation of 5).
    Number(f64),
    /// A length of time. As an operand of an operator it is its number of seconds.
    Duration(TimeSpan),
    /// A frequency in hertz; stands only as the second argument of [`Function::Lowpass`].
    Frequency(f64),
    /// A value description; stands only on one side of `==` or `!=` with a signal on the other.
    Text(String),
    /// The name of a signal as it was written, without backticks.
    Signal(String),
    /// An operator before its operand.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// What it is applied to.
        operand: Box<Expr>,
    },
    /// An operator between its operands.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// What stands before it.
        left: Box<Expr>,
        /// What stands after it.
        right: Box<Expr>,
    },
    /// A function of its arguments, which fit [`FunctionInfo::signature`](super::FunctionInfo).
    Call {
        /// The function.
        function: Function,
        /// What it is applied to.
        arguments: Vec<Expr>,
    },
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `not`: true becomes 0, 0 becomes 1, unknown stays unknown.
    Not,
    /// `-`
    Neg,
}

impl UnaryOp {
    /// How tightly it binds; see [`BinaryOp::precedence`].
    pub const fn precedence(self) -> u8 {
        match self {
            Self::Not => 3,
            Self::Neg => 7,
        }
    }
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `or`, three-valued: true when one side is true, even if the other is unknown.
    Or,
    /// `and`, three-valued: 0 when one side is 0, even if the other is unknown.
    And,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`: the remainder, with the sign of the left side.
    Rem,
    /// `^`: the power; binds from the right.
    Pow,
}

impl BinaryOp {
    /// How tightly it binds, from 1 (`or`) to 8 (`^`). All but `^` group from the left;
    /// comparisons do not chain.
    pub const fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::Eq | Self::Ne => 4,
            Self::Add | Self::Sub => 5,
            Self::Mul | Self::Div | Self::Rem => 6,
            Self::Pow => 8,
        }
    }

    /// The text that it is printed as.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::Pow => "^",
        }
    }

    /// Whether it compares: 1, 0, or unknown where a side is.
    pub const fn is_comparison(self) -> bool {
        self.precedence() == Self::Eq.precedence()
    }

    /// Whether one of its sides may be a text.
    pub(super) const fn takes_text(self) -> bool {
        matches!(self, Self::Eq | Self::Ne)
    }
}

/// A length of time as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeSpan {
    /// How many of the unit; finite and not negative.
    pub value: f64,
    /// The unit.
    pub unit: TimeUnit,
}

impl TimeSpan {
    /// Its length in seconds.
    pub fn as_secs(self) -> f64 {
        // Divided where the factor is below one: 200 / 1000 is exactly what 0.2 is read as.
        match self.unit {
            TimeUnit::Nanoseconds => self.value / 1e9,
            TimeUnit::Microseconds => self.value / 1e6,
            TimeUnit::Milliseconds => self.value / 1e3,
            TimeUnit::Seconds => self.value,
            TimeUnit::Minutes => self.value * 60.0,
            TimeUnit::Hours => self.value * 3600.0,
        }
    }

    /// Its length in whole nanoseconds, rounded; 292 years at most.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, which is what is promised"
    )]
    pub fn as_ns(self) -> i64 {
        let ns_per_unit = match self.unit {
            TimeUnit::Nanoseconds => 1.0,
            TimeUnit::Microseconds => 1e3,
            TimeUnit::Milliseconds => 1e6,
            TimeUnit::Seconds => 1e9,
            TimeUnit::Minutes => 60e9,
            TimeUnit::Hours => 3600e9,
        };
        (self.value * ns_per_unit).round().max(0.0) as i64
    }

    /// Its length in whole nanoseconds, as the standard library has it.
    pub fn as_duration(self) -> Duration {
        Duration::from_nanos(self.as_ns().unsigned_abs())
    }
}

/// The unit that a length of time is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// `ns`
    Nanoseconds,
    /// `us` or `µs`
    Microseconds,
    /// `ms`
    Milliseconds,
    /// `s`
    Seconds,
    /// `min`
    Minutes,
    /// `h`
    Hours,
}

impl TimeUnit {
    /// All of them, the shortest first.
    pub const ALL: [Self; 6] = [
        Self::Nanoseconds,
        Self::Microseconds,
        Self::Milliseconds,
        Self::Seconds,
        Self::Minutes,
        Self::Hours,
    ];

    /// The text that it is printed as.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Microseconds => "us",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Hours => "h",
        }
    }

    /// The unit of that name, in any case.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        // Both the micro sign and the Greek letter are on keyboards.
        if matches!(name, "µs" | "μs") {
            return Some(Self::Microseconds);
        }
        Self::ALL
            .into_iter()
            .find(|unit| unit.symbol().eq_ignore_ascii_case(name))
    }
}
