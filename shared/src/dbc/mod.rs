//! DBC files: what the messages and signals on a bus mean.
//!
//! `load` turns the bytes of one file into a [`Database`] and a list of warnings; nothing in a
//! file makes it fail as a whole. [`Database`] is plain data.

mod model;
pub mod plan;

pub use model::{
    ByteOrder, Database, MessageDef, Multiplexing, MuxSelector, SendType, SignalDef,
    ValueDescriptions, ValueType,
};
