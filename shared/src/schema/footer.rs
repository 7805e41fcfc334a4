//! What a file says about itself in its Parquet footer: every `canlake.*` key and its JSON shape.
//!
//! | key | in | value |
//! |---|---|---|
//! | `canlake.schema` | all | `raw/1`, `decoded/1` or `rollup/1`: kind and contract version |
//! | `canlake.writer` | all | program and version, `canlake-edge 0.1.0` |
//! | `canlake.time_range` | all, unless empty | `{"first":ns,"last":ns}`, both inside |
//! | `canlake.rows` | all | `123` |
//! | `canlake.coverage` | raw, decoded | `[{"start":ns,"end":ns}]`, half open, when the recorder listened |
//! | `canlake.loss` | raw, decoded | `[{"place":"socket","channel":"can0","frames":7,"exact":true,"from":ns,"to":ns}]` |
//! | `canlake.clock` | raw, decoded | `{"boot_id":"…","state":"synchronised","anchors":[{"boot_ns":1,"utc":ns}],"correction_ns":0,"uncertainty_ns":null}` |
//! | `canlake.sources` | decoded, roll-up | `["<sha-256 of a raw file>"]` |
//! | `canlake.dbc` | decoded, roll-up | `{"files":[{"name":"ev.dbc","sha256":"…"}],"decoder":"canlake-decoder 0.1.0"}` |
//! | `canlake.signals` | decoded | `[{"channel":"can0","message":"M","arb_id":416,"signal":"S","unit":"V","rows":9,"nan":0,"min":"0.1","max":"3","first":ns,"last":ns,"integer":false,"cycle_time_ms":100,"on_change":false,"labels":[["0","off"]],"comment":"what the DBC says"}]` |
//! | `canlake.undecoded` | decoded | `[{"channel":"can0","arb_id":416,"is_extended":false,"reason":"unknown_id","frames":3}]` |
//!
//! `ns` are integer nanoseconds since the Unix epoch, UTC. Values of signals are text, because JSON
//! has no infinities and readers round its numbers. Lists that are empty are left out.
//! A reader ignores fields and keys that it does not know, so a newer contract only ever adds some.
//!
//! Invariants: writing and reading back gives the same summary; equal summaries give equal text; a
//! value that cannot be read costs that key alone and is reported.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::content_hash::ContentHash;
use super::open_name::open_names;
use super::signal_summary::{SignalJson, SignalSummary};
use crate::time::{TimeRange, Timestamp};

/// Kind of file and version of the contract.
pub const SCHEMA: &str = "canlake.schema";
/// Program and version that wrote the file.
pub const WRITER: &str = "canlake.writer";
/// First and last timestamp.
pub const TIME_RANGE: &str = "canlake.time_range";
/// Number of rows.
pub const ROWS: &str = "canlake.rows";
/// Intervals in which the recorder was listening.
pub const COVERAGE: &str = "canlake.coverage";
/// Frames that are known to be missing.
pub const LOSS: &str = "canlake.loss";
/// State of the clock that made the timestamps.
pub const CLOCK: &str = "canlake.clock";
/// Content hashes of the raw files inside.
pub const SOURCES: &str = "canlake.sources";
/// What the frames were decoded with.
pub const DBC: &str = "canlake.dbc";
/// Summary of each signal.
pub const SIGNALS: &str = "canlake.signals";
/// Frames that gave no value.
pub const UNDECODED: &str = "canlake.undecoded";

/// The version of the contract that this crate writes.
pub const SCHEMA_VERSION: u32 = 1;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// One row per frame.
    Raw,
    /// One row per value of a signal.
    Decoded,
    /// One row per signal and bucket of time.
    Rollup,
}

impl FileKind {
    /// The name in paths and footers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Decoded => "decoded",
            Self::Rollup => "rollup",
        }
    }

    /// The kind of a name in paths and footers.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Raw, Self::Decoded, Self::Rollup]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

