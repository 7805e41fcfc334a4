//! CSV logs: conventions that are known, proposals for others, and mappings by hand.

use bytes::Bytes;
use canlake_shared::can::{CanFrame, FrameFlags};
use canlake_shared::logs::csv::{
    ChannelNumbers, CsvChannel, CsvData, CsvMapping, CsvTime, CsvTimeFormat, DataText, DecimalMark,
    Delimiter, NumberBase,
};
use canlake_shared::logs::{self, LogError, LogFormat, SkipReason, TimeBasis};

use crate::log::Log;
use crate::python_can::{assert_equal, expected, read_file};
use crate::test_data;
use crate::twin::{assert_same_frames, assert_same_times};

#[test]
fn frames_equal_those_of_python_can() {
    let Some(dir) = test_data::data_dir("formats/frames_expected.parquet") else {
        return;
    };
    let name = "converted/j1939_tractor_6130.csv";
    let log = read_file(&dir.join("formats").join(name));
    assert_eq!(log.skipped(), [""; 0]);
    assert_eq!(log.reader.format(), LogFormat::Csv);
    // The format does not tell the bus.
    assert_equal(name, &log, &expected(&dir, name), |_| "can0".to_owned());
}

#[test]
fn canedge_csv_equals_the_candump_log_of_the_same_frames() {
    let Some(dir) = test_data::data_dir("formats/css-multi/multiple_CAN.csv") else {
        return;
    };
    let log = read_file(&dir.join("formats/css-multi/multiple_CAN.csv"));
    let twin = read_file(&dir.join("formats/css-multi/multiple_CAN.log"));
    assert_eq!(log.skipped(), [""; 0]);
    assert_same_frames("multiple_CAN.csv", &log, &twin);
    assert_same_times("multiple_CAN.csv", &log, &twin, 0);
    for (frame, other) in log.frames.iter().zip(&twin.frames) {
        assert_eq!(frame.flags, other.flags);
        let bus = |log: &Log, frame: &CanFrame| log.channel(frame).to_owned();
        match bus(&twin, other).as_str() {
            "can0" => assert_eq!(bus(&log, frame), "CAN1"),
            _ => assert_eq!(bus(&log, frame), "CAN2"),
        }
    }
}

fn read(text: &str) -> Log {
    Log::read(text.as_bytes().to_vec())
}

#[test]
fn conventions_are_recognised() {
    let (none, fd, tx) = (FrameFlags::NONE, FrameFlags::FD, FrameFlags::TX);
    let cases = [
        (
            "Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8\n\
             1436509052249713,0000021A,false,Tx,1,2,FE,36,00,00,00,00,00,00,\n",
            (1_436_509_052_249_713_000, "can1", "21A", tx, 2),
        ),
        (
            "Time Stamp,ID,Extended,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8\n\
             166064000,18FEF100,false,0,1,FE,00,00,00,00,00,00,00,\n",
            (166_064_000_000, "can0", "18FEF100", none, 1),
        ),
        (
            "TimestampEpoch;BusChannel;ID;IDE;DLC;DataLength;Dir;EDL;BRS;DataBytes\n\
             1581670628.161750;2;123;1;9;12;1;1;1;0102030405060708090A0B0C\n",
            (
                1_581_670_628_161_750_000,
                "CAN2",
                "00000123",
                fd | tx | FrameFlags::BRS,
                12,
            ),
        ),
        (
            "timestamp,arbitration_id,extended,remote,error,dlc,data\n1e-05,0x1,0,1,0,4,\n",
            (10_000, "can0", "001", FrameFlags::REMOTE, 4),
        ),
        (
            "ID,Data Bytes\n0000021A,FE 36 12 \n",
            (0, "can0", "21A", none, 3),
        ),
        (
            "//------\nMicrochip Technology Inc.\nCAN BUS Analyzer\n\nLogging Started: 1/2/2015\n\
             //------\n166064;TX;0x0000021A;2;0xFE;0x36;\n",
            (166_064_000_000, "can0", "21A", tx, 2),
        ),
    ];
    for (text, (ns, channel, id, flags, len)) in cases {
        let log = read(text);
        assert_eq!(log.skipped(), [""; 0], "{text}");
        let [frame] = log.frames[..] else {
            panic!("{text}: {} frames", log.frames.len());
        };
        assert_eq!(frame.timestamp.as_ns(), ns, "{text}");
        assert_eq!(log.channel(&frame), channel, "{text}");
        assert_eq!(frame.id.to_string(), id, "{text}");
        assert_eq!((frame.flags, frame.len), (flags, len), "{text}");
    }
}

