//! What decoding costs, beside limits measured in the same run.
//!
//! `cargo bench -p canlake-shared --bench decode` prints frames per second and ratios:
//! the kernels alone against reading and writing the same bytes once (memory bandwidth), and raw
//! Parquet → decoded Parquet against writing the decoded columns alone. Criterion's own measurement of
//! the kernels follows. `CANLAKE_BENCH_FRAMES=1e6` makes the files smaller than 10 M frames.

#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::fs::{self, File};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use canlake_shared::can::{CanFrame, CanId, ChannelIdx, Payload};
use canlake_shared::dbc::plan::{CompiledDatabase, CompiledMessage, PayloadBuffer, SignalValues};
use canlake_shared::dbc::{Matching, load};
use canlake_shared::decode::{Decoder, MemorySink, RunLimits, decode_threaded};
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{
    DecodedFileInfo, DecodedFileWriter, Labels, RawBatchBuilder, RawFileInfo, RawFileReader,
    RawFileWriter, SignalColumn,
};
use canlake_shared::time::Timestamp;
use criterion::{Criterion, Throughput};

/// The messages and signals of an electric powertrain: five messages, 17 signals.
const DBC: &str = r#"VERSION ""
BO_ 416 BMS_CellVoltages: 8 BMS
 SG_ Cell_1_Voltage : 0|16@1+ (0.001,0) [2.5|4.2] "V" Vector__XXX
 SG_ Cell_2_Voltage : 16|16@1+ (0.001,0) [2.5|4.2] "V" Vector__XXX
 SG_ Cell_3_Voltage : 32|16@1+ (0.001,0) [2.5|4.2] "V" Vector__XXX
 SG_ Cell_Delta_mV : 48|16@1+ (0.1,0) [0|200] "mV" Vector__XXX
BO_ 417 BMS_PackStatus: 8 BMS
 SG_ Pack_Voltage : 0|16@1+ (0.1,0) [300|800] "V" Vector__XXX
 SG_ Pack_Current : 16|16@1+ (0.1,-400) [-400|400] "A" Vector__XXX
 SG_ Pack_SOC : 32|8@1+ (0.5,0) [0|100] "%" Vector__XXX
BO_ 688 MotorCtrl_Status: 8 MotorController
 SG_ Motor_RPM : 0|16@1+ (1,0) [0|12000] "rpm" Vector__XXX
 SG_ Motor_Torque : 16|16@1+ (0.1,0) [0|350] "Nm" Vector__XXX
 SG_ Motor_Power : 32|16@1+ (0.1,0) [0|250] "kW" Vector__XXX
BO_ 689 MotorCtrl_Thermal: 8 MotorController
 SG_ Stator_Temp : 0|8@1+ (1,-40) [-40|180] "degC" Vector__XXX
 SG_ Rotor_Temp : 8|8@1+ (1,-40) [-40|160] "degC" Vector__XXX
 SG_ Bearing_Temp : 16|8@1+ (1,-40) [-40|120] "degC" Vector__XXX
BO_ 1024 CoolantLoop: 6 CoolingSystem
 SG_ Coolant_Inlet : 0|8@1+ (0.5,-40) [-40|80] "degC" Vector__XXX
 SG_ Coolant_Outlet : 8|8@1+ (0.5,-40) [-40|95] "degC" Vector__XXX
 SG_ Flow_Rate : 16|16@1+ (0.01,0) [0|25] "L/min" Vector__XXX
 SG_ Pump_Duty : 32|8@1+ (0.5,0) [0|100] "%" Vector__XXX
"#;
/// Identifiers of the messages above, in the order of transmission, with payload lengths.
const IDS: [(u32, usize); 5] = [(416, 8), (417, 8), (688, 8), (689, 8), (1024, 6)];
/// 17 signals in five frames.
const SIGNALS_PER_STEP: usize = 17;

fn database() -> CompiledDatabase {
    let (database, warnings) = load(DBC.as_bytes());
    assert!(warnings.is_empty(), "{warnings:?}");
    CompiledDatabase::new([&database], Matching::Auto)
}

/// Payloads that walk slowly, as signals of a drive do.
struct Payloads {
    state: u64,
    words: [u64; IDS.len()],
}

impl Payloads {
    fn new() -> Self {
        Self {
            state: 7,
            words: [0x0400_1000_2000_3000; IDS.len()],
        }
    }

