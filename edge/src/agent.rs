//! Puts the parts together: a source is captured, batched, encoded and stored until it ends.

use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use anyhow::Context as _;
use canlake_shared::bus::{BusEvent, Clock, FrameSource, Pace, Simulation};
use canlake_shared::can::{CanFrame, ChannelTable};
use canlake_shared::lake::BootId;
use canlake_shared::schema::footer::{ClockAnchor, ClockInfo, ClockState, Loss, Recording};
use canlake_shared::sim::{DriveSimulator, SimConfig};
use canlake_shared::time::{NS_PER_SEC, Timestamp};
use tracing::{debug, error, info};

use crate::batch::{Batch, Batcher};
use crate::capture::{Capture, Captured, WhenFull};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::coverage::Coverage;
use crate::shutdown::Shutdown;
use crate::spool::{Spool, encode};

/// How often the writer looks at the age of the open batch when nothing arrives.
const TICK: Duration = Duration::from_millis(250);
/// Frames may be this late in the queue when a batch is closed by the clock.
const GRACE_NS: i64 = NS_PER_SEC;
/// A simulation without end: a hundred years.
const ENDLESS: Duration = Duration::from_hours(100 * 365 * 24);

/// What is to be simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Everything random follows from it.
    pub seed: u64,
    /// How fast, how long, and from when on.
    pub timing: Timing,
}

/// How a simulated drive relates to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// It happens now.
    RealTime {
        /// Until told to stop, if not given.
        duration: Option<Duration>,
    },
    /// As fast as it can be computed. The same plan gives the same files, byte for byte, so they
    /// carry neither the boot nor the clock of this machine.
    FastForward {
        /// How much driving.
        duration: Duration,
        /// When it begins; now, if not given.
        start: Option<Timestamp>,
    },
}

/// What was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files stored.
    pub files: u64,
    /// Frames in them.
    pub frames: u64,
    /// Frames counted as lost.
    pub lost: u64,
}

/// Records a simulated drive until it ends or a shutdown is asked for.
///
/// When this returns, everything captured is in durable files or counted as lost.
pub fn simulate(
    config: &Config,
    plan: &Plan,
    clock: Arc<SystemClock>,
    shutdown: &Shutdown,
) -> anyhow::Result<Summary> {
    let now = clock.now();
    let (start, duration, pace, when_full) = match plan.timing {
        Timing::RealTime { duration } => {
            let pace = Pace::original(Arc::clone(&clock) as Arc<dyn Clock>);
            (now, duration.unwrap_or(ENDLESS), pace, WhenFull::Count)
        }
        Timing::FastForward { duration, start } => (
            start.unwrap_or(now),
            duration,
            Pace::unlimited(),
            WhenFull::Wait,
        ),
    };
    let simulator = DriveSimulator::new(SimConfig {
        seed: plan.seed,
        vehicle: config.vehicle.to_string(),
        start,
        duration,
        ..SimConfig::default()
    });
    info!(vehicle = %config.vehicle, seed = plan.seed, %start, "simulating");
    let clock = match plan.timing {
        Timing::RealTime { .. } => Some(clock),
        Timing::FastForward { .. } => None,
    };
    let source = Box::new(Simulation::new(simulator, pace));
    record(config, source, when_full, clock, shutdown)
}

/// Records a source until it ends or a shutdown is asked for. Without a clock the frames' own times
/// are the only ones there are.
fn record(
    config: &Config,
    source: Box<dyn FrameSource>,
    when_full: WhenFull,
    clock: Option<Arc<SystemClock>>,
    shutdown: &Shutdown,
) -> anyhow::Result<Summary> {
    let boot_id = clock
        .as_ref()
        .map_or(BootId::default(), |it| it.short_boot_id());
    let spool = Spool::open(&config.data_dir, config.vehicle.clone(), boot_id)?;
    let mut recorder = Recorder {
        config,
        batcher: Batcher::new(config.batch),
        coverage: Coverage::default(),
        channels: ChannelTable::default(),
        losses: Vec::new(),
        known_until: Timestamp::MIN,
        opened: clock.as_deref().map(anchor),
        clock,
        spool,
        summary: Summary::default(),
    };
    let capture = Capture::spawn("sim", source, when_full, shutdown.clone())
        .context("cannot start the capture thread")?;
    let stored = recorder.write_all(&capture);
    if stored.is_err() {
        shutdown.request();
    }
    capture.join()?;
    stored?;
    Ok(recorder.summary)
}

