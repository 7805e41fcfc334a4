//! The agent's configuration: two YAML schemas in, one [`Config`] out.
//!
//! A file with a top-level `batching` or `offline_buffer` is in the Pi's schema, any other in the
//! development schema; where both spellings of a setting are given, the development one counts.
//! Everything but `vehicle_id` has a default. Keys that nobody knows, and keys that are known and
//! have no effect in this version, come back as [`Notice`]s; a value of the wrong kind is an error.

mod section;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use canlake_shared::lake::{LayoutError, VehicleId};
use canlake_shared::time::{TimeError, Timestamp};
use jiff::SignedDuration;

use crate::batch::Limits;
use section::Section;

/// A configuration is a page of text; what is larger is something else.
const MAX_BYTES: u64 = 1024 * 1024;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}", path = path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is no YAML mapping.
    #[error("the configuration is not a YAML mapping of keys to values: {path}", path = path.display())]
    Yaml {
        /// Which file.
        path: PathBuf,
        /// Where and why, if it is no YAML at all.
        #[source]
        source: Option<serde_norway::Error>,
    },
    /// A key that has no default is not there.
    #[error("the configuration lacks {key}: {path}", path = path.display())]
    Missing {
        /// The key.
        key: &'static str,
        /// Which file.
        path: PathBuf,
    },
    /// A value cannot be what it says.
    #[error("{key} is {found}, but must be {expected}: {path}", path = path.display())]
    Value {
        /// The key with its sections, such as `batch.interval_sec`.
        key: String,
        /// The value as it was given.
        found: String,
        /// What it must be.
        expected: &'static str,
        /// Which file.
        path: PathBuf,
    },
    /// The vehicle's name cannot be part of a path.
    #[error("vehicle_id cannot be used: {path}", path = path.display())]
    Vehicle {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: LayoutError,
    },
    /// `simulate.start` is no time.
    #[error("simulate.start cannot be used: {path}", path = path.display())]
    Start {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: TimeError,
    },
}

/// Something in a configuration that does nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// Nobody knows this key: a mistyped one, probably.
    Unknown {
        /// The key with its sections.
        key: String,
    },
    /// The key is known, and this version does nothing with it.
    WithoutEffect {
        /// The key with its sections.
        key: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { key } => write!(f, "unknown key in the configuration: {key}"),
            Self::WithoutEffect { key } => write!(f, "no effect in this version: {key}"),
        }
    }
}

/// What the agent needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Whose frames these are.
    pub vehicle: VehicleId,
    /// When a file is closed.
    pub batch: Limits,
    /// The folder with the vehicles' partitions. As in the original there is no `raw` below it
    /// unless the path ends in one.
    pub data_dir: PathBuf,
    /// What `logging.level` says, in lower case.
    pub log_level: String,
    /// Our own keys for `--simulate`.
    pub simulate: Simulate,
}

/// What is simulated; the command line has precedence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulate {
    /// Everything random follows from it.
    pub seed: u64,
    /// In real time: how long; without it until told to stop.
    pub duration: Option<Duration>,
    /// As fast as possible: how much driving.
    pub fast_forward: Option<Duration>,
    /// When the drive begins, with `fast_forward`.
    pub start: Option<Timestamp>,
}

/// Reads a configuration file.
pub fn load(path: &Path) -> Result<(Config, Vec<Notice>), ConfigError> {
    let read = || -> io::Result<String> {
        if fs::metadata(path)?.len() > MAX_BYTES {
            return Err(io::Error::other(
                "larger than 1 MiB, so not a configuration",
            ));
        }
        fs::read_to_string(path)
    };
    let text = read().map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })?;
    parse(&text, path)
}

