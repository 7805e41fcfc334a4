//! What writing logs costs, beside copying the frames in memory.
//!
//! `cargo bench -p canlake-shared --bench write_logs` prints frames and megabytes per second for each
//! format, with the time to read them back, and what a conversion takes.
//! `CANLAKE_BENCH_FRAMES=1e6` is the number of frames.

#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::hint::black_box;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use bytes::Bytes;
use canlake_shared::can::{CanFrame, CanId, ChannelIdx, ChannelName, ChannelTable, Payload};
use canlake_shared::lake::VehicleId;
use canlake_shared::logs::convert::{ConvertInput, Selection, convert};
use canlake_shared::logs::write::{TargetFormat, TargetInfo, create};
use canlake_shared::time::Timestamp;

/// Frames handed to a writer at once.
const PIECE: usize = 4096;
const RUNS: usize = 3;

/// Two buses of 29-bit identifiers: counters, slow values and noise, as vehicles send them.
fn frames(n: usize) -> Vec<CanFrame> {
    let mut noise: u32 = 1;
    (0..n)
        .map(|i| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let slow = (i / 1000) as u16;
            let mut bytes = [0xFF; 8];
            bytes[0] = i as u8;
            bytes[1..3].copy_from_slice(&slow.to_le_bytes());
            bytes[3] = (noise >> 24) as u8;
            CanFrame::data(
                Timestamp::from_ns(1_767_225_600_000_000_000 + i as i64 * 250_000),
                ChannelIdx((i % 2) as u16),
                CanId::extended(0x18FE_F100 + (i % 40) as u32).expect("29 bits"),
                Payload::new(&bytes).expect("eight bytes"),
            )
        })
        .collect()
}

fn info() -> TargetInfo {
    TargetInfo {
        writer: "bench".to_owned(),
        vehicle: VehicleId::new("V1").expect("two letters"),
    }
}

/// The shortest of several runs.
fn best<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut timed = || {
        let start = Instant::now();
        let result = run();
        (start.elapsed(), result)
    };
    let mut best = timed();
    for _ in 1..RUNS {
        let next = timed();
        if next.0 < best.0 {
            best = next;
        }
    }
    best
}

fn write(format: TargetFormat, frames: &[CanFrame], channels: &ChannelTable) -> Vec<u8> {
    let mut file = Cursor::new(Vec::with_capacity(frames.len() * 80));
    let mut writer = create(format, &mut file, info()).expect("memory takes it");
    for piece in frames.chunks(PIECE) {
        writer.write(piece, channels).expect("memory takes it");
    }
    writer.finish().expect("memory takes it");
    file.into_inner()
}

fn main() {
    let n = std::env::var("CANLAKE_BENCH_FRAMES").ok();
    let n = n.and_then(|text| text.parse::<f64>().ok()).unwrap_or(1e6) as usize;
    let frames = frames(n);
    let channels = ChannelTable::new(["CAN1", "CAN2"].map(ChannelName::new));
    let (copy, _) = best(|| black_box(frames.clone()));
    println!(
        "{n} frames; copying them takes {:.0} ms",
        copy.as_secs_f64() * 1e3
    );
    println!("format        write               size      × copy  convert to candump");
    for format in TargetFormat::ALL {
        let (time, file) = best(|| write(*format, &frames, &channels));
        let (bytes, secs) = (file.len(), time.as_secs_f64());
        let file = Bytes::from(file);
        let (converted, ()) = best(|| {
            let input = ConvertInput::open(file.clone(), "bench").expect("a log");
            let mut text = Cursor::new(Vec::with_capacity(n * 60));
            let writer = create(TargetFormat::Candump, &mut text, info()).expect("memory takes it");
            let go_on = |_progress| ControlFlow::Continue(());
            let all = Selection::default();
            let done = convert(vec![input], writer, &all, go_on).expect("a log");
            assert_eq!(done.frames, n as u64);
        });
        println!(
            "{:12} {:5.1} M frames/s {:4.0} MB/s {:5.1} MB {:6.1} {:5.1} M frames/s",
            format.to_string(),
            n as f64 / secs / 1e6,
            bytes as f64 / secs / 1e6,
            bytes as f64 / 1e6,
            secs / copy.as_secs_f64(),
            n as f64 / converted.as_secs_f64() / 1e6,
        );
    }
}
