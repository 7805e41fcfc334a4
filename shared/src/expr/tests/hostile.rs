//! Texts that nobody means well.

use proptest::prelude::*;

use super::super::*;

/// Whatever happens, the place of an error and of a completion lies in the text.
fn check_all(text: &str) {
    let is_place = |at: &std::ops::Range<usize>| text.get(at.clone()).is_some();
    for error in [Expr::parse(text).err(), Condition::parse(text).err()]
        .into_iter()
        .flatten()
    {
        assert!(is_place(&error.at), "{text:?}: {error:?}");
        assert!(!error.to_string().is_empty());
    }
    for cursor in 0..=text.len() + 1 {
        let completion = complete(text, cursor);
        let replace = completion.replace;
        assert!(is_place(&replace), "{text:?} at {cursor}");
        assert!(replace.start <= cursor, "{text:?} at {cursor}");
        assert!(replace.end >= cursor.min(text.len()) || !text.is_char_boundary(cursor));
    }
}

#[test]
fn deep_texts_are_refused_before_the_stack_ends() {
    let deep = |piece: &str| piece.repeat(MAX_TEXT_BYTES / piece.len() - 1);
    for piece in [
        "(", "-", "not ", "!", "abs(", "2^", "if(a,", "-(", "min(a,-",
    ] {
        let text = format!("{}a", deep(piece));
        let error = Expr::parse(&text).unwrap_err();
        assert_eq!(error.problem, ParseProblem::TooDeep, "{piece}");
    }
    for piece in ["a+", "a and ", "1*"] {
        let text = format!("{}a", deep(piece));
        let error = Expr::parse(&text).unwrap_err();
        assert_eq!(error.problem, ParseProblem::TooHigh, "{piece}");
    }
    for len in [MAX_TEXT_BYTES, MAX_TEXT_BYTES + 1] {
        let is_refused = matches!(
            Expr::parse(&"a".repeat(len)).map_err(|error| error.problem),
            Err(ParseProblem::TooLong { .. })
        );
        assert_eq!(is_refused, len > MAX_TEXT_BYTES);
    }
}

/// The highest tree goes through everything that recurses, on a thread with a small stack.
#[test]
fn the_limits_are_safe() {
    let walk = || {
        let sums = format!("{}a", "a+".repeat(MAX_HEIGHT));
        let parentheses = format!(
            "{}a{}",
            "(".repeat(MAX_DEPTH - 1),
            ")".repeat(MAX_DEPTH - 1)
        );
        let calls = format!(
            "{}a{}",
            "abs(".repeat(MAX_DEPTH - 1),
            ")".repeat(MAX_DEPTH - 1)
        );
        for text in [sums, parentheses, calls] {
            let expr = Expr::parse(&text).unwrap();
            let again = Expr::parse(&expr.to_string()).unwrap();
            assert_eq!(expr.clone(), again);
            let program = expr.bind(&super::Names).unwrap();
            let mut evaluator = Evaluator::new(&program);
            evaluator.set(0, 1.0);
            assert!(evaluator.step(0) >= 1.0);
        }
    };
    std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(walk)
        .unwrap()
        .join()
        .unwrap();
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in ".{0,40}") {
        check_all(&text);
    }

    #[test]
    fn any_tokens_are_parsed_or_refused(pieces in proptest::collection::vec(
        proptest::sample::select(vec![
            "a", "Gear", "1", "0x", "5 ms", "Hz", "\"", "'D'", "`", "`x y`", "(", ")", ",", "+",
            "-", "*", "^", "<", "==", "!", "and", "or", "not", "for", "at least", "if", "min",
            "moving_average", "lowpass", "linear", ".", " ", "é", "\u{301}", "🚗", "&", "=",
        ]),
        0..16,
    )) {
        check_all(&pieces.concat());
        check_all(&pieces.join(" "));
    }
}
