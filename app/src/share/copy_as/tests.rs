//! What no name may change: the code around the quotes, and what a command line asks for. That the
//! code reads the right rows is tested by running it (`tests/copy_as`).

use canlake_shared::schema::{SignalKey, SignalSelector};
use canlake_shared::time::Timestamp;
use clap::Parser as _;
use proptest::prelude::*;

use super::*;
use crate::cli::{Cli, Command};

fn range() -> TimeRange {
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    TimeRange::new(
        at("2026-03-04T23:55:00Z"),
        at("2026-03-05T00:05:00.000000001Z"),
    )
}

fn selection<'a>(
    source: &'a SourceLocation,
    vehicle: &'a str,
    signals: &'a [SignalKey],
) -> Selection<'a> {
    Selection {
        source,
        vehicle,
        signals,
        range: range(),
        superseded: &[],
    }
}

fn speed() -> SignalKey {
    SignalKey::new("can0", "Drive", Some(0x123), "Speed")
}

#[test]
fn a_script_says_what_it_reads() {
    let source = SourceLocation::path("/data/lake/");
    let signals = [speed(), SignalKey::new("", "Drive", None, "Gear")];
    let selection = selection(&source, "V", &signals);
    let script = copy_as(&selection, Kind::Polars).unwrap();
    let head = "\
# A row per sample in `df`: signal by signal in the order of SIGNALS, by time (UTC).
# Needs Polars 1.32 or later.
# source   /data/lake/
# vehicle  V
# from     2026-03-04T23:55:00.000000000Z
# to       2026-03-05T00:05:00.000000001Z (not included)
# signals  can0:Drive[0x123].Speed
#          Drive.Gear
";
    assert!(script.starts_with(head), "{script}");
    for line in [
        "    (\"Drive.Speed\", \"can0\", \"Drive\", 0x123, \"Speed\"),\n",
        "    (\"Drive.Gear\", \"\", \"Drive\", None, \"Gear\"),\n",
        "(2026, 3, 3) <= tuple(map(int, day)) <= (2026, 3, 6)\n",
        "pl.col(\"timestamp\") >= pl.lit(1772668500000000000)",
        "pl.col(\"timestamp\") < pl.lit(1772669100000000001)",
    ] {
        assert!(script.contains(line), "{line}: {script}");
    }
    let line = copy_as(&selection, Kind::Command).unwrap();
    let expected = "canlake query /data/lake/ --vehicle V --signal \
        'can0:Drive[0x123].Speed' Drive.Gear --from 2026-03-04T23:55:00.000000000Z \
        --to 2026-03-05T00:05:00.000000001Z --labels";
    assert_eq!(line, expected);
}

#[test]
fn places_that_only_the_app_knows_are_a_command() {
    let signals = [speed()];
    for address in ["athena://wg/db", "http://pi.local:8080"] {
        let source: SourceLocation = address.parse().unwrap();
        let selection = selection(&source, "V", &signals);
        let line = copy_as(&selection, Kind::Command).unwrap();
        assert!(
            line.starts_with(&format!("canlake query {address} ")),
            "{line}"
        );
        for kind in [Kind::Pandas, Kind::Polars, Kind::DuckDb] {
            assert!(!kind.reads(&source));
            let error = copy_as(&selection, kind).unwrap_err().to_string();
            let expected = format!("{kind} cannot read {address}; copy it as command line");
            assert_eq!(error, expected);
        }
    }
    let source: SourceLocation = "s3://lake/a b%".parse().unwrap();
    let selection = selection(&source, "V", &signals);
    let script = |kind| copy_as(&selection, kind).unwrap();
    assert!(script(Kind::Pandas).contains("from_uri(\"s3://lake/a%20b%25\")"));
    assert!(script(Kind::DuckDb).contains("glob('s3://lake/a b%/**/*.parquet')"));
}

