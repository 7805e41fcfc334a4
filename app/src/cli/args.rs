//! The arguments of the commands.

use std::path::PathBuf;

use canlake_shared::lake::VehicleId;
use canlake_shared::logs::convert::IdRange;
use canlake_shared::schema::SignalSelector;
use canlake_shared::time::{TimeRange, Timestamp};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::dbc::DbcCommand;

/// CAN telemetry: a vehicle's signals from files, folders and lakes.
#[derive(Debug, Parser)]
#[command(name = "canlake", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do without a window; without a command the window opens.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Files, folders or addresses to open in the window.
    pub paths: Vec<String>,
    /// Show them as this layout says.
    #[arg(long, value_name = "FILE")]
    pub layout: Option<PathBuf>,
}

/// What to do without a window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the vehicles of a source.
    Vehicles(ListArgs),
    /// List the recordings of each vehicle.
    Sessions(ListArgs),
    /// List the signals of each vehicle.
    Signals(ListArgs),
    /// Print samples of signals.
    Query(QueryArgs),
    /// Print statistics of signals over all samples.
    Stats(StatsArgs),
    /// Draw signals into a PNG file.
    Render(RenderArgs),
    /// Write the frames of logs and raw files into one log, of another format or cut to a part.
    Convert(ConvertArgs),
    /// Check, list, compare and try DBC files.
    #[command(subcommand)]
    Dbc(DbcCommand),
}

/// Where signals come from.
#[derive(Clone, Debug, Args)]
pub struct SourceArgs {
    /// Files, or a folder, or an address.
    #[arg(required = true, value_name = "SOURCE")]
    pub source: Vec<String>,
    /// The vehicle; needed when there are several.
    #[arg(long, value_name = "ID")]
    pub vehicle: Option<String>,
    /// A DBC file, for raw frames and logs; give it again for more, the first that has a message
    /// wins. Or a manifest.toml with rules by vehicle and channel.
    #[arg(long, value_name = "FILE")]
    pub dbc: Vec<PathBuf>,
    /// Match extended identifiers by parameter group (J1939, NMEA 2000), whatever the DBC says.
    #[arg(long)]
    pub j1939: bool,
}

/// Arguments of the listing commands.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Where signals come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// What to look at.
#[derive(Debug, Args)]
pub struct SelectArgs {
    /// Where signals come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Signals: Message.Signal, or channel:Message[0x123].Signal.
    #[arg(long = "signal", required = true, num_args = 1.., value_name = "SIGNAL")]
    pub signals: Vec<SignalSelector>,
    /// The first instant, RFC 3339; from the beginning if left out.
    #[arg(long, value_name = "TIME")]
    pub from: Option<Timestamp>,
    /// The first instant after, RFC 3339; to the end if left out.
    #[arg(long, value_name = "TIME")]
    pub to: Option<Timestamp>,
    /// Tell what was read and what was skipped, on standard error.
    #[arg(long)]
    pub explain: bool,
}

impl SelectArgs {
    /// The range of time asked for.
    pub fn range(&self) -> TimeRange {
        range(self.from, self.to)
    }
}

/// Arguments of `query`.
#[derive(Debug, Args)]
pub struct QueryArgs {
    /// What to look at.
    #[command(flatten)]
    pub select: SelectArgs,
    /// At most so many samples per signal, chosen to keep the shape (LTTB).
    #[arg(long, value_name = "N", conflicts_with = "raw", value_parser = clap::value_parser!(u32).range(2..))]
    pub max_points: Option<u32>,
    /// All samples; the default.
    #[arg(long)]
    pub raw: bool,
    /// Also the texts of values.
    #[arg(long)]
    pub labels: bool,
    /// How to print samples.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub format: Format,
    /// Write to a file instead of standard output.
    #[arg(short, long, value_name = "FILE", required_if_eq("format", "parquet"))]
    pub output: Option<PathBuf>,
}

/// How to print samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A row per time stamp, a column per signal.
    Csv,
    /// One object, see the documentation.
    Json,
    /// A file of decoded signals, as the lake has them.
    Parquet,
}

/// Arguments of `stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// What to look at.
    #[command(flatten)]
    pub select: SelectArgs,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// Where signals come from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Signals: Message.Signal, or channel:Message[0x123].Signal.
    #[arg(long = "signal", required_unless_present = "layout", num_args = 1.., value_name = "SIGNAL")]
    pub signals: Vec<SignalSelector>,
    /// Draw what a layout shows, which the window saved.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["signals", "stack"])]
    pub layout: Option<PathBuf>,
    /// The first instant, RFC 3339; from the beginning if left out, or what the layout was saved with.
    #[arg(long, value_name = "TIME")]
    pub from: Option<Timestamp>,
    /// The first instant after, RFC 3339; to the end if left out, or what the layout was saved with.
    #[arg(long, value_name = "TIME")]
    pub to: Option<Timestamp>,
    /// Tell what was read and what was skipped, on standard error.
    #[arg(long)]
    pub explain: bool,
    /// The PNG file to write.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// A plot of its own for every signal.
    #[arg(long)]
    pub stack: bool,
    /// Light instead of dark.
    #[arg(long)]
    pub light: bool,
    /// Width in points.
    #[arg(long, default_value_t = 1280, value_parser = clap::value_parser!(u16).range(200..=8000))]
    pub width: u16,
    /// Height in points.
    #[arg(long, default_value_t = 720, value_parser = clap::value_parser!(u16).range(150..=8000))]
    pub height: u16,
    /// Pixels per point, 0.5 to 4.
    #[arg(long, default_value_t = 1.0, value_parser = scale)]
    pub scale: f32,
}

/// Arguments of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// Logs of one recording, raw files, or folders of logs; several are merged by time.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// The log to write; its ending says the format: .log (candump), .asc, .blf, .mf4, .csv, .parquet
    /// (raw).
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Only this channel, as it is recorded, such as can0; give it again for more.
    #[arg(long = "channel", value_name = "NAME")]
    pub channels: Vec<String>,
    /// Only these arbitration ids, hexadecimal as candump writes them: 7E8 or 100-1FF (standard),
    /// 18FEF100 or 123x (extended); give it again for more.
    #[arg(long = "id", value_name = "ID")]
    pub ids: Vec<IdRange>,
    /// The first instant, RFC 3339; from the beginning if left out.
    #[arg(long, value_name = "TIME")]
    pub from: Option<Timestamp>,
    /// The first instant after, RFC 3339; to the end if left out.
    #[arg(long, value_name = "TIME")]
    pub to: Option<Timestamp>,
    /// The vehicle that raw Parquet names; else that of the first input, or its name.
    #[arg(long, value_name = "ID")]
    pub vehicle: Option<VehicleId>,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

impl ConvertArgs {
    /// The range of time asked for.
    pub fn range(&self) -> TimeRange {
        range(self.from, self.to)
    }
}

fn range(from: Option<Timestamp>, to: Option<Timestamp>) -> TimeRange {
    let all = TimeRange::ALL;
    TimeRange::new(from.unwrap_or(all.start), to.unwrap_or(all.end))
}

fn scale(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(scale) if (0.5..=4.0).contains(&scale) => Ok(scale),
        _ => Err(format!("{text:?} is not a number from 0.5 to 4")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
