//! What a frame costs: the window without a screen, ten signals of 10 M samples, a hand that pans and
//! zooms for 600 frames.
//!
//! `cargo bench -p canlake --bench frame` prints, per frame, the processor time of `logic` (commands to the
//! state), `ui` (layout and shapes) and tessellation, and what is allocated; beside it what the frame
//! of an empty window costs in the same run. The budget is 16 ms on average and 25 ms at the 99th
//! percentile. `CANLAKE_BENCH_SAMPLES=1e6` takes shorter signals.

#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

mod counting;

use std::sync::Arc;
use std::time::Duration;

use counting::Counting;

use canlake::command::{Command, CommandQueue, PlotTarget};
use canlake::query::{Completeness, QueryStats};
use canlake::series::{GapPolicy, Prepared, Series};
use canlake::source::{Catalogue, SessionInfo, SignalInfo, SourceLocation, Vehicle};
use canlake::state::{AppState, Effect, Event, LoadedPart, Settings, SignalRef, VehicleRef};
use canlake::ui::{self, UiState, theme};
use canlake_shared::schema::SignalKey;
use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Context, Event as Input, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, pos2, vec2};

/// That of the program, counted.
#[global_allocator]
static ALLOCATOR: Counting = Counting::new();

const START: i64 = 1_771_804_800_000_000_000;
const PERIOD: i64 = 1_000_000;
const SIGNALS: usize = 10;
const FRAMES: usize = 600;
const SIZE: egui::Vec2 = vec2(1_920.0, 1_080.0);
const FRAME: Duration = Duration::from_nanos(16_666_667);

fn main() {
    let samples = std::env::var("CANLAKE_BENCH_SAMPLES")
        .ok()
        .and_then(|text| text.parse::<f64>().ok())
        .unwrap_or(1e7) as usize;
    let mut empty = Window::new(AppState::new(Settings::default()));
    let empty_costs: Vec<Cost> = (0..60).map(|_| empty.frame(Vec::new())).collect();
    print("empty window", &empty_costs);
    for layout in ["one plot", "ten plots"] {
        let mut window = Window::new(loaded(samples, layout == "ten plots"));
        // The first frames find their layout and make fonts.
        for _ in 0..10 {
            window.frame(Vec::new());
        }
        let costs: Vec<Cost> = (0..FRAMES).map(|idx| window.frame(hand(idx))).collect();
        let title = format!("{SIGNALS} signals × {samples} samples, {layout}");
        let total = print(&title, &costs);
        let (mean, p99) = (mean(&total), percentile(&total, 99));
        println!(
            "  mean within 16 ms: {}; p99 within 25 ms: {}; {:.1} × an empty window",
            verdict(mean <= 16.0),
            verdict(p99 <= 25.0),
            mean / self::mean(&empty_costs.iter().map(Cost::ms).collect::<Vec<_>>()),
        );
    }
}

/// What one frame took.
#[derive(Clone, Copy, Default)]
struct Cost {
    logic: f64,
    ui: f64,
    tessellation: f64,
    allocations: u64,
    bytes: u64,
}

impl Cost {
    fn ms(&self) -> f64 {
        self.logic + self.ui + self.tessellation
    }
}

struct Window {
    ctx: Context,
    state: AppState,
    local: UiState,
    queue: CommandQueue,
    time: f64,
}

impl Window {
    fn new(state: AppState) -> Self {
        let ctx = Context::default();
        theme::install(&ctx);
        Self {
            ctx,
            state,
            local: UiState::default(),
            queue: CommandQueue::default(),
            time: 0.0,
        }
    }

    fn frame(&mut self, events: Vec<Input>) -> Cost {
        let mut cost = Cost::default();
        self.time += FRAME.as_secs_f64();
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        let before = ALLOCATOR.counts();
        {
            let start = cpu_time();
            let mut output = self.ctx.run_ui(input, |ui| {
                ui::show(ui, &self.state, &mut self.local, &mut self.queue);
            });
            cost.ui = ms(start);
            let start = cpu_time();
            for command in self.queue.drain() {
                // Statistics are off and everything is loaded: nobody is asked for anything.
                drop(self.state.update(command));
            }
            drop(self.state.update(Command::EndGesture));
            cost.logic = ms(start);
            let start = cpu_time();
            output.textures_delta.clear();
            std::hint::black_box(self.ctx.tessellate(output.shapes, output.pixels_per_point));
            cost.tessellation = ms(start);
        }
        let after = ALLOCATOR.counts();
        cost.allocations = after.0 - before.0;
        cost.bytes = after.1 - before.1;
        cost
    }
}

/// The pointer over the plots: notches of the wheel in and out, and pans by fractions of a column.
fn hand(frame: usize) -> Vec<Input> {
    let mut events = vec![Input::PointerMoved(pos2(
        900.0 + (frame % 60) as f32 * 3.0,
        300.0,
    ))];
    let wheel = |delta: egui::Vec2, modifiers: Modifiers| Input::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers,
    };
    events.push(match frame % 150 {
        0..60 => wheel(vec2(0.0, 12.0), Modifiers::NONE),
        60..90 => wheel(vec2(0.0, 7.3), Modifiers::SHIFT),
        _ => wheel(vec2(0.0, -12.0), Modifiers::NONE),
    });
    events
}