#[test]
fn nothing_is_no_code() {
    let source = SourceLocation::path("lake");
    let signals = [speed()];
    let none = selection(&source, "V", &[]);
    let mut empty = selection(&source, "V", &signals);
    empty.range.end = empty.range.start;
    for kind in Kind::ALL {
        assert_eq!(copy_as(&none, kind), Err(CopyError::NoSignal));
        let range = empty.range;
        assert_eq!(copy_as(&empty, kind), Err(CopyError::EmptyRange { range }));
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let path = PathBuf::from(std::ffi::OsStr::from_bytes(b"a\xff.parquet"));
    let source = SourceLocation::Local(vec![path.clone()]);
    let signals = [speed()];
    for kind in Kind::ALL {
        let refused = copy_as(&selection(&source, "V", &signals), kind);
        assert_eq!(refused, Err(CopyError::NotText { path: path.clone() }));
    }
}

/// What is left of code without comments and without what stands in quotes.
fn skeleton(code: &str, comment: &str, quote: char) -> String {
    let mut rest = code;
    let mut skeleton = String::new();
    while let Some(character) = rest.chars().next() {
        if rest.starts_with(comment) {
            rest = rest.find('\n').map_or("", |end| rest.split_at(end).1);
            continue;
        }
        rest = rest.split_at(character.len_utf8()).1;
        if character != quote {
            skeleton.push(character);
            continue;
        }
        skeleton.push('L');
        let mut inside = rest.char_indices();
        let end = loop {
            match inside.next() {
                // In SQL a quote that is doubled is one literal after another, which tells the same.
                Some((at, it)) if it == quote => break at + it.len_utf8(),
                Some((_, '\\')) if quote == '"' => drop(inside.next()),
                Some((_, '\n')) if quote == '"' => panic!("a literal without an end: {code}"),
                Some(_) => {}
                None => panic!("a literal without an end: {code}"),
            }
        };
        rest = rest.split_at(end).1;
    }
    skeleton
}

/// SQL with every text as one `L`: doubled quotes and `chr(…)` are parts of texts.
fn sql_skeleton(code: &str) -> String {
    let mut text = skeleton(code, "--", '\'');
    while let Some((before, after)) = text.split_once("chr(") {
        let (_, after) = after.split_once(')').unwrap();
        text = format!("{before}L{after}");
    }
    for (from, to) in [("LL", "L"), ("L || L", "L"), ("(L)", "L")] {
        while text.contains(from) {
            text = text.replace(from, to);
        }
    }
    text
}

/// The words that a POSIX shell makes of a line.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        let word = words.last_mut().unwrap();
        match character {
            ' ' => words.push(String::new()),
            '\'' => word.extend(rest.by_ref().take_while(|it| *it != '\'')),
            '\\' => word.extend(rest.next()),
            other => {
                assert!(
                    other.is_ascii_alphanumeric() || "_-+=:,./@".contains(other),
                    "{line}"
                );
                word.push(other);
            }
        }
    }
    words
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-'\"\\\\#%;$`{}()\n\r\0\u{202E}\u{2028}=a*?\\[~/ ]{0,8}",
        any::<String>()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn names_stay_in_their_quotes(
        path in any_name(),
        is_file in any::<bool>(),
        vehicle in any_name(),
        names in proptest::collection::vec((any_name(), any_name(), any_name()), 1..4),
    ) {
        let place = |path: &str| {
            let path = format!("x{}", path.replace('\\', "").replace('\0', "0"));
            SourceLocation::path(if is_file { format!("{path}/a.parquet") } else { format!("{path}/l") })
        };
        let keys = |of: &dyn Fn(usize, &str) -> String| -> Vec<SignalKey> {
            let parts = |(n, (c, m, s)): (usize, &(String, String, String))| {
                // What is not known is tested for in another way.
                let part = |text: &str| format!("x{}", of(n, text));
                SignalKey::new(&part(c), &part(m), Some(1), &part(s))
            };
            names.iter().enumerate().map(parts).collect()
        };
        let (odd_source, plain_source) = (place(&path), place("lake"));
        let odd_keys = keys(&|_, text| text.to_owned());
        // Names that are equal are compared to once.
        let plain_keys = keys(&|n, text| {
            let all = names.iter().flat_map(|(c, m, s)| [c, m, s]);
            let first = all.clone().position(|it| it == text).unwrap_or(n);
            first.to_string()
        });
        let odd = selection(&odd_source, &vehicle, &odd_keys);
        let plain = selection(&plain_source, if vehicle == "unknown" { "unknown" } else { "V" }, &plain_keys);
        for kind in [Kind::Pandas, Kind::Polars] {
            let code = |selection| copy_as(selection, kind).unwrap();
            let (odd, plain) = (code(&odd), code(&plain));
            prop_assert!(!odd.contains(|it: char| it.is_control() && it != '\n'));
            prop_assert_eq!(skeleton(&odd, "#", '"'), skeleton(&plain, "#", '"'));
        }
        let code = |selection| sql_skeleton(&copy_as(selection, Kind::DuckDb).unwrap());
        let substr = |code: String| code.split("substr(file, ").map(|it| it.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(substr(code(&odd)), substr(code(&plain)));
    }

    #[test]
    fn a_command_line_asks_for_what_is_selected(
        path in any_name(),
        vehicle in any_name(),
        names in proptest::collection::vec((any_name(), any_name(), any_name()), 1..4),
    ) {
        let path = path.replace('\0', "0");
        let source = SourceLocation::path(path.as_str());
        let keys = names.iter().map(|(c, m, s)| SignalKey::new(c, m, None, s));
        let keys: Vec<SignalKey> = keys.collect();
        let selection = selection(&source, &vehicle, &keys);
        let line = copy_as(&selection, Kind::Command).unwrap();
        let Ok(Cli { command: Some(Command::Query(args)), .. }) = Cli::try_parse_from(words(&line)) else {
            panic!("{line}");
        };
        let place = SourceLocation::from_args(&args.select.source.source).unwrap();
        let SourceLocation::Local(paths) = place else {
            panic!("{line}");
        };
        let plain = |path: &std::path::Path| path.strip_prefix(".").unwrap_or(path).to_owned();
        prop_assert_eq!(plain(&paths[0]), plain(path.as_ref()), "{}", line);
        prop_assert_eq!(paths.len(), 1);
        prop_assert_eq!(args.select.source.vehicle.as_deref(), Some(&*vehicle));
        let selectors: Vec<SignalSelector> = keys.iter().map(SignalSelector::from).collect();
        let asked = args.select.signals.iter();
        prop_assert!(asked.clone().zip(&keys).all(|(selector, key)| selector.matches(key)), "{}", line);
        prop_assert_eq!(asked.count(), selectors.len());
        prop_assert_eq!(args.select.range(), range());
    }
}
