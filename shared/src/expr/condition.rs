//! An expression that has to hold for a time: `Speed > 100 and not Brake for 200 ms`.

use std::fmt;
use std::str::FromStr;

use super::ast::{Expr, TimeSpan};
use super::error::ParseError;
use super::parse::Parser;

/// An expression and how long it has to hold.
///
/// Prints and parses as `<expression> for <duration>`; `for at least` is understood too.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What has to hold: any value but 0 and missing.
    pub expr: Expr,
    /// How long it has to hold; `None` is the same as no time at all.
    pub at_least: Option<TimeSpan>,
}

impl Condition {
    /// Parses a condition; see the [language](super).
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut parser = Parser::new(text)?;
        let expr = parser.whole_value()?;
        let at_least = parser.at_least()?;
        parser.expect_end()?;
        Ok(Self { expr, at_least })
    }

    /// How long it has to hold, in nanoseconds.
    pub fn at_least_ns(&self) -> i64 {
        self.at_least.map_or(0, TimeSpan::as_ns)
    }
}

impl FromStr for Condition {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expr)?;
        match self.at_least {
            Some(span) => write!(f, " for {span}"),
            None => Ok(()),
        }
    }
}
