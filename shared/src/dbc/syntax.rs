//! One statement of a DBC file through the `can-dbc` parser, with the repairs that it needs.
//!
//! `can-dbc` rejects a whole file for one unreadable line and cuts identifiers above 11 bits without
//! the extended flag to 16 bits. Here it sees one statement at a time, with a stand-in for the
//! identifier, which is read before.

use can_dbc::{Dbc, DbcError, Message, Signal};

use super::statement::Keyword;

/// Why a statement was rejected, in a few words.
pub(super) type Reason = String;

/// A readable statement, and the slip in it that had to be repaired.
#[derive(Debug)]
pub(super) struct Parsed<T> {
    pub(super) value: T,
    pub(super) repair: Option<&'static str>,
}

/// Parses one statement.
pub(super) fn parse(text: &str) -> Result<Dbc, Reason> {
    Dbc::try_from(text).map_err(|error| reason(&error))
}

fn reason(error: &DbcError) -> Reason {
    const MAX_CHARS: usize = 80;
    let text = match error {
        DbcError::Pest(error) => error.variant.message().into_owned(),
        other => other.to_string(),
    };
    let mut short: String = text.chars().take(MAX_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The identifier of the message that a statement is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum IdField {
    /// The statement is not about a message or signal.
    None,
    /// The number as written, and the statement with a small one in its place.
    Some(u32, String),
    /// Digits that are no 32 bit number.
    OutOfRange(String),
}

/// Finds the identifier in a statement.
pub(super) fn take_id(keyword: Keyword, text: &str) -> IdField {
    let Some(object) = id_position(keyword, text) else {
        return IdField::None;
    };
    let len = object
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(object.len());
    let (digits, rest) = object.split_at(len);
    if digits.is_empty() {
        return IdField::None;
    }
    let Ok(id) = digits.parse() else {
        return IdField::OutOfRange(digits.to_owned());
    };
    let head = text.get(..text.len() - object.len()).unwrap_or_default();
    IdField::Some(id, format!("{head}1{rest}"))
}

/// The rest of the statement from the place where the identifier stands.
fn id_position(keyword: Keyword, text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('_')?;
    // The longest keyword has two more underscores: `SG_MUL_VAL_`, `BO_TX_BU_`.
    let rest = match keyword {
        Keyword::MultiplexedRanges => rest.strip_prefix("MUL_VAL_")?,
        Keyword::Transmitters => rest.strip_prefix("TX_BU_")?,
        Keyword::SignalValueType => rest.strip_prefix("VALTYPE_")?,
        Keyword::Message
        | Keyword::ValueDescriptions
        | Keyword::Comment
        | Keyword::AttributeValue => rest,
        _ => return None,
    }
    .trim_start();
    match keyword {
        Keyword::Comment => Some(strip_object(rest).unwrap_or(rest)),
        Keyword::AttributeValue => strip_object(after_string(rest)?.trim_start()),
        _ => Some(rest),
    }
}

fn strip_object(text: &str) -> Option<&str> {
    let rest = text
        .strip_prefix("BO_")
        .or_else(|| text.strip_prefix("SG_"))?;
    Some(rest.trim_start())
}

/// What follows the string at the beginning of a text.
fn after_string(text: &str) -> Option<&str> {
    let body = text.strip_prefix('"')?;
    let mut escaped = false;
    for (i, byte) in body.bytes().enumerate() {
        if byte == b'"' && !escaped {
            return body.get(i + 1..);
        }
        escaped = byte == b'\\';
    }
    None
}

/// Reads a `BO_` line whose identifier is replaced.
pub(super) fn parse_message(text: &str) -> Result<Parsed<Message>, Reason> {
    const REPAIR: &str = "transmitter is missing or no name";
    let text = text.trim_end_matches([';', ' ']);
    match parse(text) {
        Ok(dbc) => only(dbc.messages, None),
        Err(reason) => {
            // `BO_ 1 Name: 8` without a transmitter, or with one that is no name.
            let Some((head, tail)) = text.split_once(':') else {
                return Err(reason);
            };
            let Some(size) = tail.split_ascii_whitespace().next() else {
                return Err(reason);
            };
            let repaired = format!("{head}: {size} Vector__XXX");
            match parse(&repaired) {
                Ok(dbc) => only(dbc.messages, Some(REPAIR)),
                Err(_) => Err(reason),
            }
        }
    }
}

/// Reads an `SG_` line.
pub(super) fn parse_signal(text: &str) -> Result<Parsed<Signal>, Reason> {
    let error = match parse_signal_line(text) {
        Ok(signal) => {
            return Ok(Parsed {
                value: signal,
                repair: begins_with_point(text).then_some("a number begins with its point"),
            });
        }
        Err(error) => error,
    };
    let Some((repaired, repair)) = repair_signal(text) else {
        return Err(error);
    };
    match parse_signal_line(&repaired) {
        Ok(signal) => Ok(Parsed {
            value: signal,
            repair: Some(repair),
        }),
        Err(_) => Err(error),
    }
}

fn parse_signal_line(text: &str) -> Result<Signal, Reason> {
    let dbc = parse(&format!("BO_ 1 M: 8 X\n {text}"))?;
    let message = only(dbc.messages, None)?.value;
    Ok(only(message.signals, None)?.value)
}

fn only<T>(items: Vec<T>, repair: Option<&'static str>) -> Result<Parsed<T>, Reason> {
    let mut items = items.into_iter();
    match (items.next(), items.next()) {
        (Some(value), None) => Ok(Parsed { value, repair }),
        _ => Err("is not one statement".to_owned()),
    }
}

/// Rewrites an `SG_` line that is all there except for what follows the range.
fn repair_signal(text: &str) -> Option<(String, &'static str)> {
    let (head, tail) = text.split_once(']')?;
    let head = with_digits_after_points(head);
    let tail = tail.trim();
    let (unit, receivers, repair) = match after_string(tail) {
        Some(receivers) => {
            let unit = tail.get(..tail.len() - receivers.len()).unwrap_or_default();
            (
                unit,
                receivers,
                "receivers or numbers are not as they should be",
            )
        }
        None if tail.contains('"') => return None,
        None => ("\"\"", tail, "unit is missing"),
    };
    let names: Vec<&str> = receivers
        .split([',', ';', ' ', '\t'])
        .filter(|name| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
        .collect();
    let names = if names.is_empty() {
        "Vector__XXX".to_owned()
    } else {
        names.join(",")
    };
    Some((format!("{head}] {unit} {names}"), repair))
}

/// Whether one of the numbers is like `.5`, which the format does not have.
fn begins_with_point(text: &str) -> bool {
    let numbers = text.split('"').next().unwrap_or_default();
    let mut before = ' ';
    numbers.chars().any(|c| {
        let begins = c == '.' && !before.is_ascii_digit();
        before = c;
        begins
    })
}

/// `1.` as C writes it becomes `1.0`.
fn with_digits_after_points(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        result.push(c);
        if c == '.' && !chars.peek().is_some_and(char::is_ascii_digit) {
            result.push('0');
        }
    }
    result
}

/// Whether a comment names a message by its identifier alone, without `BO_`.
pub(super) fn has_bare_id(text: &str) -> bool {
    let rest = text.strip_prefix("CM_").unwrap_or_default();
    rest.trim_start().starts_with(|c: char| c.is_ascii_digit())
}

/// Whether the `SG_` line has a multiplexing mark without a number, which the parser overlooks.
pub(super) fn has_lone_mark(text: &str) -> bool {
    let head = text.split(':').next().unwrap_or_default();
    head.split_ascii_whitespace().nth(2) == Some("m")
}

/// The readable pairs of a `VAL_` or `VAL_TABLE_` statement that is not readable as a whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ReadPairs<'a> {
    /// The name before the pairs.
    pub(super) name: &'a str,
    /// In place of pairs: a name of a value table.
    pub(super) table: Option<&'a str>,
    pub(super) pairs: Vec<(i64, String)>,
    /// Something among them was no pair.
    pub(super) incomplete: bool,
}

/// Reads `NAME 1 "one" 0 "zero" ;` as far as it can be read.
pub(super) fn read_pairs(text: &str) -> Option<ReadPairs<'_>> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let text = text.trim_start();
    let len = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(len);
    if name.is_empty() {
        return None;
    }
    let mut result = ReadPairs {
        name,
        table: None,
        pairs: Vec::new(),
        incomplete: false,
    };
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest == ";" {
            return Some(result);
        }
        let len = rest
            .find(|c: char| c.is_whitespace() || c == '"' || c == ';')
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(len);
        let string = after.trim_start();
        let Some(after_text) = after_string(string) else {
            let is_table = result.pairs.is_empty()
                && string.trim_end_matches([';', ' ']).is_empty()
                && word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && word.chars().all(is_name);
            result.table = is_table.then_some(word);
            result.incomplete = !is_table;
            return Some(result);
        };
        let quoted = string.get(1..string.len() - after_text.len() - 1);
        match (raw_value(word), quoted) {
            (Some(raw), Some(quoted)) => result.pairs.push((raw, unescape(quoted))),
            _ => result.incomplete = true,
        }
        rest = after_text;
    }
}

