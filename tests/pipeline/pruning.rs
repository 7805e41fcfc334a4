//! One signal for one minute out of a decoded file of 1 GB: the plan's own numbers say how little of
//! it is read. The listing reads the footer.

use std::fs::File;
use std::io::{BufWriter, Read, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use canlake_shared::schema::{DecodedFileWriter, Labels, SignalColumn, SignalKey, read_summary};
use canlake_shared::time::{NS_PER_SEC, Timestamp};
use parquet::file::reader::{ChunkReader, Length};
use test_support::{Asked, TestLake, info};

const N_SIGNALS: u32 = 192;
/// 100 minutes at 100 Hz.
const N_ROWS: i64 = 600_000;
const PERIOD_NS: i64 = 10_000_000;
const LEAST_BYTES: u64 = 1_000_000_000;

/// xorshift64 (Marsaglia): numbers that do not compress.
fn next(noise: &mut u64) -> u64 {
    *noise ^= *noise << 13;
    *noise ^= *noise >> 7;
    *noise ^= *noise << 17;
    *noise
}

fn keys() -> Vec<SignalKey> {
    let key = |idx: u32| {
        let message = format!("Message{:02}", idx / 8);
        SignalKey::new("can0", &message, Some(idx / 8), &format!("Signal{idx:03}"))
    };
    (0..N_SIGNALS).map(key).collect()
}

/// Values as sensors without quantisation give them: every bit of the fraction is noise.
fn values(signal: usize) -> Vec<f64> {
    let mut noise = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(signal as u64 + 1);
    let mut value = || f64::from_bits(0x4059_0000_0000_0000 ^ (next(&mut noise) >> 8));
    (0..N_ROWS).map(|_| value()).collect()
}

fn times(start: i64) -> Vec<i64> {
    let mut noise = 7;
    let mut jitter = || (next(&mut noise) % 4_000_000).cast_signed();
    (0..N_ROWS)
        .map(|idx| start + idx * PERIOD_NS + jitter())
        .collect()
}

/// A file that counts what is read of it.
struct Counting {
    file: File,
    bytes: Arc<AtomicU64>,
}

struct CountingRead<R> {
    reader: R,
    bytes: Arc<AtomicU64>,
}

impl Length for Counting {
    fn len(&self) -> u64 {
        Length::len(&self.file)
    }
}

impl<R: Read> Read for CountingRead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n_read = self.reader.read(buffer)?;
        self.bytes.fetch_add(n_read as u64, Ordering::Relaxed);
        Ok(n_read)
    }
}

impl ChunkReader for Counting {
    type T = CountingRead<<File as ChunkReader>::T>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(CountingRead {
            reader: self.file.get_read(start)?,
            bytes: Arc::clone(&self.bytes),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<bytes::Bytes> {
        self.bytes.fetch_add(length as u64, Ordering::Relaxed);
        self.file.get_bytes(start, length)
    }
}

#[test]
fn a_minute_of_one_signal_reads_little_of_a_gigabyte() {
    let lake = TestLake::new();
    let start = "2026-01-15T10:00:00Z".parse::<Timestamp>().unwrap().as_ns();
    let (keys, times) = (keys(), times(start));
    let path = lake.path("day_decoded.parquet");
    let sink = BufWriter::new(File::create(&path).unwrap());
    let mut writer = DecodedFileWriter::new(sink, info("V")).unwrap();
    for (idx, key) in keys.iter().enumerate() {
        let column = SignalColumn {
            key,
            unit: "V",
            declared: None,
            timestamps: &times,
            values: &values(idx),
            labels: Labels::None,
        };
        writer.write_signal(column).unwrap();
    }
    let (mut sink, _) = writer.close(Vec::new()).unwrap();
    sink.flush().unwrap();
    let file_bytes = path.metadata().unwrap().len();
    assert!(file_bytes >= LEAST_BYTES, "only {file_bytes} bytes");

    let read = Arc::new(AtomicU64::new(0));
    let counting = Counting {
        file: File::open(&path).unwrap(),
        bytes: Arc::clone(&read),
    };
    let (summary, _) = read_summary(&counting).unwrap();
    assert_eq!(summary.signals.unwrap().len(), keys.len());
    let read = read.load(Ordering::Relaxed);
    assert!(read <= file_bytes / 500, "{read} bytes for the signal list");

    let asked = Asked::open(&path);
    let signals = &asked.catalogue.vehicle("V").unwrap().signals;
    assert_eq!(signals.len(), keys.len());
    let wanted = 100;
    let range = (start + 1_800 * NS_PER_SEC, start + 1_860 * NS_PER_SEC);
    let answer = asked.query("V", &keys[wanted..=wanted], range);
    let stats = answer.stats.as_ref().unwrap();
    println!("signal list: {read} bytes\n{stats}");
    assert!(answer.completeness.is_complete());
    let rows = times.partition_point(|time| *time < range.0)
        ..times.partition_point(|time| *time < range.1);
    assert_eq!(rows.len(), 6_000);
    assert_eq!(answer.signals[0].times, times[rows.clone()]);
    assert_eq!(answer.signals[0].values, values(wanted)[rows]);
    assert_eq!(stats.file_bytes, file_bytes);
    assert!(stats.row_groups.pruned > 0, "{stats}");
    assert!(stats.pages.pruned > 0, "{stats}");
    assert!(stats.bytes_read * 50 <= stats.file_bytes, "{stats}");
}
