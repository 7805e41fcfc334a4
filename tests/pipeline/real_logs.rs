//! Recordings of real vehicles, from the log to statistics, against what an independent decoder
//! found in all frames (`summary.parquet`; the test data's MANIFEST.md says how it was made).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{AsArray as _, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use canlake::series::{GapPolicy, Prepared, Series, Stats};
use canlake_shared::can::CanId;
use canlake_shared::dbc::{DbcFile, Matching};
use canlake_shared::logs;
use canlake_shared::schema::{RawBatchBuilder, SignalKey};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use test_support::{Asked, TestLake, data_dir, decode_frames, info};

struct Recording {
    name: &'static str,
    dbc: &'static [&'static str],
    matching: Matching,
    /// Messages of several frames, which the oracle's summary leaves out.
    transported: &'static [&'static str],
}

const J1939_DEMO: &str = "css/asammdf-basics_CSS-Electronics-SAE-J1939-DEMO.dbc";

const RECORDINGS: [Recording; 7] = [
    Recording {
        name: "j1939_tractor_6130",
        dbc: &[J1939_DEMO, "canmatrix/j1939.dbc", "css/tp_j1939.dbc"],
        matching: Matching::J1939,
        transported: &["EC1"],
    },
    Recording {
        name: "j1939_vehicle_imu",
        dbc: &[
            J1939_DEMO,
            "canmatrix/j1939.dbc",
            "css/matlab_canmod-gps.dbc",
            "css/tp_j1939.dbc",
        ],
        matching: Matching::J1939,
        transported: &["DTC", "EC1"],
    },
    Recording {
        name: "nmea2000_a",
        dbc: &["canboat/canboat.dbc"],
        matching: Matching::J1939,
        transported: &[],
    },
    Recording {
        name: "nmea2000_raymarine",
        dbc: &["canboat/canboat.dbc"],
        matching: Matching::J1939,
        transported: &[],
    },
    Recording {
        name: "obd2_imu_a",
        dbc: &["css/OBD-v4.4.dbc", "css/matlab_canmod-gps.dbc"],
        matching: Matching::Exact,
        transported: &[],
    },
    Recording {
        name: "tesla_model_s",
        dbc: &["opendbc/tesla_can.dbc"],
        matching: Matching::Exact,
        transported: &[],
    },
    Recording {
        name: "uds_kona_leaf",
        dbc: &["css/tp_uds.dbc"],
        matching: Matching::Exact,
        transported: &["Battery", "Temperature"],
    },
];

/// Count, least, greatest, first and last value of one signal of all senders and channels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Summary {
    count: usize,
    min: f64,
    max: f64,
    first: f64,
    last: f64,
}

type Summaries = BTreeMap<(String, String), Summary>;

impl Recording {
    fn files(&self, data: &Path) -> Vec<DbcFile> {
        let file =
            |name: &&str| DbcFile::new(*name, &fs::read(data.join("dbc").join(name)).unwrap());
        self.dbc.iter().map(file).collect()
    }

    fn path(&self, data: &Path, name: &str) -> PathBuf {
        data.join("logs").join(self.name).join(name)
    }

    /// The log as a decoded file.
    fn decode(&self, data: &Path, lake: &TestLake) -> PathBuf {
        let log = self.path(data, &format!("{}.log", self.name));
        let files = self.files(data);
        let mut reader = logs::open(File::open(log).unwrap(), self.name).unwrap();
        let batches = std::iter::from_fn(|| {
            let mut frames = Vec::new();
            reader.read(&mut frames, 50_000).unwrap();
            let mut builder = RawBatchBuilder::new("");
            for frame in &frames {
                builder.push(
                    frame,
                    reader.channels().name(frame.channel).unwrap().as_str(),
                );
            }
            (!frames.is_empty()).then(|| builder.finish())
        });
        let target = lake.path("log_decoded.parquet");
        decode_frames(batches, &files, self.matching, info(self.name), &target);
        target
    }

