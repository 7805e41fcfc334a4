//! What can be wrong with the text of an expression, and with the names in it.

use std::fmt::Write as _;
use std::ops::Range;

use super::function::Function;
use super::parse::{MAX_DEPTH, MAX_HEIGHT, MAX_TEXT_BYTES};

/// A text that is no expression or condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ParseError {
    /// Bytes of the text that are wrong; empty where something is missing. Lies in the text, on
    /// boundaries of characters.
    pub at: Range<usize>,
    /// What is wrong with them.
    pub problem: ParseProblem,
}

impl ParseError {
    pub(super) const fn new(at: Range<usize>, problem: ParseProblem) -> Self {
        Self { at, problem }
    }

    /// What could stand at the place instead, where that can be said in a word.
    pub const fn expected(&self) -> Option<Expected> {
        match &self.problem {
            ParseProblem::Empty | ParseProblem::ExpectedValue { .. } => Some(Expected::Value),
            ParseProblem::ExpectedOperator { .. } => Some(Expected::Operator),
            ParseProblem::UnclosedParenthesis => Some(Expected::ClosingParenthesis),
            ParseProblem::UnknownUnit { .. } => Some(Expected::Unit),
            ParseProblem::ExpectedDuration { .. } => Some(Expected::Duration),
            ParseProblem::UnknownFunction { .. } => Some(Expected::Function),
            _ => None,
        }
    }
}

/// What could stand at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// A number, a signal, a function or a parenthesis.
    Value,
    /// An operator.
    Operator,
    /// `)`
    ClosingParenthesis,
    /// A unit of time or frequency.
    Unit,
    /// A number with a unit of time.
    Duration,
    /// The name of a function.
    Function,
}

/// What is wrong with a text. The remedy is in each message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseProblem {
    /// There is nothing in the text.
    #[error("nothing to evaluate; write an expression, such as Speed > 100")]
    Empty,
    /// The text is longer than [`MAX_TEXT_BYTES`].
    #[error("the text has {len_bytes} bytes, more than {MAX_TEXT_BYTES}; split it up")]
    TooLong {
        /// Its length.
        len_bytes: usize,
    },
    /// Parentheses, calls or operators stand within one another more than [`MAX_DEPTH`] deep.
    #[error("nested more than {MAX_DEPTH} deep here; split the expression up")]
    TooDeep,
    /// Too many operators follow one another without parentheses; see [`MAX_HEIGHT`].
    #[error("more than {MAX_HEIGHT} operators build on one another here; split the expression up")]
    TooHigh,
    /// A character that has no meaning here.
    #[error("unexpected `{found}`; {remedy}", remedy = remedy_for(*.found))]
    UnexpectedCharacter {
        /// The character.
        found: char,
    },
    /// A text in quotes does not end.
    #[error("the text that begins here is not closed; it ends with {quote}")]
    UnclosedText {
        /// The character that would end it.
        quote: char,
    },
    /// A name in backticks does not end.
    #[error("the name that begins here is not closed; it ends with a backtick")]
    UnclosedName,
    /// There is nothing between two backticks.
    #[error("there is no name between the backticks")]
    EmptyName,
    /// A dot in a name does not stand between two parts.
    #[error(
        "`{name}` is no name of a signal: a dot stands between two parts, as in Message.Signal; other names go in backticks"
    )]
    BrokenName {
        /// What was written.
        name: String,
    },
    /// `0x` without digits, or with too many.
    #[error("`{text}` is no number; after 0x come 1 to 16 hexadecimal digits, as in 0x1F")]
    BadHexadecimal {
        /// What was written.
        text: String,
    },
    /// A number beyond 1.8e308.
    #[error("`{text}` is more than a number can be; the limit is 1.7e308")]
    NumberTooLarge {
        /// What was written.
        text: String,
    },
    /// Something else stands, or nothing, where a value is needed.
    #[error("expected a value{}", after_and_found(.after.as_ref(), .found.as_ref()))]
    ExpectedValue {
        /// What stands before the place.
        after: Option<String>,
        /// What stands there instead.
        found: Option<String>,
    },
    /// Two values stand side by side.
    #[error("expected an operator before `{found}`, such as + or and")]
    ExpectedOperator {
        /// What stands there instead.
        found: String,
    },
    /// A parenthesis is opened and not closed.
    #[error("a parenthesis is not closed; expected `)`")]
    UnclosedParenthesis,
    /// A parenthesis is closed that was not opened.
    #[error("this `)` closes nothing; take it away, or open a parenthesis before it")]
    UnopenedParenthesis,
    /// A comma outside the arguments of a function.
    #[error("a comma stands only between the arguments of a function; decimals have a point: 1.5")]
    StrayComma,
    /// `a < b < c`
    #[error("comparisons do not chain; write `a < b and b < c`, or between(b, a, c)")]
    ChainedComparison,
    /// A number is followed by a word that is no unit.
    #[error("unknown unit `{unit}`; a number can have ns, us, ms, s, min, h or Hz")]
    UnknownUnit {
        /// What was written.
        unit: String,
    },
    /// There is no function of that name.
    #[error("unknown function `{name}`{}", did_you_mean(.nearest.as_slice()))]
    UnknownFunction {
        /// What was written.
        name: String,
        /// What was most likely meant.
        nearest: Option<&'static str>,
    },
    /// A function has too many arguments or too few.
    #[error(
        "`{}` takes {}, such as {}; it has {given} here",
        .function.info().name, .function.info().needs, .function.info().example
    )]
    ArgumentCount {
        /// The function.
        function: Function,
        /// How many arguments there are.
        given: usize,
    },
    /// An argument of a function is not of the kind that it takes.
    #[error(
        "`{}` takes {}, such as {}",
        .function.info().name, .function.info().needs, .function.info().example
    )]
    ArgumentKind {
        /// The function.
        function: Function,
    },
    /// A text that is not compared with a signal.
    #[error("text can only be compared with a signal by == or !=, as in Gear == \"D\"")]
    MisplacedText,
    /// A frequency that is not the second argument of `lowpass`.
    #[error("a frequency can only be the cutoff of lowpass, as in lowpass(Speed, 5 Hz)")]
    MisplacedFrequency,
    /// `for` in an expression that is no condition.
    #[error("`for` belongs to the end of a condition; this needs an expression without it")]
    MisplacedFor,
    /// No duration above zero after `for`.
    #[error("expected a duration after `for`{}, such as 200 ms", found_instead(.found.as_ref()))]
    ExpectedDuration {
        /// What stands there instead.
        found: Option<String>,
    },
}

