//! What a picture costs, beside reading the columns once in the same run.
//!
//! `cargo bench -p canlake --bench view` prints ratios and judges the budgets: at 100 M samples a
//! series is prepared within 0.3 s and a view of 1,920 columns within 2 ms; ten views of 10 M samples
//! each leave the rest of a frame's 16 ms to the drawing. Criterion's own measurements follow.
//! `CANLAKE_BENCH_MAX=1e6` leaves out the longer series.

#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use canlake::series::{GapPolicy, Gaps, Prepared, Pyramid, Series, View, ViewRequest};
use criterion::{BenchmarkId, Criterion};

const PERIOD: i64 = 1_000_000;
const START: i64 = 1_771_804_800_000_000_000;
const COLUMNS: usize = 1_920;

/// 1 kHz with jitter, slow waves under noise, a spike now and then: hard on every shortcut.
fn series(samples: usize) -> Series {
    let mut state = 7_u64;
    let mut times = Vec::with_capacity(samples);
    let mut values = Vec::with_capacity(samples);
    let mut slow = 0.0_f64;
    for i in 0..samples as i64 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 40) as f64 / f64::from(1 << 24) - 0.5;
        slow += noise * 0.01;
        let spike = if state >> 44 == 5 { 100.0 } else { 0.0 };
        times.push(START + i * PERIOD + (state >> 48) as i64 * 3);
        values.push(slow + noise + spike);
    }
    Series::new(times.into(), values.into()).expect("columns of equal length")
}

/// The least there is to do: every byte of both columns once, by as many sums as the CPU adds at once.
fn read_once(series: &Series) -> f64 {
    let mut times = [0_i64; 8];
    let mut values = [0.0; 8];
    for (time, value) in series
        .times()
        .as_chunks::<8>()
        .0
        .iter()
        .zip(series.values().as_chunks::<8>().0)
    {
        for lane in 0..8 {
            times[lane] ^= time[lane];
            values[lane] += value[lane];
        }
    }
    values.iter().sum::<f64>() + times.iter().fold(0, |a, b| a ^ b) as f64
}

fn best<T>(rounds: usize, mut work: impl FnMut() -> T) -> Duration {
    (0..rounds)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

/// Ranges as a hand makes them: all, ever closer, each panned by fractions of a pixel.
fn requests(series: &Series) -> Vec<ViewRequest> {
    let (first, last) = series.time_span().expect("samples");
    let span = last - first;
    let mut requests = Vec::new();
    for zoom in [1, 2, 3, 10, 31, 100, 316, 1_000, 10_000] {
        let width = span / zoom;
        for step in 0..5 {
            let start = first + (span - width) / 3 + step * (width / COLUMNS as i64) * 7 / 5;
            requests.push(ViewRequest::new((start, start + width), COLUMNS));
        }
    }
    requests
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn verdict(is_kept: bool) -> &'static str {
    if is_kept { "kept" } else { "MISSED" }
}

/// Mean and slowest view, in milliseconds, each request at its median of nine.
fn views(data: &Prepared) -> (f64, f64) {
    let mut view = View::new();
    let times: Vec<f64> = requests(data.series())
        .iter()
        .map(|request| {
            let mut rounds: Vec<f64> = (0..9)
                .map(|_| ms(best(1, || view.compute(data, request))))
                .collect();
            rounds.sort_by(f64::total_cmp);
            rounds[4]
        })
        .collect();
    let slowest = times.iter().copied().fold(0.0, f64::max);
    (times.iter().sum::<f64>() / times.len() as f64, slowest)
}

fn report(samples: usize) {
    let series = series(samples);
    let read = best(5, || read_once(&series));
    let pyramid = best(3, || Pyramid::new(series.times(), series.values()));
    let gaps = best(3, || Gaps::find(series.times(), &GapPolicy::default()));
    let build = best(3, || Prepared::new(series.clone(), &GapPolicy::default()));
    let data = Prepared::new(series, &GapPolicy::default());
    let (mean, slowest) = views(&data);
    let memory = data.memory_bytes() as f64 / data.series().memory_bytes() as f64;
    println!(
        "{samples:>11} samples: read once {:.2} ms, pyramid {:.2} ms, gaps {:.2} ms, \
         prepared {:.2} ms = {:.1} × reading; view mean {mean:.3} ms, slowest {slowest:.3} ms \
         = {:.3} × reading; memory {memory:.3} × the columns",
        ms(read),
        ms(pyramid),
        ms(gaps),
        ms(build),
        build.as_secs_f64() / read.as_secs_f64(),
        slowest / ms(read),
    );
    if samples == 100_000_000 {
        println!(
            "  prepared within 300 ms: {}; views within 2 ms: {}; memory within 2 × the columns: {}",
            verdict(ms(build) <= 300.0),
            verdict(slowest <= 2.0),
            verdict(memory <= 2.0),
        );
    }
}

/// Ten signals panned together, cold against each other in the caches.
fn report_ten() {
    let all: Vec<Prepared> = (0..10)
        .map(|_| Prepared::new(series(10_000_000), &GapPolicy::default()))
        .collect();
    let requests = requests(all[0].series());
    let mut views: Vec<View> = all.iter().map(|_| View::new()).collect();
    let mut frames: Vec<f64> = (0..5)
        .flat_map(|_| &requests)
        .map(|request| {
            ms(best(1, || {
                for (view, data) in views.iter_mut().zip(&all) {
                    view.compute(data, request);
                }
            }))
        })
        .collect();
    frames.sort_by(f64::total_cmp);
    let p99 = frames[frames.len() * 99 / 100];
    println!(
        "  ten views of 10 M samples: median {:.2} ms, p99 {p99:.2} ms of a frame's 16 ms; \
         within half of it: {}",
        frames[frames.len() / 2],
        verdict(p99 <= 8.0),
    );
}

fn main() {
    let most = std::env::var("CANLAKE_BENCH_MAX")
        .ok()
        .and_then(|text| text.parse::<f64>().ok())
        .unwrap_or(1e8);
    let lengths = [100_000, 1_000_000, 10_000_000, 100_000_000];
    let lengths = lengths.into_iter().filter(|&n| n as f64 <= most);
    for samples in lengths.clone() {
        report(samples);
    }
    if most >= 1e8 {
        report_ten();
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .measurement_time(Duration::from_secs(2))
        .warm_up_time(Duration::from_millis(300))
        .configure_from_args();
    let mut group = criterion.benchmark_group("series");
    for samples in lengths.filter(|&n| n <= 10_000_000) {
        let data = Prepared::new(series(samples), &GapPolicy::default());
        let range = data.series().time_span().expect("samples");
        let request = ViewRequest::new(range, COLUMNS);
        let mut view = View::new();
        group.bench_function(BenchmarkId::new("read once", samples), |b| {
            b.iter(|| read_once(data.series()));
        });
        group.bench_function(BenchmarkId::new("prepare", samples), |b| {
            b.iter(|| Prepared::new(data.series().clone(), &GapPolicy::default()));
        });
        group.bench_function(BenchmarkId::new("view of all", samples), |b| {
            b.iter(|| view.compute(&data, &request));
        });
    }
    group.finish();
    criterion.final_summary();
}
