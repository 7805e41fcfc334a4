//! What the desktop app, the Raspberry Pi agent and the decoder agree on.
//!
//! The contracts of the lake ([`schema`], [`lake`]), the vocabulary of the bus ([`can`], [`time`]),
//! DBC files and decoding ([`dbc`], [`decode`]), messages of many frames ([`transport`]), trouble codes
//! ([`dtc`]), expressions and conditions over signals ([`expr`]), log formats ([`logs`]), measured
//! signals ([`measured`]), frame sources ([`bus`]), the drive simulator ([`sim`]), and the search over
//! names ([`search`]).
//!
//! Nothing here opens a file or a socket, reads a clock, or knows an async runtime, AWS, egui or
//! DataFusion: callers pass bytes, readers, writers and times in.
//! Everything that comes from outside (frames, logs, DBC text, Parquet) is hostile until it has been
//! parsed into the types of this crate.
#![warn(missing_docs)]
#![warn(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]

pub mod bus;
pub mod can;
pub mod dbc;
pub mod decode;
pub mod dtc;
mod endian;
mod error_chain;
pub mod expr;
pub mod lake;
pub mod logs;
mod mdf4;
pub mod measured;
pub mod percent;
pub mod schema;
pub mod search;
pub mod sim;
pub mod time;
pub mod transport;

pub use error_chain::error_chain;
