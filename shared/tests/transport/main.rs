//! Transport protocols: frames to messages, messages to values and trouble codes.
//!
//! - [`recordings`]: real logs, against messages and values that others took out of them.
//! - [`identity`]: what is cut into frames comes back, whoever else speaks meanwhile.
//! - [`damage`]: what is missing, wrong or cut is told by reason, the rest is whole.
//! - [`decoding`]: from frames to signals through the decoder, over runs, threads and midnight.
//! - [`codes`]: trouble codes as signals.
//!
//! [`segment`] is the sender's side, which the product does not have.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod codes;
mod damage;
mod decoding;
mod identity;
#[path = "../decode_oracle/recordings.rs"]
mod recording;
mod recordings;
mod segment;
#[path = "../decode_oracle/table.rs"]
mod table;
#[path = "../test_data/mod.rs"]
mod test_data;
