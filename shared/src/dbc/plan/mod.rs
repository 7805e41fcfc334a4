//! Decoding compiled per message and run over columns.
//!
//! [`CompiledDatabase`] turns the messages of DBC files into [`CompiledMessage`]s, in which every
//! signal is a load, a shift, a mask and a multiply-add. A kernel runs over a column: the payloads
//! of all frames of one message, one after the other ([`PayloadBuffer`]), and gives the column of
//! one signal's values. Nothing is looked up, branched on or allocated per frame and signal.
//!
//! Not here: finding the frames of a message in a recording (`decode`), text of DBC files (`load`),
//! the other direction (`encode`).
//!
//! A signal has a value in a row when multiplexing selects it ([`Presence`]) and the payload contains
//! all of its bits. Any payload of any length and any [`crate::dbc::Database`] decodes without
//! a panic; what makes no sense gives no values.

mod bits;
mod database;
mod labels;
mod message;
mod multiplex;
mod payloads;
mod rows;
mod scale;
#[cfg(test)]
mod tests;

pub use database::CompiledDatabase;
pub use labels::NO_LABEL;
pub use message::{
    ColumnReport, CompiledMessage, CompiledSignal, DecodedSignal, FramesPerRow, SignalValues,
};
pub use multiplex::Presence;
pub use payloads::{PayloadBuffer, Payloads};
pub use rows::Rows;