open_names! {
    /// Where frames were lost.
    LossPlace {
        /// The kernel dropped frames because its socket buffer was full: counted exactly.
        Socket = "socket",
        /// A bounded queue of the program was full: counted exactly.
        Queue = "queue",
        /// The spool had no room or its disk failed: counted exactly.
        Spool = "spool",
        /// The CAN controller overran: an event, at least one frame.
        Controller = "controller",
        /// The driver or adapter reported an overflow: an event, at least one frame.
        Driver = "driver",
        /// The controller was bus-off and heard nothing.
        BusOff = "bus_off",
        /// The adapter was away.
        Unplugged = "unplugged",
        /// Something stored could not be read back.
        Damaged = "damaged",
    }
}

/// Frames that are known to be missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Loss {
    /// Where they were lost.
    pub place: LossPlace,
    /// The bus; empty when it concerns all of them.
    #[serde(default)]
    pub channel: String,
    /// How many.
    pub frames: u64,
    /// Whether `frames` is exact; otherwise at least as many are missing.
    pub exact: bool,
    /// The earliest time at which one of them may have been on the bus.
    pub from: Timestamp,
    /// The latest time at which one of them may have been on the bus.
    pub to: Timestamp,
}

open_names! {
    /// What the recorder's clock was worth.
    ClockState {
        /// Disciplined by NTP, PTP or GPS, as the kernel's `adjtimex` tells.
        Synchronised = "synchronised",
        /// Running freely, set at some time in the past.
        Unsynchronised = "unsynchronised",
        /// Was wrong while recording; times were corrected afterwards from the anchors.
        Corrected = "corrected",
        /// Never known during this boot; times are estimates with the bounds given.
        Estimated = "estimated",
    }
}

/// The clock that made the timestamps.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClockInfo {
    /// Identifies the boot of the recorder, as the kernel gives it.
    pub boot_id: String,
    /// What the clock was worth.
    pub state: ClockState,
    /// Pairs of boot time and UTC, by boot time.
    #[serde(default)]
    pub anchors: Vec<ClockAnchor>,
    /// What was added to the times as recorded, in nanoseconds.
    #[serde(default)]
    pub correction_ns: i64,
    /// How far the times may be off, in nanoseconds, where it is known.
    #[serde(default)]
    pub uncertainty_ns: Option<i64>,
}

/// One instant on two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClockAnchor {
    /// Nanoseconds since the boot, suspend included (`CLOCK_BOOTTIME`).
    pub boot_ns: i64,
    /// The same instant, UTC.
    pub utc: Timestamp,
}

/// What frames were decoded with.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DbcProvenance {
    /// In order of precedence.
    pub files: Vec<DbcSource>,
    /// Program and version of the decoder.
    pub decoder: String,
}

/// One DBC file that took part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DbcSource {
    /// The file's name, without folders.
    pub name: String,
    /// The hash of its bytes.
    pub sha256: ContentHash,
}

open_names! {
    /// Why a frame gave no value, or not all that it should have.
    UndecodedReason {
        /// No DBC has a message with this id.
        UnknownId = "unknown_id",
        /// Too short for a signal that should be in it; the signals before its end have values.
        TooShort = "too_short",
        /// Its message has no signal.
        NoSignals = "no_signals",
        /// A multiplexor's value selects no signal; the signals that need no selection have values.
        UnknownMultiplexor = "unknown_multiplexor",
        /// A remote frame carries no data.
        Remote = "remote",
        /// An error frame carries no message.
        Error = "error",
        /// Part of a transported message whose rest never came.
        TransportUnfinished = "transport_unfinished",
        /// Part of a transported message of which a frame is missing or came out of order.
        TransportSequence = "transport_sequence",
        /// The rest of a transported message whose beginning is not there.
        TransportNoStart = "transport_no_start",
        /// Part of a transported message that was broken off.
        TransportAborted = "transport_aborted",
        /// A frame of a transport protocol that contradicts itself or is cut.
        TransportMalformed = "transport_malformed",
    }
}