    /// What the oracle found, under our names: it names messages by identifier and signals by
    /// position, or as their lines do.
    fn expected(&self, data: &Path) -> Summaries {
        let table = table(&self.path(data, "summary.parquet"));
        let text = |name| {
            let column = cast(table.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
            let column = column.as_string::<i32>().iter();
            column
                .map(|text| text.unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let whole = |name| {
            let column = cast(table.column_by_name(name).unwrap(), &DataType::Int64).unwrap();
            column.as_primitive::<Int64Type>().values().to_vec()
        };
        let float = |name| {
            let column = cast(table.column_by_name(name).unwrap(), &DataType::Float64).unwrap();
            column.as_primitive::<Float64Type>().values().to_vec()
        };
        let (files, dbc, signal) = (self.files(data), text("dbc"), text("signal"));
        let (id, is_extended, position) = (
            whole("dbc_frame_id"),
            whole("is_extended"),
            whole("sig_idx"),
        );
        let (count, min, max) = (whole("n"), float("min"), float("max"));
        let (first, last) = (float("first"), float("last"));
        let summary = |row: usize| {
            let file = files.iter().find(|file| file.name == dbc[row]).unwrap();
            let id = CanId::new(id[row] as u32, is_extended[row] == 1).unwrap();
            let messages = &file.database.messages;
            let message = messages.iter().find(|message| message.id == id).unwrap();
            let at = message.signals.get(position[row] as usize);
            let found = at.filter(|found| found.short_name == signal[row]);
            let found = found.or_else(|| {
                let mut signals = message.signals.iter();
                signals.find(|found| found.short_name == signal[row])
            });
            let summary = Summary {
                count: count[row] as usize,
                min: min[row],
                max: max[row],
                first: first[row],
                last: last[row],
            };
            ((message.name.clone(), found.unwrap().name.clone()), summary)
        };
        (0..table.num_rows()).map(summary).collect()
    }
}

fn table(path: &Path) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = Arc::clone(builder.schema());
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

/// Statistics of everything that a source holds, by the query engine.
fn found(asked: &Asked) -> Summaries {
    let mut summaries = Summaries::new();
    for vehicle in &asked.catalogue.vehicles {
        let keys: Vec<SignalKey> = vehicle
            .signals
            .iter()
            .map(|info| info.key.clone())
            .collect();
        let answer = asked.query(&vehicle.id, &keys, (i64::MIN, i64::MAX));
        assert!(answer.completeness.is_complete());
        // One definition may have several senders and channels; the oracle counts them together.
        let mut together: BTreeMap<(String, String), Vec<(i64, f64)>> = BTreeMap::new();
        for (key, rows) in keys.iter().zip(answer.signals) {
            let name = (key.message.to_string(), key.signal.to_string());
            let samples = rows.times.into_iter().zip(rows.values);
            together.entry(name).or_default().extend(samples);
        }
        for (name, mut samples) in together {
            samples.sort_by_key(|sample| sample.0);
            let (times, values): (Vec<i64>, Vec<f64>) = samples.into_iter().unzip();
            let series = Series::new(times.into(), values.into()).unwrap();
            let series = Prepared::new(series, &GapPolicy::of(None, false, &[]));
            let stats = Stats::compute(&series, (i64::MIN, i64::MAX));
            let value = |timed: Option<canlake::series::Timed>| timed.unwrap().value;
            let summary = Summary {
                count: stats.count,
                min: value(stats.min),
                max: value(stats.max),
                first: value(stats.first),
                last: value(stats.last),
            };
            summaries.insert(name, summary);
        }
    }
    summaries
}

#[test]
fn statistics_of_real_logs_equal_the_oracle() {
    let Some(data) = data_dir() else { return };
    let mut n_signals = 0;
    for recording in &RECORDINGS {
        let expected = recording.expected(&data);
        let lake = TestLake::new();
        let asked = Asked::open(&recording.decode(&data, &lake));
        assert!(asked.catalogue.problems.is_empty());
        n_signals += expected.len();
        let found = found(&asked);
        let differing: Vec<_> = expected
            .iter()
            .filter(|(name, summary)| found.get(*name) != Some(*summary))
            .map(|(name, summary)| (name, summary, found.get(name)))
            .collect();
        assert!(differing.is_empty(), "{}: {differing:#?}", recording.name);
        let others = found.keys().filter(|name| !expected.contains_key(*name));
        let others: BTreeSet<&str> = others.map(|(message, _)| message.as_str()).collect();
        let transported = recording.transported.iter().copied().collect();
        assert_eq!(others, transported, "{}", recording.name);
    }
    println!("{n_signals} signals of {} logs", RECORDINGS.len());
    assert!(n_signals > 0);
}
