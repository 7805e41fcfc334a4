//! Text to tokens.
//!
//! Never fails and leaves out nothing but white space: what is no token becomes
//! [`Kind::Bad`] with the reason, so that completion works on half-written texts.

use std::ops::Range;

use winnow::combinator::{alt, delimited, dispatch, empty, fail, opt, peek, preceded, repeat};
use winnow::error::EmptyError;
use winnow::prelude::*;
use winnow::stream::LocatingSlice;
use winnow::token::{any, one_of, take_till, take_while};

use super::ast::BinaryOp;
use super::error::ParseProblem;

/// A word of the language and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) at: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind<'a> {
    Number(f64),
    /// A bare word that is no keyword: a signal, a function, a unit, `if`.
    Name(&'a str),
    /// What stands in backticks.
    Quoted(String),
    Text(String),
    /// An operator; `-` also where it stands before its operand.
    Op(BinaryOp),
    Not,
    For,
    Open,
    Close,
    Comma,
    Bad(ParseProblem),
}

type Input<'a> = LocatingSlice<&'a str>;
type Lexed<T> = Result<T, EmptyError>;

/// All tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let token = delimited(space, token, space);
    let read: Lexed<Vec<Token<'_>>> = repeat(0.., token).parse_next(&mut LocatingSlice::new(text));
    read.unwrap_or_default() // `repeat` stops where `token` fails, which is at the end
}

/// Whether a name is read as itself where it stands without backticks.
pub(super) fn is_bare(name: &str) -> bool {
    matches!(tokens(name).as_slice(), [Token { kind: Kind::Name(found), .. }]
        if *found == name && !found.eq_ignore_ascii_case("if"))
}

fn space(input: &mut Input<'_>) -> Lexed<()> {
    take_while(0.., char::is_whitespace)
        .void()
        .parse_next(input)
}

fn token<'a>(input: &mut Input<'a>) -> Lexed<Token<'a>> {
    let kind = alt((number, word, backticks, quotes, symbol, any.map(unexpected)));
    let (kind, at) = kind.with_span().parse_next(input)?;
    Ok(Token { kind, at })
}

fn unexpected<'a>(found: char) -> Kind<'a> {
    Kind::Bad(ParseProblem::UnexpectedCharacter { found })
}

fn number<'a>(input: &mut Input<'a>) -> Lexed<Kind<'a>> {
    let hexadecimal = preceded(
        ('0', one_of(['x', 'X'])),
        take_while(0.., |c: char| c.is_ascii_hexdigit()),
    );
    let digits = || take_while(1.., |c: char| c.is_ascii_digit());
    let exponent = || opt((one_of(['e', 'E']), opt(one_of(['+', '-'])), digits()));
    let decimal = alt((
        (digits(), opt(('.', digits())), exponent()).void(),
        ('.', digits(), exponent()).void(),
    ));
    alt((
        hexadecimal.with_taken().map(|(digits, text)| {
            let value = u64::from_str_radix(digits, 16);
            value.map_or_else(
                |_empty_or_too_long| {
                    Kind::Bad(ParseProblem::BadHexadecimal {
                        text: excerpt(text),
                    })
                },
                |value| Kind::Number(value as f64),
            )
        }),
        decimal.take().map(|text: &str| match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Kind::Number(value),
            _ => Kind::Bad(ParseProblem::NumberTooLarge {
                text: excerpt(text),
            }),
        }),
    ))
    .parse_next(input)
}

fn word<'a>(input: &mut Input<'a>) -> Lexed<Kind<'a>> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    // An ASCII digit at the start was taken for a number.
    let word = (
        one_of(part),
        take_while(0.., move |c: char| part(c) || c == '.'),
    );
    let word = word.take().parse_next(input)?;
    Ok(match word {
        _ if word.eq_ignore_ascii_case("and") => Kind::Op(BinaryOp::And),
        _ if word.eq_ignore_ascii_case("or") => Kind::Op(BinaryOp::Or),
        _ if word.eq_ignore_ascii_case("not") => Kind::Not,
        _ if word.eq_ignore_ascii_case("for") => Kind::For,
        _ if word.split('.').any(str::is_empty) => Kind::Bad(ParseProblem::BrokenName {
            name: excerpt(word),
        }),
        _ => Kind::Name(word),
    })
}

fn backticks<'a>(input: &mut Input<'a>) -> Lexed<Kind<'a>> {
    let (content, is_closed) = quoted('`').parse_next(input)?;
    Ok(if !is_closed {
        Kind::Bad(ParseProblem::UnclosedName)
    } else if content.is_empty() {
        Kind::Bad(ParseProblem::EmptyName)
    } else {
        Kind::Quoted(content)
    })
}

fn quotes<'a>(input: &mut Input<'a>) -> Lexed<Kind<'a>> {
    let quote = peek(one_of(['"', '\''])).parse_next(input)?;
    let (content, is_closed) = quoted(quote).parse_next(input)?;
    Ok(if is_closed {
        Kind::Text(content)
    } else {
        Kind::Bad(ParseProblem::UnclosedText { quote })
    })
}

/// What stands between two quotes, where the quote itself is written twice; and whether the second
/// one is there.
fn quoted<'a>(quote: char) -> impl Parser<Input<'a>, (String, bool), EmptyError> {
    let piece = move |input: &mut Input<'a>| {
        let other = take_till(1.., quote).map(Some);
        alt((other, (quote, quote).value(None))).parse_next(input)
    };
    let pieces = repeat(0.., piece).fold(String::new, move |mut content, piece: Option<&str>| {
        match piece {
            Some(piece) => content.push_str(piece),
            None => content.push(quote),
        }
        content
    });
    (preceded(quote, pieces), opt(quote).map(|end| end.is_some()))
}