/// Parses a configuration; `path` appears in messages.
pub fn parse(text: &str, path: &Path) -> Result<(Config, Vec<Notice>), ConfigError> {
    let mut root = Section::root(text, path)?;
    let is_pi = root.contains("batching") || root.contains("offline_buffer");
    let mut batch = root.section("batch")?;
    let mut storage = root.section("storage")?;
    let mut batching = root.section("batching")?;
    let mut simulate = root.section("simulate")?;
    let mut logging = root.section("logging")?;

    let pi_interval = batching.seconds("interval_seconds")?;
    let pi_frames = batching.count("max_frames_per_batch")?;
    let pi_dir = batching.text("output_dir")?;
    let default_dir = if is_pi { "./data/raw" } else { "./data" };
    let vehicle = root
        .text("vehicle_id")?
        .ok_or_else(|| ConfigError::Missing {
            key: "vehicle_id",
            path: path.to_owned(),
        })?;
    let start = simulate.text("start")?.map(|text| text.parse());
    let config = Config {
        vehicle: VehicleId::new(&vehicle).map_err(|source| ConfigError::Vehicle {
            path: path.to_owned(),
            source,
        })?,
        batch: Limits {
            interval: batch
                .seconds("interval_sec")?
                .or(pi_interval)
                .unwrap_or(Limits::DEFAULT.interval),
            max_frames: batch
                .count("max_frames")?
                .or(pi_frames)
                .unwrap_or(Limits::DEFAULT.max_frames),
        },
        data_dir: storage
            .text("data_dir")?
            .or(pi_dir)
            .unwrap_or_else(|| default_dir.to_owned())
            .into(),
        log_level: logging
            .text("level")?
            .map_or_else(|| "info".to_owned(), |level| log_level(&level)),
        simulate: Simulate {
            seed: simulate.number("seed")?.unwrap_or(1),
            duration: simulate.duration("duration")?,
            fast_forward: simulate.duration("fast_forward")?,
            start: start.transpose().map_err(|source| ConfigError::Start {
                path: path.to_owned(),
                source,
            })?,
        },
    };
    for (mut section, known) in [
        (batch, &[][..]),
        (storage, &["archive_dir", "pending_dir", "max_disk_gb"]),
        (batching, &["compression"]),
        (logging, &["format", "file", "max_bytes", "backup_count"]),
        (simulate, &[]),
    ] {
        section.without_effect(known);
    }
    for (name, known) in OTHER_SECTIONS {
        root.section(name)?.without_effect(known);
    }
    Ok((config, root.into_notices()))
}

/// Sections of the original's configurations for parts that this version does not have.
const OTHER_SECTIONS: [(&str, &[&str]); 7] = [
    ("s3", &["bucket", "region", "prefix"]),
    (
        "can",
        &[
            "interface",
            "channel",
            "bitrate",
            "fd",
            "receive_own_messages",
            "filters",
        ],
    ),
    ("dbc", &["path"]),
    (
        "upload",
        &[
            "enabled",
            "max_retries",
            "initial_backoff_sec",
            "max_backoff_sec",
            "s3_bucket",
            "s3_prefix",
            "region",
            "retry_backoff_base",
        ],
    ),
    ("offline", &["check_interval_sec", "max_queue_size"]),
    (
        "offline_buffer",
        &[
            "enabled",
            "pending_dir",
            "archive_dir",
            "max_disk_usage_mb",
            "retry_interval_seconds",
        ],
    ),
    (
        "monitoring",
        &["heartbeat_interval_seconds", "report_stats"],
    ),
];

/// A duration above 0 as people write it: `90min`, `2h 30m`, `45s`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let duration: SignedDuration = text.trim().parse().ok()?;
    Duration::try_from(duration).ok().filter(|it| !it.is_zero())
}

