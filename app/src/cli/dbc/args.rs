//! The arguments of the commands about DBC files.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with DBC files.
#[derive(Debug, Subcommand)]
pub enum DbcCommand {
    /// Tell what is wrong or odd in DBC files, a line each; fails if there are errors.
    Check(CheckArgs),
    /// List messages and signals, all or those with some words in them.
    Show(ShowArgs),
    /// Tell what differs between two DBC files; fails if anything does.
    Diff(DiffArgs),
    /// Tell which message explains which frames of logs, and which DBC file fits best.
    Coverage(CoverageArgs),
}

/// Arguments of `dbc check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// DBC files, and folders of them.
    #[arg(required = true, value_name = "DBC")]
    pub dbc: Vec<PathBuf>,
    /// Print JSON instead of lines.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `dbc show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A DBC file, or a folder of them.
    #[arg(value_name = "DBC")]
    pub dbc: PathBuf,
    /// Parts of names, units, comments, texts of values or identifiers (hexadecimal or decimal), all
    /// of which must occur.
    pub words: Vec<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `dbc diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The DBC file as it was.
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The DBC file as it is.
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `dbc coverage`.
#[derive(Debug, Args)]
pub struct CoverageArgs {
    /// Logs and raw files, and folders of logs, of one vehicle.
    #[arg(required = true, value_name = "LOG")]
    pub logs: Vec<PathBuf>,
    /// DBC files; the first that has a message explains it. With a folder of them each channel is
    /// explained by the file that fits it best.
    #[arg(long, value_name = "DBC", num_args = 1.., required_unless_present = "manifest")]
    pub dbc: Vec<PathBuf>,
    /// A manifest.toml with rules by vehicle and channel.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dbc", "j1939"])]
    pub manifest: Option<PathBuf>,
    /// The vehicle for the rules of the manifest; else what raw files say, or the name of the log.
    #[arg(long, value_name = "ID")]
    pub vehicle: Option<String>,
    /// Match extended identifiers by parameter group (J1939, NMEA 2000), whatever the DBC says.
    #[arg(long)]
    pub j1939: bool,
    /// Print JSON instead of tables.
    #[arg(long)]
    pub json: bool,
}