fn symbol<'a>(input: &mut Input<'a>) -> Lexed<Kind<'a>> {
    dispatch! {any;
        '(' => empty.value(Kind::Open),
        ')' => empty.value(Kind::Close),
        ',' => empty.value(Kind::Comma),
        '<' => alt((
            '='.value(Kind::Op(BinaryOp::Le)),
            '>'.value(Kind::Op(BinaryOp::Ne)),
            empty.value(Kind::Op(BinaryOp::Lt)),
        )),
        '>' => alt(('='.value(Kind::Op(BinaryOp::Ge)), empty.value(Kind::Op(BinaryOp::Gt)))),
        '=' => opt('=').value(Kind::Op(BinaryOp::Eq)),
        '!' => alt(('='.value(Kind::Op(BinaryOp::Ne)), empty.value(Kind::Not))),
        '&' => '&'.value(Kind::Op(BinaryOp::And)),
        '|' => '|'.value(Kind::Op(BinaryOp::Or)),
        '+' => empty.value(Kind::Op(BinaryOp::Add)),
        '-' => empty.value(Kind::Op(BinaryOp::Sub)),
        '*' => empty.value(Kind::Op(BinaryOp::Mul)),
        '/' => empty.value(Kind::Op(BinaryOp::Div)),
        '%' => empty.value(Kind::Op(BinaryOp::Rem)),
        '^' => empty.value(Kind::Op(BinaryOp::Pow)),
        _ => fail,
    }
    .parse_next(input)
}

/// The beginning of a text, short enough for a message.
pub(super) fn excerpt(text: &str) -> String {
    const MAX_CHARS: usize = 32;
    let mut chars = text.chars();
    let mut excerpt: String = chars.by_ref().take(MAX_CHARS).collect();
    if chars.next().is_some() {
        excerpt.push_str("...");
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind<'_>> {
        tokens(text).into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn numbers() {
        for (text, value) in [
            ("1", 1.0),
            ("1.5", 1.5),
            (".5", 0.5),
            ("1e3", 1000.0),
            ("2.5E-2", 0.025),
            ("0x1F", 31.0),
            ("0Xff", 255.0),
            ("007", 7.0),
        ] {
            assert_eq!(kinds(text), [Kind::Number(value)], "{text}");
        }
        assert_eq!(kinds("1e"), [Kind::Number(1.0), Kind::Name("e")]);
        for bad in ["0x", "0x12345678901234567", "1e999"] {
            assert!(matches!(kinds(bad).as_slice(), [Kind::Bad(_)]), "{bad}");
        }
    }

    #[test]
    fn words() {
        for name in [
            "Speed",
            "Drive.Speed",
            "_x9",
            "Öltemperatur",
            "車速",
            "a.5",
            "orx",
        ] {
            assert_eq!(kinds(name), [Kind::Name(name)], "{name}");
            assert!(is_bare(name), "{name}");
        }
        for name in [
            "", "and", "Not", "IF", "for", "5a", "a b", "a.", "a..b", "ü-b", " a", "a`",
        ] {
            assert!(!is_bare(name), "{name}");
        }
        assert_eq!(
            kinds("AND or !not For"),
            [
                Kind::Op(BinaryOp::And),
                Kind::Op(BinaryOp::Or),
                Kind::Not,
                Kind::Not,
                Kind::For
            ]
        );
    }

    #[test]
    fn quotes_are_written_twice() {
        for (text, content) in [
            ("'D'", "D"),
            (r#""say ""hi""""#, r#"say "hi""#),
            ("''", ""),
            ("''''", "'"),
            ("'a\"b'", "a\"b"),
        ] {
            assert_eq!(kinds(text), [Kind::Text(content.to_owned())], "{text}");
        }
        let name = "`can0:Drive[0x123].Speed`";
        assert_eq!(
            kinds(name),
            [Kind::Quoted("can0:Drive[0x123].Speed".to_owned())]
        );
        assert_eq!(kinds("`a``b`"), [Kind::Quoted("a`b".to_owned())]);
        assert_eq!(kinds("``"), [Kind::Bad(ParseProblem::EmptyName)]);
        assert_eq!(kinds("`a``"), [Kind::Bad(ParseProblem::UnclosedName)]);
        assert_eq!(
            kinds("'a"),
            [Kind::Bad(ParseProblem::UnclosedText { quote: '\'' })]
        );
    }

    #[test]
    fn symbols_are_as_long_as_possible() {
        use BinaryOp::*;
        let ops = |text| -> Vec<BinaryOp> {
            let ops = kinds(text).into_iter().map(|kind| match kind {
                Kind::Op(op) => op,
                other => panic!("{other:?}"),
            });
            ops.collect()
        };
        assert_eq!(
            ops("< <= <> > >= = == !="),
            [Lt, Le, Ne, Gt, Ge, Eq, Eq, Ne]
        );
        assert_eq!(ops("===<=<"), [Eq, Eq, Le, Lt]);
        assert_eq!(
            ops("&& || + - * / % ^"),
            [And, Or, Add, Sub, Mul, Div, Rem, Pow]
        );
        assert_eq!(
            kinds("&"),
            [Kind::Bad(ParseProblem::UnexpectedCharacter { found: '&' })]
        );
    }

    #[test]
    fn nothing_but_space_is_left_out() {
        let text = " a\u{a0}+ §\n`b` ";
        let spans: Vec<_> = tokens(text).into_iter().map(|token| token.at).collect();
        assert_eq!(spans, [1..2, 4..5, 6..8, 9..12]);
    }
}
