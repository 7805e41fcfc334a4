//! Expressions over signals, and conditions that hold for a time.
//!
//! ```text
//! text ──parse──▶ Expr, Condition ──bind──▶ Program ──▶ evaluate   whole columns (computed signals)
//!                 │    (public tree)  ▲        └──────▶ Evaluator  sample by sample (alerts)
//!                 └──▶ text, SQL   Resolve                 │
//!                                 (signals)           EventFinder, find_events
//! ```
//!
//! Both ways of evaluating run the same instructions ([`Program`]) and give the same values.
//!
//! # The language
//!
//! - Numbers: `1`, `1.5`, `.5`, `1e3`, `0x1F`; durations: a number and `ns`, `us`, `µs`, `ms`, `s`,
//!   `min` or `h`; frequencies: a number and `Hz`.
//! - Signals: `Name`, `Message.Name`, or anything in backticks: `` `can0:Drive[0x123].Speed` ``.
//!   A bare name has letters of any script, digits and `_`, with dots between its parts.
//!   What a name means is the caller's business ([`Resolve`]).
//! - Texts in double or single quotes name a value of a signal and are compared with it alone, by
//!   `==` or `!=`: `Gear == "D"`. Inside quotes and backticks the quote itself is written twice.
//! - Operators, the loosest first: `or` `||`; `and` `&&`; `not` `!`; `<` `<=` `>` `>=` `==` `=`
//!   `!=` `<>`, which do not chain; `+` `-`; `*` `/` `%`; unary `-`; `^`, from the right; `( )`.
//!   So `-2 ^ 2` is -4 and `not a == b` is `not (a == b)`.
//! - Functions: [`Function::ALL`]. Words and functions are understood in any case, signals are not.
//! - A condition is an expression, and then, if it has to hold for a time, `for 200 ms`.
//!
//! A duration as an operand is its number of seconds, as in `integral(Speed > 100) > 5 min`; as an
//! argument it stands only where a function wants one.
//!
//! # Values
//!
//! Everything is an `f64`. 0 is false and everything else true; NaN is a missing value, and unknown
//! as a truth. What is computed from a missing value is missing, also by comparisons, `min`, `max`
//! and `if`; but 0 `and` unknown is 0, true `or` unknown is true, and `missing(x)` asks.
//! Division by zero is infinite, or missing for 0 / 0.
//!
//! A signal has the value of its latest sample until the next one: samples of different rates need
//! no common times. It is missing before its first sample and in its gaps. `linear(signal)` joins
//! samples by lines instead.
//!
//! # Functions over time
//!
//! They see the samples of what they are applied to, that is, the steps at which a sample of a
//! signal in it came in; what else the expression reads makes no difference. An expression without
//! signals has a sample at each step: `integral(1)` is the time gone by. Both branches of `if` go on
//! at every step, whichever is chosen.
//!
//! | | at a sample, and until the next one | missing values and gaps |
//! |---|---|---|
//! | `previous` `diff` `rate` | from the sample before it; missing at the first one | begin anew after them |
//! | `changed` | 0 or 1 at the sample, then 0; missing at the first one | begins anew after them |
//! | `integral` | trapezoids up to it | add nothing; goes on after them |
//! | `moving_average` | the mean of the samples with time > t - duration, all with equal weight; without any, the held value | left out; missing when the window is empty too |
//! | `lowpass` | exact for the held samples, also between them | the value after them counts from the sample before them on |
//!
//! While what they are applied to is missing, all but `moving_average` are missing too.
//!
//! # Limits
//!
//! Knows no signals, files or clocks: times come in as nanoseconds. No text makes the parser panic,
//! overflow the stack or take long ([`MAX_TEXT_BYTES`], [`MAX_DEPTH`], [`MAX_HEIGHT`]); no samples
//! make evaluation panic or, live, take more memory than a fixed amount.

mod ast;
mod batch;
mod bind;
mod check;
mod compile;
mod complete;
mod condition;
mod error;
mod evaluator;
mod events;
mod filter;
mod function;
mod kernel;
mod lane;
mod lex;
mod machine;
mod memory;
mod parse;
mod print;
mod program;
mod step_clock;
#[cfg(test)]
mod tests;
mod timeline;
mod window;

pub use ast::{BinaryOp, Expr, Node, TimeSpan, TimeUnit, UnaryOp};
pub use batch::{Computed, EvaluateError, Input, Interpolation, evaluate};
pub use bind::{NameError, Resolve};
pub use complete::{Completion, CompletionKind, complete};
pub use condition::Condition;
pub use error::{BindError, BindProblem, Expected, ParseError, ParseProblem};
pub use evaluator::Evaluator;
pub use events::{Event, EventFinder, find_events};
pub use function::{Function, FunctionInfo};
pub use parse::{MAX_DEPTH, MAX_HEIGHT, MAX_TEXT_BYTES};
pub use print::{quote_name, quote_text};
pub use program::{BoundSignal, Program};
