//! PEAK's traces.

use canlake_shared::can::FrameFlags;
use canlake_shared::logs::{LogFormat, SkipReason, TimeBasis};
use canlake_shared::time::NS_PER_DAY;

use crate::log::Log;
use crate::python_can::{assert_equal, expected, read_file};
use crate::test_data;
use crate::twin::{assert_same_frames, assert_same_times};

#[test]
fn frames_equal_those_of_python_can() {
    let Some(dir) = test_data::data_dir("formats/frames_expected.parquet") else {
        return;
    };
    for name in [
        "python-can/test_CanMessage.trc",
        "python-can/test_CanMessage_V1_1.trc",
        "python-can/test_CanMessage_V2_0_BUS1.trc",
        "python-can/test_CanMessage_V2_1.trc",
        "converted/j1939_tractor_6130.trc",
    ] {
        let log = read_file(&dir.join("formats").join(name));
        assert_eq!(log.skipped(), [""; 0], "{name}");
        assert_eq!(log.reader.format(), LogFormat::Trc, "{name}");
        assert_eq!(log.reader.time_basis(), TimeBasis::Absolute, "{name}");
        let expected = expected(&dir, name);
        assert_equal(name, &log, &expected, |bus| format!("CAN{bus}"));
        println!("{name}: {} frames equal", log.frames.len());
    }
}

#[test]
fn logs_that_were_converted_are_those_they_were_made_of() {
    let Some(dir) = test_data::data_dir("formats/frames_expected.parquet") else {
        return;
    };
    let name = "j1939_tractor_6130";
    let log = read_file(&dir.join(format!("formats/converted/{name}.trc")));
    let twin = read_file(&dir.join(format!("logs/{name}/{name}.log")));
    assert_same_frames(name, &log, &twin);
    assert_same_times(name, &log, &twin, 1_000);
    let mut log = read_file(&dir.join("formats/css-multi/multiple_CAN.trc"));
    let twin = read_file(&dir.join("formats/css-multi/multiple_CAN.log"));
    assert_same_frames("multiple_CAN.trc", &log, &twin);
    // The writer counts days from 1899-12-31 where PEAK does from the day before, and the ten digits
    // of its start are no finer than 8.64 µs.
    for frame in &mut log.frames {
        frame.timestamp = frame.timestamp + NS_PER_DAY;
    }
    assert_same_times("multiple_CAN.trc", &log, &twin, 8_640);
    let flags =
        |log: &Log| -> Vec<FrameFlags> { log.frames.iter().map(|frame| frame.flags).collect() };
    assert_eq!(flags(&log), flags(&twin));
}

const START: &str = ";$STARTTIME=44548.6028595139\n";

fn read(text: &str) -> Log {
    Log::read(text.as_bytes().to_vec())
}

#[test]
fn all_versions_say_the_same() {
    let versions = [
        (
            "1.0",
            ";##########\n;    Start time: 18.12.2021 14:28:07.062.001\n\
             \x20    1)     17535  00000100  2  0A 1B\n\
             \x20    2)     17540  FFFFFFFF  4  00 00 00 08 -- -- -- -- BUSHEAVY\n\
             \x20    3)     17541      0008  4  ERROR 00 19 08 08\n\
             \x20    4)     48937      0704  1  RTR"
                .to_owned(),
        ),
        (
            "1.1",
            format!(
                ";$FILEVERSION=1.1\n{START};\n\
                 \x20    1)     17535.0  Rx     00000100  2  0A 1B \n\
                 \x20    2)     17540.0  Warng  FFFFFFFF  4  00 00 00 08  BUSHEAVY \n\
                 \x20    3)     17541.0  Error      0008  4  00 19 08 08\n\
                 \x20    4)     48937.0  Rx         0704  1  RTR \n"
            ),
        ),
        (
            "1.2",
            format!(
                ";$FILEVERSION=1.2\n{START};\n\
                 \x20    1)     17535.000 1  Rx     00000100  2  0A 1B \n\
                 \x20    2)     17540.000 1  Warng  FFFFFFFF  4  00 00 00 08  BUSHEAVY \n\
                 \x20    3)     17541.000 1  Error      0008  4  00 19 08 08\n\
                 \x20    4)     48937.000 1  Rx         0704  1  RTR \n"
            ),
        ),
        (
            "1.3",
            format!(
                ";$FILEVERSION=1.3\n{START};\n\
                 \x20    1)     17535.000 1  Rx     00000100 -  2    0A 1B \n\
                 \x20    2)     17540.000 1  Warng  FFFFFFFF -  4    00 00 00 08  BUSHEAVY \n\
                 \x20    3)     17541.000 1  Error      0008 -  4    00 19 08 08\n\
                 \x20    4)     48937.000 1  Rx         0704 -  1    RTR \n"
            ),
        ),
        (
            "2.0",
            format!(
                ";$FILEVERSION=2.0\n{START};$COLUMNS=N,O,T,I,d,l,D\n\
                 \x20     1     17535.000 DT 00000100 Rx 2  0A 1B\n\
                 \x20     2     17540.000 ST          Rx    00 00 00 08\n\
                 \x20     3     17541.000 ER          Rx    04 00 19 08 08\n\
                 \x20     4     48937.000 RR     0704 Rx 1\n"
            ),
        ),
        (
            "2.1",
            format!(
                ";$FILEVERSION=2.1\n{START};$COLUMNS=N,O,T,B,I,d,R,L,D\n\
                 \x20     1     17535.000 DT 1  00000100 Rx -  2    0A 1B\n\
                 \x20     2     17540.000 ST 1         - Rx -  4    00 00 00 08\n\
                 \x20     3     17541.000 ER 1         - Rx -  5    04 00 19 08 08\n\
                 \x20     4     48937.000 RR 1      0704 Rx -  1\n\
                 \x20     5     48938.000 EC 1         - Rx -  2    00 01\n\
                 \x20     6     48938.000 EV User-defined event\n"
            ),
        ),
    ];
    let first = read(&versions[0].1);
    assert_eq!(first.frames.len(), 3);
    assert_eq!(
        first.frames[0].timestamp.to_string(),
        "2021-12-18T14:28:24.597001000Z"
    );
    assert_eq!(first.frames[0].id.to_string(), "00000100");
    assert_eq!(&*first.frames[0].payload, [0x0A, 0x1B]);
    assert_eq!(first.frames[1].flags, FrameFlags::ERROR);
    assert_eq!(first.frames[2].flags, FrameFlags::REMOTE);
    assert_eq!(first.frames[2].len, 1);
    for (version, text) in versions {
        let log = read(&text);
        assert_eq!(log.skipped(), [""; 0], "{version}");
        assert_eq!(log.frames, first.frames, "{version}");
        assert_eq!(log.reader.channels().names()[0].as_str(), "CAN1");
    }
}

