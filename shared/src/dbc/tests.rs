//! The loader as a whole.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// A file of one message with these `SG_` lines and these statements after it.
fn file(signals: &[&str], after: &[&str]) -> String {
    let signals: Vec<String> = signals.iter().map(|s| format!(" SG_ {s}\n")).collect();
    let signals = signals.concat();
    format!(
        "VERSION \"\"\n\nBO_ 256 Msg: 8 ECU\n{signals}\n{}\n",
        after.join("\n")
    )
}

fn warnings_of(text: &str) -> Vec<String> {
    let (_, warnings) = load(text.as_bytes());
    warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn everything_that_is_said_arrives() {
    let text = file(
        &[
            "Speed : 7|16@0- (0.5,-1.5) [-10|10] \"km/h\" A,B",
            "Mode M : 16|4@1+ (1,0) [0|0] \"\" A",
        ],
        &[
            "BO_ 2364540158 EEC1: 8 Vector__XXX",
            "BO_TX_BU_ 2364540158 : Engine,Other;",
            "CM_ BO_ 256 \"two\nlines \\\"quoted\\\"\";",
            "CM_ SG_ 256 Speed \"fast\";",
            "BA_DEF_ BO_ \"GenMsgCycleTime\" INT 0 65535;",
            "BA_DEF_ BO_ \"GenMsgSendType\" ENUM \"Cyclic\",\"Event\";",
            "BA_DEF_ BO_ \"VFrameFormat\" ENUM \"StandardCAN\",\"ExtendedCAN\",\"reserved\",\"J1939PG\";",
            "BA_DEF_DEF_ \"GenMsgCycleTime\" 100;",
            "BA_DEF_DEF_ \"VFrameFormat\" \"J1939PG\";",
            "BA_ \"GenMsgCycleTime\" BO_ 256 20;",
            "BA_ \"GenMsgSendType\" BO_ 256 1;",
            "BA_ \"SystemSignalLongSymbol\" SG_ 256 Speed \"Vehicle speed\";",
            "VAL_ 256 Mode 1 \"on\" 0 \"off\" ;",
        ],
    );
    let (database, warnings) = load(text.as_bytes());
    assert_eq!(warnings, []);
    assert!(database.is_j1939);
    let [message, eec1] = &database.messages[..] else {
        panic!("two messages");
    };
    assert_eq!(message.comment, "two\nlines \"quoted\"");
    assert_eq!(
        (message.cycle_time_ms, eec1.cycle_time_ms),
        (Some(20), Some(100))
    );
    assert_eq!(message.send_type, SendType::OnChange);
    assert_eq!(message.transmitter.as_deref(), Some("ECU"));
    assert_eq!(eec1.transmitter.as_deref(), Some("Engine"));
    // A standard frame has no parameter group number.
    assert_eq!((message.matches_by_pgn, eec1.matches_by_pgn), (false, true));
    let [speed, mode] = &message.signals[..] else {
        panic!("two signals");
    };
    assert_eq!(
        (speed.name.as_str(), speed.short_name.as_str()),
        ("Vehicle speed", "Speed")
    );
    assert_eq!(
        (speed.factor, speed.offset, speed.range),
        (0.5, -1.5, Some((-10.0, 10.0)))
    );
    assert_eq!((speed.start_bit, speed.bit_len), (7, 16));
    assert_eq!(speed.byte_order, ByteOrder::BigEndian);
    assert_eq!(speed.value_type, ValueType::Signed);
    assert_eq!(
        (speed.unit.as_str(), speed.comment.as_str()),
        ("km/h", "fast")
    );
    assert_eq!(speed.receivers, ["A", "B"]);
    assert_eq!(
        (mode.range, mode.value_descriptions.label(1)),
        (None, Some("on"))
    );
    assert!(mode.multiplexing.is_multiplexor);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_oddity_is_reported_with_its_line() {
    let clean = "A : 0|8@1+ (1,0) [0|0] \"\" X";
    let cases: [(&str, String, &str); 19] = [
        (
            "orphan",
            " SG_ A : 0|8@1+ (1,0) [0|0] \"\" X".to_owned(),
            "line 1: SG_ A : 0|8",
        ),
        (
            "BOOL",
            file(&[clean], &["BA_DEF_ BO_ \"X\" BOOL False True;"]),
            "line 6: BA_DEF_ BO_",
        ),
        (
            "no unit",
            file(&["A : 0|8@1+ (1,0) [0|0] X"], &[]),
            "unit is missing",
        ),
        (
            ";;",
            file(&[clean], &["CM_ SG_ 256 A \"x\";;"]),
            "line 6: a superfluous ;",
        ),
        (
            "/* */",
            file(&[clean], &["/* C */", "CM_ SG_ 256 A \"x\";"]),
            "line 6: a comment",
        ),
        (
            "trailing comment",
            file(&[clean], &["/* C */"]),
            "a comment",
        ),
        (
            "lone m",
            file(&["A m : 0|8@1+ (1,0) [0|0] \"\" X"], &[]),
            "mark m has no number",
        ),
        (
            "wide id",
            "BO_ 65536 A: 8 X".to_owned(),
            "line 1: message A: identifier 0x10000",
        ),
        (
            "30 bits",
            "BO_ 3758096384 A: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X".to_owned(),
            "A is left out",
        ),
        (
            "33 bits",
            "BO_ 4294967296 A: 8 X".to_owned(),
            "4294967296 is no 32 bit number",
        ),
        (
            "0 bits",
            file(&["A : 0|0@1+ (1,0) [0|0] \"\" X"], &[]),
            "line 4: signal A is left out",
        ),
        (
            "65 bits",
            file(&["A : 0|65@1+ (1,0) [0|0] \"\" X"], &[]),
            "it has 65 bits",
        ),
        (
            "beyond",
            file(&["A : 60|8@1+ (1,0) [0|0] \"\" X"], &[]),
            "8 bytes long, 1 of its signals",
        ),
        (
            "infinite",
            file(&["A : 0|8@1+ (1e999,0) [0|0] \"\" X"], &[]),
            "factor inf",
        ),
        (
            "same signal",
            file(&[clean, clean], &[]),
            "line 5: message Msg has a signal A already",
        ),
        (
            "same id",
            "BO_ 1 A: 8 X\nBO_ 1 B: 8 X".to_owned(),
            "line 2: message B has the identifier 001",
        ),
        (
            "same name",
            "BO_ 1 A: 8 X\nBO_ 2 A: 8 X".to_owned(),
            "line 2: another message is named A",
        ),
        (
            "unknown",
            file(&[clean], &["VAL_ 256 B 0 \"x\";"]),
            "line 6: statements about signal B",
        ),
        (
            "cut",
            file(&[clean], &[" SG_ B : 8|"]).trim_end().to_owned(),
            "the file ends in the middle",
        ),
    ];
    for (name, text, expected) in cases {
        let warnings = warnings_of(&text);
        assert!(
            warnings.iter().any(|warning| warning.contains(expected)),
            "{name}: {warnings:?}"
        );
    }
}

#[test]
fn a_broken_statement_costs_only_itself() {
    let text = "BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ broken\n \
                SG_ T : 8|8@1+ (1,0) [0|0] \"\" X\nBO_ x B: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X\n\
                VAL_ 1 S 2 \"two\" 1 \"one\" 0\nBO_ 3 C: 8\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X\n";
    let (database, warnings) = load(text.as_bytes());
    let names: Vec<_> = database
        .messages
        .iter()
        .flat_map(|m| {
            m.signals
                .iter()
                .map(move |s| format!("{}.{}", m.name, s.name))
        })
        .collect();
    assert_eq!(names, ["A.S", "A.T", "C.S"]);
    let labels = &database.messages[0].signals[0].value_descriptions;
    assert_eq!((labels.label(2), labels.label(0)), (Some("two"), None));
    let lines: Vec<_> = warnings
        .iter()
        .map(|warning| warning.line.unwrap())
        .collect();
    // Line 7 has a value without a text, and no ;.
    assert_eq!(lines, [3, 5, 7, 7, 8]);
    assert!(
        warnings[1].text.contains("with it 1 signals"),
        "{}",
        warnings[1]
    );
}

#[test]
fn duplicates_keep_both_definitions_under_stable_names() {
    let text = "BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X\n SG_ S : 8|8@1+ (1,0) [0|0] \"\" X\n\
                BO_ 1 A: 8 X\n SG_ S : 0|4@1+ (1,0) [0|0] \"\" X\nVAL_ 1 S 0 \"zero\";";
    let (database, warnings) = load(text.as_bytes());
    let [first, second] = &database.messages[..] else {
        panic!("both are kept");
    };
    assert_eq!((first.name.as_str(), second.name.as_str()), ("A", "A_2"));
    assert_eq!(first.id, second.id);
    assert_eq!(first.signals[1].name, "S_2");
    assert_eq!(first.signals[1].short_name, "S");
    for signal in first.signals.iter().chain(&second.signals) {
        assert_eq!(signal.value_descriptions.label(0), Some("zero"));
    }
    assert_eq!(warnings.len(), 3);
}

#[test]
fn signals_without_a_message_of_their_own_are_left_out_quietly() {
    let text = "BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX\n \
                SG_ S : 0|8@1+ (1,0) [0|0] \"\" X\nVAL_ 3221225472 S 0 \"zero\";\n";
    let (database, warnings) = load(text.as_bytes());
    assert_eq!(database, Database::default());
    let kinds = warnings.iter().map(|warning| warning.kind);
    assert_eq!(kinds.collect::<Vec<_>>(), [DbcWarningKind::Empty]);
}

#[test]
fn limits_are_reported() {
    let (database, warnings) = load(&vec![b' '; MAX_FILE_BYTES + 1]);
    assert_eq!((database.messages.len(), warnings.len()), (0, 1));
    assert!(warnings[0].text.contains("nothing is loaded"));

    let mut text = format!("BO_ 1 A: {} X\n", MAX_SIGNALS / 8 + 1);
    for n in 0..=MAX_SIGNALS {
        writeln!(text, "SG_ S{n} : {n}|1@1+ (1,0) [0|0] \"\" X").unwrap();
    }
    let (database, warnings) = load(text.as_bytes());
    assert_eq!(database.messages[0].signals.len(), MAX_SIGNALS);
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].kind, DbcWarningKind::Limit);
}