    fn next(&mut self, message: usize) -> [u8; 8] {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let step = (self.state >> 40) & 0x0003_0003_0003_0003;
        self.words[message] = self.words[message].wrapping_add(step);
        self.words[message].to_le_bytes()
    }
}

/// The fastest of several runs.
fn fastest(repetitions: usize, mut work: impl FnMut()) -> Duration {
    let run = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..repetitions).map(run).min().unwrap_or_default()
}

/// The five columns of payloads of `n_frames` frames.
fn columns(database: &CompiledDatabase, n_frames: usize) -> Vec<(&CompiledMessage, PayloadBuffer)> {
    let mut payloads = Payloads::new();
    let mut columns: Vec<_> = IDS
        .iter()
        .map(|(id, _)| {
            let id = CanId::standard(*id).expect("five standard identifiers");
            (&*database.lookup(id)[0], PayloadBuffer::default())
        })
        .collect();
    for i in 0..n_frames {
        let message = i % IDS.len();
        let payload = payloads.next(message);
        columns[message].1.push(&payload[..IDS[message].1]);
    }
    columns
}

/// Decodes every signal of every column; the values of one signal replace those of the last.
fn decode_all(columns: &[(&CompiledMessage, PayloadBuffer)], values: &mut SignalValues) -> usize {
    let mut n_values = 0;
    for (message, payloads) in columns {
        let payloads = payloads.as_payloads();
        let presence = message.presence(&payloads);
        for signal_idx in 0..message.signals().len() {
            message.decode(signal_idx, &payloads, &presence, values);
            n_values += black_box(&values.physical).len();
        }
    }
    n_values
}

fn kernels(criterion: &mut Criterion) {
    let database = database();
    let n_frames = 2_000_000;
    let columns = columns(&database, n_frames);
    let mut values = SignalValues::default();
    let n_values = decode_all(&columns, &mut values);
    assert_eq!(n_values, n_frames / IDS.len() * SIGNALS_PER_STEP);
    let decoding = fastest(7, || {
        decode_all(&columns, &mut values);
    });
    // The least there is to do: read a word and write a word per value.
    let source: Vec<u64> = (0..n_frames as u64 / 5).collect();
    let mut target: Vec<u64> = Vec::with_capacity(source.len());
    let copying = fastest(7, || {
        for _ in 0..SIGNALS_PER_STEP {
            target.clear();
            target.extend_from_slice(black_box(&source));
            black_box(&target);
        }
    });
    let per_frame = |time: Duration| n_frames as f64 / time.as_secs_f64() / 1e6;
    println!(
        "decoder alone: {:.0} M frames/s, {:.0} M values/s",
        per_frame(decoding),
        n_values as f64 / decoding.as_secs_f64() / 1e6,
    );
    println!(
        "copying as many words: {:.0} M frames/s; decoding takes {:.2} x as long",
        per_frame(copying),
        decoding.as_secs_f64() / copying.as_secs_f64(),
    );
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(n_frames as u64));
    group.bench_function("kernels, 17 signals of 5 messages", |bencher| {
        bencher.iter(|| decode_all(&columns, &mut values));
    });
    group.finish();
}

const START: i64 = 1_771_800_000_000_000_000;
const WRITER: &str = "canlake bench";

fn vehicle() -> VehicleId {
    VehicleId::new("VEH_001").expect("a plain name")
}

/// Writes a raw file: five messages at 100 Hz.
fn write_raw(path: &Path, n_frames: usize) {
    let file = File::create(path).expect("a file in a fresh folder");
    let info = RawFileInfo {
        vehicle: vehicle(),
        writer: WRITER.to_owned(),
        recording: Recording::default(),
    };
    let mut writer = RawFileWriter::new(file, info).expect("a file to write to");
    let mut builder = RawBatchBuilder::new("VEH_001");
    let mut payloads = Payloads::new();
    for i in 0..n_frames {
        let (id, len) = IDS[i % IDS.len()];
        let payload = payloads.next(i % IDS.len());
        let step = i64::try_from(i / IDS.len()).expect("far below 2^63");
        builder.push(
            &CanFrame::data(
                Timestamp::from_ns(START + step * 10_000_000),
                ChannelIdx(0),
                CanId::standard(id).expect("a standard identifier"),
                Payload::new(&payload[..len]).expect("at most 8 bytes"),
            ),
            "can0",
        );
        if builder.len() == 65_536 || i + 1 == n_frames {
            writer.write(&builder.finish()).expect("space on the disk");
        }
    }
    writer.close().expect("space on the disk");
}