#[test]
fn kinds_of_frames_in_columns() {
    let (fd, brs, esi) = (FrameFlags::FD, FrameFlags::BRS, FrameFlags::ESI);
    let twelve = "00 01 02 03 04 05 06 07 08 09 0A 0B";
    let cases = [
        (format!("FD 2 0123 Rx - 9 {twelve}"), fd, 12),
        (format!("FB 2 0123 Rx - 9 {twelve}"), fd | brs, 12),
        (format!("FE 2 0123 Rx - 9 {twelve}"), fd | esi, 12),
        (
            format!("BI 2 0123 Tx - 9 {twelve}"),
            fd | brs | esi | FrameFlags::TX,
            12,
        ),
        (format!("DT 2 0123 Rx - 9 {twelve}"), FrameFlags::NONE, 8),
    ];
    for (line, flags, len) in cases {
        let log = read(&format!(";$FILEVERSION=2.1\n1 0.5 {line}\n"));
        assert_eq!(log.skipped(), [""; 0], "{line}");
        assert_eq!(
            (log.frames[0].flags, log.frames[0].len),
            (flags, len),
            "{line}"
        );
        assert_eq!(log.channel(&log.frames[0]), "CAN2");
        assert_eq!(log.reader.time_basis(), TimeBasis::Relative);
    }
    let in_bytes = ";$FILEVERSION=2.0\n;$COLUMNS=O,T,I,l,D\n0.5 FD 12345678 12 ";
    let log = read(&format!("{in_bytes}{twelve}\n"));
    assert_eq!((log.frames[0].flags, log.frames[0].len), (fd, 12));
}

#[test]
fn what_is_no_frame_has_a_reason() {
    let cases = [
        ("rubbish", SkipReason::NotAFrame),
        ("1 0.5 XX 1 0123 Rx - 0", SkipReason::NotAFrame),
        ("1 0.5 DT 1 0123 Xx - 0", SkipReason::NotAFrame),
        ("1 x DT 1 0123 Rx - 0", SkipReason::BadTime),
        ("1 0.5 DT 1 0G23 Rx - 0", SkipReason::BadIdentifier),
        ("1 0.5 DT 1 0823 Rx - 0", SkipReason::BadIdentifier),
        ("1 0.5 DT 1 20000000 Rx - 0", SkipReason::BadIdentifier),
        ("1 0.5 DT 1 0123 Rx - 2 01", SkipReason::BadPayload),
        ("1 0.5 DT 1 0123 Rx - 16 01", SkipReason::BadPayload),
        (";$STARTTIME=soon", SkipReason::BadTime),
        (";$COLUMNS=N,O", SkipReason::NotAFrame),
        ("1) 0.5 Rx 0123 2 01", SkipReason::BadPayload),
        ("1) 0.5", SkipReason::NotAFrame),
    ];
    for (line, reason) in cases {
        let log = read(&format!(";$FILEVERSION=2.1\n{line}\n"));
        let counts: Vec<_> = log.reader.skipped().counts().collect();
        assert_eq!(counts, [(reason, 1)], "{line}");
        assert_eq!(log.frames, [], "{line}");
    }
}

#[test]
fn logs_one_behind_the_other_have_each_its_start_and_columns() {
    let one =
        ";$FILEVERSION=2.0\n;$STARTTIME=25569.5\n;$COLUMNS=N,O,T,I,d,l,D\n1 0.5 DT 0123 Rx 1 AA\n";
    let two = ";$FILEVERSION=1.1\n;$STARTTIME=25570.5\n1) 0.5 Rx 0123 1 AA\n";
    let three = ";$FILEVERSION=2.1\n1 0.5 DT 1 0123 Rx - 1 AA\n";
    let log = read(&[one, two, three].concat());
    assert_eq!(log.skipped(), [""; 0]);
    let times = log
        .frames
        .iter()
        .map(|frame| frame.timestamp.as_ns() / 500_000);
    let day = 86_400 * 2_000;
    assert_eq!(
        times.collect::<Vec<i64>>(),
        [day / 2 + 1, day + day / 2 + 1, 1]
    );
}
