//! From samples of real recordings back to their frames, in the log and in a raw file: against the
//! frames that an independent decoder found them in (`expected.parquet`; the test data's MANIFEST.md
//! says how it was made).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use canlake::inspect::shelf::ShelvedDbc;
use canlake::inspect::{
    Definition, FileOrigin, FoundFrame, FrameMemory, FrameQuestion, SourceCheck, Standing, frame,
};
use canlake::runtime::Runtimes;
use canlake_shared::dbc::DbcFile;
use canlake_shared::decode::FrameBatches;
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{ContentHash, RawFileInfo, RawFileWriter, SignalKey};
use canlake_shared::time::{TimeRange, Timestamp};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use test_support::{TestLake, data_dir};

/// Samples of each recording that are looked for.
const SAMPLES: usize = 40;

/// A sample as the independent decoder has it.
#[derive(Debug)]
struct Sample {
    frame_no: u64,
    time: Timestamp,
    key: SignalKey,
    raw: i64,
    value: f64,
    definition: Definition,
}

fn table(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = Arc::clone(reader.schema());
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

fn samples(data: &Path, name: &str) -> Vec<Sample> {
    let table = table(&data.join("logs").join(name).join("expected.parquet"));
    let column = |name: &str, to: &DataType| cast(table.column_by_name(name).unwrap(), to).unwrap();
    let integers = |name: &str| column(name, &DataType::Int64);
    let texts = |name: &str| column(name, &DataType::Utf8);
    let (frames, times) = (integers("frame_no"), integers("timestamp_us"));
    let (ids, raws, positions) = (
        integers("arbitration_id"),
        integers("raw"),
        integers("sig_idx"),
    );
    let values = column("physical", &DataType::Float64);
    let (channels, files, messages) = (texts("channel"), texts("dbc"), texts("message"));
    let step = (table.num_rows() / SAMPLES).max(1);
    let sample = |row: usize| {
        let integer =
            |column: &arrow::array::ArrayRef| column.as_primitive::<Int64Type>().value(row);
        let text =
            |column: &arrow::array::ArrayRef| column.as_string::<i32>().value(row).to_owned();
        let dbc = text(&files);
        let file = DbcFile::new(&dbc, &fs::read(data.join("dbc").join(&dbc)).unwrap());
        let message = text(&messages);
        let mut defined = file.database.messages.iter();
        let defined = defined.find(|it| it.name == message)?;
        let position = usize::try_from(integer(&positions)).unwrap();
        let key = SignalKey::new(
            &text(&channels),
            &message,
            Some(u32::try_from(integer(&ids)).unwrap()),
            &defined.signals.get(position)?.name,
        );
        let shelved = ShelvedDbc {
            file: Arc::new(file),
            path: None,
        };
        Some(Sample {
            frame_no: u64::try_from(integer(&frames)).unwrap(),
            time: Timestamp::from_ns(integer(&times) * 1_000),
            raw: integer(&raws),
            value: values.as_primitive::<Float64Type>().value(row),
            definition: Definition::in_file(&key, shelved, Standing::DecodedWith)?,
            key,
        })
    };
    assert_eq!(times.null_count(), 0);
    (0..table.num_rows())
        .step_by(step)
        .filter_map(sample)
        .collect()
}

fn find(
    runtimes: &Runtimes,
    memory: &Arc<FrameMemory>,
    sample: &Sample,
    file: &FileOrigin,
) -> FoundFrame {
    let question = FrameQuestion {
        key: sample.key.clone(),
        time: sample.time,
        value: sample.value,
        definition: Some(sample.definition.clone()),
        files: vec![file.clone()],
    };
    let found = frame::find(question, Arc::clone(memory));
    let found = runtimes.run(found).unwrap();
    found.unwrap_or_else(|error| panic!("{error}: {sample:?}"))
}

/// The log as a raw file of a lake, and the decoded file that belongs to it.
fn raw_file(lake: &TestLake, log: &Path, name: &str) -> FileOrigin {
    let frames = FrameBatches::log(File::open(log).unwrap(), name).unwrap();
    let info = RawFileInfo {
        vehicle: VehicleId::new(name).unwrap(),
        writer: "test".to_owned(),
        recording: Recording::default(),
    };
    let mut writer = RawFileWriter::new(Vec::new(), info).unwrap();
    for batch in frames {
        writer.write(&batch.unwrap()).unwrap();
    }
    let (bytes, _) = writer.close().unwrap();
    let partition = format!("vehicle_id={name}/year=2021/month=10/day=25");
    let raw = lake.path(&format!("raw/{partition}/log_raw.parquet"));
    fs::create_dir_all(raw.parent().unwrap()).unwrap();
    fs::write(&raw, &bytes).unwrap();
    FileOrigin {
        decoded: lake.path(&format!("decoded/{partition}/log_decoded.parquet")),
        range: TimeRange::ALL,
        input: None,
        sources: vec![ContentHash::of(&bytes)],
    }
}

#[test]
fn samples_of_real_recordings_lead_to_their_frames() {
    let Some(data) = data_dir() else {
        return;
    };
    let runtimes = Runtimes::new().unwrap();
    let memory = Arc::new(FrameMemory::default());
    let mut exact = 0;
    for name in ["j1939_vehicle_imu", "obd2_imu_a", "tesla_model_s"] {
        let log: PathBuf = data.join("logs").join(name).join(format!("{name}.log"));
        let lake = TestLake::new();
        let of_lake = raw_file(&lake, &log, name);
        let of_log = FileOrigin {
            decoded: PathBuf::from("cache/log_decoded.parquet"),
            range: TimeRange::ALL,
            input: Some(log),
            sources: Vec::new(),
        };
        let samples = samples(&data, name);
        assert!(samples.len() >= SAMPLES, "{name}: {}", samples.len());
        for sample in &samples {
            let in_log = find(&runtimes, &memory, sample, &of_log);
            let in_raw = find(&runtimes, &memory, sample, &of_lake);
            assert_eq!(in_log.place.check, SourceCheck::Input);
            assert_eq!(in_raw.place.check, SourceCheck::Hash);
            assert_eq!(in_log.place.row, in_raw.place.row, "{sample:?}");
            assert_eq!(in_log.payload, in_raw.payload);
            for found in [&in_log, &in_raw] {
                assert!(found.is_confirmed, "{sample:?}: {found:?}");
                assert_eq!(found.id.number(), sample.key.arbitration_id.unwrap());
                assert_eq!(found.raw, Some(sample.raw), "{sample:?}");
            }
            // Where many frames share a time stamp, an earlier one may have the same value.
            if in_raw.candidates == 1 {
                assert_eq!(in_raw.place.row, sample.frame_no, "{sample:?}");
                exact += 1;
            }
        }
    }
    assert!(exact >= 2 * SAMPLES, "{exact}");
}