fn decoded_file(path: &Path) -> DecodedFileWriter<File> {
    let file = File::create(path).expect("a file in a fresh folder");
    let info = DecodedFileInfo {
        vehicle: vehicle(),
        writer: WRITER.to_owned(),
        dbc: None,
        sources: Vec::new(),
        recording: Recording::default(),
    };
    DecodedFileWriter::new(file, info).expect("a file to write to")
}

fn peak_rss_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kb.and_then(|kb| kb.trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn reader(path: &Path) -> RawFileReader {
    let file = File::open(path).expect("the raw file was written above");
    RawFileReader::open(file).expect("the raw file was written above")
}

/// Raw Parquet → decoded Parquet, and what its parts take alone.
fn files() {
    let frames = std::env::var("CANLAKE_BENCH_FRAMES").unwrap_or_default();
    let n_frames = frames
        .parse::<f64>()
        .map_or(10_000_000, |frames| frames as usize);
    let dir = tempfile::tempdir().expect("a folder for temporary files");
    let (raw, decoded) = (
        dir.path().join("raw.parquet"),
        dir.path().join("decoded.parquet"),
    );
    write_raw(&raw, n_frames);
    let database = database();

    let mut n_values = 0;
    let whole = fastest(3, || {
        let mut sink = decoded_file(&decoded);
        let stats = decode_threaded(
            reader(&raw),
            |_: &str| database.clone(),
            RunLimits::default(),
            &mut sink,
            |_| (),
        );
        let stats = stats.expect("files that can be read and written");
        assert_eq!(stats.decoded_frames, n_frames as u64);
        n_values = stats.signal_values;
        sink.close(stats.undecoded()).expect("space on the disk");
    });
    let size = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len()) / 1_000_000;
    println!(
        "{n_frames} frames, raw Parquet ({} MB) to decoded Parquet ({} MB, {n_values} rows): \
         {:.2} s, {:.1} M frames/s, peak RSS {} MB",
        size(&raw),
        size(&decoded),
        whole.as_secs_f64(),
        n_frames as f64 / whole.as_secs_f64() / 1e6,
        peak_rss_mb(),
    );

    let reading = fastest(3, || {
        for batch in reader(&raw) {
            black_box(batch.expect("the raw file was written above"));
        }
    });
    println!(
        "reading the raw file alone: {:.2} s; the whole takes {:.2} x as long",
        reading.as_secs_f64(),
        whole.as_secs_f64() / reading.as_secs_f64(),
    );

    // One run's columns in memory, written as often as there were runs.
    let limits = RunLimits::default();
    let mut columns = MemorySink::default();
    let mut decoder = Decoder::new(|_: &str| database.clone(), limits);
    let n_run = n_frames.min(limits.frames);
    let mut taken = 0;
    for batch in reader(&raw) {
        let batch = batch.expect("the raw file was written above");
        let batch = batch.slice(0, batch.num_rows().min(n_run - taken));
        taken += batch.num_rows();
        decoder
            .push(&batch, &mut columns)
            .expect("a batch of raw frames");
        if taken == n_run {
            break;
        }
    }
    decoder
        .finish(&mut columns)
        .unwrap_or_else(|never| match never {});
    let writing = fastest(3, || {
        let mut sink = decoded_file(&decoded);
        for signal in columns.signals() {
            sink.write_signal(SignalColumn {
                key: &signal.key,
                unit: &signal.unit,
                declared: None,
                timestamps: &signal.timestamps,
                values: &signal.values,
                labels: Labels::None,
            })
            .expect("space on the disk");
        }
        sink.end_run().expect("space on the disk");
        sink.close(Vec::new()).expect("space on the disk");
    });
    let writing = writing.mul_f64(n_frames as f64 / n_run as f64);
    println!(
        "writing the decoded columns alone: {:.2} s; the whole takes {:.2} x as long",
        writing.as_secs_f64(),
        whole.as_secs_f64() / writing.as_secs_f64(),
    );
}

fn main() {
    files();
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    kernels(&mut criterion);
    criterion.final_summary();
}
