//! Damage of every kind, for every format of lines.

use canlake_shared::can::CanFrame;
use proptest::prelude::*;

use crate::log::Log;

/// A small log of each format. Joined to itself it is a log too.
const LOGS: [(&str, &str); 13] = [
    (
        "asc",
        "date Sam Sep 30 15:06:13.191 2017\nbase hex  timestamps absolute\n\
         internal events logged\n// version 9.0.0\n\
         Begin Triggerblock Sam Sep 30 15:06:13.191 2017\n   0.000000 Start of measurement\n\
         \x20  0.015991 CAN 1 Status:chip status error active\n   2.501000 1 ErrorFrame\n\
         \x20  2.510001 2 100 Tx r\n   3.098426 1  18EBFF00x       Rx d 8 01 A0 0F A6 60 3B D1 40  Length = 273910\n\
         \x20 30.005071 CANFD   2 Rx        300  Name   1 0 9  12 01 02 03 04 05 06 07 08 09 0A 0B 0C  102203  133 303000\n\
         End TriggerBlock\n",
    ),
    (
        "trc 1.1",
        ";$FILEVERSION=1.1\n;$STARTTIME=44548.6028595139\n;\n\
         \x20    1)     17535.4  Tx     00000100  8  00 00 00 00 00 00 00 00 \n\
         \x20    2)     17540.3  Warng  FFFFFFFF  4  00 00 00 08  BUSHEAVY \n\
         \x20   12)     48937.6  Rx         0704  1  RTR \n",
    ),
    (
        "trc 2.1",
        ";$FILEVERSION=2.1\n;$STARTTIME=43008.920986006946\n;$COLUMNS=N,O,T,B,I,d,R,L,D\n\
         \x20     1      2501.000 DT 2      00C8 Tx -  8    09 08 07 06 05 04 03 02\n\
         \x20     2     17876.708 FB 1      06F9 Rx -  9    05 0C 00 00 00 00 00 00 09 0A 0B 0C\n",
    ),
    (
        "crtd",
        "166.064000 CXX GVRET\n166.064000 R11 0000021A FE 36 12 FE 69 05 07 AD \n\
         166.074000 2T29 18FEF100 00 37 \n",
    ),
    (
        "busmaster",
        "***BUSMASTER Ver 2.4.0***\n***START DATE AND TIME 23:9:2015 22:17:28:928***\n***HEX***\n\
         ***SYSTEM MODE***\n22:20:14:992 Rx 0 0000021A s 8 FE 36 12 FE 69 05 07 AD \n\
         22:20:15:002 Tx 1 0x18FEF100 xr 4\n",
    ),
    (
        "canboat",
        "2011-11-24-22:42:04.388,2,127251,36,255,8,7d,0b,7d,02,00,ff,ff,ff\n\
         2020-04-19T00:35:55.571Z,2,126208,0,67,10,01,16,f0,01,ff,01,02,0e,01,aa\n",
    ),
    (
        "yacht devices",
        "17:33:21.107 R 19F51323 01 2F 30 70 00 2F 30 70\n17:33:21.108 T 19F51323 02 01\n",
    ),
    (
        "actisense",
        "A173321.107 23FF7 1F513 012F3070002F3070\nA173321.108 23FF7 1F513 012F3070002F30709F\n",
    ),
    (
        "candump screen",
        "  can0  123   [8]  11 22 33 44 55 66 77 88\n  can1  12345678  [12]  00 01 02 03 04 05 06 07 08 09 0A 0B\n\
         \x20 can0  123   [4]  remote request\n",
    ),
    (
        "gvret",
        "Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8\n\
         166064000,0000021A,false,Rx,0,8,FE,36,12,FE,69,05,07,AD,\n\
         166064000,1800021A,true,Tx,1,2,FE,36,00,00,00,00,00,00,\n",
    ),
    (
        "canedge",
        "TimestampEpoch;BusChannel;ID;IDE;DLC;DataLength;Dir;EDL;BRS;DataBytes\n\
         1581670628.161550;1;123;0;0;0;0;0;0;\n1581670628.202750;1;123;0;9;12;0;1;1;1234567890ABCDEF12345678\n",
    ),
    (
        "python-can csv",
        "timestamp,arbitration_id,extended,remote,error,dlc,data\n\
         1622547830.084,0xcf00300,1,0,0,8,//4A////AP8=\n1622547830.0846,0xcf00400,1,1,0,4,\n",
    ),
    (
        "generic csv",
        "ID,Data Bytes\n0000021A,FE 36 12 FE 69 05 07 AD \n0000023A,00 37 \n",
    ),
];

fn frames_of(bytes: Vec<u8>) -> Option<Log> {
    use canlake_shared::logs;
    let mut reader = logs::open(bytes::Bytes::from(bytes), "test").ok()?;
    let mut frames = Vec::new();
    while reader.read(&mut frames, 100).unwrap() > 0 {}
    Some(Log { frames, reader })
}

