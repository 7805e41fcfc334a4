//! What the cross-crate tests share: where things are, how a test says that it cannot run, lakes to
//! read, and how a source is asked.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[cfg(feature = "app")]
mod asking;
mod environment;
mod lake;

#[cfg(feature = "app")]
pub use asking::Asked;
pub use environment::{data_dir, skip, workspace_root};
pub use lake::{TestLake, decode_frames, info};
