//! The time of day, for what people write. Read where commands are made; nothing else here knows it.

use std::time::{SystemTime, UNIX_EPOCH};

use canlake_shared::time::Timestamp;

/// Now, by this machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the border of the program: what is written by hand says when"
)]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ns = since.map_or(0, |since| since.as_nanos());
    Timestamp::from_ns(i64::try_from(ns).unwrap_or(i64::MAX))
}