#[test]
fn whole_logs_are_read_without_a_word() {
    for (name, text) in LOGS {
        let log = Log::read(text.as_bytes().to_vec());
        assert_eq!(log.skipped(), [""; 0], "{name}");
        assert!(log.frames.len() >= 2, "{name}");
    }
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    for (name, text) in LOGS {
        let plain = Log::read(text.as_bytes().to_vec());
        let mut windows = b"\xEF\xBB\xBF".to_vec();
        windows.extend(text.replace('\n', "\r\n").bytes());
        let windows = Log::read(windows);
        assert_eq!(windows.skipped(), [""; 0], "{name}");
        assert_eq!(windows.frames, plain.frames, "{name}");
    }
}

#[test]
fn a_log_that_is_cut_gives_the_frames_before_the_cut() {
    for (name, text) in LOGS {
        let whole = Log::read(text.as_bytes().to_vec()).frames;
        for end in 0..text.len() {
            let Some(log) = frames_of(text.as_bytes()[..end].to_vec()) else {
                continue; // nothing left that tells the format
            };
            // The line that was cut may still be a frame, and another one than it was.
            let lines = text.as_bytes()[..end].split(|byte| *byte == b'\n').count() - 1;
            let n = log.frames.len().min(frames_in_lines(text, lines).len());
            assert_eq!(log.frames[..n], whole[..n], "{name} cut at {end}");
            assert!(log.frames.len() <= n + 2, "{name} cut at {end}");
            assert!(log.reader.skipped().total() <= 1, "{name} cut at {end}");
        }
    }
}

fn frames_in_lines(text: &str, n: usize) -> Vec<CanFrame> {
    let head: Vec<&str> = text.split_inclusive('\n').take(n).collect();
    frames_of(head.concat().into_bytes()).map_or(Vec::new(), |log| log.frames)
}

#[test]
fn logs_one_behind_the_other_give_the_frames_of_both() {
    for (name, text) in LOGS {
        let one = Log::read(text.as_bytes().to_vec());
        let two = Log::read([text, text].concat().into_bytes());
        assert_eq!(two.skipped(), [""; 0], "{name}");
        let n = one.frames.len();
        assert_eq!(two.frames.len(), 2 * n, "{name}");
        assert_eq!(two.frames[..n], one.frames, "{name}");
        for (frame, again) in one.frames.iter().zip(&two.frames[n..]) {
            assert_eq!(frame.id, again.id, "{name}");
        }
    }
}

#[test]
fn rubbish_before_a_log_does_not_hide_it() {
    for (name, text) in LOGS {
        let is_csv = name.contains("csv") || ["gvret", "canedge"].contains(&name);
        if is_csv {
            continue; // a CSV log is known by its first line
        }
        let whole = Log::read(text.as_bytes().to_vec());
        let log = Log::read(["\u{1}\u{2} rubbish\n", text].concat().into_bytes());
        assert_eq!(log.frames, whole.frames, "{name}");
        assert_eq!(log.reader.skipped().total(), 1, "{name}");
    }
}

proptest! {
    #[test]
    fn flipped_bits_never_panic_and_every_line_is_at_most_one_report(
        which in 0..LOGS.len(),
        flips in proptest::collection::vec((0_usize..4_096, 0_u8..8), 1..8),
    ) {
        let mut bytes = LOGS[which].1.repeat(3).into_bytes();
        for (at, bit) in flips {
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
        }
        let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
        if let Some(log) = frames_of(bytes) {
            prop_assert!(log.reader.skipped().total() <= lines);
            // A line of an assembled message gives up to 32 frames.
            prop_assert!(log.frames.len() as u64 <= lines * 32);
        }
    }

    #[test]
    fn arbitrary_bytes_behind_a_log_never_panic(which in 0..LOGS.len(), tail: Vec<u8>) {
        let mut bytes = LOGS[which].1.as_bytes().to_vec();
        let whole = Log::read(bytes.clone()).frames;
        bytes.push(b'\n');
        bytes.extend(tail);
        let log = frames_of(bytes).unwrap();
        prop_assert_eq!(&log.frames[..whole.len()], &whole[..]);
    }

    #[test]
    fn words_of_all_formats_in_any_order_never_panic(
        which in 0..LOGS.len(),
        words in proptest::collection::vec(
            prop_oneof![
                Just("0.5"), Just("1"), Just("CANFD"), Just("Rx"), Just("d"), Just("8"), Just("x"),
                Just("FF"), Just("\n"), Just(","), Just(";"), Just("DT"), Just("ER"), Just("1)"),
                Just("[8]"), Just("R11"), Just("date"), Just("9999999999999999999"), Just("-1"),
                Just("18446744073709551615"), Just("***"), Just("A173321.107"), Just("2011-11-24-22:42:04"),
                Just("base"), Just("relative"), Just("\u{0}"), Just(":"), Just("Start"), Just("="),
            ],
            0..60,
        ),
    ) {
        let text = format!("{}{}", LOGS[which].1, words.join(" "));
        prop_assert!(frames_of(text.into_bytes()).is_some());
    }
}
