//! Trouble codes as signals of the message `DTC`.

use bytes::Bytes;
use canlake_shared::can::CanFrame;
use canlake_shared::dbc::plan::CompiledDatabase;
use canlake_shared::decode::{DecodeStats, Decoder, MemorySink, RunLimits};
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{DecodedFileInfo, DecodedFileWriter, RawBatchBuilder, read_summary};
use canlake_shared::time::{NS_PER_DAY, NS_PER_SEC};

use crate::segment::{Sent, bam, extended, iso_tp, recorded, standard};

/// Decodes without any DBC file.
fn decode(frames: &[CanFrame]) -> (MemorySink, DecodeStats) {
    let mut builder = RawBatchBuilder::new("V1");
    for frame in frames {
        builder.push(frame, "can0");
    }
    let mut decoder = Decoder::new(|_: &str| CompiledDatabase::default(), RunLimits::default());
    let mut sink = MemorySink::default();
    decoder.push(&builder.finish(), &mut sink).unwrap();
    let stats = decoder.finish(&mut sink).unwrap();
    (sink, stats)
}

/// Frames one second after the other.
fn every_second(sent: &[Sent]) -> Vec<CanFrame> {
    let frames = sent.iter().enumerate();
    frames.map(|(at, sent)| recorded(1000 * at, sent)).collect()
}

/// Seconds and texts of a signal.
fn texts(sink: &MemorySink, key: &str) -> Vec<(i64, String)> {
    let signal = sink.signals().iter().find(|it| it.key.to_string() == key);
    let signal = signal.unwrap_or_else(|| panic!("no {key} in {sink:?}"));
    let start = recorded(0, &(standard(0), vec![])).timestamp.as_ns();
    let times = signal.timestamps.iter().enumerate();
    times
        .map(|(i, time)| {
            (
                (time - start) / NS_PER_SEC,
                signal.label(i).unwrap().to_owned(),
            )
        })
        .collect()
}

const NONE: [u8; 8] = [0x00, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF];
const ONE: [u8; 8] = [0x40, 0xFF, 110, 0, 0, 1, 0xFF, 0xFF];

#[test]
fn dm1_is_told_when_it_changes() {
    let single = |payload: [u8; 8], source: u32| (extended(0x18FE_CA00 | source), payload.to_vec());
    let mut sent: Vec<Sent> = [NONE, NONE, ONE, ONE]
        .map(|payload| single(payload, 0))
        .into();
    // Two codes take more than a frame; the other way round they are the same.
    let two = [0x40, 0xFF, 110, 0, 0, 1, 100, 0, 1, 1];
    let same = [0x40, 0xFF, 100, 0, 1, 1, 110, 0, 0, 1];
    sent.extend(bam(0xFECA, 0, &two));
    sent.extend(bam(0xFECA, 0, &same));
    sent.push(single(NONE, 0));
    sent.push(single(ONE, 0x21));
    let (sink, stats) = decode(&every_second(&sent));
    let spn_110 = "SPN 110 FMI 0 above normal, most severe, once";
    let expected = [
        (0, "none".to_owned()),
        (2, spn_110.to_owned()),
        (
            4,
            format!("SPN 100 FMI 1 below normal, most severe, once; {spn_110}"),
        ),
        (10, "none".to_owned()),
    ];
    assert_eq!(
        texts(&sink, "can0:DTC[0x18FECA00].J1939 DM1 active"),
        expected
    );
    let lamps = texts(&sink, "can0:DTC[0x18FECA00].J1939 DM1 lamps");
    assert_eq!(lamps[1], (2, "malfunction indicator".to_owned()));
    assert_eq!(
        texts(&sink, "can0:DTC[0x18FECA21].J1939 DM1 active"),
        [(11, spn_110.to_owned())]
    );
    // Values and texts belong together, 0 is "none".
    let signal = &sink.signals()[0];
    assert_eq!(signal.values[0], 0.0);
    assert_eq!(signal.values[3], 0.0);
    for (i, value) in signal.values.iter().enumerate() {
        let mut declared = signal.declared.labels.iter();
        let (_, text) = declared.find(|(known, _)| known == value).unwrap();
        assert_eq!(Some(text.as_str()), signal.label(i));
    }
    assert!(signal.declared.is_on_change);
    assert_eq!(stats.decoded_frames, stats.frames);
}