/// Frames of one id that gave no value, or not all of their values, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Undecoded {
    /// The bus; empty where the file does not say.
    #[serde(default)]
    pub channel: String,
    /// The arbitration id without flag bits.
    #[serde(rename = "arb_id")]
    pub arbitration_id: u32,
    /// Whether it is a 29 bit id.
    pub is_extended: bool,
    /// Why values are missing.
    pub reason: UndecodedReason,
    /// How many.
    pub frames: u64,
}

/// When and how well the recorder listened: what raw files know and decoded files inherit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Intervals in which the recorder was listening, sorted, apart from each other. Empty: unknown.
    pub coverage: Vec<TimeRange>,
    /// Frames that are known to be missing.
    pub loss: Vec<Loss>,
    /// The clock that made the timestamps.
    pub clock: Option<ClockInfo>,
}

/// What is known of a file without reading its rows.
///
/// Complete for files of this contract; of foreign files `rows` and what statistics tell are there,
/// `signals` only after a full scan.
#[derive(Clone, Debug, PartialEq)]
pub struct FileSummary {
    /// What the rows are.
    pub kind: FileKind,
    /// The contract version; `None` for foreign files.
    pub schema_version: Option<u32>,
    /// Program and version that wrote the file, where known.
    pub writer: Option<String>,
    /// The vehicle of all rows, where the file's statistics show that it is one. No metadata key.
    pub vehicle: Option<String>,
    /// Number of rows.
    pub rows: u64,
    /// From the first timestamp to just after the last; `None` when empty or unknown.
    pub time_range: Option<TimeRange>,
    /// When the recorder listened, what it lost, what its clock was worth.
    pub recording: Recording,
    /// Content hashes of the raw files inside, sorted.
    pub sources: Vec<ContentHash>,
    /// What the frames were decoded with.
    pub dbc: Option<DbcProvenance>,
    /// Of decoded files: each signal, by key. `None` when it takes a scan to know.
    pub signals: Option<Vec<SignalSummary>>,
    /// Frames that gave no value.
    pub undecoded: Vec<Undecoded>,
}

/// A metadata value that could not be read; the rest of the footer could.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("metadata {key} ignored: {reason}")]
pub struct FooterWarning {
    /// The key, one of this module's constants.
    pub key: &'static str,
    /// What is wrong with the value.
    pub reason: String,
}

#[derive(Serialize, Deserialize)]
struct TimeRangeJson {
    first: Timestamp,
    last: Timestamp,
}

impl FileSummary {
    /// A summary that knows the kind and nothing else.
    pub const fn unknown(kind: FileKind) -> Self {
        Self {
            kind,
            schema_version: None,
            writer: None,
            vehicle: None,
            rows: 0,
            time_range: None,
            recording: Recording {
                coverage: Vec::new(),
                loss: Vec::new(),
                clock: None,
            },
            sources: Vec::new(),
            dbc: None,
            signals: None,
            undecoded: Vec::new(),
        }
    }

    /// The metadata to write, in the order of this module's table.
    pub fn to_key_values(&self) -> Vec<(&'static str, String)> {
        let version = self.schema_version.unwrap_or(SCHEMA_VERSION);
        let mut pairs = vec![(SCHEMA, format!("{}/{version}", self.kind))];
        if let Some(writer) = &self.writer {
            pairs.push((WRITER, writer.clone()));
        }
        if let Some(range) = self.time_range.filter(|range| !range.is_empty()) {
            let range = TimeRangeJson {
                first: range.start,
                last: range.end - 1,
            };
            pairs.push((TIME_RANGE, to_json(&range)));
        }
        pairs.push((ROWS, self.rows.to_string()));
        push_list(&mut pairs, COVERAGE, &self.recording.coverage);
        push_list(&mut pairs, LOSS, &self.recording.loss);
        if let Some(clock) = &self.recording.clock {
            pairs.push((CLOCK, to_json(clock)));
        }
        push_list(&mut pairs, SOURCES, &self.sources);
        if let Some(dbc) = &self.dbc {
            pairs.push((DBC, to_json(dbc)));
        }
        if let Some(signals) = &self.signals {
            let signals: Vec<_> = signals.iter().map(SignalJson::from).collect();
            pairs.push((SIGNALS, to_json(&signals)));
        }
        push_list(&mut pairs, UNDECODED, &self.undecoded);
        pairs
    }

