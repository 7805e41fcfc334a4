//! From frames to what is plotted, through all crates.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// A simulated drive over midnight: recorded, decoded, asked for, viewed.
mod capture_to_plot;
/// Faults of the system that this one replaces, which touch this path.
mod original;
/// How little is read of a large file.
mod pruning;
/// Recordings of real vehicles against what others say of them.
mod real_logs;
/// From samples back to the frames that they came from.
mod sample_to_frame;
