//! Compares a log with another of the same frames.

use canlake_shared::can::{CanFrame, FrameFlags};

use crate::log::Log;

/// What two logs of the same frames agree on whatever their formats can say.
fn essence(frame: &CanFrame) -> (String, Vec<u8>, u8) {
    (frame.id.to_string(), frame.payload.to_vec(), frame.len)
}

/// Asserts that identifiers and bytes are the same, frame for frame.
pub(crate) fn assert_same_frames(name: &str, log: &Log, twin: &Log) {
    assert_eq!(log.frames.len(), twin.frames.len(), "{name}");
    for (i, (frame, other)) in log.frames.iter().zip(&twin.frames).enumerate() {
        assert_eq!(essence(frame), essence(other), "{name} frame {i}");
        if frame.payload.len() > 8 {
            assert!(frame.flags.contains(FrameFlags::FD), "{name} frame {i}");
        }
    }
}

/// Asserts that times differ by at most so many nanoseconds.
pub(crate) fn assert_same_times(name: &str, log: &Log, twin: &Log, tolerance_ns: u64) {
    for (i, (frame, other)) in log.frames.iter().zip(&twin.frames).enumerate() {
        let difference = frame.timestamp.ns_since(other.timestamp);
        let is_near = difference.unsigned_abs() <= tolerance_ns;
        assert!(is_near, "{name} frame {i}: {difference} ns");
    }
}
