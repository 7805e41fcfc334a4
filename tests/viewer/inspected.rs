//! A lake of one drive with its raw frames, and the window with the inspector on it.

use std::fs;
use std::path::PathBuf;

use canlake::command::{Action, Command};
use canlake::state::{AppState, SignalRef};
use canlake_shared::can::{CanFrame, CanId, ChannelIdx, Payload};
use canlake_shared::dbc::DbcFile;
use canlake_shared::decode::{Decoder, RunLimits};
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::{DbcProvenance, DbcSource, Recording};
use canlake_shared::schema::{
    ContentHash, DecodedFileInfo, DecodedFileWriter, RawBatchBuilder, RawFileInfo, RawFileWriter,
};
use canlake_shared::time::{NS_PER_SEC, Timestamp};
use egui_kittest::kittest::Queryable as _;
use test_support::TestLake;

use crate::window::{SPEED, TestWindow, VEHICLE};

pub(crate) const DBC: &str = r#"VERSION ""
BU_: ECU Dash
BO_ 291 Drive: 8 ECU
 SG_ Speed : 7|16@0+ (0.01,0) [0|300] "km/h" Dash
 SG_ Gear : 16|4@1+ (1,0) [0|5] "" Dash
CM_ SG_ 291 Speed "of the wheels";
VAL_ 291 Gear 0 "park" 1 "drive" ;
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 10000;
BA_ "GenMsgCycleTime" BO_ 291 100;
"#;
/// Ten times the speed, another gear, and a signal that is new.
pub(crate) const OTHER_DBC: &str = r#"VERSION ""
BO_ 291 Drive: 8 ECU
 SG_ Speed : 7|16@0+ (0.1,0) [0|300] "km/h" Dash
 SG_ Lamp : 24|1@1+ (1,0) [0|1] "" Dash
"#;
pub(crate) const N_FRAMES: i64 = 400;
pub(crate) const DAY: &str = "vehicle_id=CAR_1/year=2026/month=04/day=05";

pub(crate) fn start() -> i64 {
    "2026-04-05T06:00:00Z".parse::<Timestamp>().unwrap().as_ns()
}

/// Frames at 10 Hz; 60 are missing after the first 200. Two frames share each time stamp that is a
/// whole second.
pub(crate) fn frames() -> Vec<CanFrame> {
    let id = CanId::standard(291).unwrap();
    let frame = |time: i64, speed: u16, gear: u8| {
        let [high, low] = speed.to_be_bytes();
        let payload = Payload::new(&[high, low, gear, 0xFF, 0, 0, 0, 0]).unwrap();
        CanFrame::data(Timestamp::from_ns(time), ChannelIdx(0), id, payload)
    };
    let mut frames = Vec::new();
    for idx in 0..N_FRAMES {
        let missing = if idx < 200 { 0 } else { 60 };
        let time = start() + (idx + missing) * NS_PER_SEC / 10;
        let speed = u16::try_from(1_000 + idx * 7).unwrap();
        frames.push(frame(time, speed, u8::from(idx >= 100)));
        if idx % 10 == 0 {
            frames.push(frame(time, speed + 1, 1));
        }
    }
    frames
}

/// Writes the raw file if asked, and the decoded one; gives the DBC file, which the footer names.
pub(crate) fn write_lake(lake: &TestLake, with_raw: bool) -> PathBuf {
    let mut builder = RawBatchBuilder::new(VEHICLE);
    for frame in frames() {
        builder.push(&frame, "can0");
    }
    let batch = builder.finish();
    let info = RawFileInfo {
        vehicle: VehicleId::new(VEHICLE).unwrap(),
        writer: "test".to_owned(),
        recording: Recording::default(),
    };
    let mut writer = RawFileWriter::new(Vec::new(), info).unwrap();
    writer.write(&batch).unwrap();
    let (bytes, _) = writer.close().unwrap();
    for area in ["raw", "decoded"] {
        fs::create_dir_all(lake.path(&format!("lake/{area}/{DAY}"))).unwrap();
    }
    if with_raw {
        fs::write(
            lake.path(&format!("lake/raw/{DAY}/drive_raw.parquet")),
            &bytes,
        )
        .unwrap();
    }
    let dbc = DbcFile::new("car.dbc", DBC.as_bytes());
    let info = DecodedFileInfo {
        vehicle: VehicleId::new(VEHICLE).unwrap(),
        writer: "test".to_owned(),
        dbc: Some(DbcProvenance {
            files: vec![DbcSource {
                name: dbc.name.clone(),
                sha256: dbc.sha256,
            }],
            decoder: "test decoder".to_owned(),
        }),
        sources: vec![ContentHash::of(&bytes)],
        recording: Recording::default(),
    };
    let target = lake.path(&format!("lake/decoded/{DAY}/drive_decoded.parquet"));
    let mut writer = DecodedFileWriter::new(fs::File::create(target).unwrap(), info).unwrap();
    let compiled = canlake_shared::dbc::plan::CompiledDatabase::new(
        [&dbc.database],
        canlake_shared::dbc::Matching::Auto,
    );
    let mut decoder = Decoder::new(|_: &str| compiled.clone(), RunLimits::default());
    decoder.push(&batch, &mut writer).unwrap();
    let stats = decoder.finish(&mut writer).unwrap();
    writer.close(stats.undecoded()).unwrap();
    // Not where it is looked for by itself.
    let elsewhere = lake.path("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let path = elsewhere.join("car.dbc");
    fs::write(&path, DBC).unwrap();
    fs::write(elsewhere.join("other.dbc"), OTHER_DBC).unwrap();
    path
}

/// A window with the inspector, on a lake whose frames are kept if asked; its DBC file.
pub(crate) fn window(with_raw: bool) -> (TestWindow, PathBuf) {
    let mut window = TestWindow::new();
    let dbc = write_lake(&window.lake, with_raw);
    let root = window.lake.path("lake/decoded");
    window.send(Command::Run(Action::ToggleInspector));
    window.send(Command::Open(vec![root.to_string_lossy().into_owned()]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    window.click_signal(SPEED);
    window.wait("the samples", |state| {
        let signals = state.workspace.signals();
        let loaded = signals.first().and_then(|signal| state.store.get(signal));
        loaded.is_some_and(|it| it.series.is_some()) && !state.store.is_loading()
    });
    wait_for_answers(&mut window);
    (window, dbc)
}

pub(crate) fn wait_for_answers(window: &mut TestWindow) {
    window.wait("the answers", |state| {
        let inspector = &state.inspector;
        inspector.definition.current().is_some() && inspector.timing.current().is_some()
    });
}

pub(crate) fn says(window: &TestWindow, text: &str) {
    let found = window.harness.query_all_by_label_contains(text).next();
    assert!(found.is_some(), "nothing says {text:?}");
}

pub(crate) fn is_silent(window: &TestWindow, text: &str) {
    let found = window.harness.query_all_by_label_contains(text).next();
    assert!(found.is_none(), "something says {text:?}");
}

pub(crate) fn selected(state: &AppState) -> SignalRef {
    state.selected_signal.clone().unwrap()
}

/// Puts the cursor on the frame of a number, and waits for it.
pub(crate) fn look_up(window: &mut TestWindow, idx: i64) {
    let time = Timestamp::from_ns(start() + idx * NS_PER_SEC / 10);
    window.send(Command::PlaceCursor(time));
    window.wait("the frame", |state| {
        state.inspector.frame.current().is_some()
    });
}
