//! The clock that paced sources and recorders are given.

use std::fmt;
use std::time::Duration;

use crate::time::Timestamp;

/// Tells the time and waits. Programs implement it over the system, tests over a number.
pub trait Clock: Send + Sync + fmt::Debug {
    /// UTC now. May step in either direction.
    fn now(&self) -> Timestamp;

    /// Time since the machine was started, suspend included. Never steps, never goes back.
    fn since_boot(&self) -> Duration;

    /// Waits at least `duration`.
    fn sleep(&self, duration: Duration);
}
