//! Decoded values against those that cantools and an independent decoder agree on.
//!
//! - [`files`]: every DBC file of the test data with synthetic payloads.
//! - [`logs`]: real recordings.
//!
//! Known differences are listed in `known_differences.txt`, each with who is right and why; a new one
//! fails the test, and so does one that is gone.
//! Without the test data the tests print why they do nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod expected;
mod files;
mod logs;
mod table;
