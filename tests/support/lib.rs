//! What the cross-crate tests share: where things are, and how a test says that it cannot run.

mod environment;

pub use environment::{data_dir, skip, workspace_root};
