//! Snapshots of what other programs rely on: a change here must be deliberate.
//!
//! - [`schemas`]: columns, order and types of raw and decoded files, in Arrow and in Parquet.
//! - [`keys`]: where files lie in the lake, and the keys of their metadata.
//! - [`signals`]: what footers say of signals.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod keys;
mod schemas;
mod signals;
