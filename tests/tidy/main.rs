//! Rules of the house that the compiler cannot keep.
//!
//! - `dependencies`: members depend on `shared` only, and every manifest takes the workspace's lints
//! - `imports`: egui stays in `app.rs` and `ui/`; `series` knows std and Arrow buffers alone
//! - `licences`: the window's list of crates is that of Cargo.lock
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dependencies;
mod imports;
mod licences;
