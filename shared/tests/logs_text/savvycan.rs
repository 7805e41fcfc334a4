//! One drive, which `SavvyCAN` wrote in the formats of several tools, against its candump log.

use canlake_shared::logs::{LogFormat, TimeBasis};
use canlake_shared::time::{NS_PER_SEC, Timestamp};

use crate::log::Log;
use crate::python_can::read_file;
use crate::test_data;
use crate::twin::assert_same_frames;

struct Drive {
    folder: std::path::PathBuf,
    twin: Log,
}

impl Drive {
    fn find() -> Option<Self> {
        let dir = test_data::data_dir("formats/savvycan-tesla/CRTD_Log.txt")?;
        Some(Self {
            folder: dir.join("formats/savvycan-tesla"),
            twin: read_file(&dir.join("logs/tesla_model_s/tesla_model_s.log")),
        })
    }

    /// Reads one of its logs; identifiers and bytes are those of the twin.
    fn read(&self, name: &str, format: LogFormat, basis: TimeBasis) -> Log {
        let log = read_file(&self.folder.join(name));
        assert_eq!(log.skipped(), [""; 0], "{name}");
        assert_eq!(log.reader.format(), format, "{name}");
        assert_eq!(log.reader.time_basis(), basis, "{name}");
        assert_same_frames(name, &log, &self.twin);
        log
    }

    /// Asserts that times counted from `origin` are those of the twin, which has whole seconds alone.
    fn assert_seconds(&self, log: &Log, origin: Timestamp) {
        for (frame, other) in log.frames.iter().zip(&self.twin.frames) {
            let ns = frame.timestamp.ns_since(origin);
            assert_eq!(ns / NS_PER_SEC, other.timestamp.as_ns() / NS_PER_SEC);
        }
    }
}

const ZERO: Timestamp = Timestamp::from_ns(0);

#[test]
fn gvret_csv() {
    let Some(drive) = Drive::find() else { return };
    let log = drive.read("GVRET_Log.csv", LogFormat::Csv, TimeBasis::Relative);
    drive.assert_seconds(&log, ZERO);
    assert_eq!(log.frames[0].timestamp.as_ns(), 166_064_000_000);
    assert_eq!(log.channel(&log.frames[0]), "can0");
}

#[test]
fn csv_without_times() {
    let Some(drive) = Drive::find() else { return };
    let log = drive.read("GenericID_Log.csv", LogFormat::Csv, TimeBasis::Order);
    assert_eq!(log.frames[7].timestamp.as_ns(), 7_000_000);
}

#[test]
fn microchip_log() {
    let Some(drive) = Drive::find() else { return };
    let log = drive.read("MicrochipLog.log", LogFormat::Csv, TimeBasis::Relative);
    drive.assert_seconds(&log, ZERO);
}

#[test]
fn crtd_log() {
    let Some(drive) = Drive::find() else { return };
    let log = drive.read("CRTD_Log.txt", LogFormat::Crtd, TimeBasis::Relative);
    drive.assert_seconds(&log, ZERO);
    assert_eq!(log.channel(&log.frames[0]), "CAN1");
}

/// Its times of day lie 166 s behind the start in its head, as those of the other logs.
#[test]
fn busmaster_log() {
    let Some(drive) = Drive::find() else { return };
    let log = drive.read(
        "BusMasterLog.log",
        LogFormat::Busmaster,
        TimeBasis::Absolute,
    );
    drive.assert_seconds(&log, "2015-09-23T22:17:28.928Z".parse().unwrap());
    let first = log.frames[0].timestamp;
    assert_eq!(first, "2015-09-23T22:20:14.992Z".parse().unwrap());
}

fn read(text: &str) -> Log {
    Log::read(text.as_bytes().to_vec())
}

#[test]
fn busmaster_modes_and_types() {
    let log = |mode: &str, base: &str| {
        read(&format!(
            "***START DATE AND TIME 23:9:2015 23:59:58:500***\n***{base}***\n***{mode} MODE***\n\
             23:59:59:0000 Rx 1 0x010 s 2 10 20\n\
             23:59:59:5000 Tx 2 0x10 x 0\n\
             00:00:00:2500 Rx 1 010 sr 4\n\
             00:00:00:2500 Rx 1 010 xr 0\n"
        ))
    };
    let system = log("SYSTEM", "HEX");
    assert_eq!(system.skipped(), [""; 0]);
    let at = |log: &Log, i: usize| log.frames[i].timestamp.to_string();
    assert_eq!(at(&system, 0), "2015-09-23T23:59:59.000000000Z");
    assert_eq!(at(&system, 2), "2015-09-24T00:00:00.250000000Z");
    let ids: Vec<String> = system
        .frames
        .iter()
        .map(|frame| frame.id.to_string())
        .collect();
    assert_eq!(ids, ["010", "00000010", "010", "00000010"]);
    assert_eq!(system.frames[2].len, 4);
    assert_eq!(system.channel(&system.frames[1]), "CAN2");
    assert_eq!(&*system.frames[0].payload, [0x10, 0x20]);
    let relative = log("RELATIVE", "HEX");
    assert_eq!(at(&relative, 0), "2015-09-24T23:59:57.500000000Z");
    assert_eq!(at(&relative, 3), "2015-09-25T23:59:57.500000000Z");
    let absolute = log("ABSOLUTE", "HEX");
    assert_eq!(at(&absolute, 0), "2015-09-24T23:59:57.500000000Z");
    let decimal = read("***DEC***\n10:00:00:0000 Rx 1 100 s 2 10 255\n");
    assert_eq!(decimal.frames[0].id.to_string(), "064");
    assert_eq!(&*decimal.frames[0].payload, [10, 255]);
    assert_eq!(decimal.reader.time_basis(), TimeBasis::Relative);
}

#[test]
fn crtd_types_and_buses() {
    let log = read(
        "1320745424.000 CXX a comment\n1320745424.002 R11 402 FA 01\n\
         1320745424.015 2T29 18FEF100 01 02\n1320745424.106 CEV door\n\
         1320745424.1 R11 800 00\n1320745424.1 R11 100 0\n1320745424.1 X11 100 00\nx R11 1 00\n",
    );
    assert_eq!(log.frames.len(), 2);
    assert_eq!(log.channel(&log.frames[0]), "CAN1");
    assert_eq!(log.channel(&log.frames[1]), "CAN2");
    assert_eq!(log.frames[1].id.to_string(), "18FEF100");
    assert_eq!(log.frames[1].timestamp.as_ns(), 1_320_745_424_015_000_000);
    assert_eq!(log.reader.skipped().total(), 4, "{:?}", log.skipped());
}
