//! What is refused, where, and in which words.

use super::super::*;
use super::Names;

/// The message for a condition, with the place in brackets in the text.
fn refused(text: &str) -> (String, String) {
    let error = Condition::parse(text).unwrap_err();
    (marked(text, &error.at), error.to_string())
}

fn marked(text: &str, at: &std::ops::Range<usize>) -> String {
    let mut marked = text.to_owned();
    marked.insert(at.end, ']');
    marked.insert(at.start, '[');
    marked
}

/// A text, the place in it, and the message.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "",
        "[]",
        "nothing to evaluate; write an expression, such as Speed > 100",
    ),
    (
        "  ",
        "[  ]",
        "nothing to evaluate; write an expression, such as Speed > 100",
    ),
    ("a +", "a +[]", "expected a value after `+`"),
    ("a + )", "a + [)]", "expected a value after `+`, found `)`"),
    ("* a", "[*] a", "expected a value, found `*`"),
    (
        "min(a,,b)",
        "min(a,[,]b)",
        "expected a value after `,`, found `,`",
    ),
    (
        "a b",
        "a [b]",
        "expected an operator before `b`, such as + or and",
    ),
    (
        "`Speed`(a)",
        "`Speed`[(]a)",
        "expected an operator before `(`, such as + or and",
    ),
    (
        "(a + b",
        "[(]a + b",
        "a parenthesis is not closed; expected `)`",
    ),
    (
        "abs(a",
        "abs[(]a",
        "a parenthesis is not closed; expected `)`",
    ),
    (
        "a + b)",
        "a + b[)]",
        "this `)` closes nothing; take it away, or open a parenthesis before it",
    ),
    (
        "1,5 * a",
        "1[,]5 * a",
        "a comma stands only between the arguments of a function; decimals have a point: 1.5",
    ),
    (
        "0 < a < 5",
        "0 < a [<] 5",
        "comparisons do not chain; write `a < b and b < c`, or between(b, a, c)",
    ),
    (
        "a > 5 m",
        "a > 5 [m]",
        "unknown unit `m`; a number can have ns, us, ms, s, min, h or Hz",
    ),
    (
        "2a",
        "2[a]",
        "unknown unit `a`; a number can have ns, us, ms, s, min, h or Hz",
    ),
    (
        "1 + foo(a)",
        "1 + [foo](a)",
        "unknown function `foo`; did you mean `floor`?",
    ),
    ("Spped(a)", "[Spped](a)", "unknown function `Spped`"),
    (
        "moving_average(a)",
        "[moving_average(a)]",
        "`moving_average` takes a value and a duration, such as moving_average(Speed, 500 ms); it has 1 here",
    ),
    (
        "moving_average(a, 500)",
        "moving_average(a, [500])",
        "`moving_average` takes a value and a duration, such as moving_average(Speed, 500 ms)",
    ),
    (
        "moving_average(a, 0 s)",
        "moving_average(a, [0 s])",
        "`moving_average` takes a value and a duration, such as moving_average(Speed, 500 ms)",
    ),
    (
        "lowpass(a, b)",
        "lowpass(a, [b])",
        "`lowpass` takes a value and a time constant or a cutoff frequency, such as lowpass(Speed, 1 s) or lowpass(Speed, 5 Hz)",
    ),
    (
        "min(a, 500 ms)",
        "min(a, [500 ms])",
        "`min` takes two or more values, such as min(CellA, CellB)",
    ),
    (
        "min(a)",
        "[min(a)]",
        "`min` takes two or more values, such as min(CellA, CellB); it has 1 here",
    ),
    (
        "linear(a + 1)",
        "linear([a + 1])",
        "`linear` takes the name of a signal, such as linear(Speed)",
    ),
    (
        "if > 5",
        "[if] > 5",
        "`if` takes a condition and two values, such as if(Gear == 2, Speed, 0); it has 0 here",
    ),
    (
        "a + 'D'",
        "a + ['D']",
        "text can only be compared with a signal by == or !=, as in Gear == \"D\"",
    ),
    (
        "a + 1 == 'D'",
        "a + 1 == ['D']",
        "text can only be compared with a signal by == or !=, as in Gear == \"D\"",
    ),
    (
        "a < 'D'",
        "a < ['D']",
        "text can only be compared with a signal by == or !=, as in Gear == \"D\"",
    ),
    (
        "'D'",
        "['D']",
        "text can only be compared with a signal by == or !=, as in Gear == \"D\"",
    ),
    (
        "a > 5 Hz",
        "a > [5 Hz]",
        "a frequency can only be the cutoff of lowpass, as in lowpass(Speed, 5 Hz)",
    ),
    (
        "a == \"D",
        "a == [\"D]",
        "the text that begins here is not closed; it ends with \"",
    ),
    (
        "`a + b",
        "[`a + b]",
        "the name that begins here is not closed; it ends with a backtick",
    ),
    (
        "`` + 1",
        "[``] + 1",
        "there is no name between the backticks",
    ),
    (
        "Drive. > 1",
        "[Drive.] > 1",
        "`Drive.` is no name of a signal: a dot stands between two parts, as in Message.Signal; other names go in backticks",
    ),
    (
        "0x > 1",
        "[0x] > 1",
        "`0x` is no number; after 0x come 1 to 16 hexadecimal digits, as in 0x1F",
    ),
    (
        "1e999",
        "[1e999]",
        "`1e999` is more than a number can be; the limit is 1.7e308",
    ),
    ("a & b", "a [&] b", "unexpected `&`; write and, or &&"),
    (
        "a > §",
        "a > [§]",
        "unexpected `§`; names with such characters go in backticks",
    ),
    (
        "a > 5 for",
        "a > 5 for[]",
        "expected a duration after `for`, such as 200 ms",
    ),
    (
        "a > 5 for at least 200",
        "a > 5 for at least [200]",
        "expected a duration after `for`, found `200`, such as 200 ms",
    ),
    (
        "a > 5 for 2 s b",
        "a > 5 for 2 s [b]",
        "expected an operator before `b`, such as + or and",
    ),
    (
        "(a for 2 s)",
        "(a [for] 2 s)",
        "`for` belongs to the end of a condition; this needs an expression without it",
    ),
];

