//! The system's clock and boot: the only place of the agent that reads them.

use std::fs;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use canlake_shared::bus::Clock;
use canlake_shared::lake::BootId;
use canlake_shared::time::Timestamp;

/// The clock of this machine.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    /// Time since the boot when `started` was taken.
    boot_offset: Duration,
    boot_id: String,
}

impl SystemClock {
    /// Notes when this process started within the boot.
    ///
    /// Without `/proc` (not Linux) boot times count from here and the boot has no id.
    pub fn start() -> Self {
        let uptime = fs::read_to_string("/proc/uptime").unwrap_or_default();
        let secs = uptime.split_whitespace().next().map(str::parse::<f64>);
        let boot_offset = secs
            .and_then(Result::ok)
            .and_then(|secs| Duration::try_from_secs_f64(secs).ok())
            .unwrap_or_default();
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Self {
            started: Instant::now(),
            boot_offset,
            boot_id: boot_id.trim().to_owned(),
        }
    }

    /// The boot, as the kernel names it; empty where it does not.
    pub fn boot_id(&self) -> &str {
        &self.boot_id
    }

    /// The boot, as file names carry it.
    pub fn short_boot_id(&self) -> BootId {
        BootId::from_text(&self.boot_id).unwrap_or_default()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the border where the clock is read"
    )]
    fn now(&self) -> Timestamp {
        let now = SystemTime::now();
        let ns = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        match now.duration_since(UNIX_EPOCH) {
            Ok(since) => Timestamp::from_ns(ns(since)),
            Err(before) => Timestamp::from_ns(-ns(before.duration())),
        }
    }

    fn since_boot(&self) -> Duration {
        self.boot_offset + self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        thread::sleep(duration);
    }
}
