//! The functions of the language: one table for the parser, for editors and for help texts.

/// What the arguments of a function have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// This many values.
    Values(usize),
    /// Two values or more.
    ManyValues,
    /// A value and a duration above zero.
    ValueAndDuration,
    /// A value and either a duration or a frequency, above zero.
    ValueAndSmoothing,
    /// The name of a signal.
    Signal,
}

/// One row of the table of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionInfo {
    /// The function.
    pub function: Function,
    /// Its name; any case is understood.
    pub name: &'static str,
    /// How it is called, such as `clamp(x, low, high)`.
    pub signature: &'static str,
    /// What it is, in one line.
    pub help: &'static str,
    /// What it takes, as in "takes a value and a duration".
    pub(super) needs: &'static str,
    /// A call as it could stand in an expression.
    pub(super) example: &'static str,
    pub(super) takes: Takes,
}

macro_rules! functions {
    ($($variant:ident, $name:literal, $signature:literal, $takes:expr, $needs:literal,
       $example:literal, $help:literal;)*) => {
        /// A function that an expression can call.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Function {
            $(#[doc = concat!("`", $signature, "`: ", $help)] $variant,)*
        }

        impl Function {
            /// All of them, in the order of the help.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Name, signature and help.
            pub const fn info(self) -> FunctionInfo {
                match self {
                    $(Self::$variant => FunctionInfo {
                        function: self,
                        name: $name,
                        signature: $signature,
                        help: $help,
                        needs: $needs,
                        example: $example,
                        takes: $takes,
                    },)*
                }
            }
        }
    };
}

functions! {
    If, "if", "if(condition, a, b)", Takes::Values(3), "a condition and two values",
        "if(Gear == 2, Speed, 0)", "a where the condition is true, b where it is 0";
    Between, "between", "between(x, low, high)", Takes::Values(3), "a value and two limits",
        "between(Speed, 50, 100)", "whether low <= x and x <= high";
    Missing, "missing", "missing(x)", Takes::Values(1), "a value",
        "missing(Speed)", "1 where x has no value, else 0; isnan(x) is the same";
    Abs, "abs", "abs(x)", Takes::Values(1), "a value",
        "abs(Torque)", "x without its sign";
    Sign, "sign", "sign(x)", Takes::Values(1), "a value",
        "sign(Torque)", "-1, 0 or 1";
    Min, "min", "min(a, b, ...)", Takes::ManyValues, "two or more values",
        "min(CellA, CellB)", "the least of them; missing where one is missing";
    Max, "max", "max(a, b, ...)", Takes::ManyValues, "two or more values",
        "max(CellA, CellB)", "the greatest of them; missing where one is missing";
    Clamp, "clamp", "clamp(x, low, high)", Takes::Values(3), "a value and two limits",
        "clamp(Torque, 0, 100)", "x, but not below low nor above high";
    Floor, "floor", "floor(x)", Takes::Values(1), "a value",
        "floor(Speed)", "the next whole number down";
    Ceil, "ceil", "ceil(x)", Takes::Values(1), "a value",
        "ceil(Speed)", "the next whole number up";
    Round, "round", "round(x)", Takes::Values(1), "a value",
        "round(Speed)", "the nearest whole number; halves go away from zero";
    Sqrt, "sqrt", "sqrt(x)", Takes::Values(1), "a value",
        "sqrt(Ax ^ 2 + Ay ^ 2)", "the square root; missing below zero";
    Exp, "exp", "exp(x)", Takes::Values(1), "a value",
        "exp(-Age)", "e to the power of x";
    Ln, "ln", "ln(x)", Takes::Values(1), "a value",
        "ln(Pressure)", "the natural logarithm; missing below zero";
    Sin, "sin", "sin(x)", Takes::Values(1), "a value",
        "sin(Angle)", "the sine of x in radians";
    Cos, "cos", "cos(x)", Takes::Values(1), "a value",
        "cos(Angle)", "the cosine of x in radians";
    Tan, "tan", "tan(x)", Takes::Values(1), "a value",
        "tan(Angle)", "the tangent of x in radians";
    Previous, "previous", "previous(x)", Takes::Values(1), "a value",
        "previous(Gear)", "the value of the sample before the last one";
    Changed, "changed", "changed(x)", Takes::Values(1), "a value",
        "changed(Gear)", "1 when a sample differs from the one before, else 0";
    Diff, "diff", "diff(x)", Takes::Values(1), "a value",
        "diff(Odometer)", "the change since the sample before";
    Rate, "rate", "rate(x)", Takes::Values(1), "a value",
        "rate(Speed)", "the change per second since the sample before";
    Integral, "integral", "integral(x)", Takes::Values(1), "a value",
        "integral(Power)", "the sum over time in seconds, from sample to sample by trapezoids";
    MovingAverage, "moving_average", "moving_average(x, duration)", Takes::ValueAndDuration,
        "a value and a duration", "moving_average(Speed, 500 ms)",
        "the mean of the samples of the last so many seconds";
    Lowpass, "lowpass", "lowpass(x, duration or frequency)", Takes::ValueAndSmoothing,
        "a value and a time constant or a cutoff frequency",
        "lowpass(Speed, 1 s) or lowpass(Speed, 5 Hz)",
        "x smoothed by a first-order filter";
    Linear, "linear", "linear(signal)", Takes::Signal, "the name of a signal",
        "linear(Speed)", "the signal joined by straight lines; recorded data only";
}

impl Function {
    /// The function of that name, in any case.
    pub fn by_name(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("isnan") {
            return Some(Self::Missing);
        }
        let mut all = Self::ALL.iter();
        all.find(|function| function.info().name.eq_ignore_ascii_case(name))
            .copied()
    }

    /// The name that a mistyped one was most likely meant to be.
    pub(super) fn nearest_name(name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        let distances = Self::ALL.iter().map(|function| {
            let candidate = function.info().name;
            (edit_distance(&name, candidate), candidate)
        });
        // Up to half of the letters may be wrong, but not more than three.
        let allowed = name.chars().count().div_ceil(2).min(3);
        distances
            .filter(|(distance, _)| *distance <= allowed)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, candidate)| candidate)
    }
}

/// How many letters have to be put in, taken out or replaced.
fn edit_distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            *first = left;
        }
        for (cell, b) in cells.zip(to.chars()) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *cell;
            *cell = replaced.min(left + 1).min(diagonal + 1);
            left = *cell;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_only_once() {
        for function in Function::ALL {
            let info = function.info();
            assert_eq!(info.function, *function);
            assert_eq!(
                Function::by_name(&info.name.to_uppercase()),
                Some(*function)
            );
            assert!(info.signature.starts_with(info.name), "{info:?}");
            assert!(!info.help.ends_with('.') && !info.help.contains('\n'));
        }
        assert_eq!(Function::by_name("IsNaN"), Some(Function::Missing));
        assert_eq!(Function::by_name("foo"), None);
    }

    #[test]
    fn mistyped_names_are_recognised() {
        for (typed, meant) in [
            ("flor", Some("floor")),
            ("Moving_Averge", Some("moving_average")),
            ("sqr", Some("sqrt")),
            ("foo", Some("floor")),
            ("mx", Some("max")),
            ("something", None),
            ("", None),
        ] {
            assert_eq!(Function::nearest_name(typed), meant, "{typed}");
        }
    }

    #[test]
    fn distance_counts_edits() {
        for (from, to, distance) in [("", "abc", 3), ("kitten", "sitting", 3), ("µs", "us", 1)] {
            assert_eq!(edit_distance(from, to), distance);
            assert_eq!(edit_distance(to, from), distance);
        }
    }
}
