//! `canlake-edge`: the Raspberry Pi agent. Frames in, raw Parquet files of the lake out.
//!
//! ```text
//! FrameSource ──► capture thread ──bounded queue──► writer: batch ──► spool directory
//! (simulation)    one per source    full: counted    by age, frames,   temp, fsync, rename,
//!                 blocks on recv    as loss          midnight UTC      fsync of the directory
//! ```
//!
//! - [`cli`]: arguments and exit codes. [`config`]: both YAML schemas, one [`config::Config`].
//! - [`clock`]: the system's clock and boot. [`capture`]: from a source to the queue.
//! - [`batch`]: which frames make a file. [`coverage`]: when the recorder listened.
//! - [`spool`]: from a batch to a durable file. [`agent`]: puts them together.
//!
//! Not in this version: CAN interfaces, upload, dry run and live decoding.
//! Nothing here decodes, and nothing of the writer's side can block the capture thread.

pub mod agent;
pub mod batch;
pub mod capture;
pub mod cli;
pub mod clock;
pub mod config;
pub mod coverage;
mod shutdown;
pub mod spool;

pub use shutdown::Shutdown;

pub use cli::main;
