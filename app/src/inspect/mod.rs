//! What is known of a signal beyond its samples: its definition in a DBC file, the bits of its
//! message, the frame behind a sample, and what another decoding of the same frames makes of it.
//!
//! ```text
//! footers ──▶ origin (files, DBC names and hashes, raw files) ──┬──▶ definition ──▶ bits
//!                                                               ├──▶ frame (of one sample)
//!                                                               └──▶ differences (of two decodings)
//! ```
//!
//! Functions here open files and take time; they run in workers, and those that read many frames
//! take a closure that lets go of the thread between two batches. Nothing here knows what is shown.

pub mod bits;
pub mod definition;
pub mod differences;
pub mod frame;
pub mod origin;
pub mod shelf;

pub use bits::{BitGrid, BitPlace};
pub use definition::{Definition, Standing};
pub use differences::{Change, Differences, SignalDifference};
pub use frame::{
    FoundFrame, FrameError, FrameMemory, FramePlace, FrameQuestion, FrameSignal, SourceCheck,
};
pub use origin::{FileOrigin, Origin};
pub use shelf::DbcShelf;
