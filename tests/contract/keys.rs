//! Keys of files, of their metadata, and of signals.

use canlake_shared::lake::{Area, BootId, ObjectKey, Partition, RawName, RollupLevel, VehicleId};
use canlake_shared::schema::{ContentHash, SignalKey, footer};
use canlake_shared::time::Timestamp;

const START: Timestamp = Timestamp::from_ns(1_798_761_599_999_999_999);

#[test]
fn keys_of_one_recording() {
    let vehicle = VehicleId::new("VIN_TEST01").unwrap();
    let content = ContentHash::of(b"abc");
    let name = RawName::new(START, BootId(0x6F0C_2A1B), 42, content);
    let raw = ObjectKey::raw(vehicle, &name);
    let day = "vehicle_id=VIN_TEST01/year=2026/month=12/day=31";
    let stem = "20261231T235959Z-6f0c2a1b-00000042-ba7816bf8f01";
    assert_eq!(raw.to_string(), format!("raw/{day}/{stem}_raw.parquet"));
    assert_eq!(
        raw.to_decoded().to_string(),
        format!("decoded/{day}/{stem}_decoded.parquet")
    );
    let rollups = RollupLevel::ALL.map(|level| raw.to_area(Area::Rollup(level)).to_string());
    let expected = ["1s", "1min", "1h"]
        .map(|level| format!("rollup/level={level}/{day}/{stem}_rollup.parquet"));
    assert_eq!(rollups, expected);
}

#[test]
fn days_are_utc_and_padded() {
    let vehicle = VehicleId::new("V").unwrap();
    let next = Partition::of(vehicle, START + 1).to_string();
    assert_eq!(next, "vehicle_id=V/year=2027/month=01/day=01");
}

#[test]
fn names_of_metadata() {
    let names = [
        footer::SCHEMA,
        footer::WRITER,
        footer::TIME_RANGE,
        footer::ROWS,
        footer::COVERAGE,
        footer::LOSS,
        footer::CLOCK,
        footer::SOURCES,
        footer::DBC,
        footer::SIGNALS,
        footer::UNDECODED,
    ];
    let expected = [
        "schema",
        "writer",
        "time_range",
        "rows",
        "coverage",
        "loss",
        "clock",
        "sources",
        "dbc",
        "signals",
        "undecoded",
    ];
    assert_eq!(names, expected.map(|name| format!("canlake.{name}")));
    assert_eq!(footer::SCHEMA_VERSION, 1);
}

#[test]
fn texts_of_signals() {
    let key = SignalKey::new("can1", "EEC1", Some(0x0CF0_0400), "EngineSpeed");
    assert_eq!(key.to_string(), "can1:EEC1[0x0CF00400].EngineSpeed");
    let key = SignalKey::new("", "Motor.1", Some(0x1A0), "a b");
    assert_eq!(key.to_string(), "Motor%2E1[0x1A0].a b");
}
