//! What an editor can offer at the cursor of a text that is still being written.
//!
//! Looks at tokens only, so that it works on texts that do not parse. Which signals and texts there
//! are is the caller's business.

use std::ops::Range;

use super::ast::BinaryOp;
use super::error::ParseProblem;
use super::function::{Function, Takes};
use super::lex::{self, Kind, Token};

/// What could be put at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Bytes of the text that what is chosen replaces, quotes and backticks included; empty to put
    /// it at the cursor.
    pub replace: Range<usize>,
    /// What was written of it so far, up to the cursor and without the quote.
    pub prefix: String,
    /// What it could be.
    pub kind: CompletionKind,
}

/// What could stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A signal ([`quote_name`](super::quote_name)) or a [`Function`].
    SignalOrFunction,
    /// A value description ([`quote_text`](super::quote_text)) of this signal. Without a quote so
    /// far a number or another signal could stand there too.
    Text {
        /// Its name, without backticks.
        signal: String,
    },
    /// A unit ([`TimeUnit`](super::TimeUnit)), for `lowpass` also `Hz`.
    Unit,
    /// Nothing that can be listed: an operator, a number, the rest of a keyword.
    None,
}

/// What could be put at the cursor, a position in bytes; one inside a character or beyond the end
/// counts as the nearest one before.
pub fn complete(text: &str, cursor: usize) -> Completion {
    let cursor = text.floor_char_boundary(cursor);
    let tokens = lex::tokens(text);
    let n_before = tokens.partition_point(|token| token.at.start < cursor);
    let (before, after) = tokens.split_at_checked(n_before).unwrap_or_default();
    if let [before @ .., token] = before
        && cursor <= token.at.end
    {
        let written = text.get(token.at.start..cursor).unwrap_or_default();
        if let Some(completion) = within(before, token, after, written) {
            return completion;
        }
    }
    Completion {
        replace: cursor..cursor,
        prefix: String::new(),
        kind: next_to(before),
    }
}

