//! `canlake-decoder`: raw frames and DBC files to a decoded lake.
//!
//! ```text
//! input ──FrameBatches──▶ job: read once, a file per UTC day ──decode──▶ output: .part, then renamed
//!                              ▲ databases: --dbc or manifest
//! ```
//!
//! - [`job`]: one raw file or log to decoded files; knows neither folders nor arguments, so that
//!   whatever stores objects can use it.
//! - [`input`]: files and folders of this machine. [`output`]: the lake as a folder of this machine.
//! - [`databases`]: which DBC files decode which vehicle and channel.
//! - [`cli`]: arguments, progress, messages, exit codes. [`summary`]: what it says at the end.
//!
//! Invariants: no decoded file crosses UTC midnight; under its final name a file is complete; the
//! same input and DBC files give the same keys and bytes; a failing input costs no other.

pub mod cli;
pub mod databases;
pub mod error;
pub mod input;
pub mod job;
pub mod output;
pub mod summary;

/// What the program calls itself in the files that it writes.
pub const WRITER: &str = concat!("canlake-decoder ", env!("CARGO_PKG_VERSION"));
