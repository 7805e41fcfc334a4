//! Snapshots of what other programs rely on: a change here must be deliberate.
//!
//! - [`schemas`]: columns, order and types of raw and decoded files, in Arrow and in Parquet.
//! - [`keys`]: where files lie in the lake, and the keys of their metadata.

mod keys;
mod schemas;