/// With the cursor in a token or at its end, `written` being what lies between its start and the
/// cursor; `None` where the token is complete and another one would follow.
fn within(
    before: &[Token<'_>],
    token: &Token<'_>,
    after: &[Token<'_>],
    written: &str,
) -> Option<Completion> {
    let cursor = token.at.start + written.len();
    let is_inside = cursor < token.at.end;
    let completion = |kind, prefix: &str| {
        Some(Completion {
            replace: token.at.clone(),
            prefix: prefix.to_owned(),
            kind,
        })
    };
    let mut rest = written.chars();
    match rest.next()? {
        quote @ ('"' | '\'' | '`') => {
            let is_closed = !matches!(
                token.kind,
                Kind::Bad(ParseProblem::UnclosedName | ParseProblem::UnclosedText { .. })
            );
            if is_closed && !is_inside {
                return None;
            }
            let kind = match compared_signal(before, after) {
                _ if quote == '`' => value(before),
                Some(signal) => CompletionKind::Text { signal },
                None => CompletionKind::None,
            };
            let mut completion = completion(kind, rest.as_str())?;
            if !is_closed {
                // What follows was not meant to be in the quotes.
                completion.replace.end = cursor;
            }
            Some(completion)
        }
        first if first.is_ascii_digit() || !(first.is_alphanumeric() || first == '_') => {
            // An operator or a number; nothing to put inside it.
            is_inside.then(|| completion(CompletionKind::None, written))?
        }
        _ if matches!(
            before.last().map(|token| &token.kind),
            Some(Kind::Number(_))
        ) =>
        {
            completion(CompletionKind::Unit, written)
        }
        _ => completion(value(before), written),
    }
}

/// After these tokens, with none begun.
fn next_to(before: &[Token<'_>]) -> CompletionKind {
    match before {
        [before @ .., number] if matches!(number.kind, Kind::Number(_)) => {
            if takes_duration(before) {
                CompletionKind::Unit
            } else {
                CompletionKind::None
            }
        }
        _ => compared_signal(before, &[])
            .map_or_else(|| value(before), |signal| CompletionKind::Text { signal }),
    }
}

/// A value, if one can follow these tokens.
fn value(before: &[Token<'_>]) -> CompletionKind {
    let last = before.last().map(|token| &token.kind);
    let can_follow = matches!(
        last,
        None | Some(Kind::Op(_) | Kind::Not | Kind::Open | Kind::Comma)
    );
    if can_follow && !takes_duration(before) {
        CompletionKind::SignalOrFunction
    } else {
        CompletionKind::None
    }
}

/// Whether a duration or a frequency has to follow these tokens.
fn takes_duration(before: &[Token<'_>]) -> bool {
    let is_name = |token: &Token<'_>, word| matches!(token.kind, Kind::Name(name) if name.eq_ignore_ascii_case(word));
    match before {
        [.., last] if last.kind == Kind::For => return true,
        [.., first, at, least]
            if first.kind == Kind::For && is_name(at, "at") && is_name(least, "least") =>
        {
            return true;
        }
        [.., last] if last.kind == Kind::Comma => {}
        _ => return false,
    }
    // The calls that are open, and how many commas each has.
    let mut open: Vec<(Option<Function>, usize)> = Vec::new();
    let mut name = None;
    for token in before {
        match token.kind {
            Kind::Open => open.push((name.and_then(Function::by_name), 0)),
            Kind::Close => {
                open.pop();
            }
            Kind::Comma => {
                if let Some((_, commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            _ => {}
        }
        name = match token.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        };
    }
    let Some((Some(function), 1)) = open.last() else {
        return false;
    };
    let takes = function.info().takes;
    matches!(takes, Takes::ValueAndDuration | Takes::ValueAndSmoothing)
}

/// The signal that stands alone on the other side of `==` or `!=`.
fn compared_signal(before: &[Token<'_>], after: &[Token<'_>]) -> Option<String> {
    let is_equality = |token: &Token<'_>| matches!(token.kind, Kind::Op(op) if op.takes_text());
    let ends_value = |token: Option<&Token<'_>>| match token.map(|token| &token.kind) {
        None | Some(Kind::Open | Kind::Comma | Kind::Close | Kind::Not | Kind::For) => true,
        Some(Kind::Op(op)) => matches!(op, BinaryOp::And | BinaryOp::Or),
        Some(_) => false,
    };
    match (before, after) {
        ([before @ .., signal, op], _) if is_equality(op) && ends_value(before.last()) => {
            signal_name(signal)
        }
        (before, [op, signal, after @ ..])
            if is_equality(op) && ends_value(before.last()) && ends_value(after.first()) =>
        {
            signal_name(signal)
        }
        _ => None,
    }
}

fn signal_name(token: &Token<'_>) -> Option<String> {
    match &token.kind {
        Kind::Name(name) => Some((*name).to_owned()),
        Kind::Quoted(name) => Some(name.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` is the cursor; what is replaced comes back in brackets.
    fn at_cursor(text: &str) -> (String, String, CompletionKind) {
        let cursor = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let completion = complete(&text, cursor);
        let mut shown = text.clone();
        shown.insert(completion.replace.end, ']');
        shown.insert(completion.replace.start, '[');
        (shown, completion.prefix, completion.kind)
    }

    #[test]
    fn signals_and_functions_where_a_value_can_stand() {
        for (text, shown, prefix) in [
            ("|", "[]", ""),
            ("Sp|", "[Sp]", "Sp"),
            ("Sp|eed > 5", "[Speed] > 5", "Sp"),
            ("a + |", "a + []", ""),
            ("min(|", "min([]", ""),
            ("min(a,| b)", "min(a,[] b)", ""),
            ("not Dr|", "not [Dr]", "Dr"),
            ("Drive.|", "[Drive.]", "Drive."),
            ("Drive.Sp|", "[Drive.Sp]", "Drive.Sp"),
            ("a > `can0:Dr|", "a > [`can0:Dr]", "can0:Dr"),
            ("a > `can0:Dr| + 5", "a > [`can0:Dr] + 5", "can0:Dr"),
            ("a > `odd| name` + 1", "a > [`odd name`] + 1", "odd"),
            ("no|", "[no]", "no"),
            ("not|", "[not]", "not"),
            ("moving_average(|, 5 s)", "moving_average([], 5 s)", ""),
            ("lowpass(max(a, |", "lowpass(max(a, []", ""),
            ("ä + Öl|", "ä + [Öl]", "Öl"),
        ] {
            let expected = (
                shown.to_owned(),
                prefix.to_owned(),
                CompletionKind::SignalOrFunction,
            );
            assert_eq!(at_cursor(text), expected, "{text}");
        }
    }

    #[test]
    fn texts_where_one_is_compared() {
        for (text, shown, prefix, signal) in [
            ("Gear == \"D|", "Gear == [\"D]", "D", "Gear"),
            ("Gear == \"D|\" or a", "Gear == [\"D\"] or a", "D", "Gear"),
            ("Gear == '| and b", "Gear == ['] and b", "", "Gear"),
            ("a and `x:Gear` != |", "a and `x:Gear` != []", "", "x:Gear"),
            ("\"D|\" == Gear", "[\"D\"] == Gear", "D", "Gear"),
        ] {
            let kind = CompletionKind::Text {
                signal: signal.to_owned(),
            };
            let expected = (shown.to_owned(), prefix.to_owned(), kind);
            assert_eq!(at_cursor(text), expected, "{text}");
        }
    }

    #[test]
    fn units_where_a_duration_is_needed() {
        for (text, shown, prefix) in [
            ("moving_average(x, 500|", "moving_average(x, 500[]", ""),
            ("moving_average(x, 500 |)", "moving_average(x, 500 [])", ""),
            ("lowpass(abs(x), 5 H|", "lowpass(abs(x), 5 [H]", "H"),
            ("a > 5 for 200|", "a > 5 for 200[]", ""),
            ("a > 5 for at least 2 |", "a > 5 for at least 2 []", ""),
            ("5m|", "5[m]", "m"),
        ] {
            let expected = (shown.to_owned(), prefix.to_owned(), CompletionKind::Unit);
            assert_eq!(at_cursor(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_elsewhere() {
        for text in [
            "a |",
            "a an|",
            "a > 5|",
            "1|23",
            "a >|= 5",
            "(a) |",
            "`a`|",
            "Gear == \"D\"|",
            "a + \"D|",
            "a + Gear == \"D|",
            "moving_average(x, |",
            "a > 5 for |",
            "a > 5 for at|",
            "a > 5 for at lea|",
        ] {
            assert_eq!(at_cursor(text).2, CompletionKind::None, "{text}");
        }
    }
}
