//! The drive simulator.