#[test]
fn texts() {
    for (text, place, message) in REFUSED {
        let expected = ((*place).to_owned(), (*message).to_owned());
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn an_expression_has_no_for() {
    let error = Expr::parse("a > 5 for 2 s").unwrap_err();
    assert_eq!(error.problem, ParseProblem::MisplacedFor);
    assert_eq!(error.at, 6..9);
}

#[test]
fn what_is_expected_can_be_asked() {
    for (text, expected) in [
        ("a +", Some(Expected::Value)),
        ("a b", Some(Expected::Operator)),
        ("(a", Some(Expected::ClosingParenthesis)),
        ("5 x", Some(Expected::Unit)),
        ("a for", Some(Expected::Duration)),
        ("foo(a)", Some(Expected::Function)),
        ("a < b < c", None),
    ] {
        let error = Condition::parse(text).unwrap_err();
        assert_eq!(error.expected(), expected, "{text}");
    }
}

#[test]
fn names() {
    for (text, place, message) in [
        ("a + speed", "a + [speed]", "no signal `speed`"),
        (
            "gear > 1",
            "[gear] > 1",
            "no signal `gear`; did you mean `Gear`?",
        ),
        (
            "1 + `two`",
            "1 + [`two`]",
            "`two` is the name of several signals; write `A.two` or `B.two`",
        ),
        (
            "Gear == 'R'",
            "Gear == ['R']",
            "`Gear` has no value called \"R\"; it has \"P\", \"D\"",
        ),
        (
            "'D' == a",
            "['D'] == a",
            "`a` has no value called \"D\"; compare it with a number",
        ),
    ] {
        let error = Expr::parse(text).unwrap().bind(&Names).unwrap_err();
        assert_eq!(marked(text, &error.at), place);
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn linear_needs_recorded_data() {
    let expr = Expr::parse("abs(linear(a)) + b").unwrap();
    assert!(expr.bind(&Names).is_ok());
    let error = expr.bind_live(&Names).unwrap_err();
    assert_eq!(error.at, 11..12);
    assert_eq!(
        error.to_string(),
        "linear(a) needs the sample that comes next, which live data do not have yet; write a itself, or lowpass(a, 1 s)"
    );
}

#[test]
fn trees_built_by_hand_are_checked() {
    let number = |value| Expr {
        node: Node::Number(value),
        at: 0..0,
    };
    let text = Expr {
        node: Node::Text("D".to_owned()),
        at: 0..0,
    };
    let call = |function, arguments| Expr {
        node: Node::Call {
            function,
            arguments,
        },
        at: 0..0,
    };
    let sum = Expr {
        node: Node::Unary {
            op: UnaryOp::Neg,
            operand: Box::new(text.clone()),
        },
        at: 0..0,
    };
    for (expr, problem) in [
        (text, ParseProblem::MisplacedText),
        (sum, ParseProblem::MisplacedText),
        (
            call(Function::If, vec![number(1.0)]),
            ParseProblem::ArgumentCount {
                function: Function::If,
                given: 1,
            },
        ),
        (
            call(Function::Lowpass, vec![number(1.0), number(1.0)]),
            ParseProblem::ArgumentKind {
                function: Function::Lowpass,
            },
        ),
    ] {
        let error = expr.bind(&Names).unwrap_err();
        assert_eq!(error.problem, BindProblem::Malformed(problem));
    }
}