/// Python's names of levels in ours.
fn log_level(level: &str) -> String {
    match level.to_ascii_lowercase().as_str() {
        "warning" => "warn".to_owned(),
        "critical" | "fatal" => "error".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(text: &str) -> (Config, Vec<String>) {
        let (config, notices) = parse(text, Path::new("c.yaml")).unwrap();
        (config, notices.iter().map(ToString::to_string).collect())
    }

    fn error(text: &str) -> String {
        let error = parse(text, Path::new("c.yaml")).unwrap_err();
        canlake_shared::error_chain(&error)
    }

    #[test]
    fn development_schema() {
        let (config, notices) = ok("vehicle_id: VIN_TEST01\n\
            s3: {bucket: lake, region: us-east-1, prefix: raw}\n\
            batch: {interval_sec: 30, max_frames: 5000}\n\
            storage: {data_dir: ./d, max_disk_gb: 10.0}\n\
            logging: {level: WARNING}\n\
            simulate: {seed: 7, fast_forward: 2h 30m, start: '2026-03-02T08:00:00Z'}\n");
        assert_eq!(config.vehicle.as_str(), "VIN_TEST01");
        assert_eq!(config.batch.interval, Duration::from_secs(30));
        assert_eq!(config.batch.max_frames, 5000);
        assert_eq!(config.data_dir, Path::new("./d"));
        assert_eq!(config.log_level, "warn");
        assert_eq!(config.simulate.fast_forward, Some(Duration::from_mins(150)));
        assert_eq!(config.simulate.seed, 7);
        assert_eq!(
            notices,
            [
                "no effect in this version: s3.bucket",
                "no effect in this version: s3.prefix",
                "no effect in this version: s3.region",
                "no effect in this version: storage.max_disk_gb",
            ]
        );
    }

    #[test]
    fn schema_of_the_pi_and_its_defaults() {
        let (config, notices) = ok("vehicle_id: V\n\
            batching: {interval_seconds: 1.5, output_dir: /data/raw, compression: zstd}\n\
            offline_buffer: {enabled: true}\n\
            batch: {max_frames: 9}\n");
        assert_eq!(config.batch.interval, Duration::from_millis(1500));
        assert_eq!(config.batch.max_frames, 9);
        assert_eq!(config.data_dir, Path::new("/data/raw"));
        assert_eq!(
            notices,
            [
                "no effect in this version: batching.compression",
                "no effect in this version: offline_buffer.enabled",
            ]
        );
        let (config, _) = ok("vehicle_id: V\noffline_buffer:\n");
        assert_eq!(config.data_dir, Path::new("./data/raw"));
        assert_eq!(config.batch, Limits::DEFAULT);
    }

    #[test]
    fn unknown_keys_are_named_with_their_sections() {
        let (_, notices) = ok("vehicle_id: V\nbatch: {intervall_sec: 3}\nspeed: 9\n1: x\n");
        assert_eq!(
            notices,
            [
                "unknown key in the configuration: 1",
                "unknown key in the configuration: batch.intervall_sec",
                "unknown key in the configuration: speed",
            ]
        );
    }

    #[test]
    fn errors_are_one_clear_line() {
        let cases = [
            ("batch: {}", "the configuration lacks vehicle_id: c.yaml"),
            (
                "vehicle_id: V\nbatch: {interval_sec: soon}",
                "batch.interval_sec is \"soon\", but must be a number of seconds above 0: c.yaml",
            ),
            (
                "vehicle_id: V\nbatch: {max_frames: 0}",
                "batch.max_frames is 0, but must be a whole number above 0: c.yaml",
            ),
            (
                "vehicle_id: V\nbatch: 5",
                "batch is 5, but must be a section of keys and values: c.yaml",
            ),
            (
                "vehicle_id: V\nsimulate: {duration: 0s}",
                "simulate.duration is \"0s\", but must be a duration above 0 such as 90min: c.yaml",
            ),
            (
                "- 1",
                "the configuration is not a YAML mapping of keys to values: c.yaml",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(error(text), expected, "{text}");
        }
        for text in [
            "vehicle_id: ../x",
            "vehicle_id: [",
            "vehicle_id: V\nsimulate: {start: noon}",
        ] {
            let message = error(text);
            assert!(
                message.contains("c.yaml") && !message.contains('\n'),
                "{message}"
            );
        }
    }
}
