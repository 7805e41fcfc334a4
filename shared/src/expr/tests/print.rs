//! Trees to text and back.

use proptest::prelude::*;

use super::super::*;
use super::strategy::any_expr;

/// What a text prints as.
fn canonical(text: &str) -> String {
    Condition::parse(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .to_string()
}

#[test]
fn canonical_texts() {
    for (text, printed) in [
        ("1.50", "1.5"),
        ("0x1F", "31"),
        ("1e300", "1e300"),
        ("  a+b * c ", "a + b * c"),
        ("(a+b)*c", "(a + b) * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a^b^c", "a ^ b ^ c"),
        ("(a^b)^c", "(a ^ b) ^ c"),
        ("-a^b", "-a ^ b"),
        ("(-a)^b", "(-a) ^ b"),
        ("a ^ -b", "a ^ (-b)"),
        ("- -a", "--a"),
        ("-(a*b)", "-(a * b)"),
        ("-a*b", "-a * b"),
        ("not a = b", "not a == b"),
        ("(not a) = b", "(not a) == b"),
        ("1 + not a < b", "1 + (not a < b)"),
        ("!a && B || c", "not a and B or c"),
        ("a AND (b OR c)", "a and (b or c)"),
        ("(a < b) < c", "(a < b) < c"),
        ("a <> b", "a != b"),
        ("IF(a, B, Max(c, 1))", "if(a, B, max(c, 1))"),
        ("isnan(a)", "missing(a)"),
        ("`a` + `odd name` + `and`", "a + `odd name` + `and`"),
        ("`a``b`", "`a``b`"),
        ("Gear == 'D'", "Gear == \"D\""),
        ("'say \"x\"' != Gear", "\"say \"\"x\"\"\" != Gear"),
        ("Moving_Average(a, 500ms)", "moving_average(a, 500 ms)"),
        ("lowpass(a, 5 HZ)", "lowpass(a, 5 Hz)"),
        ("lowpass(a, 0.5 µs)", "lowpass(a, 0.5 us)"),
        ("a > 5 for 200ms", "a > 5 for 200 ms"),
        ("a > 5 FOR At Least 2 min", "a > 5 for 2 min"),
        ("integral(1) > 5 min", "integral(1) > 5 min"),
        ("Öl.Druck > 1", "Öl.Druck > 1"),
        ("max > min(s, 5)", "max > min(s, 5)"),
    ] {
        assert_eq!(canonical(text), printed, "{text}");
        assert_eq!(canonical(printed), printed, "{text}");
    }
}

#[test]
fn positions_are_those_of_the_text() {
    let text = "1 + `x y` * (-b)";
    let expr = Expr::parse(text).unwrap();
    let shown = |expr: &Expr| text.get(expr.at.clone()).unwrap().to_owned();
    assert_eq!(shown(&expr), text);
    let Node::Binary { right, .. } = expr.node else {
        panic!("{expr:?}");
    };
    assert_eq!(shown(&right), "`x y` * (-b)");
    let Node::Binary { left, right, .. } = right.node else {
        panic!("{right:?}");
    };
    assert_eq!(shown(&left), "`x y`");
    assert_eq!(shown(&right), "(-b)");
}

#[test]
fn lengths_of_time() {
    for (text, ns, secs) in [
        ("5 ns", 5, 5e-9),
        ("1.5 us", 1500, 1.5e-6),
        ("200 ms", 200_000_000, 0.2),
        ("0.1 s", 100_000_000, 0.1),
        ("5 min", 300_000_000_000, 300.0),
        ("2 h", 7_200_000_000_000, 7200.0),
        ("1e300 h", i64::MAX, 3.6e303),
    ] {
        let condition = Condition::parse(&format!("a for {text}")).unwrap();
        assert_eq!(condition.at_least_ns(), ns, "{text}");
        assert_eq!(condition.at_least.unwrap().as_secs(), secs, "{text}");
    }
    assert_eq!(Condition::parse("a").unwrap().at_least_ns(), 0);
    let span = Condition::parse("a for 1.5 s").unwrap().at_least.unwrap();
    assert_eq!(span.as_duration().as_millis(), 1500);
}

proptest! {
    #[test]
    fn a_tree_prints_to_a_text_that_parses_to_it(expr in any_expr()) {
        let text = expr.to_string();
        if text.len() <= MAX_TEXT_BYTES {
            let parsed = Expr::parse(&text);
            prop_assert_eq!(parsed.as_ref(), Ok(&expr), "{}", text);
            prop_assert_eq!(parsed.unwrap().to_string(), text);
        }
    }

    #[test]
    fn names_and_texts_survive_quoting(content in "\\PC{1,12}") {
        let expr = Expr::parse(&quote_name(&content)).unwrap();
        prop_assert_eq!(expr.node, Node::Signal(content.clone()));
        let label = format!("a == {}", quote_text(&content));
        let Node::Binary { right, .. } = Expr::parse(&label).unwrap().node else {
            panic!("{label}");
        };
        prop_assert_eq!(right.node, Node::Text(content));
    }
}
