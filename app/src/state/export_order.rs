//! What is exported, how, and where to: plain data from the dialog to the worker.

use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::expr::Event as Interval;
use canlake_shared::schema::footer::DbcProvenance;
use canlake_shared::time::TimeRange;
use serde::{Deserialize, Serialize};

use super::{PanelId, SignalRef, ThemeChoice, VehicleRef};
use crate::export::CsvOptions;
use crate::series::Prepared;
use crate::source::SignalInfo;
use crate::time_display::Zone;

/// Names an export as long as the app runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExportId(pub u64);

/// Kinds of files that can be exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// Samples as text.
    #[default]
    Csv,
    /// Samples as a file of decoded signals.
    Parquet,
    /// The plots.
    Png,
    /// The events of all conditions, as text.
    Events,
}

impl ExportKind {
    /// All of them, as the dialog shows them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Parquet, Self::Png, Self::Events];

    /// What the dialog says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Parquet => "Parquet",
            Self::Png => "PNG",
            Self::Events => "Events",
        }
    }

    /// How names of such files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv | Self::Events => "csv",
            Self::Parquet => "parquet",
            Self::Png => "png",
        }
    }
}

/// Which samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportRange {
    /// Of the visible range.
    #[default]
    Visible,
    /// From cursor A to cursor B.
    Cursors,
    /// All that are loaded.
    Loaded,
}

/// Which signals, or plots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportScope {
    /// Of all panels.
    #[default]
    Everything,
    /// Of the active panel.
    ActivePanel,
}

/// What the dialog was left with. Kept between starts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportOptions {
    /// The kind of file.
    pub kind: ExportKind,
    /// Which samples.
    pub range: ExportRange,
    /// Which signals.
    pub scope: ExportScope,
    /// How a CSV file looks.
    pub csv: CsvOptions,
    /// How a picture looks.
    pub png: PngOptions,
}

/// How a picture looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PngOptions {
    /// Width and height in pixels; without, that of the plots in the window, twice as fine.
    pub size: Option<(u32, u32)>,
    /// Light or dark; without, as the window.
    pub theme: Option<ThemeChoice>,
    /// Legends or not; without, as the window.
    pub legend: Option<bool>,
}

impl PngOptions {
    /// Sides that can be drawn, in pixels.
    pub const SIDES: std::ops::RangeInclusive<u32> = 64..=8_192;
}

/// A file that an export writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportTarget {
    /// What is written.
    pub kind: ExportKind,
    /// Where.
    pub path: PathBuf,
    /// Whether a file that is there already may be replaced: the user was asked.
    pub may_replace: bool,
}

/// What the user wants of exports.
#[derive(Clone, Debug, PartialEq)]
pub enum ExportCommand {
    /// From now on, export like this.
    Choose(Box<ExportOptions>),
    /// Let the user choose in the system's dialog where an export goes.
    PickTarget(ExportKind, PathBuf),
    /// Write, as was chosen.
    Write(ExportTarget),
    /// Stop writing; no file remains.
    Cancel(ExportId),
}

/// Work for exports.
#[derive(Clone, Debug)]
pub enum ExportEffect {
    /// Let the user choose where it goes.
    PickTarget(ExportKind, PathBuf),
    /// Write samples.
    Samples(Box<SamplesOrder>),
    /// Write the events of conditions: what is watched, and when it held.
    Events {
        /// Names the export.
        id: ExportId,
        /// Where it goes.
        target: ExportTarget,
        /// Conditions with their events.
        events: Vec<(String, Arc<[Interval]>)>,
        /// How numbers and separators are written.
        options: CsvOptions,
        /// In which times are written.
        zone: Zone,
    },
    /// Draw the plots and write the picture. The window's own work.
    Picture(PictureOrder),
    /// Stop.
    Cancel(ExportId),
}

/// What has come of exports.
#[derive(Clone, Debug)]
pub enum ExportEvent {
    /// The user chose where it goes.
    PickedTarget(ExportKind, PathBuf),
    /// How much is written, 0 to 1.
    Progress(ExportId, f32),
    /// Written, or why not.
    Ended(ExportId, Result<String, String>),
}

/// Samples to be written.
#[derive(Clone, Debug)]
pub struct SamplesOrder {
    /// Its name from now on.
    pub id: ExportId,
    /// The file.
    pub target: ExportTarget,
    /// The signals.
    pub columns: Vec<ExportColumn>,
    /// Only these times.
    pub range: TimeRange,
    /// For CSV.
    pub csv: CsvOptions,
    /// In which instants are written.
    pub zone: Zone,
    /// Where the rows are from, by key.
    pub facts: Vec<(&'static str, String)>,
    /// The vehicles of the signals.
    pub vehicles: Vec<ExportVehicle>,
}

/// A signal to be exported.
#[derive(Clone, Debug)]
pub struct ExportColumn {
    /// Which.
    pub signal: SignalRef,
    /// What the column is called.
    pub name: String,
    /// What is known of it.
    pub info: Arc<SignalInfo>,
    /// The samples.
    pub series: Arc<Prepared>,
}

/// What a file says of a vehicle.
#[derive(Clone, Debug)]
pub struct ExportVehicle {
    /// Which.
    pub vehicle: VehicleRef,
    /// What its frames were decoded with, where that is known.
    pub dbc: Option<DbcProvenance>,
    /// When it was recorded.
    pub coverage: Vec<TimeRange>,
}

/// A picture to be drawn and written.
#[derive(Clone, Debug)]
pub struct PictureOrder {
    /// Its name from now on.
    pub id: ExportId,
    /// The file.
    pub target: ExportTarget,
    /// How it looks.
    pub options: PngOptions,
    /// Only this panel.
    pub panel: Option<PanelId>,
    /// All panels show this; without, each shows what it shows in the window.
    pub range: Option<TimeRange>,
    /// Where the picture is from, by key.
    pub facts: Vec<(&'static str, String)>,
}

/// An export that is being written.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningExport {
    /// Names it.
    pub id: ExportId,
    /// What the status bar calls it: the name of the file.
    pub title: String,
    /// How much is written, 0 to 1.
    pub done: f32,
}