    /// Reads metadata; `kind` is what the columns show and holds where the metadata says otherwise.
    ///
    /// Unknown keys are ignored, a value that cannot be read is reported and left out.
    pub fn from_key_values<'a>(
        kind: FileKind,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<FooterWarning>) {
        let mut summary = Self::unknown(kind);
        let mut warnings = Vec::new();
        for (key, value) in pairs {
            if let Err((key, reason)) = summary.read_key_value(key, value) {
                warnings.push(FooterWarning { key, reason });
            }
        }
        (summary, warnings)
    }

    fn read_key_value(&mut self, key: &str, value: &str) -> Result<(), (&'static str, String)> {
        match key {
            SCHEMA => {
                let (kind, version) = value.split_once('/').unwrap_or((value, ""));
                let version = version
                    .parse()
                    .map_err(|_error| (SCHEMA, format!("no version in {}", excerpt(value))))?;
                if FileKind::from_name(kind) != Some(self.kind) {
                    return Err((
                        SCHEMA,
                        format!("says {} but holds {} rows", excerpt(kind), self.kind),
                    ));
                }
                self.schema_version = Some(version);
            }
            WRITER => self.writer = Some(value.to_owned()),
            TIME_RANGE => {
                let range: TimeRangeJson = from_json(TIME_RANGE, value)?;
                if range.last < range.first {
                    return Err((TIME_RANGE, "last is before first".to_owned()));
                }
                self.time_range = Some(TimeRange::inclusive(range.first, range.last));
            }
            ROWS => self.rows = from_json(ROWS, value)?,
            COVERAGE => {
                let mut coverage: Vec<TimeRange> = from_json(COVERAGE, value)?;
                coverage.retain(|range| !range.is_empty());
                coverage.sort_by_key(|range| (range.start, range.end));
                self.recording.coverage = coverage;
            }
            LOSS => self.recording.loss = from_json(LOSS, value)?,
            CLOCK => self.recording.clock = Some(from_json(CLOCK, value)?),
            SOURCES => {
                self.sources = from_json(SOURCES, value)?;
                self.sources.sort_unstable();
                self.sources.dedup();
            }
            DBC => self.dbc = Some(from_json(DBC, value)?),
            SIGNALS => {
                let signals: Vec<SignalJson<'_>> = from_json(SIGNALS, value)?;
                let mut signals: Vec<SignalSummary> =
                    signals.into_iter().map(SignalSummary::from).collect();
                signals.sort_by(|a, b| a.key.cmp(&b.key));
                self.signals = Some(signals);
            }
            UNDECODED => self.undecoded = from_json(UNDECODED, value)?,
            _ => {}
        }
        Ok(())
    }
}

fn push_list<T: Serialize>(pairs: &mut Vec<(&'static str, String)>, key: &'static str, list: &[T]) {
    if !list.is_empty() {
        pairs.push((key, to_json(&list)));
    }
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain structs with text keys always serialise")
}

fn from_json<'a, T: Deserialize<'a>>(
    key: &'static str,
    value: &'a str,
) -> Result<T, (&'static str, String)> {
    serde_json::from_str(value).map_err(|error| (key, error.to_string()))
}

fn excerpt(text: &str) -> String {
    format!("{:?}", text.chars().take(40).collect::<String>())
}
