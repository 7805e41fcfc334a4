//! Log formats: bytes to frames.