#[test]
fn garbage_gives_a_bounded_list() {
    let (_, warnings) = load("x;\n".repeat(20_000).as_bytes());
    assert!(warnings.len() < 2000);
    assert!(warnings.last().unwrap().text.contains("more warnings"));
}

#[test]
fn repeated_definitions_and_statements_take_linear_time() {
    // Each statement is about each definition: 4e8 pairs.
    let mut text = "BO_ 1 A: 8 X\n".repeat(5_000);
    text.push_str(&"CM_ BO_ 1 \"some comment of no interest\";\n".repeat(5_000));
    text.push_str(&"BO_ 2 B: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" X\n".repeat(5_000));
    text.push_str(&"VAL_ 2 S 1 \"one\" 2 \"two\";\n".repeat(5_000));
    let (database, _) = load(text.as_bytes());
    assert_eq!(database.messages.len(), 10_000);
}

#[test]
fn our_own_folder_is_clean() {
    let manifest = Manifest::parse(include_str!("../../../dbc/manifest.toml")).unwrap();
    assert_eq!(manifest.files(), ["ev_demo.dbc"]);
    let file = DbcFile::new("ev_demo.dbc", include_bytes!("../../../dbc/ev_demo.dbc"));
    assert_eq!(file.warnings, []);
    assert!(!file.database.messages.is_empty());
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        load(&bytes);
    }

    #[test]
    fn no_pieces_of_dbc_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "BO_ ", "SG_ ", "CM_ ", "VAL_ ", "BA_ ", "BA_DEF_ ", "BA_DEF_DEF_ ", "SG_MUL_VAL_ ",
                "SIG_VALTYPE_ ", "VAL_TABLE_ ", "BO_TX_BU_ ", "1 ", "2147483649 ", "4294967295 ",
                "99999999999999999999 ", "-1 ", "A", "B ", "M ", "m1 ", "m1M ", "m ", ": ", "8 ", "X ",
                "0|8@1+ ", "60|64@0- ", "(1,0) ", "(1e400,.5) ", "[0|0] ", "\"\" ", "\"x\" ", "\"", "\\",
                "1-5", ",", ";", "\n", "\r\n", "\n SG_ A M : 0|8@1+ (1,0) [0|0] \"\" X\n",
                "\nBO_ 1 A: 8 X\n", "\n SG_ B m1 : 8|8@1+ (1,0) [0|0] \"\" X\n",
                "\nSG_MUL_VAL_ 1 B A 1-5, 7-9;\n", "\nVAL_ 1 B 1 \"one\" ;\n", "ENUM \"a\",\"b\" ",
                "\"VFrameFormat\" ", "\"GenMsgCycleTime\" ", "/*", "*/", "//", "ß", "\0",
            ]),
            0..60,
        )
    ) {
        let (database, warnings) = load(pieces.concat().as_bytes());
        for message in &database.messages {
            for signal in &message.signals {
                prop_assert!((1..=64).contains(&signal.bit_len));
                if let Some(selector) = &signal.multiplexing.selector {
                    prop_assert!(selector.multiplexor_idx < message.signals.len());
                }
            }
        }
        for warning in warnings {
            prop_assert!(!warning.text.chars().any(char::is_control), "{}", warning);
        }
    }
}