#[test]
fn answers_of_obd_and_uds_are_lists_too() {
    let mut sent = iso_tp(standard(0x7E8), &[0x43, 0], 8, &[]);
    sent.extend(iso_tp(
        standard(0x7E8),
        &[0x43, 3, 3, 1, 4, 0x20, 0xC1, 0],
        8,
        &[],
    ));
    sent.extend(iso_tp(standard(0x7E8), &[0x47, 1, 3, 1], 8, &[]));
    sent.extend(iso_tp(
        standard(0x7C8),
        &[0x59, 2, 0xFF, 0x41, 0x23, 0x11, 9],
        8,
        &[],
    ));
    // Another answer is none of ours, nor is a code without answer.
    sent.extend(iso_tp(standard(0x7E8), &[0x41, 0x0C, 1, 2], 8, &[]));
    sent.push((standard(0x7E0), vec![0x50; 8]));
    let (sink, stats) = decode(&every_second(&sent));
    let misfire = "P0301 (standard: ignition, misfire)";
    assert_eq!(
        texts(&sink, "can0:DTC[0x7E8].OBD-II confirmed"),
        [
            (0, "none".to_owned()),
            (
                1,
                format!("{misfire}; P0420 (standard: emission control); U0100 (standard: network)")
            ),
        ]
    );
    assert_eq!(
        texts(&sink, "can0:DTC[0x7E8].OBD-II pending"),
        [(3, misfire.to_owned())]
    );
    assert_eq!(
        texts(&sink, "can0:DTC[0x7C8].UDS by status"),
        [(
            4,
            "C0123-11 (standard: chassis) confirmed, failing".to_owned()
        )]
    );
    assert_eq!((stats.frames, stats.decoded_frames), (7, 5));
}

#[test]
fn a_list_is_told_again_after_silence_and_on_the_next_day() {
    let one = (extended(0x18FE_CA00), ONE.to_vec());
    let start = recorded(0, &one);
    let at = |ns: i64| CanFrame {
        timestamp: start.timestamp + ns,
        ..start
    };
    let midnight = NS_PER_DAY - start.timestamp.as_ns() % NS_PER_DAY;
    let frames = [
        at(0),
        at(9 * NS_PER_SEC),
        at(30 * NS_PER_SEC),
        at(midnight - NS_PER_SEC),
        at(midnight + NS_PER_SEC),
        at(midnight + 2 * NS_PER_SEC),
    ];
    let (sink, _) = decode(&frames);
    let seconds: Vec<_> = texts(&sink, "can0:DTC[0x18FECA00].J1939 DM1 active")
        .into_iter()
        .map(|(second, _)| second)
        .collect();
    let midnight = midnight / NS_PER_SEC;
    assert_eq!(seconds, [0, 30, midnight - 1, midnight + 1]);
}

#[test]
fn footers_know_the_texts_of_all_runs() {
    let info = DecodedFileInfo {
        vehicle: VehicleId::new("V1").unwrap(),
        writer: "test".to_owned(),
        dbc: None,
        sources: Vec::new(),
        recording: Recording::default(),
    };
    let mut writer = DecodedFileWriter::new(Vec::new(), info).unwrap();
    // Room for a list or two in a run.
    let limits = RunLimits {
        bytes: 1500,
        ..RunLimits::default()
    };
    let mut decoder = Decoder::new(|_: &str| CompiledDatabase::default(), limits);
    let mut builder = RawBatchBuilder::new("V1");
    for (at, payload) in [NONE, ONE, NONE].into_iter().enumerate() {
        let sent = (extended(0x18FE_CA00), payload.to_vec());
        builder.push(&recorded(1000 * at, &sent), "can0");
        decoder.push(&builder.finish(), &mut writer).unwrap();
    }
    let stats = decoder.finish(&mut writer).unwrap();
    assert!(stats.runs > 1);
    let (bytes, _) = writer.close(stats.undecoded()).unwrap();
    let (summary, _) = read_summary(&Bytes::from(bytes)).unwrap();
    let signals = summary.signals.unwrap();
    let texts: Vec<&str> = signals[0]
        .declared
        .labels
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    assert_eq!(
        texts,
        ["none", "SPN 110 FMI 0 above normal, most severe, once"]
    );
    assert_eq!(signals[0].rows, 3);
}