/// Names that do not fit the data. Made when an expression is bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct BindError {
    /// Bytes of the text that the expression was parsed from.
    pub at: Range<usize>,
    /// What is wrong with them.
    pub problem: BindProblem,
}

impl BindError {
    pub(super) const fn new(at: Range<usize>, problem: BindProblem) -> Self {
        Self { at, problem }
    }
}

/// What a name does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BindProblem {
    /// The caller knows no signal of that name.
    #[error("no signal `{name}`{}", did_you_mean(.suggestions))]
    UnknownSignal {
        /// The name.
        name: String,
        /// What may have been meant, as the caller says.
        suggestions: Vec<String>,
    },
    /// The caller knows several signals of that name.
    #[error("`{name}` is the name of several signals; write {}", one_of(.candidates))]
    AmbiguousSignal {
        /// The name.
        name: String,
        /// Names that are not ambiguous.
        candidates: Vec<String>,
    },
    /// A signal has no value that is described so.
    #[error("`{signal}` has no value called {text:?}; {}", known(.labels))]
    UnknownLabel {
        /// The signal.
        signal: String,
        /// The text that it is compared with.
        text: String,
        /// The texts that it has, as the caller says.
        labels: Vec<String>,
    },
    /// `linear` on live data.
    #[error(
        "linear({signal}) needs the sample that comes next, which live data do not have yet; write {signal} itself, or lowpass({signal}, 1 s)"
    )]
    LinearLive {
        /// The signal.
        signal: String,
    },
    /// A tree that was built by hand and breaks the rules of [`Node`](super::Node).
    #[error(transparent)]
    Malformed(ParseProblem),
}

fn remedy_for(found: char) -> &'static str {
    match found {
        '&' => "write and, or &&",
        '|' => "write or, or ||",
        '.' => "a number with decimals is written 1.5 or 0.5",
        '[' | ']' | '{' | '}' => "group with ( )",
        ';' | ':' | '?' => "choose with if(condition, a, b); other names go in backticks",
        _ => "names with such characters go in backticks",
    }
}

fn after_and_found(after: Option<&String>, found: Option<&String>) -> String {
    let mut text = String::new();
    if let Some(after) = after {
        push(&mut text, format_args!(" after `{after}`"));
    }
    text.push_str(&found_instead(found));
    text
}

fn found_instead(found: Option<&String>) -> String {
    found.map_or_else(String::new, |found| format!(", found `{found}`"))
}

fn did_you_mean<S: AsRef<str>>(names: &[S]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", one_of(names))
}

fn known(labels: &[String]) -> String {
    if labels.is_empty() {
        return "compare it with a number".to_owned();
    }
    let mut text = "it has ".to_owned();
    for (i, label) in labels.iter().take(MAX_NAMES).enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        push(&mut text, format_args!("{comma}{label:?}"));
    }
    if labels.len() > MAX_NAMES {
        text.push_str(", ...");
    }
    text
}

/// More names than this make a message unreadable.
const MAX_NAMES: usize = 8;

fn one_of<S: AsRef<str>>(names: &[S]) -> String {
    let mut text = String::new();
    let shown = names.len().min(MAX_NAMES);
    for (i, name) in names.iter().take(shown).enumerate() {
        let between = match i {
            0 => "",
            _ if i + 1 == names.len() => " or ",
            _ => ", ",
        };
        push(&mut text, format_args!("{between}`{}`", name.as_ref()));
    }
    if names.len() > shown {
        text.push_str(", ...");
    }
    text
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.write_fmt(more).expect("a String takes any text");
}