/// Noise on slow waves with a spike now and then, every signal other.
fn series(seed: u64, samples: usize) -> Series {
    let mut state = seed;
    let mut times = Vec::with_capacity(samples);
    let mut values = Vec::with_capacity(samples);
    let mut slow = 0.0_f64;
    for idx in 0..samples as i64 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 40) as f64 / f64::from(1 << 24) - 0.5;
        slow += noise * 0.01;
        times.push(START + idx * PERIOD + (state >> 48) as i64 * 3);
        values.push(slow + noise);
    }
    Series::new(times.into(), values.into()).expect("columns of equal length")
}

/// A state in which ten signals are plotted and loaded.
fn loaded(samples: usize, in_panels: bool) -> AppState {
    let range = TimeRange::inclusive(
        Timestamp::from_ns(START),
        Timestamp::from_ns(START + samples as i64 * PERIOD + PERIOD),
    );
    let info = |idx: usize| SignalInfo {
        key: SignalKey::new("can0", "Message", Some(0x100), &format!("Signal_{idx}")),
        unit: ["V", "A", "km/h"][idx % 3].into(),
        rows: samples as u64,
        min: Some(-1.0),
        max: Some(1.0),
        first: range.start,
        last: range.end,
        cycle_time_ms: Some(1),
        on_change: false,
        integer: false,
        labels: [].into(),
        comment: "".into(),
    };
    let signals: Vec<SignalInfo> = (0..SIGNALS).map(info).collect();
    let session = SessionInfo {
        range,
        rows: 0,
        bytes: 0,
        estimated: false,
        files: 1,
        signals: SIGNALS,
        gaps: Vec::new(),
        overlapping: false,
        lost_frames: 0,
        lost_at_least: false,
    };
    let vehicle = Vehicle {
        id: "V".into(),
        range,
        rows: 0,
        bytes: 0,
        files: 1,
        sessions: vec![session],
        signals: signals.clone(),
    };
    let mut state = AppState::new(Settings::default());
    let effects = state.update(Command::Open(vec!["lake".to_owned()]));
    let Some(Effect::Open { source, .. }) = effects.first().cloned() else {
        unreachable!("opening asks for the source")
    };
    state.apply(Event::SourceReady {
        source,
        catalogue: Arc::new(Catalogue {
            vehicles: vec![vehicle],
            ..Catalogue::default()
        }),
        location: SourceLocation::path("lake"),
        remarks: Vec::new(),
    });
    let reference = |key: &SignalKey| SignalRef {
        vehicle: VehicleRef::new(source, "V"),
        key: key.clone(),
    };
    for (idx, info) in signals.iter().enumerate() {
        let effects = state.update(Command::Plot {
            signals: vec![reference(&info.key)],
            target: if in_panels {
                PlotTarget::NewPanel
            } else {
                PlotTarget::Active
            },
        });
        for effect in effects {
            let Effect::Load { load, .. } = effect else {
                continue;
            };
            let series = Prepared::new(series(idx as u64 + 1, samples), &GapPolicy::default());
            state.apply(Event::LoadEnded {
                load,
                parts: vec![LoadedPart {
                    signal: reference(&info.key),
                    series: Arc::new(series),
                }],
                result: Ok((Completeness::Complete, QueryStats::default())),
            });
        }
    }
    assert!(!state.store.is_loading(), "everything was delivered");
    state
}

/// Prints what frames took and gives their sums in milliseconds.
fn print(title: &str, costs: &[Cost]) -> Vec<f64> {
    println!("{title}:");
    let part = |name: &str, of: fn(&Cost) -> f64| {
        let times: Vec<f64> = costs.iter().map(of).collect();
        println!(
            "  {name:<13} mean {:>7.3} ms, p99 {:>7.3} ms, slowest {:>7.3} ms",
            mean(&times),
            percentile(&times, 99),
            percentile(&times, 100)
        );
        times
    };
    part("logic", |cost| cost.logic);
    part("ui", |cost| cost.ui);
    part("tessellation", |cost| cost.tessellation);
    let total = part("frame", Cost::ms);
    let n = costs.len() as u64;
    println!(
        "  allocations   mean {} of together {} kB a frame",
        costs.iter().map(|cost| cost.allocations).sum::<u64>() / n,
        costs.iter().map(|cost| cost.bytes).sum::<u64>() / n / 1_000
    );
    total
}

/// Milliseconds of processor time since `start`.
fn ms(start: Duration) -> f64 {
    cpu_time().saturating_sub(start).as_secs_f64() * 1e3
}

/// What this thread has used of the processor: what else the machine does makes no difference.
#[cfg(target_os = "linux")]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Elsewhere the time on the wall has to do.
#[cfg(not(target_os = "linux"))]
fn cpu_time() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

fn mean(times: &[f64]) -> f64 {
    times.iter().sum::<f64>() / times.len() as f64
}

fn percentile(times: &[f64], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let idx = (sorted.len() * percent / 100).min(sorted.len() - 1);
    sorted[idx]
}

fn verdict(is_kept: bool) -> &'static str {
    if is_kept { "kept" } else { "MISSED" }
}
