//! What decoding costs, beside limits measured in the same run.
//!
//! `cargo bench -p canlake-shared --bench decode` prints frames per second and ratios:
//! the kernels alone against reading and writing the same bytes once (memory bandwidth), and raw
//! Parquet → decoded Parquet against writing the decoded columns alone. Criterion's own measurement of
//! the kernels follows. `CANLAKE_BENCH_FRAMES=1e6` makes the files smaller than 10 M frames.

#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use canlake_shared::can::CanId;
use canlake_shared::dbc::plan::{CompiledDatabase, CompiledMessage, PayloadBuffer, SignalValues};
use canlake_shared::dbc::{Matching, load};
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

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    kernels(&mut criterion);
    criterion.final_summary();
}
