//! Signals for the tests of this folder.

use canlake_shared::schema::SignalKey;
use canlake_shared::time::Timestamp;

use crate::source::SignalInfo;

/// A signal of a message 0x1A0 on can0.
pub(super) fn info(message: &str, signal: &str, unit: &str) -> SignalInfo {
    SignalInfo {
        key: SignalKey::new("can0", message, Some(0x1A0), signal),
        unit: unit.into(),
        rows: 1,
        min: None,
        max: None,
        first: Timestamp::from_ns(0),
        last: Timestamp::from_ns(0),
        cycle_time_ms: None,
        on_change: false,
        integer: false,
        labels: [].into(),
        comment: "".into(),
    }
}