/// A raw value: above the signed 64 bit range as the same bits.
fn raw_value(word: &str) -> Option<i64> {
    let unsigned = || word.parse::<u64>().ok().map(u64::cast_signed);
    // Some tools write integers as floating point numbers.
    let float = || {
        let (integer, fraction) = word.split_once('.')?;
        let zeros = fraction.bytes().all(|byte| byte == b'0');
        integer.parse().ok().filter(|_: &i64| zeros)
    };
    word.parse().ok().or_else(unsigned).or_else(float)
}

/// The text of a string: `\"` stands for a quote.
pub(super) fn unescape(text: &str) -> String {
    text.replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_found_where_they_stand() {
        let some = |id, text: &str| IdField::Some(id, text.to_owned());
        let cases = [
            (
                Keyword::Message,
                "BO_ 2147483649 A: 8 X",
                some(0x8000_0001, "BO_ 1 A: 8 X"),
            ),
            (
                Keyword::Comment,
                "CM_ SG_ 5 S \"7\";",
                some(5, "CM_ SG_ 1 S \"7\";"),
            ),
            (Keyword::Comment, "CM_ 5 \"7\";", some(5, "CM_ 1 \"7\";")),
            (Keyword::Comment, "CM_ BU_ Node \"7\";", IdField::None),
            (Keyword::Comment, "CM_ \"7\";", IdField::None),
            (
                Keyword::AttributeValue,
                "BA_ \"a \\\" b\" BO_ 9 7;",
                some(9, "BA_ \"a \\\" b\" BO_ 1 7;"),
            ),
            (Keyword::AttributeValue, "BA_ \"Bus\" 7;", IdField::None),
            (
                Keyword::MultiplexedRanges,
                "SG_MUL_VAL_ 5 A B 1-2;",
                some(5, "SG_MUL_VAL_ 1 A B 1-2;"),
            ),
            (
                Keyword::Transmitters,
                "BO_TX_BU_ 5 : A;",
                some(5, "BO_TX_BU_ 1 : A;"),
            ),
            (
                Keyword::SignalValueType,
                "SIG_VALTYPE_ 5 A : 1;",
                some(5, "SIG_VALTYPE_ 1 A : 1;"),
            ),
            (
                Keyword::ValueDescriptions,
                "VAL_ 5 A 1 \"x\";",
                some(5, "VAL_ 1 A 1 \"x\";"),
            ),
            (
                Keyword::Message,
                "BO_ 4294967296 A: 8 X",
                IdField::OutOfRange("4294967296".to_owned()),
            ),
        ];
        for (keyword, text, expected) in cases {
            assert_eq!(take_id(keyword, text), expected, "{text}");
        }
    }

    #[test]
    fn slips_in_signals_are_repaired() {
        let cases = [
            "SG_ A : 0|8@1+ (1,0) [0|255] XXX",
            "SG_ A : 0|8@1+ (1,0) [0|255] \"\"",
            "SG_ A : 0|8@1+ (1,0) [0|255]",
            "SG_ A : 0|8@1+ (1.,0) [0|255.] \"\" XXX, ;",
            "SG_ A : 0|8@1+ (1,.5) [0|255] \"\" XXX",
            "SG_ A : 0|8@1+ (1,-.5) [0|255] \"\" XXX",
        ];
        for text in cases {
            let parsed = parse_signal(text).unwrap();
            assert!(parsed.repair.is_some(), "{text}");
            assert_eq!(parsed.value.factor, 1.0, "{text}");
        }
        let clean = parse_signal("SG_ A : 0|8@1+ (1,0) [0|255] \"\" XXX").unwrap();
        assert!(clean.repair.is_none());
        for text in [
            "SG_ A : 7",
            "SG_ A : 0|8@1+ (1,0) [0|255] \"km XXX",
            "SG_ A : 0|8@1+ (x,0) [0|1]",
        ] {
            assert!(parse_signal(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_lone_mark_is_seen() {
        assert!(has_lone_mark("SG_ A m : 0|8@1+"));
        assert!(!has_lone_mark("SG_ m : 0|8@1+"));
        assert!(!has_lone_mark("SG_ A m0 : 0|8@1+"));
    }

    #[test]
    fn pairs_are_read_as_far_as_possible() {
        let pairs = |pairs: &[(i64, &str)]| -> Vec<(i64, String)> {
            pairs
                .iter()
                .map(|(raw, text)| (*raw, (*text).to_owned()))
                .collect()
        };
        let cut = read_pairs("Sig 2 \"a \\\" b\" 1 \"c\" 0").unwrap();
        assert_eq!((cut.name, cut.incomplete), ("Sig", true));
        assert_eq!(cut.pairs, pairs(&[(2, "a \" b"), (1, "c")]));
        let odd = read_pairs("Sig 18446744073709551615 \"max\" x \"?\" 3.0 \"three\" ;").unwrap();
        assert_eq!(odd.pairs, pairs(&[(-1, "max"), (3, "three")]));
        assert!(odd.incomplete);
        let table = read_pairs("Sig OnOff ;").unwrap();
        assert_eq!((table.table, table.incomplete), (Some("OnOff"), false));
    }
}