#[test]
fn other_csv_is_not_taken_without_asking() {
    let text = "Time,CAN ID,Data\n0.5,123,01 02\n";
    let error = logs::open(Bytes::from(text), "other.csv").unwrap_err();
    assert!(matches!(error, LogError::UnknownFormat { .. }), "{error}");
    assert!(CsvMapping::guess(text.as_bytes()).is_some());
    assert_eq!(CsvMapping::guess(b"time,speed\n0.5,12\n"), None);
    assert_eq!(CsvMapping::guess(b""), None);
}

fn time(column: usize, format: CsvTimeFormat) -> CsvTime {
    CsvTime { column, format }
}

fn hex_in(column: usize) -> CsvData {
    CsvData::Column {
        column,
        text: DataText::Hex,
    }
}

#[test]
fn proposals_follow_names_and_values() {
    let base = CsvMapping {
        header_lines: 1,
        time: Some(time(0, CsvTimeFormat::Seconds)),
        ..CsvMapping::new(1, hex_in(2))
    };
    let cases = [
        ("Time,CAN ID,Data\n0.5,123,01 02\n", base.clone()),
        (
            "# made by a tool\n\nTime [ms];Arb. ID;Payload\n0,5;123;0102\n",
            CsvMapping {
                delimiter: Delimiter::Semicolon,
                decimal: DecimalMark::Comma,
                header_lines: 3,
                time: Some(time(0, CsvTimeFormat::Milliseconds)),
                ..base.clone()
            },
        ),
        (
            "timestamp\tid (dec)\tdata\n2020-01-02 03:04:05.6\t123\tAQI=\n",
            CsvMapping {
                delimiter: Delimiter::Tab,
                time: Some(time(0, CsvTimeFormat::DateTime)),
                id_base: NumberBase::Decimal,
                data: CsvData::Column {
                    column: 2,
                    text: DataText::Base64,
                },
                ..base.clone()
            },
        ),
        (
            "\"Time\",\"ID\",\"Channel\",\"DLC\",\"B0\",\"B1\"\n\"1581670628161\",\"1A\",\"HS1\",\"2\",\"01\",\"02\"\n",
            CsvMapping {
                time: Some(time(0, CsvTimeFormat::Milliseconds)),
                channel: Some(CsvChannel {
                    column: 2,
                    numbers: ChannelNumbers::Names,
                }),
                len: Some(3),
                data: CsvData::Bytes {
                    first: 4,
                    base: NumberBase::Hex,
                },
                ..base.clone()
            },
        ),
        (
            "id,data,dir,rtr,ide,fdf,brs,esi,err\n1,00,Rx,0,0,0,0,0,0\n",
            CsvMapping {
                time: None,
                sent: Some(2),
                remote: Some(3),
                extended: Some(4),
                fd: Some(5),
                brs: Some(6),
                esi: Some(7),
                error: Some(8),
                ..CsvMapping {
                    header_lines: 1,
                    ..CsvMapping::new(0, hex_in(1))
                }
            },
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(CsvMapping::guess(text.as_bytes()), Some(expected), "{text}");
    }
}

fn read_by(text: &str, mapping: &CsvMapping) -> Log {
    let mut reader = logs::open_csv(Bytes::from(text.to_owned()), "a.csv", mapping).unwrap();
    let mut frames = Vec::new();
    while reader.read(&mut frames, 100).unwrap() > 0 {}
    Log { frames, reader }
}

#[test]
fn a_mapping_reads_what_it_says() {
    let mapping = CsvMapping {
        delimiter: Delimiter::Semicolon,
        decimal: DecimalMark::Comma,
        header_lines: 1,
        time: Some(time(3, CsvTimeFormat::Milliseconds)),
        id_base: NumberBase::Decimal,
        channel: Some(CsvChannel {
            column: 1,
            numbers: ChannelNumbers::Names,
        }),
        error: Some(4),
        ..CsvMapping::new(
            0,
            CsvData::Column {
                column: 2,
                text: DataText::Decimal,
            },
        )
    };
    let text = "nr;bus;bytes;ms;err\n100;\"body bus\";1 2 255;0,25;\n\n# note\n\
        419119424;PT;;1,5;yes\n0x10;PT;7;2;no\n";
    let log = read_by(text, &mapping);
    assert_eq!(log.skipped(), [""; 0]);
    let [first, second, third] = log.frames[..] else {
        panic!("{} frames", log.frames.len());
    };
    assert_eq!(log.channel(&first), "body bus");
    assert_eq!(first.timestamp.as_ns(), 250_000);
    assert_eq!(first.id.to_string(), "064");
    assert_eq!(&*first.payload, [1, 2, 255]);
    assert_eq!(log.channel(&second), "PT");
    assert_eq!(second.flags, FrameFlags::ERROR);
    assert!(second.id.is_extended());
    assert_eq!(third.id.to_string(), "010");

    let of_day = CsvMapping {
        time: Some(time(0, CsvTimeFormat::TimeOfDay)),
        ..CsvMapping::new(1, hex_in(2))
    };
    let log = read_by("23:59:59.5,1,00\n00:00:00.5,18FEF100x,00\n", &of_day);
    let step = log.frames[1].timestamp.ns_since(log.frames[0].timestamp);
    assert_eq!(step, 1_000_000_000);
    let untimed = read_by("a,1,00\nb,2,00\n", &CsvMapping::new(1, hex_in(2)));
    assert_eq!(untimed.reader.time_basis(), TimeBasis::Order);
}

#[test]
fn what_does_not_fit_the_mapping_has_a_reason() {
    let mapping = CsvMapping {
        time: Some(time(0, CsvTimeFormat::Seconds)),
        channel: Some(CsvChannel {
            column: 3,
            numbers: ChannelNumbers::FromZero,
        }),
        len: Some(4),
        sent: Some(5),
        ..CsvMapping::new(1, hex_in(2))
    };
    let cases = [
        ("1,123,01,0,1,Rx", None),
        ("x,123,01,0,1,Rx", Some(SkipReason::BadTime)),
        ("1,12G,01,0,1,Rx", Some(SkipReason::BadIdentifier)),
        ("1,20000000,01,0,1,Rx", Some(SkipReason::BadIdentifier)),
        ("1,123,0,0,1,Rx", Some(SkipReason::BadPayload)),
        ("1,123,01,0,2,Rx", Some(SkipReason::BadPayload)),
        ("1,123,01,0,x,Rx", Some(SkipReason::BadPayload)),
        ("1,123,01,bus,1,Rx", Some(SkipReason::NotAFrame)),
        ("1,123,01,0,1,up", Some(SkipReason::NotAFrame)),
        ("1,123", Some(SkipReason::NotAFrame)),
        ("rubbish", Some(SkipReason::NotAFrame)),
    ];
    for (line, reason) in cases {
        let log = read_by(line, &mapping);
        let counts: Vec<_> = log.reader.skipped().counts().collect();
        let expected: Vec<_> = reason.into_iter().map(|reason| (reason, 1)).collect();
        assert_eq!(counts, expected, "{line}");
        assert_eq!(log.frames.len(), usize::from(reason.is_none()), "{line}");
    }
    let far = CsvMapping::new(usize::MAX, hex_in(usize::MAX));
    assert_eq!(read_by("1,2\n", &far).frames, []);
}

#[test]
fn the_first_bytes_are_there_for_a_preview() {
    let head = logs::head(Bytes::from("Time,CAN ID,Data\n"), "a.csv").unwrap();
    assert_eq!(head, b"Time,CAN ID,Data\n");
    assert!(logs::head(Bytes::new(), "a.csv").is_err());
}