/// The writer's side.
struct Recorder<'a> {
    config: &'a Config,
    batcher: Batcher,
    coverage: Coverage,
    channels: ChannelTable,
    /// Not yet in a file.
    losses: Vec<Loss>,
    /// The latest instant that a frame or an event has told of.
    known_until: Timestamp,
    clock: Option<Arc<SystemClock>>,
    /// Boot time and UTC when the open batch began.
    opened: Option<ClockAnchor>,
    spool: Spool,
    summary: Summary,
}

impl Recorder<'_> {
    fn write_all(&mut self, capture: &Capture) -> anyhow::Result<()> {
        loop {
            match capture.queue.recv_timeout(TICK) {
                Ok(captured) => self.take(captured)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if let Some(clock) = &self.clock {
                let now = clock.now() - GRACE_NS;
                if let Some(batch) = self.batcher.close_if_due(now) {
                    self.store(&batch)?;
                }
            }
        }
        if let Some(clock) = &self.clock {
            self.known_until = self.known_until.max(clock.now());
        }
        match self.batcher.close(self.known_until) {
            Some(batch) => self.store(&batch),
            None => Ok(()),
        }
    }

    /// Frames and events in the order of their times.
    fn take(&mut self, captured: Captured) -> anyhow::Result<()> {
        if let Some(channels) = captured.channels {
            self.channels = channels;
        }
        let mut events = captured.reception.events.into_iter().peekable();
        for frame in captured.reception.frames {
            while let Some(event) = events.next_if(|it| is_before(it, &frame)) {
                self.note(event);
            }
            self.known_until = self.known_until.max(frame.timestamp + 1);
            if let Some(batch) = self.batcher.push(frame) {
                self.store(&batch)?;
            }
        }
        for event in events {
            self.note(event);
        }
        Ok(())
    }

    fn note(&mut self, event: BusEvent) {
        match event {
            BusEvent::State { channel, at, state } => {
                debug!(channel = channel.0, %at, %state, "channel state");
                self.coverage.note(channel, at, state);
                self.known_until = self.known_until.max(at);
            }
            BusEvent::Loss(loss) => {
                error!(place = %loss.place, frames = loss.frames, exact = loss.exact, "frames lost");
                self.summary.lost += loss.frames;
                self.losses.push(loss);
            }
        }
    }

    fn store(&mut self, batch: &Batch) -> anyhow::Result<()> {
        let closed = self.clock.as_deref().map(anchor);
        let opened = std::mem::replace(&mut self.opened, closed);
        let clock = self.clock.as_deref().map(|clock| ClockInfo {
            boot_id: clock.boot_id().to_owned(),
            // The times come from a simulated drive, whatever the machine's clock is worth.
            state: ClockState::from("simulated"),
            anchors: opened.into_iter().chain(closed).collect(),
            correction_ns: 0,
            uncertainty_ns: None,
        });
        let recording = Recording {
            coverage: self.coverage.take_until(batch.until),
            loss: std::mem::take(&mut self.losses),
            clock,
        };
        let n_frames = batch.frames.len();
        let lost = || format!("{n_frames} captured frames are lost");
        let bytes =
            encode(batch, &self.channels, &self.config.vehicle, recording).with_context(lost)?;
        let path = self.spool.store(batch.first(), &bytes).with_context(lost)?;
        info!(frames = n_frames, bytes = bytes.len(), path = %path.display(), "file stored");
        self.summary.files += 1;
        self.summary.frames += n_frames as u64;
        Ok(())
    }
}

fn is_before(event: &BusEvent, frame: &CanFrame) -> bool {
    match event {
        BusEvent::State { at, .. } => *at <= frame.timestamp,
        BusEvent::Loss(loss) => loss.from <= frame.timestamp,
    }
}

fn anchor(clock: &SystemClock) -> ClockAnchor {
    ClockAnchor {
        boot_ns: i64::try_from(clock.since_boot().as_nanos()).unwrap_or(i64::MAX),
        utc: clock.now(),
    }
}
