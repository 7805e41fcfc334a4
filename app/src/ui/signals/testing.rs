//! Signals for the tests of this folder.

use canlake_shared::schema::SignalKey;

use crate::source::SignalInfo;
use crate::source::testing::signal_info;

/// A signal of a message 0x1A0 on can0.
pub(super) fn info(message: &str, signal: &str, unit: &str) -> SignalInfo {
    signal_info(SignalKey::new("can0", message, Some(0x1A0), signal), unit)
}
