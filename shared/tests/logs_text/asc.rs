//! Vector's ASCII logs.

use canlake_shared::can::FrameFlags;
use canlake_shared::logs::{LogFormat, SkipReason, TimeBasis};
use canlake_shared::time::Timestamp;

use crate::log::Log;
use crate::python_can::{ExpectedFrame, assert_equal, expected, read_file};
use crate::test_data;
use crate::twin::{assert_same_frames, assert_same_times};

/// python-can counts channels from 0, the log from 1.
fn from_one(channel: &str) -> String {
    format!("CAN{}", channel.parse::<u32>().unwrap() + 1)
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// python-can gives times since the begin; these are the begins.
const FILES: [(&str, &str); 12] = [
    ("python-can/issue_1256.asc", "2014-05-27T16:09:35Z"),
    ("python-can/issue_1299.asc", "2022-04-28T10:44:52.480Z"),
    ("python-can/logfile.asc", "2017-09-30T15:06:13.191Z"),
    (
        "python-can/logfile_errorframes.asc",
        "2017-09-30T15:06:13.191Z",
    ),
    ("python-can/single_frame.asc", "2017-09-30T15:06:13.191Z"),
    (
        "python-can/test_CanFdMessage.asc",
        "2017-09-30T15:06:13.191Z",
    ),
    (
        "python-can/test_CanFdMessage64.asc",
        "2017-09-30T15:06:13.191Z",
    ),
    (
        "python-can/test_CanFdRemoteMessage.asc",
        "2017-09-30T15:06:13.191Z",
    ),
    ("python-can/test_CanMessage.asc", "2017-09-30T22:06:13.191Z"),
    (
        "python-can/test_CanRemoteMessage.asc",
        "2017-09-30T15:06:13.191Z",
    ),
    ("converted/nmea2000_a.asc", "2021-03-25T15:18:59.963Z"),
    ("fd/fd_fleetwise.asc", "2023-11-14T22:13:20Z"),
];

#[test]
fn frames_equal_those_of_python_can() {
    let Some(dir) = test_data::data_dir("formats/frames_expected.parquet") else {
        return;
    };
    for (name, begin) in FILES {
        let log = read_file(&dir.join("formats").join(name));
        assert_eq!(log.skipped(), [""; 0], "{name}");
        assert_eq!(log.reader.format(), LogFormat::Asc, "{name}");
        assert_eq!(log.reader.time_basis(), TimeBasis::Absolute, "{name}");
        let begin = instant(begin).as_ns() as f64 / 1e9;
        let mut expected = expected(&dir, name);
        for frame in &mut expected {
            frame.seconds += begin;
        }
        correct(name, &mut expected);
        assert_equal(name, &log, &expected, from_one);
        println!("{name}: {} frames equal", log.frames.len());
    }
}

/// Where python-can is wrong, or says something else for the same thing.
fn correct(name: &str, frames: &mut [ExpectedFrame]) {
    match name {
        // A classic frame with data length code 13 has 8 bytes; python-can says 32.
        "python-can/issue_1299.asc" => frames[2].len = 8,
        // 64 bytes are CAN FD, though the line is a classic one; python-can cuts them to 8.
        "python-can/single_frame.asc" => {
            frames[0].flags = FrameFlags::FD;
            frames[0].data = (0..64).collect();
        }
        // CAN FD has no remote frames. The flags of the line say that it is classic.
        "python-can/test_CanFdRemoteMessage.asc" => {
            frames[0].flags = FrameFlags::REMOTE | FrameFlags::TX;
        }
        "python-can/logfile.asc" => {
            let remote = frames.iter_mut().find(|frame| frame.id == 0x50005).unwrap();
            remote.flags = FrameFlags::REMOTE | FrameFlags::TX;
        }
        _ => {}
    }
}

#[test]
fn logs_that_were_converted_are_those_they_were_made_of() {
    let Some(dir) = test_data::data_dir("formats/frames_expected.parquet") else {
        return;
    };
    for name in ["j1939_tractor_6130", "nmea2000_a"] {
        let log = read_file(&dir.join(format!("formats/converted/{name}.asc")));
        let twin = read_file(&dir.join(format!("logs/{name}/{name}.log")));
        assert_same_frames(name, &log, &twin);
        // The date of the begin has milliseconds.
        assert_same_times(name, &log, &twin, 1_000_000);
    }
    // The writer puts CAN FD frames into classic lines, where BRS has no place, and FD shows only
    // in frames of more than 8 bytes.
    let log = read_file(&dir.join("formats/css-multi/multiple_CAN.asc"));
    let twin = read_file(&dir.join("formats/css-multi/multiple_CAN.log"));
    assert_eq!(log.skipped(), [""; 0]);
    assert_same_frames("multiple_CAN.asc", &log, &twin);
    assert_same_times("multiple_CAN.asc", &log, &twin, 0);
}

fn read(text: &str) -> Log {
    Log::read(text.as_bytes().to_vec())
}

#[test]
fn headers_say_what_times_count_from() {
    let frames = "0.5 1 1 Rx d 0\n1.0 1 Statistic: D 0\n2.0 1 2 Rx d 0\n";
    let date = "date Fri Feb 14 08:51:20.250 am 2020\n";
    let german = "date Fre Feb 14 08:51:20.250 2020\n";
    let block = "Begin Triggerblock Fri Feb 14 09:00:00.000 2020\n";
    let absolute = "base hex  timestamps absolute\n";
    let relative = "base hex  timestamps relative\nno internal events logged\n";
    let start = "0.0 Start of measurement\n";
    let cases = [
        (
            [date, absolute, ""].concat(),
            "2020-02-14T08:51:20.750Z",
            1_500,
        ),
        (
            [german, absolute, ""].concat(),
            "2020-02-14T08:51:20.750Z",
            1_500,
        ),
        (
            [date, relative, ""].concat(),
            "2020-02-14T08:51:20.750Z",
            3_000,
        ),
        ([absolute].concat(), "1970-01-01T00:00:00.500Z", 1_500),
        // The date of a block counts where the measurement starts in it, or where it is the only one.
        (
            [date, absolute, block].concat(),
            "2020-02-14T08:51:20.750Z",
            1_500,
        ),
        (
            [date, absolute, block, start].concat(),
            "2020-02-14T09:00:00.500Z",
            1_500,
        ),
        (
            [date, relative, block, start].concat(),
            "2020-02-14T09:00:00.500Z",
            3_000,
        ),
        (
            [absolute, block].concat(),
            "2020-02-14T09:00:00.500Z",
            1_500,
        ),
        ([block].concat(), "2020-02-14T09:00:00.500Z", 1_500),
    ];
    for (header, first, step_ms) in cases {
        let log = read(&format!("{header}{frames}End TriggerBlock\n"));
        assert_eq!(log.skipped(), [""; 0], "{header}");
        let [one, two] = log.frames[..] else {
            panic!("{header}: {} frames", log.frames.len());
        };
        assert_eq!(one.timestamp, instant(first), "{header}");
        let step = two.timestamp.ns_since(one.timestamp);
        assert_eq!(step, step_ms * 1_000_000, "{header}");
    }
}

#[test]
fn a_date_that_is_none_is_reported_and_the_frames_are_read() {
    let log =
        read("date Fri Feb 34 08:51:20 am 2020\nbase hex timestamps absolute\n0.5 1 1 Rx d 0\n");
    assert_eq!(log.frames.len(), 1);
    assert_eq!(log.reader.skipped().count(SkipReason::BadTime), 1);
    assert_eq!(log.reader.time_basis(), TimeBasis::Relative);
}

#[test]
fn kinds_of_lines() {
    let cases = [
        ("1 7FF Rx d 2 01 fF", "CAN1 7FF {} 2 01FF"),
        ("12 18EBFF00x Tx d 0", r#"CAN12 18EBFF00 {"TX"} 0 "#),
        ("1 800 Rx d 1 01", "CAN1 00000800 {} 1 01"),
        ("1 64 EngineData Rx d 1 01", "CAN1 064 {} 1 01"),
        (
            "1 EngineData Rx d 1 01  BitCount = 2 ID = 100",
            "CAN1 064 {} 1 01",
        ),
        (
            "1 EngineData Rx d 1 01  BitCount = 2 ID = 418119424x",
            "CAN1 18EBFF00 {} 1 01",
        ),
        ("1 64 Rx d 1 01 02", "CAN1 064 {} 1 01"),
        (
            "1 64 Rx d D 01 02 03 04 05 06 07 08",
            "CAN1 064 {} 8 0102030405060708",
        ),
        ("1 64 Rx r", r#"CAN1 064 {"REMOTE"} 0 "#),
        ("1 64 Rx r 8", r#"CAN1 064 {"REMOTE"} 8 "#),
        (
            "1 64 Tx r Length = 1704000",
            r#"CAN1 064 {"REMOTE", "TX"} 0 "#,
        ),
        (
            "CANFD 2 Rx 300 1 0 1 1 AA",
            r#"CAN2 300 {"FD", "BRS"} 1 AA"#,
        ),
        (
            "CANFD 2 Rx 300x Name 0 1 1 1 AA",
            r#"CAN2 00000300 {"FD", "ESI"} 1 AA"#,
        ),
        ("CANFD 2 Rx 300 0 0 0 0", r#"CAN2 300 {"FD"} 0 "#),
        (
            "CANFD 2 Tx 300 1 1 1 1 AA 102203 133 1000 0",
            r#"CAN2 300 {"FD", "BRS", "ESI", "TX"} 1 AA"#,
        ),
        (
            "CANFD 2 Rx 300 0 0 1 1 AA 102203 133 0 0",
            "CAN2 300 {} 1 AA",
        ),
        (
            "CANFD 2 Rx 300 0 0 5 0 102203 133 10 0",
            r#"CAN2 300 {"REMOTE"} 5 "#,
        ),
    ];
    for (line, expected) in cases {
        let log = read(&format!("base hex timestamps absolute\n1.0 {line}\n"));
        assert_eq!(log.skipped(), [""; 0], "{line}");
        let [frame] = log.frames[..] else {
            panic!("{line}: {} frames", log.frames.len());
        };
        let (channel, id, flags, len) = (log.channel(&frame), frame.id, frame.flags, frame.len);
        let bytes = frame.payload.iter().map(|byte| format!("{byte:02X}"));
        let bytes: Vec<String> = bytes.collect();
        let said = format!("{channel} {id} {flags:?} {len} {}", bytes.concat());
        assert_eq!(said, expected, "{line}");
    }
    let decimal =
        read("base dec timestamps absolute\n1.0 1 100 Rx d 2 10 255\n1.0 1 418119424x Rx d 0\n");
    assert_eq!(decimal.frames[0].id.to_string(), "064");
    assert_eq!(&*decimal.frames[0].payload, [10, 255]);
    assert_eq!(decimal.frames[1].id.to_string(), "18EBFF00");
}

#[test]
fn lines_of_other_things_are_passed_over_or_named() {
    let passed_over = [
        "0.5 CAN 1 Status:chip status error active",
        "0.5 1  Statistic: D 0 R 0 XD 0",
        "0.5 1  J1939TP FEE3p 6 0 0 - Rx d 23 A0 0F",
        "0.5 1  OverloadFrame",
        "0.5 1  64 TxRq d 1 01",
        "0.5 CANFD 1 TxRq 64 1 0 1 1 AA",
        "0.5 SV: 1 0 1 ::a::b = 1",
        "0.5 log trigger event",
        "// version 9.0.0",
        "//0.000000 previous log file: a.asc",
        "internal events logged",
        "End TriggerBlock",
        "",
    ];
    let reported = [
        ("0.5 L1 Rx 3C 8", SkipReason::OtherBus),
        ("0.5 Fr RMSG 0 0 1", SkipReason::OtherBus),
        ("0.5 ETH 1 Rx", SkipReason::OtherBus),
        ("0.5 CANXL 1 Rx", SkipReason::CanXl),
        ("0.5 1 64 Rx d 2 01", SkipReason::BadPayload),
        ("0.5 1 64 Rx d 2 01 0", SkipReason::BadPayload),
        ("0.5 1 64 Rx d x 01", SkipReason::BadPayload),
        (
            "0.5 1 64 Rx d C 01 02 03 04 05 06 07 08 09",
            SkipReason::BadPayload,
        ),
        ("0.5 1 64 Rx q 2", SkipReason::NotAFrame),
        ("0.5 1 64 Xx d 2 01 02", SkipReason::NotAFrame),
        ("0.5 1 6G Rx d 0", SkipReason::BadIdentifier),
        ("0.5 1 20000000x Rx d 0", SkipReason::BadIdentifier),
        ("0.5 CANFD 1 Rx 64 1 0 9 65 AA", SkipReason::BadPayload),
        ("0.5 CANFD 1 Rx 64 1 2 1 1 AA", SkipReason::NotAFrame),
        ("0.5x 1 64 Rx d 0", SkipReason::BadTime),
        ("rubbish", SkipReason::NotAFrame),
        ("0.5 rubbish", SkipReason::NotAFrame),
    ];
    for line in passed_over {
        let log = read(&format!("base hex timestamps absolute\n{line}\n"));
        assert_eq!((log.frames.len(), log.skipped()), (0, Vec::new()), "{line}");
    }
    for (line, reason) in reported {
        let log = read(&format!("base hex timestamps absolute\n{line}\n"));
        assert_eq!(log.frames, [], "{line}");
        let counts: Vec<_> = log.reader.skipped().counts().collect();
        assert_eq!(counts, [(reason, 1)], "{line}");
    }
}

#[test]
fn logs_one_behind_the_other_have_each_its_begin() {
    let one =
        "date Fri Feb 14 08:51:20 am 2020\nbase dec timestamps absolute\n0.5 1 100 Rx d 1 10\n";
    let two =
        "date Sat Feb 15 08:51:20 am 2020\nbase hex timestamps absolute\n0.5 1 100 Rx d 1 10\n";
    let log = read(&[one, two].concat());
    assert_eq!(log.skipped(), [""; 0]);
    assert_eq!(log.frames[0].timestamp, instant("2020-02-14T08:51:20.500Z"));
    assert_eq!(log.frames[1].timestamp, instant("2020-02-15T08:51:20.500Z"));
    assert_eq!(log.frames[0].id.to_string(), "064");
    assert_eq!(log.frames[1].id.to_string(), "100");
    assert_eq!(log.frames[1].payload[0], 0x10);
}
